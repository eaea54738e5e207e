"""What an operator may change in the city: a year's days and the policy's numbers, each checked before it is said."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from city.profile import Profile
from contracts.city_facts import CalendarPublished, PolicyChanged
from contracts.decision import Invalid
from services.intake.bodies import cleaned
from services.intake.core.city import CHANGES, CalendarBody, CalendarDayBody, PolicyBody
from services.intake.core.requests import Actor

PROFILE = Profile.load(Path(__file__).resolve().parents[3] / "cities" / "suqian")
OPERATOR = Actor("operator-1", "supervision", "operator")
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
A_DAY = {"day": "2027-01-01", "name": "元旦", "is_off_day": True}


def said(body: Any) -> Any:
    [change] = [change for change in CHANGES if change.body is type(body)]
    return change.fact(body, OPERATOR, AT, PROFILE)


def days(*named: str, closing: str = "") -> Sequence[CalendarDayBody]:
    return tuple(CalendarDayBody(date.fromisoformat(day), "元旦", True, closing) for day in named)


def half_day(closing: str) -> Sequence[CalendarDayBody]:
    return (CalendarDayBody(date(2027, 2, 5), "除夕前", False, closing),)


@pytest.mark.parametrize("closing", ["11:00", "12:00", "14:30", "17:00", "18:00", "19:00"])
def test_a_day_may_close_at_any_hour_until_which_somebody_works(closing: str) -> None:
    fact: Any = said(CalendarBody(2027, tuple(half_day(closing))))

    assert fact.days[0].closing == closing


def test_a_notice_names_days_of_its_year_and_of_the_month_beside_it() -> None:
    fact = said(CalendarBody(2027, tuple(days("2026-12-31", "2027-01-01", "2028-01-02"))))

    assert isinstance(fact, CalendarPublished)
    assert [day.day.year for day in fact.days] == [2026, 2027, 2028]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (days("2027-01-01", "2026-11-30"), "2026年11月30日不在 2027 年"),
        (days("2027-01-01", "2027-01-01"), "日期重复"),
        (days("2027-01-01", closing="25:00"), "25:00 不是时刻"),
        ((CalendarDayBody(date(2027, 1, 1), "\u200b", True, ""),), "2027年1月1日缺少名称"),
        (days("2027-01-01", closing="12:00"), "2027年1月1日是休息日,不应有下班时间"),
        (half_day("00:00"), "2027年2月5日的下班时间 00:00 不在上班时间内"),
        (half_day("09:00"), "2027年2月5日的下班时间 09:00 不在上班时间内"),
        (half_day("13:00"), "2027年2月5日的下班时间 13:00 不在上班时间内"),
        (half_day("14:00"), "2027年2月5日的下班时间 14:00 不在上班时间内"),
    ],
)
def test_a_wrong_day_is_refused_by_name(named: Sequence[CalendarDayBody], told: str) -> None:
    with pytest.raises(Invalid) as refused:
        said(CalendarBody(2027, tuple(named)))

    assert told in refused.value.errors[0].reason


def test_new_numbers_of_the_policy_are_said_and_wrong_ones_refused() -> None:
    assert isinstance(said(PolicyBody({"ladder": {"bulletin": 6}}, "试行")), PolicyChanged)
    with pytest.raises(Invalid):
        said(PolicyBody({"ladder": {"bulletin": "soon"}}, "试行"))


@pytest.mark.parametrize(
    ("change", "body"),
    [
        (CalendarBody, {"year": 2027, "days": [A_DAY], "notice": "请致电13800138000,张三"}),
        (PolicyBody, {"part": {"rates": {"posts": 9}}, "reason": "身份证321322199001011234的来信"}),
    ],
)
def test_what_an_operator_writes_is_read_by_nobody_with_a_number_in_it(
    change: type[Any], body: dict[str, Any]
) -> None:
    kept, _ = cleaned(msgspec.convert(body, change), PROFILE.published)

    assert "13800138000" not in str(kept)
    assert "321322199001011234" not in str(kept)
    assert "*" in str(kept)
