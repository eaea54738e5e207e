"""An assisting unit writes its part: it alone, while somebody still has to answer."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from tests.services.intake.door import Intake, at

LEAD, ASSISTING, OTHER = "housing", "transport", "education"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _assisted(intake: Intake, step: str = "accepted") -> str:
    """The number of a case that one unit holds and another assists with, at this step."""
    number = str((await intake.post()).json()["number"])
    subject = await intake.door.subject(number)
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step=step, department=LEAD, assisting=(ASSISTING,))
        await transaction.save(Outcome(changed=[kept]))
    return number


async def _write(
    intake: Intake, number: str, unit: str, role: str = "clerk", text: str = "本周修复。"
) -> httpx2.Response:
    return await intake.staff(role, unit, f"cases/{number}/parts", {"text": text})


async def test_what_was_written_stands_in_the_case_in_its_order(intake: Intake) -> None:
    number = await _assisted(intake)

    first = await _write(intake, number, ASSISTING, text="已派人查看,电话 13812345678。")
    await _write(intake, number, ASSISTING, text="已修复。")

    assert first.status_code == 202
    case = (await intake.staff_get("clerk", LEAD, f"cases/{number}")).json()
    assert [part["text"] for part in case["written_parts"]] == ["已派人查看,电话 ***********。", "已修复。"]
    assert {part["department_name"] for part in case["written_parts"]} == {"市交通运输局"}
    assert [line["kind"] for line in case["history"]][-2:] == ["part-written", "part-written"]


@pytest.mark.parametrize(
    ("unit", "role"),
    [
        (LEAD, "clerk"),
        (OTHER, "clerk"),
        (ASSISTING, "leader"),
        (LEAD, "leader"),
        ("supervision", "supervisor"),
    ],
)
async def test_nobody_else_writes_it(intake: Intake, unit: str, role: str) -> None:
    number = await _assisted(intake)

    assert (await _write(intake, number, unit, role)).status_code == 403
    case = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    assert case["written_parts"] == []


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("assigned", 202),
        ("accepted", 202),
        ("asked", 202),
        ("reopened", 202),
        ("replied", 409),
        ("rated", 409),
        ("withdrawn", 409),
        ("hidden", 409),
    ],
)
async def test_a_part_is_for_a_case_that_somebody_still_has_to_answer(
    intake: Intake, step: str, status: int
) -> None:
    number = await _assisted(intake, step)

    answer = await _write(intake, number, ASSISTING)

    assert answer.status_code == status
    if status == 409:
        assert "part" not in answer.json()["allowed"]


async def test_the_case_says_that_a_part_may_be_written_only_where_somebody_assists(intake: Intake) -> None:
    alone = str((await intake.post()).json()["number"])
    assisted = await _assisted(intake)

    for number, possible in ((alone, False), (assisted, True)):
        case = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
        assert ("part" in case["allowed"]) is possible
