"""The score of a unit over a period (考核): points kept for shares, points lost for what went wrong, each part shown. Pure.

Whoever reads a part can reckon it again by hand: `working` says it in figures, and the score is the sum of what was kept of
the parts that could be judged, out of a hundred of their points.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from city.periodic import Assessment
from contracts.accountability import Measure
from contracts.bulletins import ScorePart
from services.stats.core.accountability.record import MEASURE_NAMES
from services.stats.core.figures import AMOUNT, SHARES, Measures, Share

Blame = Mapping[Measure, int]
"""Measure of a 问责 record to how many records of the unit it stands in."""

_SHARE: Final = {share.code: share for share in SHARES}
NAMES: Final = {
    "on_time": "按时率",
    "reply": "回复率",
    "solved": "解决率",
    "satisfaction": "满意度",
    "promises": "承诺未兑现",
    "reopened": "重新办理",
    "sent_back": "答复退回",
    "accountability": "问责",
    "review": "政行风评议",
}
"""Part to its Chinese name, in the order in which parts are shown; each bears the name of its points in the policy."""
_OF_SHARE: Final = {
    "on_time": "on_time_rate",
    "reply": "reply_rate",
    "solved": "solved_rate",
    "satisfaction": "satisfaction",
}
REVIEW: Final = Share(
    "review",
    "政行风评议",
    ("review:content",),
    ("review:answered",),
    "当年各次评议问卷公布的结果中,对该单位评最上两级的;凭邀请码评议,没有打过交道的可以不评,只用于年度考核",
    "纳入政行风评议范围(2011 年的报告);两级满意同好差评 GB/T 39735",
    (18, 20, "90%"),
)
"""Of a year, and of nothing shorter."""
_SAID_BY_PEOPLE: Final = ("solved", "satisfaction")
"""Judged where enough people have said something."""
_OF_HUNDRED: Final = {
    "promises": ("broken_promises", "received", "promise_points"),
    "reopened": ("reopened", "replied", "reopening_points"),
    "sent_back": ("sent_back", "replied", "sent_back_points"),
}
"""Part to the amount that is counted, of how many, and how many points are lost for each in a hundred."""


class Score(Struct, frozen=True):
    """What a unit comes to."""

    parts: tuple[ScorePart, ...]
    score: float | None
    """Of a hundred; None where no share could be judged."""


def score(measures: Measures, blame: Blame, rules: Assessment) -> Score:
    """The score of a unit by its figures and its 问责 records of a period."""
    parts = tuple(_part(code, measures, blame, rules) for code in NAMES)
    judged = [(part.got, part.points) for part in parts if part.got is not None]
    whole = sum(points for _, points in judged)
    if not whole or not any(part.got is not None for part in parts if part.code in _OF_SHARE):
        return Score(parts, None)
    return Score(parts, round(100 * sum(got for got, _ in judged) / whole, 2))


class Standing(Struct, frozen=True):
    """A unit among the others."""

    unit: str
    received: int
    score: float | None
    rank: int | None
    """None: it has too few posts to be compared."""
    parts: tuple[ScorePart, ...]


def standings(
    units: Iterable[str],
    figures: Mapping[str, Measures],
    blamed: Mapping[str, Blame],
    rules: Assessment,
) -> list[Standing]:
    """What each unit comes to, and its place, in order."""
    scored = [
        (
            unit,
            figures.get(unit, {}).get("received", 0),
            score(figures.get(unit, {}), blamed.get(unit, {}), rules),
        )
        for unit in units
    ]
    places = ranks([(unit, received, found.score) for unit, received, found in scored], rules.least_received)
    return in_order(
        Standing(unit, received, one.score, places.get(unit), one.parts) for unit, received, one in scored
    )


def in_order(units: Iterable[Standing]) -> list[Standing]:
    """Those with a place first, the best of them before all, then those with a score, then the others."""
    return sorted(units, key=_order)


def _order(one: Standing) -> tuple[bool, bool, float, str]:
    return one.rank is None, one.score is None, -(one.score or 0.0), one.unit


def ranks(scores: Sequence[tuple[str, int, float | None]], least_received: int) -> dict[str, int]:
    """Unit to its place, for units, their posts received and scores; equal scores share a place.

    A unit with fewer posts than `least_received` has none: one late answer would decide.
    """
    ranked = sorted(
        (
            (value, unit)
            for unit, received, value in scores
            if value is not None and received >= least_received
        ),
        reverse=True,
    )
    values = [value for value, _ in ranked]
    return {unit: values.index(value) + 1 for value, unit in ranked}


def _part(code: str, measures: Measures, blame: Blame, rules: Assessment) -> ScorePart:
    points: float = getattr(rules, code)
    if code in _OF_SHARE:
        least = rules.least_answers if code in _SAID_BY_PEOPLE else 1
        return _kept(code, points, _SHARE[_OF_SHARE[code]], measures, least)
    if code == REVIEW.code:
        return _of_review(points, measures, rules.least_review_answers)
    if code in _OF_HUNDRED:
        counted, of, each = _OF_HUNDRED[code]
        numbers = AMOUNT[counted].of(measures), AMOUNT[of].of(measures)
        return _lost_by_hundreds(code, points, numbers, getattr(rules, each))
    return _lost_by_measures(code, points, blame, rules)


def _kept(code: str, points: float, share: Share, measures: Measures, least: int) -> ScorePart:
    part, whole = share.counted(measures)
    if whole < least:
        return ScorePart(code, NAMES[code], points, None, f"{part} / {whole},不足 {least} 件,不计")
    return ScorePart(
        code, NAMES[code], points, round(points * part / whole, 2), f"{part} / {whole} × {points:g}"
    )


def _of_review(points: float, measures: Measures, least: int) -> ScorePart:
    """With its interval: few have dealt with a unit, and fewer were asked."""
    content, answered = REVIEW.counted(measures)
    interval = REVIEW.interval(measures)
    if interval is None or answered < least:
        working = f"{answered} 份,不足 {least} 份,不计" if answered else "没有评议,不计"
        return ScorePart(REVIEW.code, REVIEW.name, points, None, working)
    low, high = interval
    working = f"{content} / {answered} × {points:g},95% 区间 {low:.1%}–{high:.1%}"
    return ScorePart(REVIEW.code, REVIEW.name, points, round(points * content / answered, 2), working)


def _lost_by_hundreds(code: str, points: float, numbers: tuple[int, int], each: float) -> ScorePart:
    count, of = numbers
    if not of:
        return ScorePart(code, NAMES[code], points, None, "0 件,不计")
    lost = min(points, round(100 * count / of * each, 2))
    working = f"{points:g} - {count} / {of} × 100 × {each:g}"
    return ScorePart(code, NAMES[code], points, round(points - lost, 2), working + _limited(lost, points))


def _lost_by_measures(code: str, points: float, blame: Blame, rules: Assessment) -> ScorePart:
    taken = [
        (name, blame[measure], _points_of(measure, rules))
        for measure, name in MEASURE_NAMES.items()
        if measure and blame.get(measure)
    ]
    lost = min(points, round(sum(count * each for _, count, each in taken), 2))
    working = f"{points:g}" + "".join(f" - {name} {count} × {each:g}" for name, count, each in taken)
    return ScorePart(code, NAMES[code], points, round(points - lost, 2), working + _limited(lost, points))


def _points_of(measure: Measure, rules: Assessment) -> float:
    points: float = getattr(rules, measure.replace("-", "_"))
    return points


def _limited(lost: float, points: float) -> str:
    return ",扣完为止" if lost and lost == points else ""
