"""Every deadline right, on every Chinese date."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped, unused-ignore]
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from city.calendar import Calendar, Day
from city.profile import Profile
from city.working_time import WorkingTime, working_time

PROFILE = Profile.load(Path(__file__).resolve().parents[2] / "cities" / "suqian")
TIME = PROFILE.working_time
ZONE = PROFILE.zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# -- due dates --------------------------------------------------------------------------------


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


@pytest.mark.medium
def test_each_of_5844_receipt_days_agrees_with_two_independent_calendars() -> None:
    other = holidays.country_holidays("CN", years=range(2009, 2028))
    days = [date(2010, 1, 1) + timedelta(days=n) for n in range(5844)]

    wrong = [
        day
        for day in days
        if not (
            TIME.due(datetime.combine(day, time(10), ZONE)).at.date()
            == _third(day, chinese_calendar.is_workday)
            == _third(day, other.is_working_day)
        )
    ]

    assert days[-1] == date(2025, 12, 31)
    assert wrong == []


def _third(day: date, works: object) -> date:
    assert callable(works)
    left = 3
    while left:
        day += timedelta(days=1)
        left -= works(day)
    return day


@pytest.mark.parametrize(
    ("received", "why"),
    [
        ("2026-03-02T00:00", "midnight"),
        ("2026-03-02T17:59", "before closing"),
        ("2026-03-02T18:00", "at closing"),
        ("2026-03-02T23:59", "after closing counts as that day"),
    ],
)
def test_the_hour_of_receipt_does_not_matter(received: str, why: str) -> None:
    assert TIME.due(at(received)).at == at("2026-03-05T18:00"), why


def test_the_day_of_receipt_is_that_of_the_citys_clock() -> None:
    received = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)

    assert TIME.due(received).at == at("2026-03-05T18:00")  # half past midnight of Monday 2 March


def test_what_arrives_on_a_day_off_counts_from_the_next_working_day() -> None:
    assert TIME.due(at("2026-10-03T10:00")).at == at("2026-10-10T18:00")  # 8, 9 and the worked Saturday


@pytest.mark.parametrize("received", ["2009-09-30", "2007-01-01", "2007-02-15", "2009-12-30"])
def test_before_the_first_published_year_a_deadline_is_provisional(received: str) -> None:
    due = TIME.due(at(f"{received}T10:00"))

    assert due.provisional
    assert TIME.is_provisional(at(f"{received}T10:00"))


def test_from_the_first_published_day_on_a_deadline_is_certain() -> None:
    assert not TIME.due(at("2009-12-31T10:00")).provisional
    assert not TIME.due(at("2010-01-04T10:00")).provisional


def test_beyond_the_last_published_day_a_deadline_is_provisional() -> None:
    assert TIME.due(at("2026-12-28T10:00")).provisional is False
    found = TIME.due(at("2026-12-30T10:00"))

    assert found.provisional
    assert found.at == at("2027-01-04T18:00")
    assert TIME.is_provisional(found.at)


def test_loading_a_year_dates_it_anew() -> None:
    days = [Day(date(2027, 1, 4), "元旦", True)]
    later = WorkingTime(PROFILE.calendar.with_year(2027, days), PROFILE.policy.hours, ZONE)

    found = later.due(at("2026-12-30T10:00"))

    assert (found.at, found.provisional) == (at("2027-01-05T18:00"), False)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("1999-12-31T10:00", "2000-01-05T18:00"),
        ("2035-05-04T10:00", "2035-05-09T18:00"),
        ("2126-11-22T10:00", "2126-11-27T18:00"),
    ],
)
def test_far_from_the_published_years_weeks_run_from_monday_to_friday(received: str, due: str) -> None:
    assert TIME.due(at(received)).at == at(due)


def test_a_deadline_of_no_days_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        TIME.due(at("2026-03-02T10:00"), 0)


def test_the_due_date_of_a_day_is_counted_once_however_many_days_are_asked_for_in_turn() -> None:
    received = [at("2010-01-01T10:00") + timedelta(days=n) for n in range(5844)]
    counted = [TIME.due(each) for each in received]

    assert all(TIME.due(each) is known for each, known in zip(received, counted, strict=True))


# -- days and minutes -------------------------------------------------------------------------


def local(*days: Day) -> WorkingTime:
    return WorkingTime(Calendar([*PROFILE.calendar.days.values(), *days]), PROFILE.policy.hours, ZONE)


def test_a_half_day_closes_early_and_is_still_a_working_day() -> None:
    half = local(Day(date(2026, 3, 5), "地方半天", False, "", time(12, 0)))

    assert half.due(at("2026-03-02T10:00")).at == at("2026-03-05T12:00")
    assert half.due(at("2026-03-02T10:00")).counted[-1].reason == "地方半天 第3个工作日"
    assert half.minutes_between(at("2026-03-05T09:00"), at("2026-03-05T18:00")) == 180
    assert half.add_minutes(at("2026-03-05T11:00"), 61) == at("2026-03-06T09:01")


def test_a_local_day_off_is_not_counted_and_named() -> None:
    off = local(Day(date(2026, 3, 4), "地方假", True))

    assert off.due(at("2026-03-02T10:00")).at == at("2026-03-06T18:00")
    assert off.why(date(2026, 3, 4)) == "地方假"


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02T09:00", 420, "2026-03-02T18:00"),
        ("2026-03-02T11:59", 2, "2026-03-02T14:01"),
        ("2026-03-06T17:59", 2, "2026-03-09T09:01"),
        ("2026-03-07T12:00", 60, "2026-03-09T10:00"),
        ("2026-03-02T09:00", 0, "2026-03-02T09:00"),
        ("2026-03-09T09:01", -2, "2026-03-06T17:59"),
        ("2040-03-09T09:00", 5 * 420, "2040-03-15T18:00"),
        ("1990-03-09T09:00", 5 * 420 + 1, "1990-03-16T09:01"),
    ],
)
def test_minutes_run_only_in_working_time(start: str, minutes: int, end: str) -> None:
    assert TIME.add_minutes(at(start), minutes) == at(end)


@pytest.mark.parametrize(
    ("days", "closing", "why"),
    [
        (-2, "2026-02-14T18:00", "the worked Saturday before the Spring Festival"),
        (-1, "2026-02-24T18:00", "the first day after it"),
        (0, "2026-02-25T18:00", "the day itself"),
        (1, "2026-02-26T18:00", "the next"),
        (5, "2026-03-03T18:00", "the Saturday of 28 February is worked"),
    ],
)
def test_the_ladders_days_step_over_holidays(days: int, closing: str, why: str) -> None:
    assert TIME.add_days(at("2026-02-25T18:00"), days) == at(closing), why


@pytest.mark.parametrize(
    ("instant", "next_instant"),
    [
        ("2026-03-02T08:00", "2026-03-02T09:00"),
        ("2026-03-02T09:30", "2026-03-02T09:30"),
        ("2026-03-02T12:00", "2026-03-02T14:00"),
        ("2026-03-02T18:00", "2026-03-03T09:00"),
        ("2026-09-30T18:01", "2026-10-08T09:00"),
        ("2026-10-10T07:00", "2026-10-10T09:00"),
    ],
)
def test_the_next_working_instant_is_now_or_the_next_opening(instant: str, next_instant: str) -> None:
    assert TIME.next_working_instant(at(instant)) == at(next_instant)


@pytest.mark.parametrize(
    "day", ["2026-03-03", "2026-03-06", "2026-03-07"], ids=["Tuesday", "half day", "Saturday"]
)
def test_each_minute_of_a_day_is_worked_or_waits_for_the_next_opening(day: str) -> None:
    half = local(Day(date(2026, 3, 6), "半天", False, closing=time(15, 30)))
    spans = {
        "2026-03-03": ((9 * 60, 12 * 60), (14 * 60, 18 * 60)),
        "2026-03-06": ((9 * 60, 12 * 60), (14 * 60, 15 * 60 + 30)),
        "2026-03-07": (),
    }[day]
    tomorrow = {"2026-03-03": "2026-03-04T09:00"}.get(day, "2026-03-09T09:00")
    midnight = at(f"{day}T00:00")

    for minute in range(24 * 60):
        now = midnight + timedelta(minutes=minute, seconds=30)
        found = half.next_working_instant(now)
        if any(opens <= minute < closes for opens, closes in spans):
            assert found == now
        else:
            later = [opens for opens, _ in spans if minute < opens]
            assert found == (midnight + timedelta(minutes=later[0]) if later else at(tomorrow)), minute


def test_the_warning_comes_at_four_fifths_of_the_working_time() -> None:
    # 420 minutes on each of 8, 9 and 10 October: 1,008 of 1,260 are gone 168 minutes into the third
    assert TIME.share(at("2026-09-30T18:00"), at("2026-10-10T18:00"), 0.8) == at("2026-10-10T11:48")


def test_a_pause_freezes_the_minutes_left_and_resuming_rounds_up_to_the_days_closing() -> None:
    due = at("2026-03-05T18:00")

    assert TIME.resume(due, at("2026-03-03T10:00"), at("2026-03-10T10:00")) == at("2026-03-12T18:00")
    assert TIME.resume(due, at("2026-03-03T10:00"), at("2026-03-03T10:01")) == due.replace(day=6)
    assert TIME.resume(due, at("2026-03-06T10:00"), at("2026-03-10T10:00")) == due  # nothing was left


def test_a_city_that_opens_and_closes_at_half_past_counts_its_half_hours() -> None:
    hours = replace(PROFILE.policy.hours, morning_opens=time(8, 30), closes=time(17, 30))
    city = WorkingTime(PROFILE.calendar, hours, ZONE)
    noon = hours.morning_closes.hour * 60 + hours.morning_closes.minute

    assert city.minutes_between(at("2026-03-02T08:00"), at("2026-03-02T13:00")) == noon - (8 * 60 + 30)
    assert city.closing(date(2026, 3, 2)) == at("2026-03-02T17:30")
    assert city.add_minutes(at("2026-03-02T08:00"), 15) == at("2026-03-02T08:45")


def test_partitions_that_hold_the_same_calendar_share_its_working_time() -> None:
    first = working_time(PROFILE.calendar, PROFILE.policy.hours, ZONE)
    again = Calendar(PROFILE.calendar.days.values())

    assert working_time(again, PROFILE.policy.hours, ZONE) is first


# -- for any instant --------------------------------------------------------------------------

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 12, 31, 23, 59)).map(
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


@given(st.dates(date(2005, 1, 1), date(2035, 1, 1)), st.integers(1, 40))
def test_looking_up_agrees_with_walking_day_by_day(start: date, days: int) -> None:
    walked = [day for n in range(1, 120) if TIME.is_working_day(day := start + timedelta(days=n))]
    morning = datetime.combine(start, time(), ZONE)

    assert TIME.due(morning, days).at == TIME.closing(walked[days - 1])
    assert TIME.add_days(morning, days) == TIME.closing(walked[days - 1])
    assert TIME.minutes_between(TIME.closing(start), TIME.closing(walked[days - 1])) == days * 420


@given(INSTANTS, INSTANTS, st.integers(1, 10))
def test_who_asks_later_is_never_answered_earlier(a: datetime, b: datetime, days: int) -> None:
    first, second = sorted((a, b))

    assert TIME.due(first, days).at <= TIME.due(second, days).at


@given(INSTANTS, st.integers(1, 30))
def test_days_back_undo_days_forward(start: datetime, days: int) -> None:
    closing = TIME.add_days(start, 0)

    assert TIME.add_days(TIME.add_days(closing, days), -days) == closing


@given(INSTANTS, INSTANTS, st.floats(0.01, 0.99))
def test_a_share_of_the_time_lies_within_it(a: datetime, b: datetime, share: float) -> None:
    start, due = sorted((a, b))

    assert start <= TIME.share(start, due, share) <= max(due, start)
