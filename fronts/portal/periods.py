"""The periods that pages ask figures of: a month, a quarter, a half-year or a year, as stats writes them."""

import re
from calendar import monthrange
from datetime import date, datetime
from typing import Final

_WRITTEN: Final = re.compile(r"(20[0-9]{2})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?", re.ASCII)


def period_of(given: str) -> str:
    """A period that can be asked for; empty for what is none."""
    return given if _WRITTEN.fullmatch(given) else ""


def month_of(given: str) -> str:
    """A month that can be asked for; empty for what is none."""
    written = _WRITTEN.fullmatch(given)
    return given if written is not None and written[2] else ""


def days_of(period: str) -> dict[str, str]:
    """The first and the last day of a period, as the services are asked."""
    first, last = _days(period)
    return {"from": first.isoformat(), "to": last.isoformat()}


def days_so_far(period: str, now: datetime) -> dict[str, str]:
    """The same, as far as the period has gone."""
    first, last = _days(period)
    return {"from": first.isoformat(), "to": max(first, min(last, now.date())).isoformat()}


def _days(period: str) -> tuple[date, date]:
    written = _WRITTEN.fullmatch(period)
    assert written is not None
    year, month, quarter, half = (int(part) if part else 0 for part in written.groups())
    months, index = (1, month) if month else (3, quarter) if quarter else (6, half) if half else (12, 1)
    end = months * index
    return date(year, end - months + 1, 1), date(year, end, monthrange(year, end)[1])
