"""What intake remembers of a case."""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from contracts.assignments import Candidate
from contracts.attachments import Attachment
from contracts.posts import Origin
from contracts.replies import AdoptionOutcome, Solved
from services.intake.core.hiding import Hiding
from services.intake.core.instruction import Instruction
from services.intake.core.promise import Promise
from services.intake.core.steps import Step

Moderation = Literal["", "held", "hidden"]
"""Empty when anyone may see the post."""


class Question(Struct, frozen=True, gc=False, omit_defaults=True):
    """A question to the citizen and its answer."""

    id: str
    text: str
    at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    sealed: bytes = b""
    """The answer as it was written."""
    attachments: tuple[Attachment, ...] = ()
    """Of the answer."""
    sealed_attachments: bytes = b""


class FirstWord(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a unit told the citizen before its reply (初步回复)."""

    text: str
    department: str
    by: str
    at: datetime
    handling: int = 1


class Draft(Struct, frozen=True, gc=False, omit_defaults=True):
    """A reply before the leader."""

    id: str
    text: str
    by: str
    at: datetime
    promised_day: date | None = None
    """By which what it promises is done; None: it promises nothing."""
    approved_by: str = ""
    """Staff id of the unit's leader who approved it; it waits for the signature of the city leader addressed."""
    remark: str = ""
    """Why it was sent back."""
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""


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
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    promise: Promise | None = None
    """What it says will be done; of a lead's reply, in the lead's own case alone."""


class Extension(Struct, frozen=True, gc=False, omit_defaults=True):
    """A request for more time."""

    id: str
    reason: str
    new_date: date
    progress: str
    by: str
    at: datetime
    state: Literal["asked", "approved", "refused", "lapsed"] = "asked"
    """`lapsed`: the case went to another unit, or was reopened, before the leader had decided."""
    long_works: bool = False


class WrittenPart(Struct, frozen=True, gc=False, omit_defaults=True):
    """What an assisting unit has to say on its part (协办意见)."""

    id: str
    department: str
    text: str
    by: str
    at: datetime
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""


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
    solved: Solved | None = None
    """Whether the matter is solved; None where the author did not say."""


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
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""


class SpecialReport(Struct, frozen=True, gc=False, omit_defaults=True):
    """What was taken to the city leaders (专报), by a supervisor or by the router."""

    at: datetime
    reason: str
    text: str = ""
    by: str = ""
    """Staff id; empty where the router found no unit whose duty it is."""


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
    attachments: tuple[Attachment, ...] = ()
    sealed_attachments: bytes = b""
    """Their keys, and their names as they were given."""
    sealed_point: bytes = b""
    addressee: str = ""
    """Code of the city leader to whom the letter is written."""
    origin: Origin = "online"
    entered_by: str = ""
    """Staff id of who wrote it down for a caller."""
    received_at: datetime | None = None
    step: Step = "received"
    moderation: Moderation = ""
    hiding: Hiding | None = None
    """None while it is not hidden, and of one that was hidden before this was kept."""
    hidings_undone: tuple[tuple[datetime, datetime], ...] = ()
    """From when to when it was hidden, each time that it was restored."""
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
    first_words: tuple[FirstWord, ...] = ()
    """In the order they were given: of each unit that held the case one in each handling."""
    draft: Draft | None = None
    sent_back: Draft | None = None
    """The draft that a leader sent back, until there is another: the clerk goes on with it."""
    replies: tuple[Reply, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    """In the order they were given."""
    special_reports: tuple[SpecialReport, ...] = ()
    """In the order they were heard."""
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
    followers: tuple[str, ...] = ()
    """The latest who left a contact to be told of news; that of the others is known by its key in the vault alone."""
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
    def left(self) -> bool:
        """Whether it was taken back or hidden: nobody has to do anything about it."""
        return self.step in ("withdrawn", "hidden")

    @property
    def handling(self) -> int:
        """1, or 2 and more after reopenings."""
        return 1 + len(self.reopened)

    @property
    def first_word_given(self) -> bool:
        """Whether the unit that holds it has given its first word in this handling."""
        now = (self.department, self.handling)
        return any((word.department, word.handling) == now for word in self.first_words)

    @property
    def follow_ups_waiting(self) -> tuple[FollowUp, ...]:
        """What the citizen added and nobody has answered, in order of time; of a post that left, nothing."""
        if self.left:
            return ()
        return tuple(added for added in self.follow_ups if added.answered_at is None)

    @property
    def instructions_waiting(self) -> tuple[Instruction, ...]:
        """Those on which the unit has still to report back; of a post that left, nothing."""
        return () if self.left else tuple(one for one in self.instructions if one.waits)

    @property
    def promises_waiting(self) -> tuple[Reply, ...]:
        """Replies whose promise is not reported done; of a post that left, none."""
        if self.left:
            return ()
        return tuple(reply for reply in self.replies if reply.promise is not None and reply.promise.waits)

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


def without_request(case: Case) -> Case:
    """The case without a request for more time before the leader: another unit has it, or another handling has begun."""
    lapsed = (replace(one, state="lapsed") if one.state == "asked" else one for one in case.extensions)
    return replace(case, extensions=tuple(lapsed))


def with_promise(case: Case, reply: str, **now: Any) -> Case:
    """The case with what a reply promises as it stands now; `now` are fields of `Promise`."""
    replies = (
        replace(one, promise=replace(one.promise, **now)) if one.id == reply and one.promise else one
        for one in case.replies
    )
    return replace(case, replies=tuple(replies))


def step_of(case: Case) -> Step:
    """The case's step; of a hidden case, the one at which it goes on once it is restored."""
    if case.step != "hidden":
        return case.step
    if case.hiding is not None:
        return case.hiding.step
    # It was hidden before its step was kept.
    return "replied" if case.replies else "assigned" if case.department else "received"


def at_step(case: Case, step: Step) -> Case:
    """The case at another step: a hidden one as soon as it is restored."""
    if case.step != "hidden":
        return replace(case, step=step)
    hiding = case.hiding
    return case if hiding is None else replace(case, hiding=replace(hiding, step=step))
