"""Days counted one by one, in the words everybody reads."""

from datetime import date, datetime
from pathlib import Path

import pytest

from city.explain import explain
from city.profile import Profile
from contracts.deadlines import CountedDay

PROFILE = Profile.load(Path(__file__).resolve().parents[2] / "cities" / "suqian")


@pytest.mark.parametrize(
    ("received", "lines"),
    [
        (
            "2025-09-26",
            [
                "9月27日 周六 周末 不计",
                "9月28日 周日 调休上班 第1个工作日",
                "9月29日 周一 第2个工作日",
                "9月30日 周二 第3个工作日",
            ],
        ),
        (
            "2025-09-30",
            [
                "10月1日 周三 国庆节 不计",
                "10月2日 周四 国庆节 不计",
                "10月3日 周五 国庆节 不计",
                "10月4日 周六 国庆节 不计",
                "10月5日 周日 国庆节 不计",
                "10月6日 周一 中秋节 不计",
                "10月7日 周二 国庆节 不计",
                "10月8日 周三 国庆节 不计",
                "10月9日 周四 第1个工作日",
                "10月10日 周五 第2个工作日",
                "10月11日 周六 调休上班 第3个工作日",
            ],
        ),
    ],
)
def test_each_day_says_whether_it_counts_and_why(received: str, lines: list[str]) -> None:
    due = PROFILE.working_time.due(datetime.fromisoformat(f"{received}T10:00").replace(tzinfo=PROFILE.zone))

    assert explain(due.counted) == lines


def test_days_read_back_from_an_event_are_told_in_the_same_words() -> None:
    assert explain([CountedDay(date(2025, 10, 1), False, "国庆节")]) == ["10月1日 周三 国庆节 不计"]
    assert explain([]) == []
