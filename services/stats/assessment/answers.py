"""What is answered about scores, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime

from msgspec import Struct

from services.stats.core.assessment import Part


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
    parts: tuple[Part, ...]
    before: Before | None = None
    """Where other weights are tried: by those in force."""


class Scores(Struct, kw_only=True):
    """The scores of a period, the best first; a unit is shown its own alone."""

    period: str
    cut_off: datetime
    policy: str
    """The version of the city's rules in force."""
    rules: dict[str, float]
    """Points and limits that were counted by, named as in the policy's `[assessment]`."""
    in_force: dict[str, float]
    """Those in force; the same unless others are tried."""
    ranked: int
    """Units that have a place."""
    departments: list[UnitScore]
