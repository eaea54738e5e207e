"""What the desks of a supervisor and of a unit's leader say of debates, dialogues and surveys that wait for them."""

from types import SimpleNamespace
from typing import Any

import pytest

from fronts.portal.services import Answer
from fronts.portal.staff.pending import Pending, pending

UNIT, OTHER = "transport", "education"
LISTS: dict[str, list[dict[str, Any]]] = {
    "debates": [
        {"id": "d1", "title": "停车", "department": UNIT, "state": "open", "to_moderate": 3},
        {"id": "d2", "title": "夜市", "department": UNIT, "state": "ended"},
        {"id": "d3", "title": "校服", "department": OTHER, "state": "ended"},
        {"id": "d4", "title": "公园", "department": UNIT, "state": "closed"},
    ],
    "dialogues": [
        {"id": "t1", "title": "访谈", "department": UNIT, "state": "held", "to_moderate": 2, "to_approve": 1},
        {"id": "t2", "title": "述职", "department": OTHER, "state": "ended"},
        {"id": "t3", "title": "公示", "department": UNIT, "state": "closed", "left_open": 4},
    ],
    "surveys": [
        {"id": "s1", "title": "公交", "state": "closed"},
        {"id": "s2", "title": "绿地", "state": "open"},
        {"id": "s3", "title": "菜场", "state": "counted"},
    ],
}
OF_MODERATORS = ("to_moderate", "left_open")
OF_ALL = [
    Pending("/staff/debates/d1", "停车", "3 条发言待审核"),
    Pending("/staff/debates/d2", "夜市", "评议已截止,待公布结论"),
    Pending("/staff/debates/d3", "校服", "评议已截止,待公布结论"),
    Pending("/staff/dialogues/t1", "访谈", "2 个提问待审核"),
    Pending("/staff/dialogues/t1", "访谈", "1 条回答待审核"),
    Pending("/staff/dialogues/t2", "述职", "对话已结束,待公布实录"),
    Pending("/staff/dialogues/t3", "公示", "4 个提问没有回答,待代录为帖子"),
    Pending("/staff/surveys/s1", "公交", "问卷已结束,待公布结果"),
]


class Reader:
    """Who looks, before services that answer these lists; the ones in `away` do not."""

    def __init__(self, role: str, unit: str, away: tuple[str, ...] = ()) -> None:
        self.me = SimpleNamespace(role=role, department=unit)
        self.asked: list[str] = []
        self._away = away

    async def read(self, service: str, path: str, **query: str) -> Answer:
        name = path.removeprefix("/v1/")
        self.asked.append(name)
        if service in self._away:
            return Answer(503, {"detail": "稍后再试"})
        # Services tell nobody else what waits to be looked through.
        rows = [
            {k: v for k, v in row.items() if k not in OF_MODERATORS or self.me.role == "supervisor"}
            for row in LISTS[name]
        ]
        return Answer(200, {name: rows})


async def told(reader: Any) -> list[Pending]:
    return await pending(reader)


async def test_a_supervisor_finds_what_is_to_be_looked_through_closed_and_counted() -> None:
    assert await told(Reader("supervisor", "supervision")) == OF_ALL


async def test_a_leader_finds_what_the_own_unit_is_to_close() -> None:
    leader = Reader("leader", UNIT)

    assert await told(leader) == [OF_ALL[1]]
    assert "surveys" not in leader.asked, "a survey is a supervisor's"


@pytest.mark.parametrize(("away", "left"), [(("debate",), OF_ALL[7:]), (("survey",), OF_ALL[:7])])
async def test_of_a_service_that_is_away_nothing_is_said(away: tuple[str, ...], left: list[Pending]) -> None:
    assert await told(Reader("supervisor", "supervision", away)) == left
