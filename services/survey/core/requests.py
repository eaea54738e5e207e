"""What people ask of a survey: inputs of the rules, and bodies of requests with their limits."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from contracts.decision import Effect
from contracts.surveys import Answer, Audience, Figure, Question, Questionnaire

MOST_INVITATIONS: Final = 100_000


class Draft(Struct, frozen=True):
    """Staff write a questionnaire, or write it anew."""

    questionnaire: Questionnaire
    invitations: int


class Publish(Struct, frozen=True):
    """Staff publish it; the keys are made for it."""

    by: str
    public_key: str
    signing_key: bytes
    opening_key: bytes


class Entitle(Struct, frozen=True):
    """Somebody wants a token: is the survey open?"""


class GiveToken(Struct, frozen=True):
    """The same person's own row: is it the first one?"""

    survey: str
    blinded: str


class Count(Struct, frozen=True):
    """An answer comes: is the survey open? It is counted."""


class Cast(Struct, frozen=True):
    """The answer itself; its token's signature was checked."""

    survey: str
    token: bytes
    signature: bytes
    sealed: bytes


class Close(Struct, frozen=True):
    """Staff end it, or its time is over."""

    by: str
    """Empty when its time is over."""
    reason: str
    opening_key: bytes


class JudgeText(Struct, frozen=True):
    """A moderator shows or hides a text."""

    ballot: str
    question: str
    shown: bool
    reason: str
    by: str


class PublishResult(Struct, frozen=True):
    """The figures, counted from all ballots."""

    by: str
    answers: int
    """Ballots that were counted."""
    tokens: int
    figures: tuple[Figure, ...]


class KeepKeys(Effect, frozen=True, gc=False):
    """The two keys of a survey are kept: one signs tokens, one opens answers."""

    signing: bytes
    opening: bytes


class ForgetVoters(Effect, frozen=True, gc=False):
    """Forget who was given a token of a survey: nobody can ask for one any more, and the result says how many there were."""


# -- bodies -------------------------------------------------------------------------------------


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A request's JSON object."""


class DraftBody(Body, frozen=True):
    """A questionnaire as staff send it."""

    title: Annotated[str, Meta(min_length=1, max_length=400)]
    audience: Audience
    ends: datetime
    questions: Annotated[tuple[Question, ...], Meta(min_length=1, max_length=50)]
    intro: Annotated[str, Meta(max_length=8_000)] = ""
    review_of: Annotated[int, Meta(ge=0, le=9998)] = 0
    """The year of which units are graded; 0: it is no review."""
    invitations: Annotated[int, Meta(ge=0, le=MOST_INVITATIONS)] = 0
    """How many invitation codes, when `audience` is `invited`."""
    proven: bool = False
    """Telephone numbers are proved by a code, when `audience` is `phone`."""


class ReasonBody(Body, frozen=True):
    """Why; needed when a survey ends before its time."""

    reason: Annotated[str, Meta(max_length=8_000)] = ""


class TextBody(Body, frozen=True):
    """Which text, and whether it is shown."""

    ballot: Annotated[str, Meta(min_length=1, max_length=64)]
    question: Annotated[str, Meta(min_length=1, max_length=20)]
    shown: bool
    reason: Annotated[str, Meta(max_length=8_000)] = ""


class TokenBody(Body, frozen=True):
    """By what one is entitled, and a hidden token to be signed.

    `entitled_by` is an invitation code, a telephone number or, where numbers are `proven`, a pass for this survey
    (`POST /v1/my/passes` at intake).
    """

    entitled_by: Annotated[str, Meta(min_length=1, max_length=100)]
    blinded: Annotated[bytes, Meta(min_length=1, max_length=512)]


class AnswerBody(Body, frozen=True):
    """A token with its signature, and the answers. Nothing about who sends them."""

    token: Annotated[bytes, Meta(min_length=32, max_length=32)]
    signature: Annotated[bytes, Meta(min_length=1, max_length=512)]
    answers: Annotated[tuple[Answer, ...], Meta(max_length=50)]
