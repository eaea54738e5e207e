"""What debate answers, shape by shape, of debates and dialogues; the OpenAPI schemas follow from these."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from contracts.debates import HotTopic
from contracts.dialogues import OccasionKind

State = Literal["draft", "open", "ended", "closed"]
"""`ended`: its time is over, and nobody has closed it yet."""
Stage = Literal["draft", "announced", "asking", "held", "ended", "closed"]
"""Of a dialogue: `asking` before it begins, `held` from then to its end; people ask in both."""
Standing = Literal["held", "shown", "hidden", "withdrawn"]


class Figures(Struct, kw_only=True):
    """Counted from what everybody may read."""

    people: int
    """Who were heard, each once, however much they said."""
    proven: int
    """Of these, who proved their telephone."""
    comments: int
    answered: int
    """Of these, answered officially."""
    supports: int
    statements: int
    """Of units."""


class Listed(Struct, kw_only=True):
    """A line of the list."""

    id: str
    title: str
    question: str
    department: str
    department_name: str
    ends: datetime
    state: State
    topic: str
    """Id of the hot topic from which it was opened; empty where there was none."""
    figures: Figures
    to_moderate: int | UnsetType = UNSET
    """For supervisors: comments that wait for a moderator; absent for none."""


class Debates(Struct):
    """All debates, open ones first."""

    debates: tuple[Listed, ...]


class Said(Struct, kw_only=True):
    """A comment, a question or an official statement, as its reader may see it."""

    id: str
    standing: Standing
    text: str
    """Empty where it is not shown."""
    speaker: str
    """Of a person: four characters that are the same in the whole forum; of a unit, a guest or a host: the name."""
    official: bool
    proven: bool
    at: datetime
    supports: int
    reason: str | UnsetType = UNSET
    post: str | UnsetType = UNSET
    """Number of the post that a question became which its dialogue left open."""
    answers: tuple["Said", ...] = ()
    """What was said in answer to it, the earliest first."""


class Prepared(Said, kw_only=True):
    """An official answer that not everybody reads, with the question it answers."""

    department: str
    question: str
    """Id; empty when it is for all."""
    asked: str
    """The question, where everybody reads it."""


class PreparedAnswers(Struct):
    """What waits for approval, or was sent back."""

    answers: tuple[Prepared, ...]


class Whole(Struct, kw_only=True):
    """A debate with what units stated to all."""

    id: str
    title: str
    question: str
    background: str
    department: str
    department_name: str
    opened_at: datetime | None
    ends: datetime
    state: State
    topic: HotTopic | None
    figures: Figures
    statements: tuple[Said, ...]
    summary: str
    decision: str
    reason: str
    """Why it ended before its time."""
    closed_at: datetime | None


class ListedDialogue(Struct, kw_only=True):
    """A line of the list of dialogues."""

    id: str
    kind: OccasionKind
    title: str
    guest: str
    office: str
    department: str
    department_name: str
    asked_from: datetime
    begins: datetime
    ends: datetime
    place: str
    state: Stage
    figures: Figures
    to_approve: int | UnsetType = UNSET
    """For staff, while it is not closed: answers that wait for approval, of the own unit, for a supervisor of all; absent for none."""
    to_moderate: int | UnsetType = UNSET
    """For supervisors: questions that wait for a moderator; absent for none."""
    left_open: int | UnsetType = UNSET
    """For supervisors, once it is closed: questions that no unit answered and nobody wrote down as a post; absent for none."""


class Dialogues(Struct):
    """All dialogues, open ones first."""

    dialogues: tuple[ListedDialogue, ...]


class WholeDialogue(ListedDialogue, kw_only=True):
    """A dialogue without what was asked."""

    introduction: str
    invited: tuple[str, ...]
    """Units that answer beside the guest's."""
    invited_names: tuple[str, ...]
    opened_at: datetime | None
    summary: str
    reason: str
    """Why it ended before its time."""
    closed_at: datetime | None


class Transcript(Struct):
    """A page of what was said, in the order of the event: words to all, and questions with their answers when they were
    answered. `Link` leads to the next."""

    said: tuple[Said, ...]


class Comments(Struct):
    """A page of comments; `Link` leads to the next."""

    comments: tuple[Said, ...]


class Mine(Struct):
    """What the holder of a pass said, and which comments they support."""

    comments: tuple[Said, ...]
    supported: tuple[str, ...]


class Judged(Struct):
    """What a moderator looks through, what waits longest first."""

    comments: tuple[Said, ...]


class Received(Struct):
    """The comment is in."""

    id: str
    standing: Standing


class Supported(Struct):
    """A voice was counted."""

    id: str
    supports: int


class Stands(Struct):
    """Where a debate or a dialogue stands after an act of staff."""

    id: str
    state: State
