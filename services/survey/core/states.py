"""What is remembered: of a survey, of somebody who was given a token, of an answer. Nothing leads from one to another.

A survey's subject is its id. A voter's is a keyed hash of survey and person; a ballot's is derived from survey and token.
"""

from typing import Final, Literal

from msgspec import Struct

from contracts.identity import derived
from contracts.surveys import Figure, Questionnaire

Step = Literal["", "draft", "open", "closed", "counted"]
VOTER: Final = "voter:"
BALLOT: Final = "ballot:"


class Judged(Struct, frozen=True, gc=False):
    """A moderator's word on one text."""

    ballot: str
    question: str
    shown: bool


class Survey(Struct, frozen=True, tag="survey"):
    """A survey as it stands."""

    step: Step = ""
    questionnaire: Questionnaire | None = None
    invitations: int = 0
    """How many invitation codes there are; they follow from the survey and are stored nowhere."""
    public_key: str = ""
    answers: int = 0
    tokens: int = 0
    """Known once the result is published."""
    figures: tuple[Figure, ...] = ()
    judged: tuple[Judged, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether anybody ever wrote it."""
        return bool(self.step)


class Voter(Struct, frozen=True, tag="voter"):
    """Somebody who was given a token: that it was one, and never which."""

    survey: str = ""
    blinded: str = ""
    """Hash of the hidden token, so that a repeat of the same request is told from a second one."""

    @property
    def exists(self) -> bool:
        """Whether a token was given."""
        return bool(self.survey)


class Ballot(Struct, frozen=True, tag="ballot"):
    """An answer; it can be opened with the survey's key."""

    survey: str = ""
    sealed: bytes = b""

    @property
    def exists(self) -> bool:
        """Whether it was cast."""
        return bool(self.survey)


Kept = Survey | Voter | Ballot


def new(subject: str) -> Kept:
    """What is known of a subject never met."""
    if subject.startswith(VOTER):
        return Voter()
    return Ballot() if subject.startswith(BALLOT) else Survey()


def ballot_of(survey: str, token: bytes) -> str:
    """The subject of the answer that this token entitles to."""
    return BALLOT + derived(f"{survey}/{token.hex()}", "ballot")
