"""What intake answers about replies, before and after they are published, and about what they promise."""

from datetime import date, datetime
from typing import TypedDict

from services.intake.core.answers_on_attachments import AttachedFile
from services.intake.core.promise import State


class PromiseOfReply(TypedDict):
    """What a reply promises (承诺办结日期), and whether it was done; whoever reads the reply reads it."""

    day: date
    """As the reply names it."""
    due: datetime
    """Its closing time; of the next day worked where it is none."""
    state: State
    state_name: str
    reported_at: datetime | None
    text: str
    """What the unit reported done; empty until then."""
    department_name: str
    """The unit that reported."""


class GivenFirstWord(TypedDict):
    """What a unit told the citizen before its reply (初步回复); no clock stops by it."""

    text: str
    department: str
    department_name: str
    at: datetime
    handling: int
    """As in a published reply."""


class PublishedReply(TypedDict):
    """A published reply."""

    reply_id: str
    text: str
    department: str
    department_name: str
    at: datetime
    handling: int
    """1, or 2 and more after reopenings."""
    in_name_of: str
    """The city leader, by office, in whose name it is given; empty: the unit's."""
    attachments: list[AttachedFile]
    promise: PromiseOfReply | None
    """What it says will be done by a day; None: nothing."""


class DraftedReply(TypedDict):
    """A reply before the leader, or sent back by the leader."""

    reply_id: str
    text: str
    by: str
    at: datetime
    promised_day: date | None
    """By which what it promises is done."""
    approved_by: str
    """Staff id of the unit's leader who approved it, where it waits for a city leader's signature."""
    remark: str
    """Why it was sent back; empty of one that waits."""
    attachments: list[AttachedFile]
