"""What a bulletin says of its figures in words and rows, unit by unit, and of a month in which nothing happened."""

from collections.abc import Mapping
from typing import Final

import pytest

from contracts.bulletins import Frozen
from services.stats.core.bulletin.freezing import LEFT_OUT, Counted, differences, put_together, row_of
from services.stats.core.bulletin.narrative import period_name, sections
from services.stats.core.bulletin.tables import COURSE, ROW, course, heads, table
from services.stats.core.course import HOUR_BUCKETS
from services.stats.core.figures import SHARES
from services.stats.core.periods import Period
from tests.services.stats.test_core import at

UNITS: Final = [("water", "水利局"), ("housing", "住房局"), ("traffic", "交通局"), ("idle", "文史馆")]
BY_UNIT: Final = {
    "water": {"received": 20, "replied": 20, "on_time": 19},
    "housing": {"received": 12, "replied": 3, "on_time": 3, "overdue": 4, "open": 5},
    "traffic": {"received": 2, "open": 2},
}


def frozen(by_unit: Mapping[str, Mapping[str, int]], derivation: int = 1) -> Frozen:
    counted = Counted(by_unit, {}, {}, (), {})
    until = at("2026-04-01T10:00")
    return put_together(counted, UNITS, Period.read("2026-03"), until, ("c", "p"), derivation)


@pytest.mark.parametrize(
    ("period", "name"),
    [
        ("2026-06", "2026年6月"),
        ("2026-Q2", "2026年第二季度"),
        ("2026-H1", "2026年上半年"),
        ("2026-H2", "2026年下半年"),
        ("2026", "2026年"),
    ],
)
def test_a_period_is_called_as_it_is_said(period: str, name: str) -> None:
    assert period_name(Period.read(period)) == name


def test_units_are_told_by_who_was_soonest_who_fell_behind_and_who_answered_nothing() -> None:
    assert sections(frozen(BY_UNIT), 0.9)[1].text.split("\n") == [
        "本期3个单位承办了网帖,1个单位没有承办。",
        "承办10件以上的单位中,按时率靠前的是:水利局(95.0%)、住房局(42.9%)。",
        "回复率低于90.0%的单位:住房局(3/12)。",
        "本期网帖均未回复的单位:交通局。",
    ]


def test_where_every_unit_has_answered_nobody_is_said_to_have_answered_nothing() -> None:
    assert sections(frozen({"water": BY_UNIT["water"]}), 0.9)[1].text.split("\n") == [
        "本期1个单位承办了网帖,3个单位没有承办。",
        "承办10件以上的单位中,按时率靠前的是:水利局(95.0%)。",
        "各承办单位回复率均达到90.0%。",
    ]


def test_of_a_month_in_which_nothing_happened_every_number_is_a_nought() -> None:
    whole, units = (section.text for section in sections(frozen({}), 0.9)[:2])

    assert whole.split("\n")[0] == (
        "2026年3月,全市共受理计时网帖0件,已回复0件,回复率—,按时率—;未回复0件,其中超期0件。"
        "网民评价0件,满意0件,满意度—。"
    )
    assert "收到0条,回复0条,回复率—" in whole
    assert units == "本期0个单位承办了网帖,4个单位没有承办。"


def test_the_row_of_a_unit_without_a_post_has_noughts_and_no_shares() -> None:
    row = dict(zip(ROW, table(frozen({}))[0], strict=True))

    assert row == {
        **dict.fromkeys(ROW, 0),
        **dict.fromkeys(("回复率", "按时率", "满意度", "中位小时", "九成小时")),
        **{"单位": "住房局", "件数组": "0"},
    }


def test_where_anybody_said_if_it_was_solved_it_stands_right_behind_the_satisfaction() -> None:
    asked = frozen({"water": BY_UNIT["water"] | {"solved_told": 4, "solved": 3}})

    place = heads(asked).index("满意度")
    assert heads(asked)[place : place + 4] == ("满意度", "答解决", "解决率", "延期")
    assert table(asked)[0][place : place + 4] == [None, 4, 0.75, 0]


