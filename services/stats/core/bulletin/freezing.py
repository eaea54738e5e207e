"""From summed cells to the figures a bulletin freezes. Pure, so that whoever folds the log gets the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from city.profile import Profile
from contracts.bulletins import Frozen, NamedCase, UnitFigures
from services.stats.core.figures import SHARES, Measures, histograms, quantile, row, total
from services.stats.core.periods import Period

LEFT_OUT: Final = (
    "interval",
    "held_hours",
    "first_words",
    "first_word_rate",
    "first_word_hours",
    "responses_asked",
    "responses",
    "response_rate",
    "response_hours",
    "dispatches_in_time",
    "late_dispatches",
    "dispatch_rate",
    "meetings",
    "meetings_in_time",
    "meeting_rate",
)
"""What a row of a bulletin does not have: it freezes no more than its paper needs, and nothing of what comes before the reply (ADR 56)."""

NAMED_AT_MOST: Final = 2_000
"""Cases that a bulletin names, those first that have been named for longest: it is one fact, and the bus takes a megabyte."""


class Counted(Struct, frozen=True):
    """What was counted at one moment: by unit over a period and the two it is compared with, and what is named."""

    by_unit: Mapping[str, Measures]
    before: Mapping[str, Measures]
    year_before: Mapping[str, Measures]
    named: Sequence[NamedCase]
    offsets: Mapping[int, Mapping[str, int]]
    """Partition to topic to the first offset that is not counted."""


def with_reviews(
    by_unit: Mapping[str, Measures], reviews: Mapping[str, Measures]
) -> dict[str, dict[str, int]]:
    """Unit to its measures of a year, with those of the reviews of that year (政行风评议) beside them."""
    return {unit: {**by_unit.get(unit, {}), **reviews.get(unit, {})} for unit in sorted({*by_unit, *reviews})}


def frozen(counted: Counted, profile: Profile, period: Period, cut_off: datetime, code: str) -> Frozen:
    """The figures of a period; a row for each unit of the profile, in its order."""
    units = [(unit.code, unit.name) for unit in profile.departments]
    return put_together(counted, units, period, cut_off, (code, profile.version))


def put_together(
    counted: Counted,
    units: Sequence[tuple[str, str]],
    period: Period,
    cut_off: datetime,
    versions: tuple[str, str],
) -> Frozen:
    """The figures of a period for these units, code and name; `versions` are those of code and policy."""
    return Frozen(
        period=str(period),
        cut_off=cut_off,
        city=_of("", "全市", total(counted.by_unit.values())),
        units=tuple(_of(unit, name, counted.by_unit.get(unit, {})) for unit, name in units),
        before=_of("", "全市", total(counted.before.values())),
        year_before=_of("", "全市", total(counted.year_before.values())),
        named=tuple(sorted(counted.named, key=lambda case: (case.named_at, case.number))[:NAMED_AT_MOST]),
        offsets={
            str(partition): dict(sorted(topics.items()))
            for partition, topics in sorted(counted.offsets.items())
        },
        code=versions[0],
        policy=versions[1],
    )


def _of(unit: str, name: str, measures: Measures) -> UnitFigures:
    hours = histograms(measures)["hours"]
    kept = {measure: count for measure, count in sorted(measures.items()) if ":" not in measure and count}
    return UnitFigures(unit, name, kept, quantile(hours, 0.5), quantile(hours, 0.9))


def row_of(unit: UnitFigures) -> dict[str, object]:
    """The frozen figures of a unit, or of the city, as a row of the interfaces."""
    counted = {name: value for name, value in row(unit.measures).items() if name not in LEFT_OUT}
    return {
        "code": unit.unit,
        "name": unit.name,
        **counted,
        "intervals": {share.code: share.interval(unit.measures) for share in SHARES if share.issued},
        "median_hours": unit.median_hours,
        "p90_hours": unit.p90_hours,
    }


def differences(one: Frozen, other: Frozen) -> list[str]:
    """What two counts of a period disagree about, in Chinese; empty when they are the same figures."""
    told = []
    units = {unit.unit: unit for unit in other.units}
    pairs = [(one.city, other.city), (one.before, other.before), (one.year_before, other.year_before)]
    pairs += [(unit, units.pop(unit.unit, UnitFigures(unit.unit, unit.name, {}))) for unit in one.units]
    pairs += [(UnitFigures(unit.unit, unit.name, {}), unit) for unit in units.values()]
    for mine, yours in pairs:
        for measure in sorted({*mine.measures, *yours.measures}):
            was, is_now = mine.measures.get(measure, 0), yours.measures.get(measure, 0)
            if was != is_now:
                told.append(f"{mine.name} {measure}: {was} ≠ {is_now}")
        for name in ("median_hours", "p90_hours"):
            was, is_now = getattr(mine, name), getattr(yours, name)
            if was != is_now:
                told.append(f"{mine.name} {name}: {was} ≠ {is_now}")
    for case in sorted({*one.named} ^ {*other.named}, key=lambda case: (case.number, case in other.named)):
        told.append(f"点名 {case.number}: {'只在重算中' if case in other.named else '只在通报中'}")
    return told
