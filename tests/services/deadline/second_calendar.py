"""The days of the second clock: a row of minutes, each worked or not, along which every question is answered.

It shares no code with `city.working_time`; `second_clock.py` reads a case by it.
"""

import csv
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from contracts.city_facts import CalendarPublished

DAY = 24 * 60
SPANS = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
"""Worked minutes of a working day."""


class Days:
    """The days of some years: which are worked, and until when."""

    def __init__(self, file: Path, first: int, last: int) -> None:
        self._off: dict[date, bool] = {}
        self._closing: dict[date, time] = {}
        with file.open(encoding="utf-8-sig") as rows:
            for row in csv.DictReader(rows):
                self._off[date.fromisoformat(row["date"])] = row["is_off_day"] == "1"
        self._origin = date(first, 1, 1)
        self._row = bytearray((date(last + 1, 1, 1) - self._origin).days * DAY)
        day = self._origin
        while day <= date(last, 12, 31):
            self._write(day)
            day += timedelta(days=1)

    def amended(self, published: Iterable[CalendarPublished]) -> "Days":
        """With local days laid over the calendar (no whole year's notice)."""
        other = Days.__new__(Days)
        other._off, other._closing = dict(self._off), dict(self._closing)
        other._origin, other._row = self._origin, bytearray(self._row)
        for notice in published:
            for named in notice.days:
                other._off[named.day] = named.is_off_day
                other._closing.pop(named.day, None)
                if named.closing:
                    other._closing[named.day] = time.fromisoformat(named.closing)
                other._write(named.day)
        return other

    def _write(self, day: date) -> None:
        begin = (day - self._origin).days * DAY
        self._row[begin : begin + DAY] = bytes(DAY)
        if not self.worked(day):
            return
        closes = self.closes(day)
        for opens, ends in SPANS:
            if ends == SPANS[-1][1] or closes.hour * 60 + closes.minute < ends:
                ends = closes.hour * 60 + closes.minute
            for minute in range(opens, ends):
                self._row[begin + minute] = 1

    def worked(self, day: date) -> bool:
        """Whether anybody works on the day."""
        off = self._off.get(day)
        return day.weekday() not in (5, 6) if off is None else not off

    def closes(self, day: date) -> time:
        """The hour of closing."""
        return self._closing.get(day, time(18, 0))

    def closing(self, day: date, of: datetime) -> datetime:
        """The instant of closing, in the zone of another instant."""
        return datetime.combine(day, self.closes(day), of.tzinfo)

    def after(self, day: date, count: int) -> date:
        """The count-th working day after a day, counted one by one; before it, where count is negative."""
        step = timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.worked(day)
        return day

    def from_day(self, day: date) -> date:
        """The day itself, or the next that is worked."""
        while not self.worked(day):
            day += timedelta(days=1)
        return day

    def place(self, at: datetime) -> int:
        """The minute of an instant in the row."""
        return (at.date() - self._origin).days * DAY + at.hour * 60 + at.minute

    def minutes(self, start: datetime, end: datetime) -> int:
        """Worked minutes between two instants; none when the end is earlier."""
        return self._row.count(1, self.place(start), max(self.place(start), self.place(end)))

    def works(self, first: int, last: int) -> bytearray:
        """The minutes from one place to before another, each worked or not."""
        return self._row[first:last]

    def used_up(self, start: datetime, minutes: int) -> datetime:
        """When so many worked minutes have passed since an instant."""
        place = self.place(start)
        while minutes:
            minutes -= self._row[place]
            place += 1
        return start.replace(second=0, microsecond=0) + timedelta(minutes=place - self.place(start))

    def published_until(self) -> date:
        """The end of the last year whose National Day is known, with none missing before it."""
        years = {day.year for day, off in self._off.items() if off and (day.month, day.day) == (10, 1)}
        year = min(years)
        while year + 1 in years:
            year += 1
        return date(year, 12, 31)
