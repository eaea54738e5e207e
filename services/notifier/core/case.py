"""What notifier remembers of a post, and the notices it claims."""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contracts.decision import Effect
from services.notifier.core.news import News


class Case(Struct, frozen=True, gc=False, omit_defaults=True):
    """What must be known to tell people about a post; nothing personal but the sealed box."""

    number: str = ""
    title: str = ""
    sealed: bytes = b""
    channels: tuple[str, ...] = ()
    department: str = ""
    assisting: tuple[str, ...] = ()
    """Units that assist and were told so."""
    due: datetime | None = None
    provisional: bool = False
    told_assigned: bool = False
    erased: bool = False
    chosen: str = "best"
    """The channel the author chose; `none`: they are told nothing any more."""
    at_night: bool = False
    """They want to be told in the hours in which citizens are not disturbed, too."""
    waiting: tuple["Early", ...] = ()
    """What is to be told as soon as the post itself was heard, or a unit holds it."""
    missed_told: bool = False
    """The leader was told of a miss that has not been withdrawn."""
    supervisor_told: bool = False
    """So was the supervisor, by a step of the ladder."""
    handling: int = 0
    """The one at hand, whose miss these two are about; 0 where its clock was set before that was told."""
    missed_before: tuple[int, ...] = ()
    """Handlings that are over of whose miss the leader was told."""
    supervisor_before: tuple[int, ...] = ()
    """So was the supervisor."""
    public: bool = True
    """The author lets it be read."""
    moderation: Literal["", "held", "hidden"] = ""
    withdrawn: bool = False
    followed: bool = False
    """Somebody has followed it; who does stands in rows of their own."""
    news: tuple[News, ...] = ()
    """The latest, for those whose following is heard after them, and for the release of a post that was held."""

    def is_over(self, handling: int) -> bool:
        """Whether another handling has begun since: nobody has to hurry with it any more."""
        return 0 < handling < self.handling


DIALOGUE_SUBJECT: Final = "dialogue:"
"""How the subject of a notice about a dialogue begins; its id follows."""


def staff_page(subject: str, number: str) -> str:
    """Where staff work on what a notice is about, below the address of the pages: its post, else its dialogue; empty for another."""
    if number:
        return f"/staff/cases/{number}"
    if subject.startswith(DIALOGUE_SUBJECT):
        return f"/staff/dialogues/{subject.removeprefix(DIALOGUE_SUBJECT)}"
    return ""


class Early(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something to tell that was heard before the post itself, or before any unit held it."""

    kind: str
    audience: str
    department: str
    """Empty, for staff: whichever unit will hold the post."""
    text: str
    """What stands before the post's number."""
    cause: str
    after: str = ""
    """What stands after it."""
    at: datetime | None = None
    """City time of the fact; absent in states of before the text was kept in two parts."""


class Notice(Struct, frozen=True):
    """One thing told to one recipient by one channel; its id follows from all of that."""

    id: str
    cause: str
    kind: str
    audience: str
    channel: str
    department: str
    """The unit told, for staff; the holding unit, for citizens."""
    text: str
    """What is told, masked, on one line."""
    at: datetime | None = None
    """City time of the fact that is told."""
    at_night: bool = False
    """It may go out in the hours in which nobody is disturbed by a text message or a mail."""
    direct: bool = False
    """It goes by its channel, whatever the inbox chose: that way has failed."""
    follower: str = ""
    """Who is told of another's post because they follow it; empty for its author, and for staff."""
    others: tuple[str, ...] = ()
    """Of a citizen: every channel by which they can be told, in the order in which they are tried."""


class Claim(Effect, frozen=True):
    """A notice is to go out."""

    notice: Notice


class Reroute(Effect, frozen=True):
    """The author chose anew: what waits for them, and was not tried yet, goes so."""

    order: tuple[str, ...]
    """Every channel by which they can be told, in the order in which they are tried."""
    at_night: bool


class Settle(Effect, frozen=True):
    """A notice has ended."""

    id: str
    state: str
    attempts: int
    reason: str = ""
    repeated: bool = False
    """It may have arrived before."""
    message: str = ""
    """The provider's own number of the message, by which a receipt names it."""
    parts: int = 1
    """As how many messages it is charged."""


class Receipt(Struct, frozen=True):
    """What a provider says later became of a message that it had taken."""

    channel: str
    """`wechat`, `sms` or `mail`."""
    message: str
    """The provider's number of it; of a text message or mail the notice or the digest itself, as `OutId` or Message-ID says."""
    arrived: bool
    reason: str = ""
    """Why not, in the provider's word."""


class Outcome(Struct, frozen=True):
    """Input of the sender: what became of a notice at its channel; of a receipt: what became of it after that."""

    notice: Notice
    state: str
    """`sent`, `failed` or `suppressed`; a notice that was sent may fail later."""
    attempts: int
    repeated: bool = False
    reason: str = ""
    message: str = ""
    """The provider's own number of the message."""
    parts: int = 1
    """As how many messages it is charged."""


def new(subject: str) -> Case:
    """A post of which nothing was heard yet."""
    return Case()
