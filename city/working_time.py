"""Working time: due dates, working minutes between instants, and back; exact on every Chinese date.

All instants are aware. Minutes are whole working minutes: an instant counts from its minute on.
Prefix sums over the published days make each question two look-ups; before and beyond them the weeks
are all alike (Monday to Friday, full days), so a day there is looked up some whole weeks away.
"""

from bisect import bisect_left
from collections import OrderedDict
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import accumulate
from typing import Final

from msgspec import Struct

from city.calendar import Calendar
from city.policy import Hours

_WEEK: Final = 7
_WORKED: Final = 5
"""Working days of a week that no notice touches."""
_WEEK_WORKED: Final = bytes((1, 1, 1, 1, 1, 0, 0))
"""Monday to Sunday, each worked or not."""
_REMEMBERED: Final = 8192
"""Counted due dates kept per calendar: 22 years of receipt days; fewer than are asked for in turn would be none."""


class Counted(Struct, frozen=True):
    """One calendar day on the way to the due date."""

    day: date
    counts: bool
    reason: str


class Due(Struct, frozen=True):
    """When an answer is due, and how that was counted."""

    at: datetime
    provisional: bool
    """Outside the published days: may be dated again."""
    counted: tuple[Counted, ...]


@lru_cache(maxsize=32)
def working_time(calendar: Calendar, hours: Hours, zone: tzinfo) -> "WorkingTime":
    """The working time of a calendar, built once for all who hold an equal one (twelve partitions do)."""
    return WorkingTime(calendar, hours, zone)


