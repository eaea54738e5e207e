"""What goes to the city leaders (专报) is one fact and one list, whether a supervisor raised it or the router."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import World
from tests.services.intake.door import PROFILE

SEEDS = range(4)
DESK = "government-office"


async def _desk(world: World, query: str = "") -> list[dict[str, Any]]:
    answer = await world.intake.staff_get("mayor", DESK, f"cases?state=special_report{query}")
    assert answer.status_code == 200, answer.text
    cases: list[dict[str, Any]] = answer.json()["cases"]
    return cases


async def _returned_by_the_last_candidate(world: World) -> str:
    """A post whose only candidate says "not ours", citing an item of its own: nobody is left whose duty it may be."""
    number = (await world.intake.post(title="公积金提取", text="住房公积金提取条件")).json()["number"]
    await world.settle()
    case = (await world.intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    unit = case["department"]
    item = next(duty.code for duty in PROFILE.duties if duty.department == unit)
    await world.act("clerk", number, "returns", {"duty_item": item, "reason": "不是我单位职责。"}, unit)
    return str(number)


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_the_router_raises_lies_beside_what_a_supervisor_raised(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        ownerless = await _returned_by_the_last_candidate(world)
        asked = (await world.intake.post(text="路灯不亮,多年无人管。")).json()["number"]
        await world.until("2026-03-02T11:00")
        text = {"text": "多年未决,来电13812345678,请领导过问。"}
        await world.act("supervisor", asked, "special-report", text, "supervision")
        await world.settle()

        [newest, oldest] = await _desk(world)

        assert (newest["number"], oldest["number"]) == (asked, ownerless), "the newest first"
        [by_person], [by_router] = newest["special_reports"], oldest["special_reports"]
        assert by_person["by"] == "supervisor-supervision"
        assert by_person["text"] == "多年未决,来电***********,请领导过问。"
        assert (by_router["by"], by_router["text"]) == ("", "不是我单位职责。")
        assert by_router["reason"] == "职责清单与候选单位中都没有承办单位"
        assert [one["number"] for one in await _desk(world, "&limit=1")] == [asked]
        told = [fact for fact in world.said("notices") if fact.kind == "special-report"]  # type: ignore[attr-defined]
        assert [fact.audience for fact in told] == ["mayor", "mayor"], "both are told to the city leaders"  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_citizen_reads_a_special_report(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post()).json()
        await world.act(
            "supervisor", receipt["number"], "special-report", {"text": "内部报告。"}, "supervision"
        )
        await world.settle()

        assert "内部报告" in str(await _desk(world))
        assert "内部报告" not in str(await world.intake.own(receipt))
        assert "内部报告" not in (await world.intake.http.get(f"/v1/posts/{receipt['number']}")).text
        unit = await world.intake.staff_get("clerk", "education", "cases?state=special_report")
        assert unit.json()["cases"] == [], "a unit finds its own alone"
