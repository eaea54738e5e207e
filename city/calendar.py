"""Which days are worked: the State Council's calendar with its make-up workdays (调休), and local days."""

from collections.abc import Iterable
from datetime import date, time
from hashlib import blake2b

from msgspec import Struct


class Day(Struct, frozen=True):
    """A day that differs from Monday-to-Friday, by an official notice."""

    day: date
    name: str
    is_off_day: bool
    """False: a weekend day that is worked (调休上班)."""
    notice: str = ""
    closing: time | None = None
    """The closing hour where it differs: half days."""


class Calendar:
    """All published days, and until when they are published."""

    def __init__(self, days: Iterable[Day], years: Iterable[int] = ()) -> None:
        self.days = {day.day: day for day in sorted(days, key=lambda day: day.day)}
        self.years = tuple(sorted({day.year for day in self.days} | set(years)))
        """Years whose notice was loaded."""
        text = "|".join(f"{d.day}{d.name}{d.is_off_day}{d.closing}" for d in self.days.values())
        self.version = blake2b(f"{text}{self.years}".encode(), digest_size=5).hexdigest()

    @property
    def horizon(self) -> date:
        """The last day of the last year published; deadlines beyond it are provisional."""
        return date(self.years[-1], 12, 31) if self.years else date.min

    def works(self, day: date) -> bool:
        """Whether the day is worked."""
        known = self.days.get(day)
        return day.weekday() < 5 if known is None else not known.is_off_day

    def why(self, day: date) -> str:
        """Why the day counts or not, in Chinese: 国庆节, 周末, 调休上班, 工作日."""
        known = self.days.get(day)
        if known is None:
            return "工作日" if day.weekday() < 5 else "周末"
        if known.is_off_day:
            return known.name
        return "调休上班" if day.weekday() >= 5 else "工作日"

    def closing(self, day: date, usual: time) -> time:
        """The closing hour of a day."""
        known = self.days.get(day)
        return usual if known is None or known.closing is None else known.closing

    def with_year(self, year: int, days: Iterable[Day]) -> "Calendar":
        """With the notice of a year loaded, in place of what was known of that year."""
        kept = [day for day in self.days.values() if day.day.year != year]
        return Calendar([*kept, *days], (*self.years, year))
