"""One example of every fact about an accountability record; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Any, Final

from contracts.accountability import (
    AppealDecided,
    AppealRaised,
    DefenceStated,
    FindingMade,
    GroundsRestored,
    GroundsWithdrawn,
    PersonNamed,
    RecordClosed,
    RecordOpened,
)
from contracts.facts import Fact

NUMBER: Final = "SQ260213-000017"
_CITY_TIME: Final = timezone(timedelta(hours=8))


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=_CITY_TIME)


_ABOUT: Final[dict[str, Any]] = {
    "record": f"overdue-urban-management-{NUMBER}",
    "department": "urban-management",
}

ACCOUNTABILITY_EXAMPLES: Final[tuple[Fact, ...]] = (
    RecordOpened(
        at=_at(3, 4, 18),
        rule="overdue",
        cases=(NUMBER,),
        happened=(_at(3, 4, 18),),
        threshold=1,
        until=_at(3, 11, 18),
        **_ABOUT,
    ),
    GroundsWithdrawn(at=_at(3, 4, 19), **_ABOUT),
    GroundsRestored(at=_at(3, 5, 9), happened=(_at(3, 4, 18),), threshold=1, until=_at(3, 12, 18), **_ABOUT),
    PersonNamed(at=_at(3, 5, 10), person="clerk-1", until=_at(3, 12, 18), by="supervisor-1", **_ABOUT),
    DefenceStated(
        at=_at(3, 6, 9), side="unit", text="配件停产,已另行采购。", cases=(NUMBER,), by="leader-1", **_ABOUT
    ),
    FindingMade(
        at=_at(3, 13, 9),
        responsible=True,
        text="逾期五个工作日未作任何回复,属实。",
        measure="talk",
        until=_at(4, 12, 18),
        by="supervisor-1",
        **_ABOUT,
    ),
    AppealRaised(at=_at(3, 16, 9), side="person", text="期间因公出差,已移交工作。", by="clerk-1", **_ABOUT),
    AppealDecided(
        at=_at(3, 20, 9),
        outcome="lightened",
        text="移交记录属实,改为口头提醒。",
        measure="reminder",
        by="supervisor-2",
        **_ABOUT,
    ),
    RecordClosed(at=_at(3, 27, 9), measure="reminder", text="已当面提醒。", by="supervisor-1", **_ABOUT),
)
