"""What intake remembers of a case, and which act is possible at which step of its life."""

from datetime import date, datetime
from typing import Final, Literal, get_args

from msgspec import Struct

from contracts.assignments import Candidate
from contracts.posts import Origin
from contracts.replies import AdoptionOutcome

Step = Literal[
    "received", "assigned", "accepted", "asked", "replied", "rated", "reopened", "withdrawn", "hidden"
]

Moderation = Literal["", "held", "hidden"]
"""Empty when anyone may see the post."""

STATUS_NAMES: Final[dict[str, str]] = {
    "received": "已受理",
    "assigned": "已交办",
    "accepted": "办理中",
    "asked": "待补充",
    "replied": "已回复",
    "rated": "已评价",
    "reopened": "重新办理",
    "withdrawn": "已撤回",
    "hidden": "已屏蔽",
}
"""What a citizen reads."""

OUTCOME_NAMES: Final[dict[AdoptionOutcome, str]] = {
    "adopted": "采纳",
    "partly": "部分采纳",
    "declined": "未采纳",
}
"""What is read of a suggestion's fate."""

ORIGIN_NAMES: Final[dict[Origin, str]] = {
    "online": "网上",
    "telephone": "电话",
    "counter": "窗口",
    "letter": "来信",
}
"""The way by which a post came."""

EVERY_STEP: Final[tuple[Step, ...]] = get_args(Step)


class Question(Struct, frozen=True, gc=False, omit_defaults=True):
    """A question to the citizen and its answer."""

    id: str
    text: str
    at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    sealed: bytes = b""
    """The answer as it was written."""


class Draft(Struct, frozen=True, gc=False, omit_defaults=True):
    """A reply before the leader."""

    id: str
    text: str
    by: str
    at: datetime
    approved_by: str = ""
    """Staff id of the unit's leader who approved it; it waits for the signature of the city leader addressed."""


class Reply(Struct, frozen=True, gc=False, omit_defaults=True):
    """A published reply."""

    id: str
    text: str
    department: str
    by: str
    at: datetime
    handling: int = 1
    lead: str = ""
    in_name_of: str = ""
    """Code of the city leader in whose name it is given."""


class Instruction(Struct, frozen=True, gc=False, omit_defaults=True):
    """A city leader's instruction that may be read by whoever may see the post."""

    text: str
    leader: str
    """Code of the leader; empty where the account is no leader's of the profile."""
    at: datetime


class Extension(Struct, frozen=True, gc=False, omit_defaults=True):
    """A request for more time."""

    id: str
    reason: str
    new_date: date
    progress: str
    by: str
    at: datetime
    state: Literal["asked", "approved", "refused", "lapsed"] = "asked"
    """`lapsed`: the case went to another unit before the leader had decided."""
    long_works: bool = False


class WrittenPart(Struct, frozen=True, gc=False, omit_defaults=True):
    """What an assisting unit has to say on its part (协办意见)."""

    id: str
    department: str
    text: str
    by: str
    at: datetime


class Returned(Struct, frozen=True, gc=False, omit_defaults=True):
    """A "not ours"."""

    id: str
    department: str
    duty_item: str
    at: datetime
    state: Literal["asked", "moved", "refused", "meeting"] = "asked"


class Adoption(Struct, frozen=True, gc=False, omit_defaults=True):
    """What the holding unit decided of a suggestion."""

    outcome: AdoptionOutcome
    reason: str
    department: str
    at: datetime


