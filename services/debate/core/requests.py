"""What people ask of a debate or a dialogue: inputs of the rules, and bodies of requests with their limits."""

from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from contracts.debates import Matter
from contracts.dialogues import Occasion, OccasionKind

TITLE: Final = 60
QUESTION: Final = 200
BACKGROUND: Final = 4_000
COMMENT: Final = 1_000
STATEMENT: Final = 4_000
REASON: Final = 500
NAME: Final = 100
"""Characters of these, as a person counts them."""
MOST_POSTS: Final = 20
"""Posts that a hot topic names."""
MOST_INVITED: Final = 10
"""Units that are invited to a dialogue."""
_POINTS: Final = 4
"""Code points that a character may take (ADR 25)."""


class Draft(Struct, frozen=True):
    """Staff write a debate or a dialogue, or write it anew."""

    matter: Matter | Occasion


class Open(Struct, frozen=True):
    """Staff publish it."""

    by: str


class Close(Struct, frozen=True):
    """Staff end it, and say what was decided."""

    summary: str
    decision: str
    reason: str
    by: str


class End(Struct, frozen=True):
    """Staff close a dialogue: its transcript is whole."""

    summary: str
    reason: str
    by: str


class Listen(Struct, frozen=True):
    """A person wants to say something, or to support it: is the forum open?"""


class Attend(Struct, frozen=True):
    """A unit wants to state something: is the forum not closed yet?"""


class Prepare(Struct, frozen=True):
    """A unit's clerk prepares an answer: the dialogue's own row."""

    department: str
    by: str


class Remind(Struct, frozen=True):
    """Time passes, and prepared answers wait: whoever may approve them is told again, where it is time."""


class Judge(Struct, frozen=True):
    """A prepared answer is approved or sent back: the dialogue's own row."""

    department: str
    approved: bool


class PassOn(Struct, frozen=True):
    """Staff hand over what a dialogue left open: is it closed?"""


class TakePart(Struct, frozen=True):
    """The person's own row: has this person not said too much?"""

    debate: str


class BeAnswered(Struct, frozen=True):
    """The comment that is answered: can it be?"""

    debate: str


class Comment(Struct, frozen=True):
    """What a person says, masked."""

    debate: str
    person: str
    text: str
    answers: str
    proven: bool
    held: str


class State(Struct, frozen=True):
    """What a unit says officially."""

    debate: str
    department: str
    text: str
    answers: str
    by: str
    speaker: Literal["", "guest", "host"] = ""
    held: str = ""


class Approve(Struct, frozen=True):
    """A leader or the host lets a prepared answer be read, or sends it back."""

    debate: str
    approved: bool
    reason: str
    by: str


class Enter(Struct, frozen=True):
    """Staff wrote a question down as a post."""

    debate: str
    number: str
    by: str


class Moderate(Struct, frozen=True):
    """A moderator shows or hides a comment."""

    debate: str
    shown: bool
    reason: str
    by: str


class Support(Struct, frozen=True):
    """Somebody is of the same mind: the comment's own row."""

    debate: str
    person: str


class GiveVoice(Struct, frozen=True):
    """The row of that person's voice for that comment: is it the first?"""

    debate: str
    comment: str
    person: str


class Withdraw(Struct, frozen=True):
    """Somebody takes an own comment back."""

    debate: str
    person: str


# -- bodies -------------------------------------------------------------------------------------


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A request's JSON object."""


_Number = Annotated[str, Meta(pattern=r"^[A-Z]{1,8}[0-9]{6}-[0-9]{6,12}(?!\n)$")]


class TopicBody(Body, frozen=True):
    """The hot topic from which a debate is opened, and the posts it rests on."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(min_length=1, max_length=_POINTS * TITLE)]
    posts: Annotated[
        tuple[_Number, ...],
        Meta(max_length=MOST_POSTS),
    ] = ()


class DraftBody(Body, frozen=True):
    """A debate as staff send it."""

    title: Annotated[str, Meta(min_length=1, max_length=_POINTS * TITLE)]
    question: Annotated[str, Meta(min_length=1, max_length=_POINTS * QUESTION)]
    ends: datetime
    background: Annotated[str, Meta(max_length=_POINTS * BACKGROUND)] = ""
    department: Annotated[str, Meta(max_length=64)] = ""
    """The unit that asks; empty for one's own. A leader asks for the own unit alone."""
    topic: TopicBody | None = None


