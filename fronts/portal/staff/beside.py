"""Areas, kinds, channels and duty items of a period beside those of the period before (环比) and of the year before (同比). Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

PARTS: Final = {"areas": "area", "kinds": "", "origins": "", "duties": "duty"}
"""Parts of `/v1/figures` to the field that tells their rows apart; empty where they stand under their codes."""


class Beside(NamedTuple):
    """What a row says beside two other periods; None where one of them has no figure."""

    rate: float | None
    """回复率, of what was received."""
    received: tuple[int | None, int | None]
    """How many more were received than in the period before, and in that of the year before."""
    points: tuple[float | None, float | None]
    """By how many points of a hundred the rate is higher."""


def beside(now: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Beside]]:
    """Part to code to what its row says beside the other two answers of `/v1/figures`; one that is empty could not be had."""
    return {part: _of_part(now, others, part, field) for part, field in PARTS.items()}


def _of_part(
    now: Mapping[str, Any], others: Sequence[Mapping[str, Any]], part: str, field: str
) -> dict[str, Beside]:
    found = {}
    for code, row in _rows(now.get(part), field).items():
        then = [_then(other, part, field, code) for other in others]
        more = [None if one is None else row["received"] - one["received"] for one in then]
        points = [_points(row, one) for one in then]
        found[code] = Beside(_rate(row), (more[0], more[1]), (points[0], points[1]))
    return found


def _then(other: Mapping[str, Any], part: str, field: str, code: str) -> Mapping[str, int] | None:
    """The row of then; of a duty item that has none it is not known, for those with few posts stand together."""
    if not other or (part == "duties" and not code):
        return None
    nothing = None if part == "duties" else {"received": 0, "replied": 0}
    row: Mapping[str, int] | None = _rows(other.get(part), field).get(code, nothing)
    return row


def _rows(part: Any, field: str) -> dict[str, Any]:
    if not part:
        return {}
    return {row[field]: row for row in part} if field else dict(part)


def _rate(row: Mapping[str, int]) -> float | None:
    return row["replied"] / row["received"] if row["received"] else None


def _points(row: Mapping[str, int], then: Mapping[str, int] | None) -> float | None:
    now, was = _rate(row), None if then is None else _rate(then)
    return None if now is None or was is None else round(100 * (now - was), 2)
