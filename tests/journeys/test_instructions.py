"""A city leader's instruction walks: given with a day, read, overdue, reported back, sent back, accepted."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import World

SEEDS = range(8)
DESK = "government-office"


def _told(world: World, text: str) -> list[str]:
    return [row["text"] for row in world.gateway.arrivals.since(0) if text in row["text"]]


async def _instructed(world: World, due_day: str) -> tuple[str, str]:
    """Number and id of an instruction on a case that a unit has taken on."""
    number = (await world.intake.post(contact={"phone": "13812345678"})).json()["number"]
    await world.assigned_to(number, "housing")
    await world.act("clerk", number, "acceptance")
    await world.act("mayor", number, "instructions", {"text": "请查明原因。", "due_day": due_day}, unit=DESK)
    return number, (await _given(world, number))["instruction_id"]


async def _given(world: World, number: str) -> dict[str, Any]:
    case = (await world.intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    found: dict[str, Any] = case["instructions_given"][0]
    return found


async def _ledger(world: World, state: str) -> list[str]:
    answer = await world.intake.staff_get("mayor", DESK, f"cases?state={state}&instructed_by=mayor-{DESK}")
    return [case["number"] for case in answer.json()["cases"]]


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_instruction_that_nobody_reports_on_is_overdue_once_though_the_post_is_answered(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number, identity = await _instructed(world, "2026-03-10")
        await world.act("clerk", number, f"instructions/{identity}/reading")
        draft = await world.act("clerk", number, "replies", {"text": "已修复。"})
        await world.act("leader", number, f"replies/{draft['reply_id']}/approval")
        assert await _ledger(world, "instructed") == [number]
        await world.until("2026-03-20T10:00")

        assert world.names("deadlines").count("InstructionOverdue") == 1
        assert "DeadlineMissed" not in world.names("deadlines")
        assert len(_told(world, "批示超期未反馈")) == 2, "the unit and the leader, once each"
        assert await _ledger(world, "instruction_overdue") == [number]
        await world.act("leader", number, f"instructions/{identity}/reports", {"text": "老化所致。"})
        await world.settle()
        assert await _ledger(world, "instruction_overdue") == []
        assert [one["in_time"] for one in (await _given(world, number))["reports"]] == [False]
        assert len(_told(world, "老化所致。")) == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_report_in_time_is_sent_back_and_the_second_one_is_accepted(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number, identity = await _instructed(world, "2026-03-04")
        place = f"instructions/{identity}"
        await world.act("clerk", number, f"{place}/in-hand")
        await world.act("clerk", number, "questions", {"text": "哪一根?"})
        await world.until("2026-03-04T17:00")
        await world.act("clerk", number, f"{place}/reports", {"text": "老化所致。"})
        assert await _ledger(world, "instruction_reported") == [number]
        back = {"remark": "写明措施。", "due_day": "2026-03-06"}
        await world.act("mayor", number, f"{place}/return", back, unit=DESK)
        await world.until("2026-03-06T17:00")
        await world.act("clerk", number, f"{place}/reports", {"text": "全线更换。"})
        await world.act("mayor", number, f"{place}/acceptance", unit=DESK)
        await world.until("2026-03-20T10:00")

        assert "InstructionOverdue" not in world.names("deadlines")
        assert len(_told(world, "批示反馈被退回")) == 1
        assert len(_told(world, "批示办结")) == 1
        assert await _ledger(world, "instruction_accepted") == [number]
        given = await _given(world, number)
        assert (given["state"], [one["in_time"] for one in given["reports"]]) == ("accepted", [True, True])


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_pause_does_not_stop_the_clock_of_an_instruction(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number, _ = await _instructed(world, "2026-03-03")
        await world.act("clerk", number, "questions", {"text": "哪一根?"})
        await world.until("2026-03-03T18:01")

        assert world.names("deadlines").count("InstructionOverdue") == 1
        assert "DeadlineMissed" not in world.names("deadlines")
