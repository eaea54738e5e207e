"""From summed cells to the figures a bulletin freezes. Pure, so that whoever folds the log gets the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from city.profile import Profile
from contracts.bulletins import Frozen, NamedCase, UnitFigures
from services.stats.core.figures import (
    AMOUNTS,
    BEFORE_THE_REPLY,
    SHARES,
    Measures,
    histograms,
    quantile,
    row,
    total,
)
from services.stats.core.periods import Period

Derivation = Literal[1, 2]
LEFT_OUT: Final = (
    *("interval", "held_hours"),
    *("instructions", "instructions_in_time", "instructions_late", "instruction_rate"),
)
"""What a row of a bulletin does not have: it freezes no more than its paper needs."""

HOURS: Final = ("median_hours", "p90_hours", "first_word_hours", "response_hours")

LATER: Final = frozenset(
    (
        *(amount.code for amount in AMOUNTS if BEFORE_THE_REPLY.intersection(amount.measures)),
        *(share.code for share in SHARES if share.issued(2) and not share.issued(1)),
        "first_word_hours",
        "response_hours",
    )
)
"""What a row has from derivation 2 on, and is null before."""

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
    parked: int = 0
    """Records that are parked, so that what they tell is not counted."""


def with_reviews(
    by_unit: Mapping[str, Measures], reviews: Mapping[str, Measures]
) -> dict[str, dict[str, int]]:
    """Unit to its measures of a year, with those of the reviews of that year (政行风评议) beside them."""
    return {unit: {**by_unit.get(unit, {}), **reviews.get(unit, {})} for unit in sorted({*by_unit, *reviews})}


def frozen(counted: Counted, profile: Profile, period: Period, cut_off: datetime, code: str) -> Frozen:
    """The figures of a period; a row for each unit of the profile, in its order."""
    units = [(unit.code, unit.name) for unit in profile.departments]
    derivation: Derivation = 2 if _known_whole(counted.by_unit) else 1
    return put_together(counted, units, period, cut_off, (code, profile.version), derivation)


def _known_whole(by_unit: Mapping[str, Measures]) -> bool:
    """Whether of every post of the period it is known what came before its reply.

    Of one that is older than these figures it is not, while whoever folds the log knows it of all.
    """
    whole = total(by_unit.values())
    return whole.get("response:asked", 0) == whole.get("received", 0)


def put_together(
    counted: Counted,
    units: Sequence[tuple[str, str]],
    period: Period,
    cut_off: datetime,
    versions: tuple[str, str],
    derivation: Derivation,
) -> Frozen:
    """The figures of a period for these units, code and name; `versions` are those of code and policy.

    Of the periods it is compared with the same is frozen in every derivation.
    """
    return Frozen(
        period=str(period),
        cut_off=cut_off,
        city=_of("", "全市", total(counted.by_unit.values()), derivation),
        units=tuple(_of(unit, name, counted.by_unit.get(unit, {}), derivation) for unit, name in units),
        before=_of("", "全市", total(counted.before.values()), 1),
        year_before=_of("", "全市", total(counted.year_before.values()), 1),
        named=tuple(sorted(counted.named, key=lambda case: (case.named_at, case.number))[:NAMED_AT_MOST]),
        offsets={
            str(partition): dict(sorted(topics.items()))
            for partition, topics in sorted(counted.offsets.items())
        },
        code=versions[0],
        policy=versions[1],
        derivation=derivation,
    )


def _of(unit: str, name: str, measures: Measures, derivation: Derivation) -> UnitFigures:
    hours, more = histograms(measures), derivation > 1
    kept = {
        measure: count
        for measure, count in sorted(measures.items())
        if count and (":" not in measure or (more and measure in BEFORE_THE_REPLY))
    }
    return UnitFigures(
        unit,
        name,
        kept,
        quantile(hours["hours"], 0.5),
        quantile(hours["hours"], 0.9),
        quantile(hours["first_word_hours"], 0.5) if more else None,
        quantile(hours["response_hours"], 0.5) if more else None,
    )


def row_of(unit: UnitFigures, derivation: Derivation) -> dict[str, object]:
    """The frozen figures of a unit, or of the city, as a row of the interfaces."""
    counted = {name: value for name, value in row(unit.measures).items() if name not in LEFT_OUT}
    told = {
        "code": unit.unit,
        "name": unit.name,
        **counted,
        "intervals": {
            share.code: share.interval(unit.measures) if share.issued(derivation) else None
            for share in SHARES
            if share.issued(2)
        },
        **{name: getattr(unit, name) for name in HOURS},
    }
    return told if derivation > 1 else told | dict.fromkeys(LATER)


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
        for name in HOURS:
            was, is_now = getattr(mine, name), getattr(yours, name)
            if was != is_now:
                told.append(f"{mine.name} {name}: {was} ≠ {is_now}")
    for case in sorted({*one.named} ^ {*other.named}, key=lambda case: (case.number, case in other.named)):
        told.append(f"点名 {case.number}: {'只在重算中' if case in other.named else '只在通报中'}")
    return told
