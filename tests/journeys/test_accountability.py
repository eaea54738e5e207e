"""A unit has something to answer for: a rule opens the record, those concerned speak, somebody finds, another decides."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec import json
from msgspec.structs import replace

from contracts.accountability import AppealDecided, DefenceStated, FindingMade, RecordClosed, RecordOpened
from contracts.assignments import ReturnRefused
from services.stats.accountability.store import given
from services.stats.core.case import Case, Suspected
from tests.journeys.staff import People
from tests.journeys.world import World
from tests.services.intake.door import PROFILE

SEEDS = range(6)
UNIT = "housing"


class Room(People):
    """The people who have to do with records."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        super().__init__(http, "/v1/accountability")

    async def listed(self, role: str, unit: str, query: str = "", person: str = "") -> list[dict[str, Any]]:
        response = await self.reads(role, unit, query, person)
        assert response.status_code == 200, response.text
        records: list[dict[str, Any]] = response.json()["records"]
        return records


async def overdue(world: World, title: str = "电梯坏了") -> str:
    """The number of a case that nobody answers for five working days beyond its due date."""
    number = str((await world.intake.post(title=title)).json()["number"])
    await world.assigned_to(number, UNIT)
    await world.act("clerk", number, "acceptance")
    await world.until("2026-03-13T10:00")
    return number


def ground_of(world: World, fell: bool = False) -> tuple[str, bytes]:
    """The only ground there is, as it waits to be handed in; or as it would when it fell."""
    (case,) = [case for case in world.figures.states() if isinstance(case, Case) and case.grounds]
    (ground,) = case.grounds
    if fell:
        ground = replace(ground, n=ground.n + 1, stands=False)
    subject, handed_in = given(Suspected(ground, case.number, tuple(fault.at for fault in case.faults)))
    return subject, json.encode(handed_in)


