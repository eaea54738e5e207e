"""Reads the days of a calendar from text, as CSV or as the JSON in which such calendars are passed around.

CSV: `date,name,is_off_day` and, if wanted, `notice` and `closing` (`HH:MM`, for half days).
JSON: `{"year": 2027, "days": [{"date": "2027-01-01", "name": "元旦", "isOffDay": true}, …]}`.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from city.calendar import Calendar, Day
from city.normal import shows_nothing, written

REQUIRED: Final = ("date", "name", "is_off_day")
OPTIONAL: Final = ("notice", "closing")
_TRUTH: Final = {"1": True, "true": True, "0": False, "false": False}


class Wrong(Struct, frozen=True):
    """What is wrong in a line of a calendar, in Chinese. JSON has no lines: there it is the place in the list."""

    line: int
    reason: str


class Read(Struct, frozen=True):
    """The days of a file in order of date, the year most of them lie in, and what was wrong."""

    days: tuple[Day, ...]
    year: int
    """0 when there is no day."""
    wrong: tuple[Wrong, ...]


def read_calendar(text: str) -> Read:
    """The days of a text; what is wrong is told, never raised, and the right days are read all the same."""
    found: dict[date, Day] = {}
    wrong: list[Wrong] = []
    stated = 0
    last: date | None = None
    if text.lstrip("\ufeff \r\n\t").startswith("{"):
        stated, rows = _json(text, wrong)
    else:
        rows = _csv(text, wrong)
    for line, row in rows:
        try:
            day = _day(row)
        except ValueError as problem:
            wrong.append(Wrong(line, str(problem)))
            continue
        if day.day in found:
            wrong.append(Wrong(line, f"{day.day} 重复"))
        elif last is not None and day.day < last:
            wrong.append(Wrong(line, f"{day.day} 不按日期排列"))
        else:
            last = day.day
            found[day.day] = day
    years = Counter(day.year for day in found)
    return Read(
        tuple(found.values()), stated or (max(years, key=lambda y: years[y]) if years else 0), tuple(wrong)
    )


def contradictions(calendar: Calendar) -> list[tuple[date, str]]:
    """Days that no notice would name so, and years missing between two published ones; in Chinese."""
    found = []
    for day, known in calendar.days.items():
        if not known.is_off_day and day.weekday() < 5 and known.closing is None:
            found.append((day, f"{day} 本来就是工作日"))
        if known.is_off_day and known.closing is not None:
            found.append((day, f"{day} 是休息日,不应有下班时间"))
    for earlier, later in zip(calendar.years, calendar.years[1:], strict=False):
        found += [(date(later, 1, 1), f"缺少 {year} 年的放假通知") for year in range(earlier + 1, later)]
    return found


def _csv(text: str, wrong: list[Wrong]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.reader(text.removeprefix("\ufeff").splitlines())
    header = [name.strip() for name in next(reader, [])]
    unknown = [name for name in header if name not in REQUIRED + OPTIONAL]
    missing = [name for name in REQUIRED if name not in header]
    if unknown:
        wrong.append(Wrong(1, f"未知的列 {','.join(unknown)}"))
    wrong.extend(
        Wrong(1, f"列 {name} 出现了 {times} 次") for name, times in Counter(header).items() if times > 1
    )
    if missing:
        wrong.append(Wrong(1, f"缺少列 {','.join(missing)}"))
        return
    for values in reader:
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(header):
            wrong.append(Wrong(reader.line_num, f"应有 {len(header)} 列,实有 {len(values)} 列"))
            continue
        yield reader.line_num, {name: value.strip() for name, value in zip(header, values, strict=True)}


def _json(text: str, wrong: list[Wrong]) -> tuple[int, Iterator[tuple[int, Mapping[str, Any]]]]:
    try:
        document = msgspec.json.decode(text.lstrip("\ufeff"))
        year, days = int(document.get("year", 0)), list(document["days"])
        rows = [
            {
                "date": entry["date"],
                "name": entry["name"],
                "is_off_day": str(entry.get("isOffDay", entry.get("is_off_day"))).lower(),
                "closing": entry.get("closing", ""),
                "notice": entry.get("notice", ""),
            }
            for entry in days
        ]
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError) as problem:
        wrong.append(Wrong(1, f"不是日历 JSON:{problem}"))
        return 0, iter(())
    return year, iter(list(enumerate(rows, 1)))


def _day(row: Mapping[str, Any]) -> Day:
    try:
        day = date.fromisoformat(row["date"])
    except (ValueError, TypeError):
        raise ValueError(f"日期 {row['date']} 不正确") from None
    off = _TRUTH.get(str(row["is_off_day"]).lower())
    if off is None:
        raise ValueError(f"is_off_day 应为 0 或 1,实为 {row['is_off_day']}")
    if shows_nothing(written(str(row["name"]))):
        raise ValueError("缺少名称")
    closing = None
    if row.get("closing"):
        if off:
            raise ValueError("休息日不应有下班时间")
        try:
            closing = datetime.strptime(row["closing"], "%H:%M").time()
        except (ValueError, TypeError):
            raise ValueError(f"下班时间 {row['closing']} 应为 HH:MM") from None
    return Day(day, row["name"], off, row.get("notice", ""), closing)
