"""Every deadline right, on every Chinese date."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.calendar import Calendar, Day
from city.explain import explain
from city.profile import Profile
from city.working_time import WorkingTime

CITY = Path(__file__).resolve().parents[2] / "cities" / "suqian"
PROFILE = Profile.load(CITY)
TIME = PROFILE.working_time
ZONE = PROFILE.zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("received", "due", "why"),
    [
        ("2011-01-28", "2011-02-01", "周五收到,周日上班(春节调休)"),
        ("2011-04-01", "2011-04-07", "周五收到,周六上班,清明三天"),
        ("2022-12-30", "2023-01-05", "元旦补休一天"),
        ("2024-02-09", "2024-02-20", "除夕收到,春节后周日上班"),
        ("2024-04-03", "2024-04-09", "清明,周日上班"),
        ("2024-10-12", "2024-10-16", "周六上班日收到"),
        ("2025-09-26", "2025-09-30", "周五收到,周日上班"),
        ("2025-09-30", "2025-10-11", "国庆八天,周六上班"),
        ("2026-02-13", "2026-02-25", "春节九天,周六上班"),
        ("2026-09-20", "2026-09-23", "周日上班日收到"),
    ],
)
def test_the_published_check_dates(received: str, due: str, why: str) -> None:
    found = TIME.due(at(f"{received}T16:00"))

    assert found.at == at(f"{due}T18:00"), why
    assert not found.provisional


def test_each_of_5844_receipt_days_agrees_with_two_independent_calendars() -> None:
    chinese = holidays.country_holidays("CN", years=range(2010, 2027))
    wrong = []
    day = date(2010, 1, 1)
    while day <= date(2025, 12, 31):
        expected, left = day, 3
        other, other_left = day, 3
        while left:
            expected += timedelta(days=1)
            left -= chinese_calendar.is_workday(expected)
        while other_left:
            other += timedelta(days=1)
            other_left -= (
                chinese.is_working_day(other) if hasattr(chinese, "is_working_day") else other not in chinese
            )
        found = TIME.due(datetime.combine(day, time(10), ZONE)).at.date()
        if found != expected or found != other:
            wrong.append((day, found, expected, other))
        day += timedelta(days=1)

    assert wrong == []


def test_received_after_closing_counts_as_that_day() -> None:
    assert TIME.due(at("2026-03-02T23:59")) == TIME.due(at("2026-03-02T00:00"))


def test_beyond_the_last_published_day_a_deadline_is_provisional() -> None:
    found = TIME.due(at("2026-12-30T10:00"))

    assert found.provisional
    assert found.at == at("2027-01-04T18:00")


def test_loading_a_year_dates_it_anew() -> None:
    days = [Day(date(2027, 1, 4), "元旦", True)]
    later = WorkingTime(PROFILE.calendar.with_year(2027, days), PROFILE.policy.hours, ZONE)

    found = later.due(at("2026-12-30T10:00"))

    assert (found.at, found.provisional) == (at("2027-01-05T18:00"), False)


def test_a_half_day_closes_early_and_is_still_a_working_day() -> None:
    days = [*PROFILE.calendar.days.values(), Day(date(2026, 3, 5), "地方半天", False, "", time(12, 0))]
    local = WorkingTime(Calendar(days), PROFILE.policy.hours, ZONE)

    assert local.due(at("2026-03-02T10:00")).at == at("2026-03-05T12:00")
    assert local.minutes_between(at("2026-03-05T09:00"), at("2026-03-05T18:00")) == 180


def test_the_days_are_counted_one_by_one_in_words() -> None:
    lines = explain(TIME.due(at("2025-09-30T10:00")).counted)

    assert lines[0] == "10月1日 周三 国庆节 不计"
    assert lines[-1] == "10月11日 周六 调休上班 第3个工作日"
    assert len(lines) == 11


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02T09:00", 420, "2026-03-02T18:00"),
        ("2026-03-02T11:59", 2, "2026-03-02T14:01"),
        ("2026-03-06T17:59", 2, "2026-03-09T09:01"),
        ("2026-03-07T12:00", 60, "2026-03-09T10:00"),
    ],
)
def test_minutes_run_only_in_working_time(start: str, minutes: int, end: str) -> None:
    assert TIME.add_minutes(at(start), minutes) == at(end)


def test_a_pause_freezes_the_minutes_left_and_resuming_rounds_up_to_the_days_closing() -> None:
    due = at("2026-03-05T18:00")

    resumed = TIME.resume(due, at("2026-03-03T10:00"), at("2026-03-10T10:00"))

    assert resumed == at("2026-03-12T18:00")


def test_the_ladders_days_step_over_holidays() -> None:
    due = at("2026-02-25T18:00")

    assert TIME.add_days(due, -1) == at("2026-02-24T18:00")
    assert TIME.add_days(due, 1) == at("2026-02-26T18:00")
    assert TIME.add_days(due, 5) == at("2026-03-03T18:00")  # the Saturday of 28 February is worked


INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2026, 12, 31, 23, 59)).map(
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=ZONE)
)


@given(INSTANTS, INSTANTS, INSTANTS)
def test_minutes_add_up(a: datetime, b: datetime, c: datetime) -> None:
    assert TIME.minutes_between(a, b) + TIME.minutes_between(b, c) == TIME.minutes_between(a, c)


@given(INSTANTS, st.integers(1, 5000))
def test_adding_minutes_is_the_inverse_of_measuring_them(start: datetime, minutes: int) -> None:
    end = TIME.add_minutes(start, minutes)

    assert TIME.minutes_between(start, end) == minutes
    assert TIME.minutes_between(start, end - timedelta(minutes=1)) < minutes


@given(INSTANTS, INSTANTS, st.integers(1, 10))
def test_who_asks_later_is_never_answered_earlier(a: datetime, b: datetime, days: int) -> None:
    first, second = sorted((a, b))

    assert TIME.due(first, days).at <= TIME.due(second, days).at
