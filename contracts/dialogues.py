"""Topic `dialogues`: dated events at which officials answer the people. Writer: debate.

What is asked and answered there stands in `comments`, as what is said in debates: a question is a CommentReceived that names
the dialogue, an answer a StatementMade that says who speaks.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contracts.facts import Fact

OccasionKind = Literal["interview", "meeting", "appointment", "report"]
"""在线访谈, 面对面交流会, 任前公示, 述职述廉."""


class Occasion(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is held, when, and with whom. All times are city time."""

    kind: OccasionKind
    title: str
    guest: str
    """Who answers; at 任前公示 those who are to be appointed. Officials, named in public."""
    office: str
    department: str
    """The guest's unit, which answers for the guest."""
    asked_from: datetime
    """From here on people ask."""
    begins: datetime
    ends: datetime
    """From here on people ask nothing more; what is open is still answered."""
    place: str = ""
    """Where one can come; empty when it is held online alone."""
    introduction: str = ""
    invited: tuple[str, ...] = ()
    """Units that answer beside the guest's, each in its own name."""


class DialogueOpened(Fact, frozen=True, kw_only=True, tag="dialogue.opened.v1"):
    """A dialogue is announced; from now on its times do not change."""

    occasion: Occasion
    by: str
    units: tuple[str, ...] = ()
    """Units that are to answer, the guest's first; none in facts of before they were told of it."""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.occasion.title

    @property
    def begins(self) -> datetime:
        """When it begins."""
        return self.occasion.begins


class AnswerPrepared(Fact, frozen=True, kw_only=True, tag="dialogue.answer-prepared.v1"):
    """Answers of this unit wait for approval: said of the first, and again while any waits, at most once an hour."""

    department: str
    title: str
    """Of the dialogue."""
    by: str
    """The clerk; empty where time passed and nobody had judged them."""
    waiting: int = 1
    """How many wait now."""


class DialogueClosed(Fact, frozen=True, kw_only=True, tag="dialogue.closed.v1"):
    """Its transcript is whole; what was left open can become a post."""

    summary: str
    reason: str = ""
    """Why it ended before its time."""
    by: str


DialogueFact = DialogueOpened | AnswerPrepared | DialogueClosed
