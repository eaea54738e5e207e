"""What is answered about scores, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime

from msgspec import Struct

from city.profile import Profile
from contracts.bulletins import ScorePart
from services.stats.core.assessment import Standing


class Before(Struct):
    """What a unit comes to by the weights in force."""

    score: float | None
    rank: int | None


class UnitScore(Struct, kw_only=True):
    """What a unit comes to, part by part; `rank` is null where it has too few posts."""

    code: str
    name: str
    received: int
    score: float | None
    rank: int | None
    parts: tuple[ScorePart, ...]
    before: Before | None = None
    """Where other weights are tried: by those in force."""


class FrozenBy(Struct):
    """The issued bulletin that froze the scores of a year."""

    id: str
    number: str
    at: datetime
    corrects: str
    """The number of the bulletin whose scores these replace; empty for the first."""


class Scores(Struct, kw_only=True):
    """The scores of a period, the best first; a unit is shown its own alone."""

    period: str
    cut_off: datetime
    policy: str
    """The version of the city's rules whose weights are in force: now, or of a frozen year those it was frozen by."""
    rules: dict[str, float]
    """Points and limits that were counted by, named as in the policy's `[assessment]`."""
    in_force: dict[str, float]
    """Those in force now, or of a frozen year those it was frozen by; the same unless others are tried."""
    frozen: FrozenBy | None = None
    """Of a year whose bulletin is issued: nothing changes these scores any more, and other weights are tried on the same
    figures."""
    ranked: int
    """Units that have a place."""
    departments: list[UnitScore]


def unit_score(one: Standing, city: Profile, before: Standing | None = None) -> UnitScore:
    """A unit as it is shown; `before` where other weights are tried."""
    return UnitScore(
        code=one.unit,
        name=city.department_name(one.unit),
        received=one.received,
        score=one.score,
        rank=one.rank,
        parts=one.parts,
        before=None if before is None else Before(before.score, before.rank),
    )
