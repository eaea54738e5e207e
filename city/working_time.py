"""Working time: due dates, working minutes between instants, and back; exact on every Chinese date.

All instants are aware. Minutes are whole working minutes: an instant counts from its minute on.
Prefix sums over the days make each question two look-ups.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from city.calendar import Calendar
from city.policy import Hours

_FIRST: Final = date(2005, 1, 1)
_BEYOND_DAYS: Final = 2 * 366
"""Days after the horizon that are precomputed, as Monday-to-Friday."""


class Counted(Struct, frozen=True):
    """One calendar day on the way to the due date."""

    day: date
    counts: bool
    reason: str


class Due(Struct, frozen=True):
    """When an answer is due, and how that was counted."""

    at: datetime
    provisional: bool
    """Beyond the last published day: may be dated again."""
    counted: tuple[Counted, ...]


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


class WorkingTime:
    """Questions about working time, for one calendar and one set of hours."""

    def __init__(self, calendar: Calendar, hours: Hours, zone: tzinfo) -> None:
        self.calendar = calendar
        self.hours = hours
        self.zone = zone
        last = max(calendar.horizon, _FIRST) + timedelta(days=_BEYOND_DAYS)
        count = (last - _FIRST).days + 1
        days = [_FIRST + timedelta(days=n) for n in range(count)]
        self._working = [n for n, day in enumerate(days) if calendar.works(day)]
        """Numbers (days since the first) of the working days, ascending."""
        self._spans = {n: self._spans_of(days[n]) for n in self._working}
        self._minutes_before: list[int] = [0]
        for n in self._working:
            self._minutes_before.append(self._minutes_before[-1] + sum(b - a for a, b in self._spans[n]))
        self._cache: dict[tuple[date, int], Due] = {}

    # -- days ---------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked."""
        return self.calendar.works(day)

    def why(self, day: date) -> str:
        """Why, in Chinese."""
        return self.calendar.why(day)

    def closing(self, day: date) -> datetime:
        """The closing instant of a day."""
        return datetime.combine(day, self.calendar.closing(day, self.hours.closes), self.zone)

    def due(self, received: datetime, days: int = 3) -> Due:
        """The closing time of the `days`-th working day after the day of receipt.

        Received after closing counts as that day; the day of receipt itself is never counted.
        """
        if received.tzinfo is not self.zone:
            received = received.astimezone(self.zone)
        day = received.date()
        found = self._cache.get((day, days))
        if found is None:
            found = self._cache[(day, days)] = self._due(day, days)
        return found

    def add_days(self, at: datetime, days: int) -> datetime:
        """The closing time of the working day `days` after (negative: before) the day of `at`."""
        number = self._number(at.astimezone(self.zone).date())
        if days > 0:
            index = bisect_right(self._working, number) + days - 1
        elif days < 0:
            index = bisect_left(self._working, number) + days
        else:
            index = bisect_left(self._working, number)
        return self.closing(self._day(self._working[max(0, index)]))

    # -- minutes ------------------------------------------------------------------------------

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Working minutes from `start` to `end`; negative when `end` is earlier. Additive."""
        return self._minutes_until(end) - self._minutes_until(start)

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """The first instant at which `minutes` working minutes have passed since `start`."""
        target = self._minutes_until(start) + minutes
        index = max(0, bisect_left(self._minutes_before, target) - 1)
        if minutes <= 0 and target == self._minutes_until(start):
            return start
        number = self._working[index]
        left = target - self._minutes_before[index]
        for opens, closes in self._spans[number]:
            if left <= closes - opens:
                return datetime.combine(self._day(number), time(), self.zone) + timedelta(
                    minutes=opens + left
                )
            left -= closes - opens
        raise AssertionError("the day's spans sum to its minutes")

    def share(self, start: datetime, due: datetime, share: float) -> datetime:
        """The instant at which this share of the working time between `start` and `due` is gone."""
        return self.add_minutes(start, round(self.minutes_between(start, due) * share))

    def resume(self, due: datetime, paused: datetime, resumed: datetime) -> datetime:
        """The new due instant after a pause: the frozen minutes from the resumption on, up to that day's closing."""
        left = max(0, self.minutes_between(paused, due))
        if left == 0:
            return due
        return self.closing(self.add_minutes(resumed, left).astimezone(self.zone).date())

    def is_provisional(self, at: datetime) -> bool:
        """Whether the instant lies beyond the last published day."""
        return at.astimezone(self.zone).date() > self.calendar.horizon

    # -- inside -------------------------------------------------------------------------------

    def _due(self, day: date, days: int) -> Due:
        first = bisect_right(self._working, self._number(day))
        last = self._day(self._working[first + days - 1])
        counted, position = [], 0
        current = day + timedelta(days=1)
        while current <= last:
            counts = self.calendar.works(current)
            why = self.calendar.why(current)
            if counts:
                position += 1
                extra = "" if why == "工作日" else f"({why})"
                why = f"第{position}个工作日{extra}"
            counted.append(Counted(current, counts, why))
            current += timedelta(days=1)
        return Due(self.closing(last), last > self.calendar.horizon, tuple(counted))

    def _spans_of(self, day: date) -> tuple[tuple[int, int], ...]:
        hours = self.hours
        closing = _minute(self.calendar.closing(day, hours.closes))
        spans = (
            (_minute(hours.morning_opens), min(closing, _minute(hours.morning_closes))),
            (_minute(hours.afternoon_opens), closing),
        )
        return tuple((opens, closes) for opens, closes in spans if closes > opens)

    def _minutes_until(self, at: datetime) -> int:
        local = at.astimezone(self.zone)
        number = self._number(local.date())
        index = bisect_left(self._working, number)
        minutes = self._minutes_before[index]
        if index < len(self._working) and self._working[index] == number:
            now = local.hour * 60 + local.minute
            minutes += sum(max(0, min(now, closes) - opens) for opens, closes in self._spans[number])
        return minutes

    @staticmethod
    def _number(day: date) -> int:
        return (day - _FIRST).days

    @staticmethod
    def _day(number: int) -> date:
        return _FIRST + timedelta(days=number)
