"""What notifier answers, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime
from typing import Literal, NotRequired, TypedDict

State = Literal["pending", "claimed", "sent", "failed", "suppressed"]


class ToldNotice(TypedDict):
    """A notice about a case; no address is part of it."""

    notice: str
    cause: str
    """Id of the event that it tells of."""
    kind: str
    audience: str
    channel: str
    department: str
    """The unit told, for staff; the holding unit, for citizens."""
    text: str
    state: State
    attempts: int
    repeated: bool
    """It may have arrived before."""
    reason: str
    at: datetime


class ToldNotices(TypedDict):
    """Every notice about a case, in order of time."""

    number: str
    notices: list[ToldNotice]


class OutboxNotice(TypedDict):
    """A notice of the outbox, without its words, and the number of its post."""

    notice: str
    number: str | None
    kind: str
    audience: str
    channel: str
    department: str
    state: State
    attempts: int
    repeated: bool
    reason: str
    at: datetime
    next_at: datetime
    """When it is tried next; for what waits for a digest, the end of its hour in city time."""
    arrived_at: datetime | None
    """When the provider's receipt was heard that it arrived; null where none came, and of channels that send none."""
    hourly: bool
    """It goes out, or went, with a digest of its inbox."""


class ChannelMonth(TypedDict):
    """How many notices of a channel ended in which way in a month (YYYY-MM)."""

    month: str
    channel: str
    sent: NotRequired[int]
    failed: NotRequired[int]
    suppressed: NotRequired[int]
    extra: NotRequired[int]
    """Messages as which long ones that were sent are charged, beyond the first of each."""
    to_followers: NotRequired[int]
    """Of those that were sent, as they are charged: what followers of posts were told."""


class PricedMonth(ChannelMonth):
    """With the messages that were agreed for a month (0: none), and what those that were sent cost, in yuan."""

    quota: int
    cost: float


class Outbox(TypedDict):
    """Notices that wait, failed or were sent; how many wait by channel; what each channel did month by month."""

    state: Literal["waiting", "failed", "sent"]
    waiting: dict[str, int]
    months: list[PricedMonth]
    notices: list[OutboxNotice]


class Resent(TypedDict):
    """Notices that go out once more."""

    notices: list[str]
    state: Literal["pending"]


class InboxAddress(TypedDict):
    """An address of an inbox, shown by its beginning and end."""

    channel: Literal["robot", "sms", "mail"]
    shown: str
    by: str
    """Who proved it, or asks to."""


class InboxAnswer(TypedDict):
    """How an inbox of staff, those of one role in one unit, is told."""

    department: str
    audience: Literal["clerk", "leader", "supervisor", "mayor"]
    channel: Literal["robot", "sms", "mail"]
    pace: Literal["at-once", "hourly"]
    unit_robot: bool
    """The operator has given the unit a robot."""
    addresses: list[InboxAddress]
    """Those that were proved, one a channel at most."""
    trial: InboxAddress | None
    """One to which a code was sent, and that is to be proved by it."""
    by: str
    """Who chose last; empty where nobody did, and all is told at once by the unit's robot."""
    at: datetime | None
