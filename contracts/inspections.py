"""Topic `inspections`: rounds of 督查 and 回访 over a drawn sample of answered cases. Writer: stats, which knows the cases."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contracts.facts import Fact

Form = Literal["inspection", "callback"]
"""督查: the centre looks each case through · 回访: the centre calls each citizen."""

Outcome = Literal["accepted", "returned", "failed"]
"""整改合格 · 退回再整改 · 未整改: what the centre says of what a unit did about a finding."""

Contact = Literal["reached", "unreached", "refused"]
"""接通 · 未接通 · 接通但不愿回答."""

Solved = Literal["solved", "partly", "unsolved"]
"""已解决 · 部分解决 · 未解决, as the citizen says when called; apart from what citizens give by themselves."""


class Drawn(Struct, frozen=True):
    """A case of the sample."""

    case: str
    """Its number."""
    department: str
    """The unit whose answer it is."""


class RoundOpened(Fact, frozen=True, kw_only=True, tag="inspection.opened.v1"):
    """A sample was drawn: whoever has the log, the offsets and the seed draws the very same one again."""

    round: str
    form: Form
    period: str
    """`2026-06`, `2026-Q2`, `2026-H1` or `2026`: cases whose first reply was published in it, city time."""
    department: str = ""
    """Only cases that this unit answered; empty: every unit's."""
    seed: str
    """Made by the service, and not chosen by whoever opens the round."""
    size: int
    """How many were asked for; fewer are drawn when there are fewer."""
    population: int
    """How many there were to draw from."""
    fingerprint: str
    """SHA-256 of their numbers in order, each with a line feed."""
    offsets: dict[str, dict[str, int]]
    """Partition to topic to the first offset that stats had not read: whoever folds the log up to here has these cases."""
    drawn: tuple[Drawn, ...]
    """In the order of the numbers."""
    checklist: tuple[str, ...] = ()
    """Of an inspection: what each case is looked at for, as the policy said then."""
    by: str


class CaseInspected(Fact, frozen=True, kw_only=True, tag="inspection.inspected.v1"):
    """The centre looked a case through; said again of the same case, the later one counts."""

    round: str
    case: str
    department: str
    faults: tuple[str, ...] = ()
    """The points of the checklist that it fails; none: it is as it should be."""
    text: str = ""
    until: datetime | None = None
    """The unit has to put it right until then; none where there is nothing to put right."""
    by: str


class CorrectionReported(Fact, frozen=True, kw_only=True, tag="inspection.corrected.v1"):
    """The unit says what it did about a finding (整改反馈)."""

    round: str
    case: str
    department: str
    text: str
    by: str


class CorrectionJudged(Fact, frozen=True, kw_only=True, tag="inspection.judged.v1"):
    """The centre accepts what the unit did, returns it with a new day, or finds that nothing was put right."""

    round: str
    case: str
    department: str
    outcome: Outcome
    text: str = ""
    until: datetime | None = None
    """Of one that is returned."""
    by: str


class CorrectionNear(Fact, frozen=True, kw_only=True, tag="inspection.correction-near.v1"):
    """The day by which a unit has to put a finding right is near, and nothing was reported; `at` is the instant of the warning."""

    round: str
    case: str
    department: str
    until: datetime


class CorrectionOverdue(Fact, frozen=True, kw_only=True, tag="inspection.correction-overdue.v1"):
    """Nothing was reported on a finding by its day; `at` is that instant. Said once of each day that was set."""

    round: str
    case: str
    department: str
    until: datetime


class CitizenCalled(Fact, frozen=True, kw_only=True, tag="inspection.called.v1"):
    """A member of the centre called the citizen of a case; no number that was called is in it."""

    round: str
    case: str
    department: str
    contact: Contact
    solved: Solved | None = None
    """None: not said."""
    satisfied: bool | None = None
    """None: not said."""
    text: str = ""
    """Masked."""
    by: str


class RoundClosed(Fact, frozen=True, kw_only=True, tag="inspection.closed.v1"):
    """Every case of the round has been dealt with."""

    round: str
    text: str = ""
    by: str


class RoundStopped(Fact, frozen=True, kw_only=True, tag="inspection.stopped.v1"):
    """The round is given up before its end; what was found stays, and its figures are those of a part."""

    round: str
    text: str
    by: str


InspectionFact = (
    RoundOpened
    | CaseInspected
    | CorrectionReported
    | CorrectionJudged
    | CorrectionNear
    | CorrectionOverdue
    | CitizenCalled
    | RoundClosed
    | RoundStopped
)