class WorkingTime:
    """Questions about working time, for one calendar and one set of hours.

    A day whose year lies outside 1 to 9999 raises OverflowError.
    """

    def __init__(self, calendar: Calendar, hours: Hours, zone: tzinfo) -> None:
        self.calendar = calendar
        self.hours = hours
        self.zone = zone
        named = list(calendar.days) or [date(2010, 1, 1)]
        first = named[0] - timedelta(days=_WEEK)
        self._origin = first - timedelta(days=first.weekday())
        """The Monday before the first day that differs: number 0."""
        self._weeks = (named[-1] - self._origin).days // _WEEK + 2
        """Whole weeks tabled; the last of them is untouched by any notice, as are all after it."""
        worked = bytearray(_WEEK_WORKED * self._weeks)
        for day, known in calendar.days.items():
            worked[(day - self._origin).days] = not known.is_off_day
        self._working = [n for n, works in enumerate(worked) if works]
        """Numbers (days since the origin) of the working days, ascending."""
        self._before = [0, *accumulate(worked)]
        """Working days before each day."""
        self._usual = self._spans_of(None)
        self._usual_minutes = sum(closes - opens for opens, closes in self._usual)
        self._special = {
            (day - self._origin).days: self._spans_of(known.closing)
            for day, known in calendar.days.items()
            if known.closing is not None and not known.is_off_day
        }
        """Half days."""
        half = {n: sum(closes - opens for opens, closes in spans) for n, spans in self._special.items()}
        minutes = (half.get(n, self._usual_minutes) for n in self._working)
        self._minutes_before = [0, *accumulate(minutes)]
        self._remembered: OrderedDict[tuple[date, int], Due] = OrderedDict()

    # -- days ---------------------------------------------------------------------------------

    @property
    def horizon(self) -> date:
        """The last published day."""
        return self.calendar.horizon

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked."""
        return self.calendar.works(day)

    def why(self, day: date) -> str:
        """Why, in Chinese."""
        return self.calendar.why(day)

    def opening(self, day: date) -> datetime:
        """The opening instant of a day."""
        return datetime.combine(day, self.hours.morning_opens, self.zone)

    def closing(self, day: date) -> datetime:
        """The closing instant of a day."""
        return datetime.combine(day, self.calendar.closing(day, self.hours.closes), self.zone)

    def closing_from(self, day: date) -> datetime:
        """The closing instant of a day, or of the next working day where it is none."""
        return self.closing(self._day(self._working_day(self._working_before(self._number(day)))))

    def due(self, received: datetime, days: int = 3) -> Due:
        """The closing time of the `days`-th working day after the day of receipt; `days` is at least 1.

        Received after closing counts as that day; the day of receipt itself is never counted.
        """
        if received.tzinfo is not self.zone:
            received = received.astimezone(self.zone)
        day = received.date()
        found = self._remembered.get((day, days))
        if found is None:
            found = self._remembered[(day, days)] = self._due(day, days)
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return found

    def add_days(self, at: datetime, days: int) -> datetime:
        """The closing time of the working day `days` after (negative: before) the day of `at`.

        Zero: of that day, or of the next working day when it is none.
        """
        number = self._number(at.astimezone(self.zone).date())
        index = self._working_before(number)
        if days > 0:
            index += days - (0 if self._works(number) else 1)
        else:
            index += days
        return self.closing(self._day(self._working_day(index)))

    def warning(self, since: datetime, due: datetime, days: int) -> datetime | None:
        """The closing time `days` working days before the day of `due`.

        None where it would come before `since`, when what is due was set; and for zero days, which want no warning.
        """
        warned = self.add_days(due, -days) if days else due
        return warned if since < warned < due else None

    # -- minutes ------------------------------------------------------------------------------

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Working minutes from `start` to `end`; negative when `end` is earlier. Additive."""
        return self._minutes_until(end) - self._minutes_until(start)

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """The first instant at which `minutes` working minutes have passed since `start`."""
        if minutes == 0:
            return start
        target = self._minutes_until(start) + minutes
        number, left = self._at_minute(target)
        for opens, closes in self._special.get(number, self._usual):
            if left <= closes - opens:
                midnight = datetime.combine(self._day(number), time(), self.zone)
                return midnight + timedelta(minutes=opens + left)
            left -= closes - opens
        raise AssertionError("the day's spans sum to its minutes")

    def share(self, start: datetime, due: datetime, share: float) -> datetime:
        """The instant at which this share of the working time between `start` and `due` is gone."""
        return self.add_minutes(start, round(self.minutes_between(start, due) * share))

    def next_working_instant(self, at: datetime) -> datetime:
        """The instant itself when it is worked, else the next opening: in the afternoon, or of the next day."""
        local = at.astimezone(self.zone)
        number, now = self._number(local.date()), local.hour * 60 + local.minute
        if self._works(number):
            for opens, closes in self._special.get(number, self._usual):
                if now < opens:
                    return datetime.combine(local.date(), time(), self.zone) + timedelta(minutes=opens)
                if now < closes:
                    return local
            number += 1
        return self.opening(self._day(self._working_day(self._working_before(number))))

    def resume(self, due: datetime, paused: datetime, resumed: datetime) -> datetime:
        """The new due instant after a pause: the frozen minutes from the resumption on, to that day's closing."""
        left = max(0, self.minutes_between(paused, due))
        if left == 0:
            return due
        return self.closing(self.add_minutes(resumed, left).astimezone(self.zone).date())

    def is_provisional(self, at: datetime) -> bool:
        """Whether the instant lies outside the published days."""
        day = at.astimezone(self.zone).date()
        return not self.calendar.covers(day, day)

    # -- inside -------------------------------------------------------------------------------

    def _due(self, day: date, days: int) -> Due:
        if days < 1:
            raise ValueError("a deadline needs at least one working day")
        last = self._day(self._working_day(self._working_before(self._number(day) + 1) + days - 1))
        counted, position = [], 0
        for distance in range(1, (last - day).days + 1):
            current = day + timedelta(days=distance)
            why = self.calendar.why(current)
            counts = self.calendar.works(current)
            if counts:
                position += 1
                why = f"{'' if why == '工作日' else why + ' '}第{position}个工作日"
            counted.append(Counted(current, counts, why))
        return Due(
            self.closing(last), not self.calendar.covers(day + timedelta(days=1), last), tuple(counted)
        )

    def _spans_of(self, closing: time | None) -> tuple[tuple[int, int], ...]:
        """The worked spans of a day, in minutes since midnight."""
        hours = self.hours
        closes_at = _minute(hours.closes if closing is None else closing)
        spans = (
            (_minute(hours.morning_opens), min(closes_at, _minute(hours.morning_closes))),
            (_minute(hours.afternoon_opens), closes_at),
        )
        return tuple((opens, closes) for opens, closes in spans if closes > opens)

    def _minutes_until(self, at: datetime) -> int:
        local = at.astimezone(self.zone)
        number = self._number(local.date())
        tabled, weeks = self._tabled(number)
        minutes = self._minutes_before[self._before[tabled]] + weeks * _WORKED * self._usual_minutes
        if self._before[tabled + 1] > self._before[tabled]:
            now = local.hour * 60 + local.minute
            for opens, closes in self._special.get(number, self._usual):
                if now > opens:
                    minutes += min(now, closes) - opens
        return minutes

    def _at_minute(self, target: int) -> tuple[int, int]:
        """The working day in which the target-th minute since the origin ends, and the minutes into it."""
        week, total = _WORKED * self._usual_minutes, self._minutes_before[-1]
        weeks = 0
        if target > total:
            weeks = -((total - target) // week)
        elif target <= 0:
            weeks = target // week - (target % week == 0)
        within = target - weeks * week
        index = bisect_left(self._minutes_before, within) - 1
        return self._working[index] + weeks * _WEEK, within - self._minutes_before[index]

    def _tabled(self, number: int) -> tuple[int, int]:
        """A day in the table in an equal place of an equal week, and how many weeks away that is."""
        week = number // _WEEK
        if week >= self._weeks:
            weeks = week - self._weeks + 1
        elif week < 0:
            weeks = week
        else:
            return number, 0
        return number - weeks * _WEEK, weeks

    def _works(self, number: int) -> bool:
        tabled, _ = self._tabled(number)
        return self._before[tabled + 1] > self._before[tabled]

    def _working_before(self, number: int) -> int:
        """How many working days lie between the origin and a day; negative before the origin."""
        tabled, weeks = self._tabled(number)
        return self._before[tabled] + weeks * _WORKED

    def _working_day(self, index: int) -> int:
        """The number of the working day with this many working days before it since the origin."""
        weeks = 0
        if index >= len(self._working):
            weeks = (index - len(self._working)) // _WORKED + 1
        elif index < 0:
            weeks = index // _WORKED
        return self._working[index - weeks * _WORKED] + weeks * _WEEK

    def _number(self, day: date) -> int:
        return (day - self._origin).days

    def _day(self, number: int) -> date:
        return self._origin + timedelta(days=number)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
