"""One example of every fact about a bulletin; part of `EXAMPLES`."""

from datetime import datetime, timedelta, timezone
from typing import Final

from contracts.bulletins import (
    BulletinCirculated,
    BulletinDrafted,
    BulletinEdited,
    BulletinIssued,
    Frozen,
    NamedCase,
    ObjectionAnswered,
    ObjectionRaised,
    Section,
    UnitFigures,
)
from contracts.facts import Fact

NUMBER: Final = "SQ260213-000017"
_CITY_TIME: Final = timezone(timedelta(hours=8))
_DUE: Final = datetime(2026, 2, 25, 18, 0, tzinfo=_CITY_TIME)


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 2, day, hour, tzinfo=_CITY_TIME)


_COUNTED: Final = UnitFigures("", "全市", {"received": 1373, "replied": 1352}, 6.5, 40.0)
_FIGURES: Final = Frozen(
    period="2026-01",
    cut_off=_at(3, 9),
    city=_COUNTED,
    units=(UnitFigures("urban-management", "市城市管理局", {"received": 17, "replied": 16}, 4.0, 30.0),),
    before=UnitFigures("", "全市", {"received": 1222, "replied": 1205}),
    year_before=UnitFigures("", "全市", {}),
    named=(NamedCase(NUMBER, "urban-management", _DUE),),
    offsets={"0": {"posts": 120, "replies": 340}},
    code="00ff",
    policy="a1b2c3d4e5",
)
_SECTIONS: Final = (Section("一、总体情况", "全市共受理计时网帖1373件。"),)

BULLETIN_EXAMPLES: Final[tuple[Fact, ...]] = (
    BulletinDrafted(
        at=_at(3, 9),
        bulletin="2026-01",
        title="关于2026年1月网络问政办理情况的通报",
        figures=_FIGURES,
        sections=_SECTIONS,
        by="supervisor-1",
    ),
    BulletinEdited(at=_at(3, 10), bulletin="2026-01", sections=_SECTIONS, by="supervisor-1"),
    BulletinCirculated(at=_at(3, 11), bulletin="2026-01", until=_at(5, 18), by="supervisor-1"),
    ObjectionRaised(
        at=_at(4, 9),
        bulletin="2026-01",
        objection="o-1",
        department="urban-management",
        text="该帖已于到期前答复。",
        cases=(NUMBER,),
        by="clerk-1",
    ),
    ObjectionAnswered(
        at=_at(4, 15),
        bulletin="2026-01",
        objection="o-1",
        department="urban-management",
        upheld=False,
        text="经核对,答复在到期之后。",
        by="supervisor-1",
    ),
    BulletinIssued(
        at=_at(6, 9),
        bulletin="2026-01",
        number="宿网督〔2026〕1号",
        title="关于2026年1月网络问政办理情况的通报",
        figures=_FIGURES,
        sections=_SECTIONS,
        by="leader-1",
    ),
)