def test_a_time_beyond_the_last_step_is_told_as_more_than_that_and_as_no_number_of_its_own() -> None:
    last = len(HOUR_BUCKETS) - 1
    late = {"received": 1, "replied": 1, "response:asked": 1, "response:given": 1}
    late |= {f"{kind}:{last}": 1 for kind in ("hours", "first_word_hours", "response_hours")}
    figures = frozen({"water": late}, derivation=2)

    whole = sections(figures, 0.9)[0].text
    assert "响应用时中位数超过240小时" in whole
    assert "首次答复用时中位数超过1434小时,90%在1434小时以上。" in whole
    assert course(figures)[0][COURSE.index("响应中位小时")] == ">240"
    assert course(figures)[0][COURSE.index("初步中位小时")] == ">1434"
    assert table(figures)[0][ROW.index("中位小时")] == ">1434"

    soon = frozen({"water": {"received": 1, "replied": 1, "hours:3": 1}}, derivation=2)
    assert "首次答复用时中位数2小时,90%在2小时内答复。" in sections(soon, 0.9)[0].text
    assert table(soon)[0][ROW.index("中位小时")] == 2.0


def test_a_unit_stands_in_its_group_of_units_and_the_city_in_none() -> None:
    rows = table(frozen(BY_UNIT))

    assert [(row[0], row[ROW.index("件数组")]) for row in rows] == [
        ("水利局", "10-49"),
        ("住房局", "10-49"),
        ("交通局", "1-9"),
        ("文史馆", "0"),
        ("全市", ""),
    ]


def test_a_row_of_a_bulletin_has_no_more_than_its_paper_needs() -> None:
    row = row_of(frozen(BY_UNIT).units[0], 1)

    assert set(LEFT_OUT) & set(row) == set()
    assert row["received"] == 20


def test_two_counts_that_agree_differ_in_nothing_and_others_in_what_is_named() -> None:
    one = frozen(BY_UNIT)
    late = frozen({"water": BY_UNIT["water"] | {"hours:3": 20}})

    assert differences(one, frozen(BY_UNIT)) == []
    assert "水利局 median_hours: None ≠ 2.0" in differences(one, late)


@pytest.mark.parametrize(("one", "other"), [(1, 0), (0, 1), (2, 1)])
def test_two_counts_that_differ_by_one_post_name_both_numbers_also_where_one_is_a_nought(
    one: int, other: int
) -> None:
    counts = [frozen({"water": {"received": 20} | ({"open": n} if n else {})}) for n in (one, other)]

    assert differences(*counts) == [f"全市 open: {one} ≠ {other}", f"水利局 open: {one} ≠ {other}"]


def test_a_measure_that_is_nought_is_not_frozen() -> None:
    figures = frozen({"water": {"received": 20, "replied": 20, "overdue": 0}})

    assert figures.units[0].measures == figures.city.measures == {"received": 20, "replied": 20}
    assert differences(figures, frozen({"water": {"received": 20, "replied": 20}})) == []


def test_a_period_in_which_nobody_asked_is_compared_by_its_posts_alone() -> None:
    nothing, something = {}, {"water": {"received": 20, "replied": 20}}
    counted = Counted(nothing, something, nothing, (), {})
    figures = put_together(counted, UNITS, Period.read("2026-03"), at("2026-04-01T10:00"), ("c", "p"), 1)

    assert "环比受理减少20件;同比无可比数据。" in sections(figures, 0.9)[0].text


def test_what_a_row_has_from_the_second_derivation_on_is_null_in_the_first_whose_recount_must_not_change() -> (
    None
):
    later = {share.code for share in SHARES if share.issued(2) and not share.issued(1)}
    row = row_of(frozen(BY_UNIT).units[0], 1)

    assert later
    assert {row[code] for code in later} == {None}
    assert all(
        share.issued(1) for share in SHARES if not any(":" in name for name in (*share.part, *share.whole))
    )
