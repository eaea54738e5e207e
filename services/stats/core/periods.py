"""The periods that figures are given for: month, quarter, half-year, year; and those they are compared with."""

import re
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct

_WRITTEN: Final = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|H([12])))?", re.ASCII)
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 9998
"""The year after it must exist, too."""


class Period(Struct, frozen=True):
    """A calendar month, quarter, half-year or year, by day of receipt in city time."""

    year: int
    months: int
    """1, 3, 6 or 12."""
    index: int
    """Which of its kind in the year, from 0."""

    @staticmethod
    def read(text: str) -> "Period":
        """A period as it is written: `2026-03`, `2026-Q1`, `2026-H1`, `2026`. Raises ValueError."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise ValueError("period")
        year, month, quarter, half = (int(part) if part else 0 for part in written.groups())
        if not FIRST_YEAR <= year <= LAST_YEAR or month > 12 or (written[2] and not month):
            raise ValueError("period")
        if month:
            return Period(year, 1, month - 1)
        if quarter:
            return Period(year, 3, quarter - 1)
        return Period(year, 6, half - 1) if half else Period(year, 12, 0)

    @staticmethod
    def month_of(day: date) -> "Period":
        """The month a day is in."""
        return Period(day.year, 1, day.month - 1)

    def __str__(self) -> str:
        match self.months:
            case 1:
                return f"{self.year}-{self.index + 1:02d}"
            case 3:
                return f"{self.year}-Q{self.index + 1}"
            case 6:
                return f"{self.year}-H{self.index + 1}"
            case _:
                return f"{self.year}"

    @property
    def is_year(self) -> bool:
        """Whether it is a whole year, whose bulletin freezes scores."""
        return self.months == 12

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.index * self.months + 1, 1)

    @property
    def until(self) -> date:
        """The first day after it."""
        return (self.first + timedelta(days=31 * self.months)).replace(day=1)

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Its first instant, and the first after it."""
        first, until = (
            datetime(day.year, day.month, day.day, tzinfo=zone) for day in (self.first, self.until)
        )
        return first, until

    @property
    def before(self) -> "Period":
        """The one before it (环比)."""
        if self.index:
            return Period(self.year, self.months, self.index - 1)
        return Period(self.year - 1, self.months, 12 // self.months - 1)

    @property
    def year_before(self) -> "Period":
        """The same one of the year before (同比)."""
        return Period(self.year - 1, self.months, self.index)
