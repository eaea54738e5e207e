"""What is answered about rounds, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from city.profile import Profile
from services.stats.core.inspections.figures import (
    RoundShare,
    by_point,
    counted,
    overdue,
    shares,
)
from services.stats.core.inspections.round import (
    FORM_NAMES,
    SOLVED_NAMES,
    STANDING_NAMES,
    STEP_NAMES,
    Item,
    Line,
    Round,
)
from services.stats.core.inspections.sight import allowed, allowed_of_round, shown


class RoundHead(Struct, kw_only=True):
    """Which round it is, and how far; the counts are of the cases that the reader is shown."""

    id: str
    form: str
    form_name: str
    step: str
    step_name: str
    period: str
    department: str
    department_name: str
    cases: int
    undone: int
    overdue: int
    opened_at: datetime | None
    ended_at: datetime | None


class RoundHeads(Struct):
    """Rounds, the newest first; `left_off`: there are more than are shown."""

    rounds: list[RoundHead]
    left_off: bool


class RoundLine(Struct, kw_only=True):
    """Something that was done about a case."""

    at: datetime
    what: str
    text: str
    by: str


class CaseInRound(Struct, kw_only=True):
    """A case of the round."""

    case: str
    department: str
    department_name: str
    standing: str
    standing_name: str
    faults: tuple[str, ...]
    until: datetime | None
    overdue: bool
    solved: str
    solved_name: str
    satisfied: bool | None
    lines: list[RoundLine]
    allowed: tuple[str, ...]
    """The acts that the reader may do about it now."""


class RoundPoint(Struct):
    """A point of the checklist, and how many cases fail it."""

    name: str
    faults: int


class WholeRound(RoundHead, kw_only=True):
    """A round with how it was drawn, its figures and its cases, as far as the reader is shown them."""

    seed: str
    """With the period, the unit and the size it draws the same cases again: the lowest SHA-256 of `seed/number`."""
    size: int
    population: int
    fingerprint: str
    checklist: tuple[str, ...]
    opened_by: str
    ended_by: str
    closing: str
    figures: dict[str, int]
    shares: list[RoundShare]
    points: list[RoundPoint]
    items: list[CaseInRound]
    allowed: tuple[str, ...]
    """The acts on the round itself that the reader may do now."""


class RoundStanding(Struct):
    """How a round, and the case that was acted on, stand after an act."""

    id: str
    step: str
    case: str
    standing: str
    until: datetime | None


class CallPass(Struct):
    """For `POST /v1/cases/{number}/contact` at intake, within ten minutes, by whoever was given it."""

    token: str
    until: datetime


def head(round_: Round, items: tuple[Item, ...], profile: Profile, now: datetime) -> RoundHead:
    """A line of the list, to a reader who is shown these cases."""
    return RoundHead(**_head(round_, counted(items, now), profile))


def whole(round_: Round, profile: Profile, role: str, department: str, now: datetime) -> WholeRound:
    """All that a reader is shown."""
    items = shown(round_, role, department)
    figures = counted(items, now)
    return WholeRound(
        **_head(round_, figures, profile),
        seed=round_.seed,
        size=round_.size,
        population=round_.population,
        fingerprint=round_.fingerprint,
        checklist=round_.checklist,
        opened_by=round_.opened_by,
        ended_by=round_.ended_by,
        closing=round_.closing,
        figures=figures,
        shares=shares(round_.form, figures),
        points=[RoundPoint(name, count) for name, count in by_point(items, round_.checklist).items()],
        items=[_item(round_, one, profile, role, now) for one in items],
        allowed=allowed_of_round(round_, role),
    )


def standing(round_: Round, item: Item | None) -> RoundStanding:
    """What the person who acted is told."""
    if item is None:
        return RoundStanding(round_.id, round_.step, "", "", None)
    return RoundStanding(round_.id, round_.step, item.case, item.standing, item.until)


def _head(round_: Round, figures: dict[str, int], profile: Profile) -> dict[str, Any]:
    return {
        "id": round_.id,
        "form": round_.form,
        "form_name": FORM_NAMES[round_.form],
        "step": round_.step,
        "step_name": STEP_NAMES[round_.step],
        "period": round_.period,
        "department": round_.department,
        "department_name": profile.department_name(round_.department) if round_.department else "",
        "cases": figures.get("drawn", 0),
        "undone": figures.get("undone", 0),
        "overdue": figures.get("overdue", 0),
        "opened_at": round_.opened_at,
        "ended_at": round_.ended_at,
    }


def _item(round_: Round, item: Item, profile: Profile, role: str, now: datetime) -> CaseInRound:
    return CaseInRound(
        case=item.case,
        department=item.department,
        department_name=profile.department_name(item.department),
        standing=item.standing,
        standing_name=STANDING_NAMES[item.standing],
        faults=item.faults,
        until=item.until,
        overdue=overdue(item, now),
        solved=item.solved or "",
        solved_name=SOLVED_NAMES[item.solved] if item.solved else "",
        satisfied=item.satisfied,
        lines=[_line(one) for one in item.lines],
        allowed=allowed(round_, item, role),
    )


def _line(line: Line) -> RoundLine:
    return RoundLine(at=line.at, what=line.what, text=line.text, by=line.by)
