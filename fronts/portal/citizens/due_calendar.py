"""The days from receipt to the due date on a small calendar, as the deadline service counted them. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
Now = Callable[[], datetime]
"""City time."""
MOST_WEEKS: Final = 8
"""A calendar of more weeks is no small one: long works may take half a year, and are told in a list."""


class Cell(NamedTuple):
    """One day."""

    day: date
    label: str
    """`27`, or `12月1` where a month begins."""
    marks: tuple[str, ...]
    """What the day is, in words: 收到, 第1天, 周末 不计, 到期, 今天."""
    look: str
    """`counts`, `off`, `due`, `open` (neither counted nor due) or `outside` of the span."""


def weeks(deadline: Mapping[str, Any], today: date) -> list[list[Cell]]:
    """Weeks from Monday to Sunday that hold receipt and due date; none without a clock, or for a long span."""
    if not deadline.get("due"):
        return []
    start, due = _day(deadline["start"]), _day(deadline["due"])
    counted = {date.fromisoformat(one["day"]): one for one in deadline["counted"]}
    last = max([due, *counted])
    monday = start - timedelta(days=start.weekday())
    count = (last - monday).days // 7 + 1
    if count > MOST_WEEKS:
        return []
    marks = _marks(deadline, counted, start, due, today)
    days = [monday + timedelta(days=n) for n in range(7 * count)]
    cells = [
        Cell(
            day,
            f"{day.month}月{day.day}" if day.day == 1 or day == monday else str(day.day),
            tuple(marks.get(day, ())),
            _look(day, start, last, due, counted),
        )
        for day in days
    ]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _marks(
    deadline: Mapping[str, Any],
    counted: Mapping[date, Mapping[str, Any]],
    start: date,
    due: date,
    today: date,
) -> dict[date, list[str]]:
    marks: dict[date, list[str]] = {start: ["收到"]}
    number = 0
    for day, one in sorted(counted.items()):
        if one["counts"]:
            number += 1
            extra = ["调休上班"] if day.weekday() >= 5 else []
            marks.setdefault(day, []).extend([*extra, f"第{number}天"])
        else:
            marks.setdefault(day, []).extend([one["reason"], "不计"])
    for pause in deadline["pauses"]:
        day, end = _day(pause["from"]), _day(pause["to"])
        while day <= min(end, due):
            marks.setdefault(day, []).append("暂停")
            day += timedelta(days=1)
    first = _day(deadline["first_due"])
    if first != due:
        marks.setdefault(first, []).append("原到期")
    marks.setdefault(due, []).append("到期")
    marks.setdefault(today, []).append("今天")
    return marks


def _look(day: date, start: date, last: date, due: date, counted: Mapping[date, Mapping[str, Any]]) -> str:
    if day == due:
        return "due"
    if day < start or day > last:
        return "outside"
    if day in counted:
        return "counts" if counted[day]["counts"] else "off"
    return "open"


def days_left(deadline: Mapping[str, Any], today: date) -> int | None:
    """Working days left until the due date, today included; none when it moved beyond the counted days or ended."""
    if not deadline.get("due") or deadline["stopped"] or deadline["pauses"]:
        return None
    if _day(deadline["first_due"]) != _day(deadline["due"]) or _day(deadline["due"]) < today:
        return None
    return sum(1 for one in deadline["counted"] if one["counts"] and date.fromisoformat(one["day"]) >= today)


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant).date()