@pytest.mark.medium
@pytest.mark.parametrize("seed", SEEDS)
async def test_from_the_opening_by_rule_to_the_decision_on_the_appeal_and_the_closing(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        room = Room(http)
        number = await overdue(world)
        (head,) = await room.listed("leader", UNIT)
        place = f"/{head['id']}"
        await room.does("supervisor", "supervision", f"{place}/person", {"person": "clerk-housing"})
        early = await room.asks(
            "supervisor",
            "supervision",
            f"{place}/finding",
            {"responsible": True, "text": "属实", "measure": "talk"},
        )
        await room.does(
            "leader", UNIT, f"{place}/statement", {"text": "配件停产,电话13900001234。", "cases": [number]}
        )
        await room.does("clerk", UNIT, f"{place}/statement", {"text": "已报修三次。"})
        finding = {"responsible": True, "text": "五个工作日未答复,属实。", "measure": "talk"}
        await room.does("supervisor", "supervision", f"{place}/finding", finding)
        await room.does("clerk", UNIT, f"{place}/appeal", {"text": "当时因公出差。"})
        lighter = {"outcome": "lightened", "text": "出差属实。", "measure": "reminder"}
        by_the_finder = await room.asks("supervisor", "supervision", f"{place}/decision", lighter)
        await room.does("supervisor", "supervision", f"{place}/decision", lighter, "another supervisor")
        await room.does("supervisor", "supervision", f"{place}/closing", {"text": "已当面提醒。"})
        await world.settle()
        whole = (await room.reads("auditor", "supervision", place)).json()
        left_open = await room.listed("supervisor", "supervision")
        facts = world.said("accountability")
        heard = [arrival["text"] for arrival in world.gateway.arrivals.since(0)]

    assert head["id"] == f"overdue-{UNIT}-{number}"
    assert (head["rule"], head["cases"], head["person"]) == ("overdue", [number], "")
    assert (early.status_code, by_the_finder.status_code) == (409, 403)
    assert [type(fact) for fact in facts if isinstance(fact, (RecordOpened, FindingMade, RecordClosed))] == [
        RecordOpened,
        FindingMade,
        RecordClosed,
    ]
    assert [fact.side for fact in facts if isinstance(fact, DefenceStated)] == ["unit", "person"]
    assert [fact.measure for fact in facts if isinstance(fact, AppealDecided)] == ["reminder"]
    assert "13900001234" not in whole["statements"][0]["text"]
    assert (whole["step"], whole["measure"], whole["allowed"]) == ("closed", "reminder", [])
    assert len(whole["history"]) == len(facts)
    assert left_open == []
    assert any("本单位被立案问责" in text for text in heard)
    assert not any("clerk-housing" in text for text in heard), "a unit's robot names nobody"


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_rule_opens_its_record_and_says_which_and_why(seed: int, tmp_path: Path) -> None:
    duty = next(one.code for one in PROFILE.duties if one.department == UNIT)
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        room = Room(http)
        receipt = (await world.intake.post(title="小区电梯坏了")).json()
        number = str(receipt["number"])
        await world.assigned_to(number, UNIT)
        await world.act("clerk", number, "returns", {"duty_item": duty, "reason": "不是我单位"})
        await world.assigned_to(number, UNIT)
        await world.act("clerk", number, "acceptance")
        for text in ("正在研究。", "尽快处理。"):
            draft = await world.act("clerk", number, "replies", {"text": text})
            await world.act("leader", number, f"replies/{draft['reply_id']}/return", {"remark": "套话"})
        await world.answered(number)
        for n in (1, 2):
            reopened = await world.intake.citizen(receipt, "reopenings", {"reason": "没有修好"})
            assert reopened.status_code == 202, reopened.text
            await world.settle()
            await world.act("clerk", number, "acceptance", person=f"clerk {n}")
            await world.answered(number, person=f"clerk {n}")
        records = await room.listed("supervisor", "supervision")
        refused = [fact for fact in world.said("assignments") if isinstance(fact, ReturnRefused)]
        whole = (await room.reads("leader", UNIT, f"/reopened-{UNIT}-{number}")).json()

    assert {record["rule"]: record["cases"] for record in records} == {
        "return": [number],
        "sent-back": [number],
        "reopened": [number],
    }
    assert [fact.unfounded for fact in refused] == [True]
    assert (whole["threshold"], len(whole["happened"])) == (2, 2)
    assert whole["history"][0]["by"] == ""


@pytest.mark.parametrize("seed", range(3))
async def test_two_dates_that_were_promised_and_passed_open_a_record(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        number = str((await world.intake.post(title="路面塌陷")).json()["number"])
        await world.assigned_to(number, UNIT)
        await world.act("clerk", number, "acceptance")
        for day in ("2026-03-06", "2026-03-10"):
            body = {"reason": "等材料", "new_date": day, "progress": "已围挡"}
            asked = await world.act("clerk", number, "extensions", body)
            await world.act("leader", number, f"extensions/{asked['extension_id']}/approval")
        await world.until("2026-03-09T10:00")
        once = await Room(http).listed("supervisor", "supervision")
        await world.until("2026-03-11T10:00")
        (record,) = await Room(http).listed("supervisor", "supervision")

    assert once == []
    assert (record["id"], record["cases"]) == (f"promise-{UNIT}-{number}", [number])


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_record_is_opened_once_however_often_its_ground_is_handed_in(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        grounds: Any = world.figures.keepers[1]
        await overdue(world)
        once = world.said("accountability")
        for n in range(3):
            grounds.kept[1000 + n] = ground_of(world)
            await world.settle()
        records = await Room(http).listed("supervisor", "supervision", "?state=all")

    assert world.said("accountability") == once
    assert len(records) == 1


async def test_a_ground_that_falls_is_noted_told_and_blames_nobody(tmp_path: Path) -> None:
    async with World(3, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        room = Room(http)
        number = await overdue(world)
        place = f"/overdue-{UNIT}-{number}"
        await room.does("leader", UNIT, f"{place}/statement", {"text": "到期前已答复。"})
        grounds: Any = world.figures.keepers[1]
        grounds.kept[1000] = ground_of(world, fell=True)
        await world.settle()
        finding = {"responsible": True, "text": "属实", "measure": "talk"}
        refused = await room.asks("supervisor", "supervision", f"{place}/finding", finding)
        whole = (await room.reads("leader", UNIT, place)).json()
        await room.does("supervisor", "supervision", f"{place}/closing", {"text": "依据已撤回。"})
        closed = await room.listed("leader", UNIT, "?state=closed")
        await world.settle()
        heard = [arrival["text"] for arrival in world.gateway.arrivals.since(0)]

    assert (refused.status_code, refused.json()["title"]) == (409, "立案依据已经撤回")
    assert whole["withdrawn_at"] is not None
    assert whole["allowed"] == ["statement"]
    assert [one["step"] for one in closed] == ["closed"]
    assert any("立案依据已撤回" in text for text in heard)


async def test_units_see_only_their_own_and_a_clerk_only_what_concerns_the_clerk(tmp_path: Path) -> None:
    async with World(2, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        room = Room(http)
        number = await overdue(world)
        opening = {"department": "education", "cases": [number], "text": "推诿"}
        opened = await room.does("supervisor", "supervision", "", opening)
        supervisor = await room.listed("supervisor", "supervision")
        filtered = await room.listed("supervisor", "supervision", "?department=education")
        own = await room.listed("leader", UNIT)
        other = await room.listed("leader", "education")
        clerk = await room.listed("clerk", UNIT)
        await room.does("supervisor", "supervision", f"/{own[0]['id']}/person", {"person": "clerk-housing"})
        concerned = await room.listed("clerk", UNIT)
        foreign = await room.reads("leader", UNIT, f"/{opened['id']}")

    assert len(supervisor) == 2
    assert [one["id"] for one in filtered] == [one["id"] for one in other] == [opened["id"]]
    assert [one["department"] for one in own] == [UNIT]
    assert (clerk, [one["id"] for one in concerned]) == ([], [own[0]["id"]])
    assert foreign.status_code == 404


async def test_what_is_wrong_in_a_form_is_told_by_field(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        room = Room(http)
        good = {"department": UNIT, "cases": ["SQ260302-000001"], "text": "推诿"}
        told = {}
        for field, value in (
            ("department", "no-such-unit"),
            ("cases", []),
            ("cases", ["13900001234"]),
            ("text", " "),
            ("text", "长" * 2001),
        ):
            answer = await room.asks("supervisor", "supervision", "", good | {field: value})
            told[(field, str(value)[:12])] = (answer.status_code, answer.json()["errors"][0]["field"])
        opened = await room.does("supervisor", "supervision", "", good)
        nobody = await room.asks("supervisor", "supervision", f"/{opened['id']}/person", {"person": "张 三"})
        state = await room.reads("supervisor", "supervision", "?state=some")

    assert all(answer == (422, field) for (field, _), answer in told.items()), told
    assert (nobody.status_code, state.status_code) == (422, 422)


async def test_a_repeated_request_opens_no_second_record(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        body = {"department": UNIT, "cases": ["SQ260302-000001"], "text": "推诿"}
        room = Room(http)
        first, second = [
            (await room.does("supervisor", "supervision", "", body, key="the-same"))["id"] for _ in range(2)
        ]
        records = await room.listed("supervisor", "supervision")

    assert first == second
    assert [record["id"] for record in records] == [first]
