"""One example of every fact about a round of inspection or call-back; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Any, Final

from contracts.inspections import (
    CaseInspected,
    CitizenCalled,
    CorrectionJudged,
    CorrectionNear,
    CorrectionOverdue,
    CorrectionReported,
    Drawn,
    RoundClosed,
    RoundOpened,
    RoundStopped,
)

NUMBER: Final = "SQ260213-000017"
UNIT: Final = "urban-management"
_CITY_TIME: Final = timezone(timedelta(hours=8))


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=_CITY_TIME)


_ROUND: Final = "inspection-01"
_CASE: Final[dict[str, Any]] = {"round": _ROUND, "case": NUMBER, "department": UNIT}

INSPECTION_EXAMPLES: Final = (
    RoundOpened(
        at=_at(3, 2, 9),
        round=_ROUND,
        form="inspection",
        period="2026-02",
        seed="5f2c9a7be01d4c36",
        size=30,
        population=1,
        fingerprint="6b9d24bd1d7acb284d9fe8cda736be06a487c57c1428d2fd6229868094f06a5c",
        offsets={"0": {"posts": 12, "replies": 30}},
        drawn=(Drawn(NUMBER, UNIT),),
        checklist=("受理及时", "答复切题"),
        by="supervisor-1",
    ),
    CaseInspected(
        at=_at(3, 3, 9),
        faults=("答复切题",),
        text="未回答网民所问的完工日期。",
        until=_at(3, 10, 18),
        by="supervisor-1",
        **_CASE,
    ),
    CorrectionReported(at=_at(3, 5, 9), text="已向网民补充答复完工日期。", by="leader-1", **_CASE),
    CorrectionJudged(
        at=_at(3, 6, 9),
        outcome="returned",
        text="补充答复仍无日期。",
        until=_at(3, 13, 18),
        by="supervisor-1",
        **_CASE,
    ),
    CorrectionNear(at=_at(3, 12, 18), until=_at(3, 13, 18), **_CASE),
    CorrectionOverdue(at=_at(3, 13, 18), until=_at(3, 13, 18), **_CASE),
    CitizenCalled(
        at=_at(3, 6, 10),
        round="callback-01",
        case=NUMBER,
        department=UNIT,
        contact="reached",
        solved="partly",
        satisfied=False,
        text="路面已补,井盖仍响。",
        by="supervisor-1",
    ),
    RoundClosed(at=_at(3, 27, 9), round=_ROUND, text="本轮督查结束。", by="supervisor-1"),
    RoundStopped(at=_at(3, 27, 9), round="callback-02", text="时期选错,另行抽取。", by="supervisor-1"),
)
