"""What people send about a round: bodies with their limits, and an example of each."""

from typing import Annotated, Any, Final

from msgspec import Meta

from contracts.inspections import Contact, Form, Outcome, Solved
from services.stats.written import CODE_POINTS, Body

MOST_DRAWN: Final = 200
"""Cases of a round: with as many, Wilson's interval of a half is seven points to each side."""
WORDS: Final = 500
"""Characters of what is written about a case of a round: there may be two hundred."""

Text = Annotated[str, Meta(max_length=CODE_POINTS * WORDS)]
Number = Annotated[str, Meta(min_length=1, max_length=40)]
WorkingDays = Annotated[int, Meta(ge=1, le=30)]


class RoundOpeningBody(Body, frozen=True):
    """Of which period's answered cases how many are drawn; `department`: only of those that this unit answered."""

    form: Form
    period: Annotated[str, Meta(min_length=4, max_length=7)]
    size: Annotated[int, Meta(ge=1, le=MOST_DRAWN)]
    department: Annotated[str, Meta(max_length=60)] = ""


class CaseFindingBody(Body, frozen=True):
    """The points of the round's checklist that a case fails; none: it is as it should be."""

    case: Number
    faults: Annotated[tuple[Annotated[str, Meta(max_length=80)], ...], Meta(max_length=12)] = ()
    text: Text = ""
    working_days: WorkingDays | None = None


class CaseCorrectionBody(Body, frozen=True):
    """What the unit did about it."""

    case: Number
    text: Annotated[str, Meta(min_length=1, max_length=CODE_POINTS * WORDS)]


class CorrectionJudgementBody(Body, frozen=True):
    """Whether it is right now; one that is returned has a new day."""

    case: Number
    outcome: Outcome
    text: Text = ""
    working_days: WorkingDays | None = None


class CitizenCallBody(Body, frozen=True):
    """What the citizen said, as far as they were reached and said it."""

    case: Number
    contact: Contact
    solved: Solved | None = None
    satisfied: bool | None = None
    text: Text = ""


class CaseToCallBody(Body, frozen=True):
    """Whose citizen is to be called."""

    case: Number


class RoundClosingBody(Body, frozen=True):
    """What the round came to."""

    text: Text = ""


class RoundStoppingBody(Body, frozen=True):
    """Why the round is given up."""

    text: Annotated[str, Meta(min_length=1, max_length=CODE_POINTS * WORDS)]


BODIES: Final[dict[str, type[Body]]] = {
    "opening": RoundOpeningBody,
    "finding": CaseFindingBody,
    "correction": CaseCorrectionBody,
    "judgement": CorrectionJudgementBody,
    "call": CitizenCallBody,
    "contact": CaseToCallBody,
    "closing": RoundClosingBody,
    "stopping": RoundStoppingBody,
}
"""Act to what it sends."""

_CASE: Final = "SQ260302-000001"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "opening": {"form": "inspection", "period": "2026-03", "size": 30},
    "finding": {
        "case": _CASE,
        "faults": ["答复切题"],
        "text": "未回答网民所问的完工日期。",
        "working_days": 3,
    },
    "correction": {"case": _CASE, "text": "已向网民补充答复完工日期。"},
    "judgement": {"case": _CASE, "outcome": "accepted", "text": "补充答复明确。"},
    "call": {
        "case": _CASE,
        "contact": "reached",
        "solved": "partly",
        "satisfied": False,
        "text": "路面已补,井盖仍响。",
    },
    "contact": {"case": _CASE},
    "closing": {"text": "本轮督查结束。"},
    "stopping": {"text": "时期选错,另行抽取。"},
}
