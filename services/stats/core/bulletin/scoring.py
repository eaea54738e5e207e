"""The scores of a year, frozen with its bulletin: reckoned, read again, tried with other weights, and compared. Pure."""

from collections.abc import Mapping
from typing import Final

import msgspec

from city.periodic import Assessment
from contracts.bulletins import Frozen, ScorePart, UnitScore, YearScores
from services.stats.core.assessment import REVIEW, Blame, Standing, in_order, standings

UNPRINTED: Final = ("quality:sent_back", *REVIEW.whole, *REVIEW.part)
"""Measures that a score reads and the table of a bulletin leaves out: it is recounted to the figures it was issued with."""


def scored(
    figures: Frozen,
    by_unit: Mapping[str, Mapping[str, int]],
    blamed: Mapping[str, Blame],
    by: tuple[Assessment, str],
) -> YearScores:
    """The scores of the bulletin's units by what was counted at its moment; `by` are the weights and the policy's version."""
    rules, version = by
    found = {
        one.unit: one for one in standings([unit.unit for unit in figures.units], by_unit, blamed, rules)
    }
    return YearScores(
        msgspec.to_builtins(rules),
        version,
        tuple(
            _of(found[unit.unit], by_unit.get(unit.unit, {}), blamed.get(unit.unit, {}))
            for unit in figures.units
        ),
    )


def _of(one: Standing, measures: Mapping[str, int], blame: Blame) -> UnitScore:
    unprinted = {name: measures[name] for name in UNPRINTED if measures.get(name)}
    # In the order of the measures, so that whoever reckons it again writes the same.
    return UnitScore(one.unit, one.parts, one.score, one.rank, unprinted, dict(sorted(blame.items())))


def as_frozen(scores: YearScores, figures: Frozen) -> list[Standing]:
    """The units as they were frozen, the best first. Nothing is reckoned: what a part means may have changed since."""
    received = {unit.unit: unit.measures.get("received", 0) for unit in figures.units}
    return in_order(
        Standing(one.unit, received.get(one.unit, 0), one.score, one.rank, one.parts) for one in scores.units
    )


def tried(scores: YearScores, figures: Frozen, rules: Assessment) -> list[Standing]:
    """The same figures by other weights: what differs from the frozen scores differs for the weights alone."""
    unprinted = {one.unit: one.unprinted for one in scores.units}
    by_unit = {unit.unit: {**unit.measures, **unprinted.get(unit.unit, {})} for unit in figures.units}
    blamed = {one.unit: _blame(one) for one in scores.units}
    return standings([one.unit for one in scores.units], by_unit, blamed, rules)


def _blame(one: UnitScore) -> Blame:
    blame: Blame = msgspec.convert(one.blame, Blame)
    return blame


def weights_of(scores: YearScores) -> Assessment:
    """The weights they were frozen by; a weight that did not exist then is as the policy would have it without a word."""
    return msgspec.convert(scores.weights, Assessment)


def differences(one: YearScores | None, other: YearScores | None, figures: Frozen) -> list[str]:
    """What two reckonings of a year disagree about, in Chinese; empty when they are the same scores."""
    if one is None or other is None:
        return [] if one is other else ["考核得分: 只在一方"]
    names = {unit.unit: unit.name for unit in figures.units}
    was, is_now = (msgspec.to_builtins(weights_of(scores)) for scores in (one, other))
    told = [f"考核分值 {name}: {was[name]:g} ≠ {is_now[name]:g}" for name in was if was[name] != is_now[name]]
    others = {unit.unit: unit for unit in other.units}
    for unit in one.units:
        again, name = others.pop(unit.unit, None), names.get(unit.unit, unit.unit)
        if again is None:
            told.append(f"{name} 考核得分: 只在通报中")
        elif unit != again:
            told.append(f"{name} 考核得分: {_shown(unit.score)} ≠ {_shown(again.score)}")
            told += _parts(name, unit.parts, again.parts)
    return told + [f"{names.get(unit, unit)} 考核得分: 只在重算中" for unit in others]


def _parts(name: str, one: tuple[ScorePart, ...], other: tuple[ScorePart, ...]) -> list[str]:
    others = {part.code: part for part in other}
    return [
        f"{name} {part.name}: {part.working} ≠ {others[part.code].working}"
        for part in one
        if part.code in others and part != others[part.code]
    ]


def _shown(score: float | None) -> str:
    return "—" if score is None else f"{score:.2f}"
