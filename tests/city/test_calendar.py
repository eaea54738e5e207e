"""Which days are worked, why, and how far the calendar reaches."""

from datetime import date, time

import pytest

from city.calendar import Calendar, Day

OFF_2027 = (
    Day(date(2026, 12, 27), "元旦", False),
    Day(date(2027, 1, 1), "元旦", True),
    Day(date(2027, 10, 1), "国庆节", True),
)
KNOWN = Calendar(
    [
        Day(date(2026, 1, 1), "元旦", True),
        Day(date(2026, 2, 28), "春节", False),
        Day(date(2026, 3, 5), "建市纪念日", False, "", time(12)),
        Day(date(2026, 10, 1), "国庆节", True),
    ]
)


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        (date(2026, 1, 1), False, "元旦"),
        (date(2026, 1, 3), False, "周末"),
        (date(2026, 2, 28), True, "调休上班"),
        (date(2026, 3, 4), True, "工作日"),
        (date(2026, 3, 5), True, "建市纪念日"),
        (date(1999, 1, 4), True, "工作日"),
        (date(2050, 1, 1), False, "周末"),
    ],
)
def test_a_day_is_worked_or_not_and_says_why(day: date, works: bool, why: str) -> None:
    assert (KNOWN.works(day), KNOWN.why(day)) == (works, why)


def test_a_calendar_reaches_to_the_end_of_its_last_published_year() -> None:
    assert KNOWN.horizon == date(2026, 12, 31)
    assert Calendar(()).horizon == date.min


def test_a_gap_ends_what_is_published() -> None:
    assert KNOWN.with_year(2029, [Day(date(2029, 10, 1), "国庆节", True)]).horizon == date(2026, 12, 31)


def test_a_day_of_the_year_before_is_replaced_without_publishing_that_year() -> None:
    later = KNOWN.with_year(2027, OFF_2027)

    assert later.works(date(2026, 12, 27))
    assert later.horizon == date(2027, 12, 31)
    assert Calendar([]).with_year(2027, OFF_2027).years == (2027,)


def test_a_whole_notice_replaces_the_year_and_leaves_the_others() -> None:
    again = KNOWN.with_year(2027, OFF_2027).with_year(2027, OFF_2027[2:])

    assert again.works(date(2027, 1, 1))
    assert not again.works(date(2026, 1, 1))


def test_local_days_are_laid_over_the_notice_of_their_year() -> None:
    local = KNOWN.with_year(2026, [Day(date(2026, 6, 1), "地方假", True)])

    assert local.why(date(2026, 6, 1)) == "地方假"
    assert not local.works(date(2026, 1, 1))


def test_the_version_follows_the_days_and_nothing_else() -> None:
    assert Calendar(KNOWN.days.values()) == KNOWN
    assert KNOWN.version != KNOWN.with_year(2027, OFF_2027).version
    assert len({KNOWN, Calendar(KNOWN.days.values())}) == 1


def test_a_half_day_that_ends_at_another_hour_is_another_calendar() -> None:
    earlier = Day(date(2026, 3, 5), "建市纪念日", False, "", time(11))

    assert Calendar([*KNOWN.days.values(), earlier]) != KNOWN
