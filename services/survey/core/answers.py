"""What survey answers, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from contracts.surveys import Audience, Question, QuestionKind

State = Literal["draft", "open", "ended", "closed", "counted"]
"""`ended`: its time is over, and nobody has closed it yet."""
Standing = Literal["held", "shown", "hidden"]
"""Of a text: `held` waits for a moderator, since a word list holds it; `hidden` by a moderator."""


class Listed(Struct, kw_only=True):
    """A line of the list."""

    id: str
    title: str
    audience: Audience
    proven: bool = False
    """Telephone numbers are proved by a code."""
    ends: datetime
    state: State
    questions: int
    """How many."""
    answers: int | UnsetType = UNSET
    """How many answered; told when nobody can any more, and to staff."""


class Surveys(Struct):
    """All surveys, open ones first."""

    surveys: tuple[Listed, ...]


class Whole(Struct, kw_only=True):
    """A survey with everything one needs to answer it."""

    id: str
    title: str
    intro: str
    audience: Audience
    proven: bool = False
    """Telephone numbers are proved by a code: a token is given for a pass."""
    ends: datetime
    state: State
    questions: tuple[Question, ...]
    review_of: int = 0
    """The year whose conduct of units it grades; 0: it is no review."""
    public_key: str
    """PEM of the key that signs tokens; empty before it is published."""
    answers: int | UnsetType = UNSET
    invitations: int | UnsetType = UNSET
    """For staff: how many codes there are."""


class Choice(Struct):
    """What was counted of one option, or of one step of a scale."""

    name: str
    count: int
    share: float | None
    """Of those who answered the question."""


class Counted(Struct, kw_only=True):
    """The figures of a question, and the texts that are shown."""

    id: str
    kind: QuestionKind
    title: str
    asked: int
    answered: int
    mean: float | None
    choices: tuple[Choice, ...]
    written: int
    """Texts that were written, shown or not."""
    texts: tuple[str, ...]


class Result(Struct, kw_only=True):
    """The published result."""

    id: str
    title: str
    intro: str
    audience: Audience
    proven: bool = False
    """Telephone numbers were proved by a code."""
    ends: datetime
    answers: int
    tokens: int
    """Never fewer than answers."""
    figures: tuple[Counted, ...]


class Written(Struct, kw_only=True):
    """A text as a moderator sees it."""

    ballot: str
    question: str
    text: str
    held: bool
    """A word list held it."""
    shown: bool
    standing: Standing


class Texts(Struct, kw_only=True):
    """What people wrote, a page of one standing or of all; and how many there are of each."""

    texts: tuple[Written, ...]
    held: int
    shown: int
    hidden: int


class Token(Struct):
    """The signature of what was hidden."""

    signature: bytes


class Received(Struct):
    """The answer is in."""

    counted: bool


class Stands(Struct):
    """Where a survey stands after an act of staff."""

    id: str
    state: State
    answers: int | UnsetType = UNSET


class Judged(Struct):
    """A text is shown or not."""

    id: str
    shown: bool
