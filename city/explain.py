"""A due date counted day by day, in the words the citizen, the clerk and the command all read."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

_WEEKDAYS = "一二三四五六日"


class CountedDay(Protocol):
    """A day, whether it counts, and why."""

    @property
    def day(self) -> date: ...

    @property
    def counts(self) -> bool: ...

    @property
    def reason(self) -> str: ...


def explain(counted: Sequence[CountedDay]) -> list[str]:
    """One line a day: `9月29日 周一 第1个工作日`, `10月1日 周三 国庆节 不计`."""
    return [
        f"{day.day.month}月{day.day.day}日 周{_WEEKDAYS[day.day.weekday()]} {day.reason}{'' if day.counts else ' 不计'}"
        for day in counted
    ]


def day_of(day: date) -> str:
    """`2026年3月5日`: a day on a page, in a sentence, in a line of a history."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment(instant: datetime) -> str:
    """`2026年3月5日 18:00`: an instant on a page, in a notice, in a line of the command."""
    return f"{day_of(instant)} {instant:%H:%M}"
