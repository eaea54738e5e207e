"""The tables of units of a bulletin, as pages and papers show them. Pure."""

from typing import Final

from contracts.bulletins import Frozen, UnitFigures
from services.stats.core.figures import AMOUNT, SHARES, exceeded, volume_group

SHARE: Final = {share.code: share for share in SHARES}


def share_of(code: str, unit: UnitFigures) -> float | None:
    """A share of a unit, by its code."""
    return SHARE[code].of(unit.measures)


ROW: Final = (
    *("单位", "受理", "已回复", "回复率", "按时回复", "按时率", "未回复", "超期"),
    *(
        "已评价",
        "满意",
        "满意度",
        "延期",
        "未兑现",
        "退回",
        "重新办理",
        "即时办结",
        "中位小时",
        "九成小时",
        "件数组",
    ),
)
"""The heads of the table of units."""
SOLVED: Final = ("答解决", "解决率")
"""More heads, after the satisfaction, where anybody was asked: bulletins of before keep the table they were issued with."""
_BEFORE_SOLVED: Final = ROW.index("满意度") + 1

Cell = str | int | float | None


def table(figures: Frozen) -> list[list[Cell]]:
    """The table of units in the order of the league, the city last; shares are numbers between 0 and 1."""
    ranked = sorted(figures.units, key=_rank)
    rows = [_row(unit) for unit in (*ranked, figures.city)]
    if _asks(figures):
        for row, unit in zip(rows, (*ranked, figures.city), strict=True):
            row[_BEFORE_SOLVED:_BEFORE_SOLVED] = [
                unit.measures.get("solved_told", 0),
                share_of("solved_rate", unit),
            ]
    return rows


def heads(figures: Frozen) -> tuple[str, ...]:
    """The heads of the table of a bulletin."""
    return (*ROW[:_BEFORE_SOLVED], *SOLVED, *ROW[_BEFORE_SOLVED:]) if _asks(figures) else ROW


def _asks(figures: Frozen) -> bool:
    """Whether anybody said if the matter was solved."""
    return bool(figures.city.measures.get("solved_told"))


def _rank(unit: UnitFigures) -> tuple[int, float, float, str]:
    group = ("50+", "10-49", "1-9", "0").index(volume_group(unit.measures.get("received", 0)))
    return group, -(share_of("reply_rate", unit) or 0.0), -(share_of("on_time_rate", unit) or 0.0), unit.unit


def _row(unit: UnitFigures) -> list[Cell]:
    of = unit.measures.get
    return [
        *(unit.name, of("received", 0), of("replied", 0), share_of("reply_rate", unit)),
        *(
            of("on_time", 0),
            share_of("on_time_rate", unit),
            of("open", 0) + of("overdue", 0),
            of("overdue", 0),
        ),
        *(
            of("rated", 0),
            of("satisfied", 0),
            share_of("satisfaction", unit),
            of("extensions", 0),
            AMOUNT["broken_promises"].of(unit.measures),
        ),
        *(of("returns", 0), of("reopened", 0), of("instant", 0), *_reply_hours(unit)),
        volume_group(of("received", 0)) if unit.unit else "",
    ]


def _reply_hours(unit: UnitFigures) -> list[Cell]:
    return [_told("hours", unit.median_hours), _told("hours", unit.p90_hours)]


def _told(kind: str, hours: float | None) -> Cell:
    """Hours; a time beyond the last step has no number of its own."""
    more = exceeded(kind, hours)
    return hours if more is None else f">{more:g}"


_COURSE: Final = (
    *("received", "first_words", "first_word_rate", "first_word_hours"),
    *("responses_asked", "responses", "response_rate", "response_hours"),
    *("dispatches_in_time", "late_dispatches", "dispatch_rate"),
    *("meetings", "meetings_in_time", "meeting_rate"),
    *("promises", "promises_kept", "follow_ups", "follow_ups_answered"),
    *("second_replied", "second_on_time", "second_overdue"),
)
"""Amounts, shares and hours of the second table, by their codes."""
_HOURS: Final = {"first_word_hours": "初步中位小时", "response_hours": "响应中位小时"}

COURSE: Final = (
    "单位",
    *(
        _HOURS[code] if code in _HOURS else AMOUNT[code].name if code in AMOUNT else SHARE[code].name
        for code in _COURSE
    ),
)
"""The heads of the second table: what came before the reply, and after it."""
COURSE_TITLE: Final = "各单位响应、交办和后续办理情况表"


def has_course(figures: Frozen) -> bool:
    """Whether a bulletin has the second table: those of derivation 1 keep what they were issued with."""
    return figures.derivation > 1


def course(figures: Frozen) -> list[list[Cell]]:
    """The second table, its units in the order of the first; empty where the bulletin has none."""
    if not has_course(figures):
        return []
    return [_course_of(unit) for unit in (*sorted(figures.units, key=_rank), figures.city)]


def _course_of(unit: UnitFigures) -> list[Cell]:
    counted: list[Cell] = [unit.name]
    for code in _COURSE:
        if code in _HOURS:
            counted.append(_told(code, getattr(unit, code)))
        elif code in AMOUNT:
            counted.append(AMOUNT[code].of(unit.measures))
        else:
            counted.append(share_of(code, unit))
    return counted
