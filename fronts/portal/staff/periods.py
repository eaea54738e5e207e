"""The periods that staff ask figures of: a month, a quarter, a half-year or a year, as stats writes them."""

import re
from calendar import monthrange
from datetime import date, datetime
from typing import Final

_WRITTEN: Final = re.compile(r"(20[0-9]{2})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?", re.ASCII)


def chosen(given: str, now: datetime) -> str:
    """The period asked for, or the present month."""
    return given if _WRITTEN.fullmatch(given) else f"{now:%Y-%m}"


def days(period: str, now: datetime) -> dict[str, str]:
    """The first and last day of a period, as far as it has gone."""
    written = _WRITTEN.fullmatch(period)
    assert written is not None
    year, month, quarter, half = (int(part) if part else 0 for part in written.groups())
    months, index = (1, month) if month else (3, quarter) if quarter else (6, half) if half else (12, 1)
    end = months * index
    first, last = date(year, end - months + 1, 1), date(year, end, monthrange(year, end)[1])
    return {"from": first.isoformat(), "to": max(first, min(last, now.date())).isoformat()}
