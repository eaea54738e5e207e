"""What stats answers, shape by shape, made from the table of figures; the OpenAPI schemas follow from these."""

from datetime import date, datetime
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType, defstruct

from services.stats.core.cells import BY_ORIGIN
from services.stats.core.figures import AMOUNTS, REPORT, SHARES

_Share = float | None
"""Between 0 and 1; null without a whole."""
_Interval = tuple[float, float] | None
"""Wilson's interval of a share at 95 %."""


def _shape(name: str, meaning: str, fields: list[Any], of: type[Struct] | None = None) -> type[Struct]:
    return defstruct(name, fields, bases=(of,) if of else None, kw_only=True, namespace={"__doc__": meaning})


_INTERVALS: Final = _shape(
    "Intervals", "The interval of each share.", [(share.code, _Interval) for share in SHARES]
)
ISSUED_INTERVALS: Final = _shape(
    "IssuedIntervals",
    "The interval of each share that bulletins have.",
    [(share.code, _Interval) for share in SHARES if share.issued(2)],
)
_REPORT: Final = _shape(
    "Report",
    "The figures as the city's printed report counts them.",
    [
        *((name, int) for name in ("received", "replied", "rated", "satisfied")),
        *((share.code, _Share) for share in REPORT),
    ],
)
ROW: Final = _shape(
    "Row",
    "The figures of a unit, a day, a period or the city: docs/figures.md says what each means.",
    [
        *((amount.code, int) for amount in AMOUNTS),
        *((share.code, _Share) for share in SHARES),
        ("intervals", _INTERVALS),
        ("interval", _Interval),
        ("median_hours", _Share),
        ("p90_hours", _Share),
        ("first_word_hours", _Share),
        ("response_hours", _Share),
        ("follow_up_hours", _Share),
        ("held_hours", float),
        ("report", _REPORT),
    ],
)
_CHANGE: Final = _shape(
    "Change",
    "By how much it is more now: posts, and points of a hundred of each share.",
    [("received", int), *((share.code, _Share) for share in SHARES)],
)
_THEN: Final = _shape(
    "Then",
    "What it was in another period.",
    [("received", int), *((share.code, _Share) for share in SHARES), ("change", _CHANGE)],
)
_COMPARED: Final = [(name, _THEN | UnsetType, UNSET) for name in ("before", "year_before")]
_CITY_ROW: Final = _shape("CityRow", "The figures of the whole city.", _COMPARED, ROW)
_UNIT_ROW: Final = _shape(
    "UnitRow",
    "The figures of a unit.",
    [("code", str), ("name", str), ("volume_group", str), *_COMPARED],
    ROW,
)


class ComparedWith(Struct):
    """The periods with which a period is compared."""

    before: str
    year_before: str


LEAGUE: Final = _shape(
    "League",
    "The league table of a period; `before` and `year_before` are there where a `period` was asked for.",
    [
        ("period", str),
        ("month", str),
        ("cut_off", datetime),
        ("city", _CITY_ROW),
        ("departments", list[_UNIT_ROW]),  # type: ignore[valid-type]  # made from the table, so no type to mypy
        ("compared_with", ComparedWith | UnsetType, UNSET),
    ],
)
_ORIGIN: Final = _shape(
    "OriginRow",
    "What came by one way: docs/figures.md says what each means.",
    [(name, int) for name in BY_ORIGIN],
)


class AreaRow(Struct):
    """What came from an area; the last is without one."""

    area: str
    name: str
    received: int
    replied: int
    overdue: int


class DutyRow(Struct):
    """What a unit has by a duty item; the last, without a code, is all that have too few posts to be told apart."""

    duty: str
    name: str
    department: str
    received: int
    replied: int
    overdue: int


_DAY_ROW: Final = _shape("DayRow", "The figures of a day of receipt.", [("day", date)], ROW)
FIGURES: Final = _shape(
    "Figures",
    "The figures of the days asked for: all together, by kind, by the way they came, and by day.",
    [
        ("from", date),
        ("to", date),
        ("department", str),
        ("kind", str),
        ("cut_off", datetime),
        ("withheld", bool),
        ("total", ROW),
        ("registered", int),
        ("kinds", dict[str, ROW]),  # type: ignore[valid-type]  # as above
        ("origins", dict[str, _ORIGIN]),  # type: ignore[valid-type]  # as above
        ("areas", list[AreaRow]),
        ("duties", list[DutyRow]),
        ("days", list[_DAY_ROW]),  # type: ignore[valid-type]  # as above
    ],
)
