"""A year's notice as an operator loads it: what is published, and what is said of a file that is none."""

from datetime import date
from pathlib import Path

import pytest

from city.calendar import Calendar, Day
from wenzheng.calendar import body_of
from wenzheng.stack.home import Trouble

HEAD = "date,name,is_off_day\n"


def test_a_make_up_workday_in_the_december_before_belongs_to_the_notice(tmp_path: Path) -> None:
    file = tmp_path / "2012.csv"
    file.write_text(
        HEAD + "2011-12-31,元旦,0\n2012-01-01,元旦,1\n2012-01-02,元旦,1\n2012-01-03,元旦,1\n", "utf-8"
    )

    body = body_of(file)

    assert body["year"] == 2012
    assert [day["day"] for day in body["days"]] == ["2011-12-31", "2012-01-01", "2012-01-02", "2012-01-03"]


def test_of_a_file_of_many_years_the_neighbours_other_days_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    file.write_text(HEAD + "2011-10-01,国庆节,1\n2012-10-01,国庆节,1\n2012-10-02,国庆节,1\n", "utf-8")

    assert [day["day"] for day in body_of(file)["days"]] == ["2012-10-01", "2012-10-02"]


def test_a_neighbours_day_is_worked_and_its_year_is_not_published_by_it() -> None:
    calendar = Calendar([Day(date(2010, 10, 1), "国庆节", True)]).with_year(
        2012, [Day(date(2011, 12, 31), "元旦", False), Day(date(2012, 10, 1), "国庆节", True)]
    )

    assert calendar.works(date(2011, 12, 31))
    assert calendar.years == (2010, 2012)


@pytest.mark.parametrize(
    ("text", "told"), [("", "缺少列"), (HEAD, "没有日期"), (HEAD + "2012-13-01,元旦,1\n", "2012-13-01")]
)
def test_a_file_that_is_no_calendar_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(text, "utf-8")

    with pytest.raises(Trouble, match=told):
        body_of(file)


def test_a_file_that_names_another_year_than_that_of_its_days_is_refused_with_that_year(
    tmp_path: Path,
) -> None:
    file = tmp_path / "2027.json"
    days = '[{"date": "2026-01-01", "name": "元旦", "isOffDay": true}]'
    file.write_text(f'{{"year": 2027, "days": {days}}}', "utf-8")

    with pytest.raises(Trouble, match="没有所写 2027 年的日期"):
        body_of(file)
