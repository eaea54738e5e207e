"""Topics `debates` and `comments`: what the government lets people talk over, and what they say of it. Writer: debate.

A comment is a subject of its own. It names its debate, or the dialogue (`contracts/dialogues.py`) in which it is a question, and
a person by a keyed hash that is of this debate or dialogue alone: the same person is counted once in it, and cannot be found
in another, or among those who wrote posts.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contracts.facts import Fact


class HotTopic(Struct, frozen=True, gc=False):
    """The hot topic from which a debate was opened, as it was named then."""

    id: str
    """Subject of TopicFound."""
    name: str
    posts: tuple[str, ...] = ()
    """Numbers of posts that it rested on; each page decides by itself what it shows."""


class Matter(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is talked over, until when, and which unit will decide on it."""

    title: str
    question: str
    background: str
    department: str
    """The unit that asks."""
    ends: datetime
    """City time; from then on people say nothing more."""
    topic: HotTopic | None = None


class DebateOpened(Fact, frozen=True, kw_only=True, tag="debate.opened.v1"):
    """A unit asks the people what they think; from now on the question does not change."""

    matter: Matter
    by: str


class DebateClosed(Fact, frozen=True, kw_only=True, tag="debate.closed.v1"):
    """The debate is over: what people said, and what was decided."""

    summary: str
    decision: str
    reason: str = ""
    """Why it ended before its time."""
    by: str


class CommentReceived(Fact, frozen=True, kw_only=True, tag="comment.received.v1"):
    """Somebody said something, or asked it in a dialogue; the text is masked."""

    debate: str
    """Id of the debate or dialogue."""
    person: str
    """Keyed hash of debate and telephone."""
    text: str
    answers: str = ""
    """Id of the comment that it answers; an answer is not answered."""
    proven: bool = False
    """The telephone was proved by a code that was sent there."""
    held: str = ""
    """Why a moderator must look first; empty when everybody reads it at once."""


class StatementMade(Fact, frozen=True, kw_only=True, tag="comment.stated.v1"):
    """A unit said something officially, to all or in answer to a comment."""

    debate: str
    department: str
    text: str
    answers: str = ""
    speaker: Literal["", "guest", "host"] = ""
    """Who speaks in a dialogue, when it is not the unit."""
    held: str = ""
    """Why somebody must approve it first (CommentReleased, CommentHidden); empty when everybody reads it at once."""
    by: str


class CommentReleased(Fact, frozen=True, kw_only=True, tag="comment.released.v1"):
    """A moderator lets everybody read it; of a prepared answer the unit's leader or the host."""

    by: str


class CommentHidden(Fact, frozen=True, kw_only=True, tag="comment.hidden.v1"):
    """A moderator lets nobody read it; it counts in no figure. A prepared answer is sent back so."""

    reason: str
    by: str


class CommentSupported(Fact, frozen=True, kw_only=True, tag="comment.supported.v1"):
    """Somebody else is of the same mind; once a person, by a telephone that was proved."""

    person: str


class CommentWithdrawn(Fact, frozen=True, kw_only=True, tag="comment.withdrawn.v1"):
    """Its author took it back; it counts in no figure."""


class QuestionEntered(Fact, frozen=True, kw_only=True, tag="comment.entered.v1"):
    """A question that a dialogue left open was written down as a post (代录), which has its clock."""

    number: str
    """Of the post."""
    by: str


DebateFact = DebateOpened | DebateClosed
CommentFact = (
    CommentReceived
    | StatementMade
    | CommentReleased
    | CommentHidden
    | CommentSupported
    | CommentWithdrawn
    | QuestionEntered
)
