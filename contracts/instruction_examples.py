"""One example of every fact about a city leader's instruction, a first word and what a reply promises; part of `EXAMPLES`."""

from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from contracts.deadlines import (
    InstructionNear,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseNear,
    ReplyPromiseSet,
)
from contracts.facts import Fact
from contracts.replies import (
    FirstWordGiven,
    InstructionAccepted,
    InstructionGiven,
    InstructionRead,
    InstructionReported,
    InstructionSentBack,
    InstructionTakenInHand,
    PromiseReported,
)

_CITY_TIME: Final = timezone(timedelta(hours=8))
_UNIT: Final = "urban-management"


def _at(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=_CITY_TIME)


INSTRUCTION_EXAMPLES: Final[tuple[Fact, ...]] = (
    InstructionGiven(at=_at(24, 17, 2), text="请尽快修复。", by="mayor-1"),
    InstructionRead(at=_at(2, 10), instruction="i-1", department=_UNIT, by="leader-1"),
    InstructionTakenInHand(at=_at(2, 11), instruction="i-1", department=_UNIT, by="clerk-1"),
    InstructionReported(
        at=_at(4, 16), instruction="i-1", text="十二根灯杆已全部修复。", department=_UNIT, by="clerk-1"
    ),
    InstructionSentBack(
        at=_at(5, 9),
        instruction="i-1",
        remark="请说明原因和今后的措施。",
        due_day=date(2026, 3, 9),
        department=_UNIT,
        by="mayor-1",
    ),
    InstructionAccepted(at=_at(10, 9), instruction="i-1", department=_UNIT, by="mayor-1"),
    InstructionNear(
        at=_at(6, 18), instruction="i-1", due_day=date(2026, 3, 9), due=_at(9, 18), department=_UNIT
    ),
    InstructionOverdue(
        at=_at(9, 18), instruction="i-1", due_day=date(2026, 3, 9), due=_at(9, 18), department=_UNIT
    ),
    InstructionOverdueWithdrawn(
        at=_at(9, 17), instruction="i-1", due_day=date(2026, 3, 9), due=_at(9, 18), department=_UNIT
    ),
)


def _in_june(day: int, hour: int) -> datetime:
    return _at(day, hour, 6)


_ABOUT: Final[dict[str, Any]] = {
    "reply": "r-1",
    "day": date(2026, 6, 30),
    "due": _in_june(30, 18),
    "department": _UNIT,
}

PROMISE_EXAMPLES: Final[tuple[Fact, ...]] = (
    FirstWordGiven(at=_in_june(1, 11), text="已派人到现场查看,两日内答复。", department=_UNIT, by="clerk-1"),
    PromiseReported(at=_in_june(29, 16), reply="r-1", text="人行道已修好。", department=_UNIT, by="clerk-1"),
    ReplyPromiseSet(at=_in_june(2, 10), **_ABOUT),
    ReplyPromiseNear(at=_in_june(29, 18), **_ABOUT),
    ReplyPromiseBroken(at=_in_june(30, 18), **_ABOUT),
    ReplyPromiseBreakWithdrawn(at=_in_june(30, 17), **_ABOUT),
    ReplyPromiseEnded(at=_in_june(29, 16), outcome="kept", **_ABOUT),
)
