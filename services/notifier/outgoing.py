"""Notices on their way: taken for sending, put back; what a sender asks of the store."""

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from services.notifier.core.case import Notice, staff_page

LEASE_SECONDS: Final = 60.0
"""Real time after which a claimed notice whose end was not heard is taken up again, under the same id."""


DIGEST: Final = "digest"
"""Kind of the message that is a digest."""


class Outgoing(Struct, frozen=True):
    """A notice taken for sending."""

    subject: str
    notice: Notice
    attempts: int
    repeated: bool
    """It was sent before and its end was not heard."""
    contact: dict[str, str]
    """A citizen's opened sealed box, empty when they were erased; the address an inbox chose, empty for the unit's own robot."""
    number: str = ""
    """The post's: where the notice's link leads."""
    stop_token: str = ""
    """For citizens: what ends the notices about the post by a link."""
    unsubscribed: bool = False
    """The citizen wants to be told nothing any more."""

    @property
    def staff_page(self) -> str:
        """Where staff work on it, below the address of the pages; empty for what has no page of its own."""
        return staff_page(self.subject, self.number)


class Delay(Struct, frozen=True):
    """A notice that is to be tried again."""

    id: str
    seconds: float
    """Real seconds from now."""
    lost: bool
    """The answer was lost, so it may have arrived: the next attempt is known as a repeat."""
    reason: str = ""
    """What the provider said, or what went wrong on the way; an operator reads it while the notice waits."""


class Notices(Protocol):
    """What the sender takes and puts back."""

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int, citizens: bool = True
    ) -> list[Outgoing]:
        """Notices that are due, leased; only of partitions this instance owns; not for busy robots.

        At most `limit` for citizens, and `limit` for each of at most ROBOTS robots. Without `citizens` theirs
        stay where they are, but for those who want to be told then, too: it is night. What waits for a digest
        is not due.
        """

    async def later(self, delays: Sequence[Delay]) -> None:
        """Put notices back."""

    async def to_followers(self, month: str) -> int:
        """Text messages that followers were sent in a month (YYYY-MM) of the city, as they are charged."""

    async def wait(self, seconds: float) -> None:
        """Until something was claimed, at most `seconds`."""
