"""Which days are worked: the State Council's calendar with its make-up workdays (调休), and local days."""

from collections.abc import Iterable
from datetime import date, time
from functools import cached_property
from hashlib import blake2b
from typing import Final

from msgspec import Struct

_FIRST_YEAR: Final = 1949
_LAST_YEAR: Final = 2999


class Day(Struct, frozen=True):
    """A day that differs from Monday-to-Friday, by an official notice."""

    day: date
    name: str
    is_off_day: bool
    """False: worked, either a weekend day (调休上班) or a day with an hour of closing of its own."""
    notice: str = ""
    closing: time | None = None
    """The closing hour where it differs: half days."""


class Calendar:
    """All published days, and until when they are published. A value: equal when its days are equal."""

    def __init__(self, days: Iterable[Day], years: Iterable[int] = ()) -> None:
        self.days = {day.day: day for day in sorted(days, key=lambda day: day.day)}
        self.years = tuple(sorted(set(self._with_national_day()) | set(years)))
        """Years whose notice was loaded."""

    @cached_property
    def version(self) -> str:
        """A short hash of every day and of the years published."""
        text = "|".join(f"{d.day},{d.name},{d.is_off_day:d},{d.closing or ''}" for d in self.days.values())
        return blake2b(f"{text}{self.years}".encode(), digest_size=5).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and other.version == self.version

    def __hash__(self) -> int:
        return hash(self.version)

    @cached_property
    def horizon(self) -> date:
        """The last day of the last year published without a gap; deadlines beyond it are provisional."""
        if not self.years:
            return date.min
        last = self.years[0]
        while last + 1 in self.years:
            last += 1
        return date(last, 12, 31)

    @cached_property
    def beginning(self) -> date:
        """The first day of the first year published; deadlines before it are provisional, as those beyond the last."""
        return date(self.years[0], 1, 1) if self.years else date.max

    def covers(self, first: date, last: date) -> bool:
        """Whether every day from one to another is published."""
        return self.beginning <= first and last <= self.horizon

    def works(self, day: date) -> bool:
        """Whether the day is worked."""
        known = self.days.get(day)
        return day.weekday() < 5 if known is None else not known.is_off_day

    def why(self, day: date) -> str:
        """Why the day counts or not, in Chinese: 国庆节, 周末, 调休上班, 工作日, or a local day by its name."""
        known = self.days.get(day)
        if known is None:
            return "工作日" if day.weekday() < 5 else "周末"
        if known.is_off_day:
            return known.name
        if day.weekday() >= 5:
            return "调休上班"
        return known.name if known.closing is not None else "工作日"

    def closing(self, day: date, usual: time) -> time:
        """The closing hour of a day."""
        known = self.days.get(day)
        return usual if known is None or known.closing is None else known.closing

    def with_year(self, year: int, days: Iterable[Day]) -> "Calendar":
        """With the notice of a year loaded, in place of what was known of that year.

        Days that leave out the year's National Day are no State Council notice but local days (a half
        day, a day off): they are laid over what is known. Days of the years beside it (a make-up
        workday on 31 December) replace single days, and do not make that other year a published one.
        Raises ValueError for a year that is none of ours.
        """
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise ValueError(f"{year} is no year of this calendar")
        new = {day.day: day for day in days}
        whole = any(day.year == year and _is_national_day(known) for day, known in new.items())
        kept = [
            day for day in self.days.values() if day.day not in new and not (whole and day.day.year == year)
        ]
        return Calendar([*kept, *new.values()], (*self.years, year))

    def _with_national_day(self) -> Iterable[int]:
        """The years whose 1 October is named: each yearly notice names it, and none names another year's."""
        return (day.year for day, known in self.days.items() if _is_national_day(known))


def belongs_to(year: int, day: date) -> bool:
    """Whether the notice of a year may name the day: one of that year, or of the month before or after it.

    2012's notice made 31 December 2011, a Saturday, a workday (国办发明电〔2011〕45号).
    """
    return day.year == year or (day.year, day.month) in ((year - 1, 12), (year + 1, 1))


def _is_national_day(day: Day) -> bool:
    return (day.day.month, day.day.day) == (10, 1) and day.is_off_day