class FollowThrough(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something that was done of an adopted suggestion."""

    id: str
    text: str
    done_on: date
    at: datetime


class Rating(Struct, frozen=True, gc=False, omit_defaults=True):
    """A grade for a reply."""

    reply: str
    grade: int
    text: str
    at: datetime


class FollowUp(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something the citizen added, and what the unit answered."""

    id: str
    text: str
    at: datetime
    sealed: bytes = b""
    """The text as it was written."""
    answer: str = ""
    """In words of its own; empty where a published reply answered it."""
    answered_at: datetime | None = None


class Group(Struct, frozen=True, gc=False, omit_defaults=True):
    """The group a case is in."""

    id: str
    lead: str
    lead_number: str
    members: tuple[str, ...]


class Entry(Struct, frozen=True, gc=False, omit_defaults=True):
    """A line of the case's history."""

    at: datetime
    kind: str
    text: str
    public: bool = True
    by: str = ""
    """Staff id; shown to staff only."""
    of: str = ""
    """Id of the question or follow-up whose text belongs behind it; it is kept once."""


class Case(Struct, frozen=True, gc=False, omit_defaults=True):
    """One case."""

    number: str = ""
    kind: str = ""
    title: str = ""
    text: str = ""
    area: str = ""
    place: str = ""
    public: bool = True
    hide_name: bool = False
    citizen: str = ""
    sealed: bytes = b""
    """Until there were two boxes: contact and texts in one."""
    sealed_contact: bytes = b""
    sealed_text: bytes = b""
    addressee: str = ""
    """Code of the city leader to whom the letter is written."""
    origin: Origin = "online"
    entered_by: str = ""
    """Staff id of who wrote it down for a caller."""
    received_at: datetime | None = None
    step: Step = "received"
    moderation: Moderation = ""
    department: str = ""
    assisting: tuple[str, ...] = ()
    parts: dict[str, str] = {}
    """Unit to its part of the matter, as the meeting ruled."""
    assigned_at: datetime | None = None
    held: bool = False
    """The router is not sure, or a return waits for a ruling: a person must choose."""
    candidates: tuple[Candidate, ...] = ()
    meeting: bool = False
    due: datetime | None = None
    provisional: bool = False
    paused: bool = False
    missed: bool = False
    level: str = ""
    """The highest step of the ladder reached."""
    questions: tuple[Question, ...] = ()
    draft: Draft | None = None
    replies: tuple[Reply, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    """Those that were published."""
    extensions: tuple[Extension, ...] = ()
    written_parts: tuple[WrittenPart, ...] = ()
    """In the order they were written; a unit may write again."""
    returns: tuple[Returned, ...] = ()
    adoption: Adoption | None = None
    follow_throughs: tuple[FollowThrough, ...] = ()
    """In the order they were written down."""
    ratings: tuple[Rating, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    reopened: tuple[datetime, ...] = ()
    supporters: tuple[str, ...] = ()
    """Counted before voices were remembered with their networks."""
    voices: tuple[tuple[str, str], ...] = ()
    """The latest voices: supporter and network. The others are in the table `voice` alone."""
    voice_count: int = 0
    """All of them."""
    group: Group | None = None
    told_by: str = "best"
    """The channel the author chose; `best`: the best that the contact holds; `none`: not at all."""
    told_at_night: bool = False
    erased: bool = False
    asks: bool = True
    """Somebody must answer it; a post that asks nobody (a debate) is listed without a reply."""
    history: tuple[Entry, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether the post was received."""
        return self.received_at is not None

    @property
    def supports(self) -> int:
        """How many neighbours support it."""
        return len(self.supporters) + self.voice_count

    @property
    def open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.step in ("received", "assigned", "accepted", "asked", "reopened")

    @property
    def handling(self) -> int:
        """1, or 2 and more after reopenings."""
        return 1 + len(self.reopened)

    @property
    def follow_ups_waiting(self) -> tuple[FollowUp, ...]:
        """What the citizen added and nobody has answered, in order of time; of a post that left, nothing."""
        if self.step in ("withdrawn", "hidden"):
            return ()
        return tuple(added for added in self.follow_ups if added.answered_at is None)

    @property
    def extension_asked(self) -> Extension | None:
        """The extension that waits for the leader."""
        return next((e for e in self.extensions if e.state == "asked"), None)

    @property
    def to_approve(self) -> bool:
        """Whether something waits for the leader of the unit."""
        return (self.draft is not None and not self.draft.approved_by) or self.extension_asked is not None

    @property
    def to_sign(self) -> bool:
        """Whether an answer waits for the city leader to whom the letter was written."""
        return self.draft is not None and bool(self.draft.approved_by)

    @property
    def question_open(self) -> Question | None:
        """The question that waits for the citizen."""
        return self.questions[-1] if self.questions and self.step == "asked" else None


def new(subject: str) -> Case:
    """A case nobody has written yet."""
    return Case()
