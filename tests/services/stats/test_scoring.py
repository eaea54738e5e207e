"""Scores that are frozen: read again as they were, tried with other weights on the same figures, and compared."""

from datetime import datetime
from typing import Final

import msgspec
import pytest
from msgspec.structs import replace

from city.periodic import Assessment
from contracts.bulletins import BulletinIssued, Frozen, UnitFigures, YearScores
from contracts.topics import BULLETINS
from services.stats.core.bulletin.document import Bulletin
from services.stats.core.bulletin.freezing import Counted, put_together
from services.stats.core.bulletin.scoring import (
    as_frozen,
    differences,
    scored,
    tried,
    weights_of,
)
from services.stats.core.open_data import bulletin_of
from services.stats.core.periods import Period
from tests.services.stats.test_assessment import FIGURES
from tests.services.stats.test_core import at

CUT_OFF: Final[datetime] = at("2027-01-04T10:00")
RULES: Final = Assessment()
WATER: Final = {"received": 20, "replied": 20, "on_time": 20}
BY_UNIT: Final = {"housing": FIGURES, "water": WATER}
UNITS: Final = [("water", "水利局"), ("housing", "住房局"), ("idle", "文史馆")]


def frozen() -> Frozen:
    counted = Counted(BY_UNIT, {}, {}, (), {})
    return put_together(counted, UNITS, Period.read("2026"), CUT_OFF, ("code", "policy"), 1)


def scores() -> YearScores:
    return scored(frozen(), BY_UNIT, {"housing": {"talk": 1}}, (RULES, "version"))


def test_every_unit_is_frozen_with_parts_place_and_what_it_was_reckoned_from() -> None:
    water, housing, idle = scores().units

    assert [one.unit for one in scores().units] == ["water", "housing", "idle"]
    assert (water.score, water.rank) == (100.0, 1)
    assert (housing.rank, housing.unprinted, housing.blame) == (2, {"quality:sent_back": 2}, {"talk": 1})
    assert (idle.score, idle.rank) == (None, None)
    workings = {part.code: part.working for part in housing.parts}
    assert workings["accountability"] == "10 - 约谈 1 × 3"


def test_what_was_frozen_is_shown_as_it_was_whatever_a_part_means_by_now() -> None:
    housing = scores().units[1]
    of_old = replace(housing, parts=(replace(housing.parts[0], name="旧的一项", working="旧的算法"),))

    shown = as_frozen(replace(scores(), units=(of_old,)), frozen())

    as_it_was = [(one.unit, one.received) for one in as_frozen(scores(), frozen())]
    assert as_it_was == [("water", 20), ("housing", 40), ("idle", 0)]
    assert shown[0].parts == of_old.parts
    assert (shown[0].received, shown[0].score) == (40, housing.score)


def test_the_same_weights_give_the_frozen_scores_again_and_others_differ_for_the_weights_alone() -> None:
    again = {one.unit: one for one in tried(scores(), frozen(), weights_of(scores()))}
    others = {one.unit: one for one in tried(scores(), frozen(), replace(RULES, talk=0.0, sent_back=0.0))}

    for one in scores().units:
        assert (again[one.unit].score, again[one.unit].parts) == (one.score, one.parts)
    assert {part.code: part.got for part in others["housing"].parts}["accountability"] == 10.0


def test_a_weight_that_did_not_exist_then_is_as_the_policy_has_it_without_a_word() -> None:
    known = {name: value for name, value in scores().weights.items() if name != "sent_back"}

    assert weights_of(replace(scores(), weights=known)) == RULES


def test_a_difference_names_unit_part_and_weight() -> None:
    lighter = scored(frozen(), BY_UNIT, {"housing": {"reminder": 1}}, (replace(RULES, talk=4.0), "version"))

    found = differences(scores(), lighter, frozen())

    assert found[0] == "考核分值 talk: 3 ≠ 4"
    assert found[1].startswith("住房局 考核得分: ")
    assert found[2] == "住房局 问责: 10 - 约谈 1 × 3 ≠ 10 - 口头提醒 1 × 1"
    assert len(found) == 3
    assert differences(scores(), scores(), frozen()) == []
    assert differences(scores(), None, frozen()) == ["考核得分: 只在一方"]
    assert differences(None, None, frozen()) == []


def test_a_unit_that_only_one_of_two_reckonings_knows_is_a_difference() -> None:
    whole = scores()
    fewer = replace(whole, units=whole.units[1:])

    assert differences(whole, fewer, frozen()) == ["水利局 考核得分: 只在通报中"]
    assert differences(fewer, whole, frozen()) == ["水利局 考核得分: 只在重算中"]


@pytest.mark.parametrize(
    ("period", "found"), [("2026", True), ("2026-H1", False), ("2026-Q1", False), ("2026-12", False)]
)
def test_scores_are_frozen_with_a_year(period: str, found: bool) -> None:
    assert Period.read(period).is_year is found


def test_a_bulletin_of_before_is_the_same_to_the_byte_and_one_with_scores_comes_back_whole() -> None:
    nothing = UnitFigures("", "全市", {})
    figures = Frozen("2026", CUT_OFF, nothing, (), nothing, nothing, (), {}, "c", "p")
    of_before = BulletinIssued(
        at=CUT_OFF, bulletin="2026", number="1", title="t", figures=figures, sections=(), by="l"
    )
    fact = replace(of_before, scores=scores())

    assert b"scores" not in msgspec.json.encode(of_before)
    assert BULLETINS.decoder.decode(msgspec.json.encode(fact)) == fact


def test_open_data_has_the_bulletin_and_not_its_scores() -> None:
    issued = Bulletin("2026", "issued", figures=frozen(), scores=scores(), number="1", issued_at=CUT_OFF)

    row = bulletin_of(issued)

    assert row is not None
    assert (row.number, row.scores) == ("1", None)