class OpenBody(Body, frozen=True):
    """Nothing is filled in."""


class CloseBody(Body, frozen=True):
    """What people said and what was decided; why, when it ends before its time."""

    summary: Annotated[str, Meta(min_length=1, max_length=_POINTS * STATEMENT)]
    decision: Annotated[str, Meta(min_length=1, max_length=_POINTS * STATEMENT)]
    reason: Annotated[str, Meta(max_length=_POINTS * REASON)] = ""


class OccasionBody(Body, frozen=True):
    """A dialogue as staff send it; times without an offset are city time."""

    kind: OccasionKind
    title: Annotated[str, Meta(min_length=1, max_length=_POINTS * TITLE)]
    guest: Annotated[str, Meta(min_length=1, max_length=_POINTS * NAME)]
    office: Annotated[str, Meta(min_length=1, max_length=_POINTS * NAME)]
    asked_from: datetime
    begins: datetime
    ends: datetime
    place: Annotated[str, Meta(max_length=_POINTS * NAME)] = ""
    introduction: Annotated[str, Meta(max_length=_POINTS * BACKGROUND)] = ""
    department: Annotated[str, Meta(max_length=64)] = ""
    """The guest's unit; empty for one's own. A leader opens for the own unit alone."""
    invited: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=MOST_INVITED)
    ] = ()
    """Units that answer beside the guest's."""


class EndBody(Body, frozen=True):
    """What came out of it; why, when it ends before its time."""

    summary: Annotated[str, Meta(min_length=1, max_length=_POINTS * STATEMENT)]
    reason: Annotated[str, Meta(max_length=_POINTS * REASON)] = ""


Answered = Annotated[str, Meta(max_length=64)]


class StatementBody(Body, frozen=True):
    """An official statement; `answers` names the comment that it answers."""

    text: Annotated[str, Meta(min_length=1, max_length=_POINTS * STATEMENT)]
    answers: Answered = ""


class CommentBody(Body, frozen=True):
    """A comment; `phone` by who comes without a pass, `answers` names the comment that it answers."""

    text: Annotated[str, Meta(min_length=1, max_length=_POINTS * COMMENT)]
    answers: Answered = ""
    phone: Annotated[str, Meta(max_length=100)] = ""


class QuestionBody(Body, frozen=True):
    """A question; `phone` by who comes without a pass."""

    text: Annotated[str, Meta(min_length=1, max_length=_POINTS * COMMENT)]
    phone: Annotated[str, Meta(max_length=100)] = ""


class AnswerBody(Body, frozen=True):
    """What is said from the platform: to all, or in answer to the question that `answers` names."""

    text: Annotated[str, Meta(min_length=1, max_length=_POINTS * STATEMENT)]
    answers: Answered = ""
    speaker: Literal["guest", "host", "unit"] = "guest"
    """Who speaks; a supervisor is the host, and writes down what the guest says as well. An invited unit speaks as itself."""


class ApprovalBody(Body, frozen=True):
    """Whether everybody reads a prepared answer; sending it back needs a reason."""

    action: Literal["approve", "return"]
    reason: Annotated[str, Meta(max_length=_POINTS * REASON)] = ""


class EnteredBody(Body, frozen=True):
    """The post as which a question was written down."""

    number: _Number


class ModerationBody(Body, frozen=True):
    """Whether everybody reads it; hiding it needs a reason."""

    action: Literal["release", "hide"]
    reason: Annotated[str, Meta(max_length=_POINTS * REASON)] = ""


class NothingBody(Body, frozen=True):
    """Nothing is filled in."""
