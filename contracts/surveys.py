"""Topics `surveys` and `ballots`: what the government asks, and the answers of people it does not know. Writer: survey.

An answer is a subject of its own. It names its survey and a token that the survey's key has signed without seeing it
(RFC 9474), so that anyone may check that it was entitled to be cast, and nobody whose it is.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from contracts.facts import Fact

QuestionKind = Literal["single", "multiple", "scale", "text"]
"""单选, 多选, 量表, 填空."""
Audience = Literal["phone", "invited"]
"""Who may answer: once for each telephone number, or once for each invitation code handed out."""


class Condition(Struct, frozen=True, gc=False):
    """A question is asked only of those who chose one of these options of an earlier one (branching)."""

    question: str
    choices: tuple[Annotated[int, Meta(ge=0, le=50)], ...]
    """Places of the options, from 0."""


class Question(Struct, frozen=True, gc=False, omit_defaults=True):
    """One question."""

    id: str
    kind: QuestionKind
    title: str
    options: tuple[str, ...] = ()
    other: bool = False
    """Beside the options there is 其他, with words of one's own: the place after the last option."""
    required: bool = True
    most: int = 0
    """How many options may be chosen; 0: all of them."""
    steps: int = 5
    """Of a scale: 1 … steps."""
    low: str = ""
    high: str = ""
    """What the ends of a scale mean."""
    only_if: Condition | None = None
    unit: str = ""
    """Of a review (政行风评议): the code of the unit that this scale of five steps grades."""


class Questionnaire(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is asked, of whom, until when."""

    title: str
    intro: str
    audience: Audience
    ends: datetime
    """City time; from then on nothing is taken in."""
    questions: tuple[Question, ...]
    review_of: int = 0
    """The year whose conduct of units it grades (政行风评议), for their scores of that year; 0: it is no review."""
    proven: bool = False
    """Of the audience `phone`: whoever answers has proved the number by a code sent there; else it is merely typed."""


class Answer(Struct, frozen=True, gc=False, omit_defaults=True):
    """What one person answered to one question; texts are masked."""

    question: str
    choices: tuple[int, ...] = ()
    value: int = 0
    """Of a scale; 0: none."""
    text: str = ""
    """Of a text question, or of 其他."""


class Figure(Struct, frozen=True, gc=False):
    """What was answered to one question, in numbers."""

    question: str
    asked: int
    """Answers in which the question came up."""
    answered: int
    counts: tuple[int, ...] = ()
    """Of options in their order, 其他 last; of a scale from 1."""
    texts: int = 0
    """Texts that were written, shown or not."""


class SurveyPublished(Fact, frozen=True, kw_only=True, tag="survey.published.v1"):
    """The government asks; from now on the questions do not change."""

    questionnaire: Questionnaire
    public_key: str
    """PEM of the RSA key whose signature entitles an answer; of this survey alone."""
    by: str


class SurveyClosed(Fact, frozen=True, kw_only=True, tag="survey.closed.v1"):
    """No answer is taken in any more; the key that opens them is told, so that anyone may count."""

    answers: int
    opening_key: bytes
    reason: str = ""
    by: str
    """Empty when its time was over."""


class TextJudged(Fact, frozen=True, kw_only=True, tag="survey.text-judged.v1"):
    """A moderator decided whether a text is shown; it is counted either way."""

    ballot: str
    question: str
    shown: bool
    reason: str = ""
    by: str


class ResultPublished(Fact, frozen=True, kw_only=True, tag="survey.result-published.v1"):
    """The figures, as anyone can count them from topic `ballots`."""

    answers: int
    tokens: int
    """Tokens that were given out; there are never more answers."""
    figures: tuple[Figure, ...]
    by: str


class BallotCast(Fact, frozen=True, kw_only=True, tag="ballot.cast.v1"):
    """Somebody entitled answered. `at` is the beginning of the day: a minute could be compared with when tokens were given."""

    survey: str
    token: bytes
    """32 random bytes that only the answer's sender knew until now."""
    signature: bytes
    """RSASSA-PSS of the token by the survey's key."""
    sealed: bytes
    """The answers, sealed until the survey is closed."""


SurveyFact = SurveyPublished | SurveyClosed | TextJudged | ResultPublished
BallotFact = BallotCast
