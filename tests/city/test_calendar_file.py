"""Calendars are read from CSV and JSON, and their mistakes are told line by line."""

from datetime import date, time

import pytest

from city.calendar import Calendar, Day
from city.calendar_file import contradictions, read_calendar

NEW_YEAR = Day(date(2027, 1, 1), "元旦", True)


@pytest.mark.parametrize(
    "text",
    [
        "date,name,is_off_day\n2027-01-01,元旦,1\n",
        "date,name,is_off_day,notice\r\n2027-01-01,元旦,true,\r\n\r\n",
        "\ufeffname,is_off_day,date\n元旦,1,2027-01-01",
        '{"year": 2027, "papers": [], "days": [{"date": "2027-01-01", "name": "元旦", "isOffDay": true}]}',
    ],
)
def test_the_same_year_is_read_from_each_form(text: str) -> None:
    read = read_calendar(text)

    assert (read.days, read.year, read.wrong) == ((NEW_YEAR,), 2027, ())


def test_half_days_carry_their_closing_hour() -> None:
    read = read_calendar("date,name,is_off_day,closing\n2027-02-05,除夕前,0,12:00\n")

    assert read.days == (Day(date(2027, 2, 5), "除夕前", False, "", time(12)),)


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ("date,name\n2027-01-01,元旦", 1, "缺少列 is_off_day"),
        ("date,name,is_off_day,colour\n2027-01-01,元旦,1,red", 1, "未知的列 colour"),
        ("date,name,is_off_day\n2027-02-30,元旦,1", 2, "日期 2027-02-30 不正确"),
        ("date,name,is_off_day\n\n2027-01-01,元旦,yes", 3, "is_off_day 应为 0 或 1,实为 yes"),
        ("date,name,is_off_day\n2027-01-01,,1", 2, "缺少名称"),
        ("date,name,is_off_day\n2027-01-01,元旦", 2, "应有 3 列,实有 2 列"),
        ("date,name,is_off_day\n2027-01-02,元旦,1\n2027-01-01,元旦,1", 3, "2027-01-01 不按日期排列"),
        ("date,name,is_off_day\n2027-01-01,元旦,1\n2027-01-01,元旦,1", 3, "2027-01-01 重复"),
        ("date,name,is_off_day,closing\n2027-01-04,半天,0,noon", 2, "下班时间 noon 应为 HH:MM"),
        ("date,name,is_off_day,closing\n2027-01-04,半天,0,12:00:30", 2, "下班时间 12:00:30 应为 HH:MM"),
        ("date,name,is_off_day,closing\n2027-01-04,半天,0,12:00+08:00", 2, "下班时间 12:00+08:00 应为 HH:MM"),
        ("date,name,is_off_day,closing\n2027-01-01,元旦,1,12:00", 2, "休息日不应有下班时间"),
        (
            '{"year": 2027, "days": [{"date": "2027-01-01", "name": "元旦", "isOffDay": true},'
            ' {"date": "2027-02-30", "name": "春节", "isOffDay": true}]}',
            2,
            "日期 2027-02-30 不正确",
        ),
        ('{"year": 2027, "days": [{"name": "元旦"}]}', 1, "不是日历 JSON:'date'"),
        ("{", 1, "不是日历 JSON:Input data was truncated"),
    ],
)
def test_a_mistake_is_named_with_its_line(lines: str, line: int, reason: str) -> None:
    wrong = read_calendar(lines).wrong

    assert [(found.line, found.reason) for found in wrong] == [(line, reason)]


def test_what_no_notice_would_say_is_a_contradiction() -> None:
    calendar = Calendar(
        [
            Day(date(2024, 10, 1), "国庆节", True),
            Day(date(2026, 3, 4), "错", False),
            Day(date(2026, 3, 5), "错", True, "", time(12)),
            Day(date(2026, 10, 1), "国庆节", True),
        ]
    )

    assert [reason for _, reason in contradictions(calendar)] == [
        "2026-03-04 本来就是工作日",
        "2026-03-05 是休息日,不应有下班时间",
        "缺少 2025 年的放假通知",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("date,name,is_off_day\n2026-10-01,\u200b,1\n", "缺少名称"),
        ("date,name,is_off_day,name\n2026-10-01,国庆节,1,假\n", "列 name 出现了 2 次"),
        ("date,name,is_off_day,closing\n2026-12-02,半天,0,12:00:30\n", "下班时间 12:00:30 应为 HH:MM"),
        ("date,name,is_off_day,closing\n2026-12-02,半天,0,12:00+08:00\n", "下班时间 12:00+08:00 应为 HH:MM"),
        ("date,name,is_off_day,closing\n2026-12-02,半天,0,24:00\n", "下班时间 24:00 应为 HH:MM"),
    ],
)
def test_what_no_notice_could_mean_is_refused(text: str, reason: str) -> None:
    assert reason in [wrong.reason for wrong in read_calendar(text).wrong]
