"""A post walks: sentences about whole lives, under many seeds of the bus."""

from pathlib import Path
from typing import Any

import pytest

from contracts.topics import TOPICS
from tests.journeys.world import World
from tests.services.intake.door import PROFILE

SEEDS = range(12)


def _facts(world: World, topic: str, name: str) -> list[Any]:
    return [fact for fact in world.said(topic) if type(fact).__name__ == name]


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_answer_in_time_stops_the_clock_and_is_rated(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post(contact={"phone": "13812345678"})).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        await world.until("2026-03-02T15:00")
        await world.act("clerk", number, "acceptance")
        await world.act("clerk", number, "questions", {"text": "哪一侧的路灯?"})
        await world.until("2026-03-03T10:00")
        assert (await world.intake.citizen(receipt, "answers", {"text": "东侧。"})).status_code == 202
        await world.settle()
        await world.answered(number)
        assert (
            await world.intake.citizen(receipt, "ratings", {"grade": 5, "text": "很给力", "solved": "partly"})
        ).status_code == 202
        await world.settle()

        own = await world.intake.own(receipt)
        assert (own["status"], own["department"]) == ("rated", "housing")
        stopped = _facts(world, "deadlines", "ClockStopped")
        assert [fact.in_time for fact in stopped] == [True]
        assert "DeadlineMissed" not in world.names("deadlines")
        told = {fact.kind for fact in world.said("notices") if fact.audience == "citizen"}  # type: ignore[attr-defined]
        assert {"assigned", "asked", "replied"} <= told
        city = (await world.league("2026-03"))["city"]
        assert (city["received"], city["replied"], city["on_time"], city["rated"], city["satisfied"]) == (
            1,
            1,
            1,
            1,
            1,
        )
        assert (own["ratings"][0]["solved"], city["solved_asked"], city["partly_solved"]) == ("partly", 1, 1)
        assert city["solved_rate"] == 0.0
        await world.until("2026-04-20T18:00")
        assert "DeadlineMissed" not in world.names("deadlines")


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_forgotten_post_climbs_the_ladder_and_is_answered_late(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number = (await world.intake.post()).json()["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")

        await world.until("2026-03-13T09:00")
        await world.answered(number)

        assert [fact.level for fact in _facts(world, "deadlines", "CaseEscalated")] == [
            "remind",
            "leader",
            "supervisor",
            "bulletin",
        ]
        assert len(_facts(world, "deadlines", "DeadlineMissed")) == 1
        assert [fact.in_time for fact in _facts(world, "deadlines", "ClockStopped")] == [False]
        city = (await world.league("2026-03"))["city"]
        assert (city["replied"], city["on_time"], city["overdue"]) == (1, 0, 0)


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_extension_reaches_the_citizen_and_a_broken_promise_is_counted(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post(contact={"openid": "oABCD1234efgh5678IJKL9012mno"})).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        late = await world.intake.staff(
            "clerk",
            "housing",
            f"cases/{number}/extensions",
            {"reason": "等备件", "new_date": "2026-03-20", "progress": "已勘察"},
        )
        assert late.status_code == 422
        asked = await world.act(
            "clerk",
            number,
            "extensions",
            {"reason": "等备件", "new_date": "2026-03-09", "progress": "已勘察"},
        )
        await world.act("leader", number, f"extensions/{asked['extension_id']}/approval")

        own = await world.intake.own(receipt)
        assert own["due"] == "2026-03-09T18:00:00+08:00"
        assert any(
            "等备件" in row["text"] and "已勘察" in row["text"] for row in world.gateway.arrivals.since(0)
        )
        await world.until("2026-03-10T09:00")
        await world.answered(number)

        city = (await world.league("2026-03"))["city"]
        assert (city["extensions"], city["broken_promises"], city["on_time"]) == (1, 1, 0)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_reopened_post_is_handled_a_second_time_by_another_person(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post()).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        await world.answered(number, person="clerk-1")
        await world.until("2026-03-05T10:00")
        assert (await world.intake.citizen(receipt, "reopenings", {"reason": "没修好"})).status_code == 202
        await world.settle()
        await world.act("clerk", number, "acceptance")
        same = await world.intake.staff(
            "clerk", "housing", f"cases/{number}/replies", {"text": "再修"}, "clerk-1"
        )
        await world.answered(number, "已更换。", person="clerk-2")

        assert (same.status_code, same.json()["type"]) == (409, "urn:wenzheng:problem:same-person")
        clocks = [(fact.clock, fact.in_time) for fact in _facts(world, "deadlines", "ClockStopped")]
        assert clocks == [("reply", True), ("second", True)]
        city = (await world.league("2026-03"))["city"]
        assert (city["received"], city["reopened"], city["second_replied"], city["second_on_time"]) == (
            1,
            1,
            1,
            1,
        )


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_groups_reply_answers_every_member_and_an_ungrouped_one_goes_on(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        numbers = [(await world.intake.post(title=f"第{n}盏")).json()["number"] for n in range(3)]
        for number in numbers:
            await world.assigned_to(number, "housing")
        group = await world.intake.staff(
            "supervisor", "supervision", "groups", {"numbers": numbers, "lead": numbers[0]}
        )
        assert group.status_code == 202, group.text
        await world.settle()
        await world.act("clerk", numbers[0], "acceptance")
        await world.answered(numbers[0])

        assert [fact.cause for fact in _facts(world, "deadlines", "ClockStopped")] == ["replied"] * 3
        headers = {
            "Authorization": (
                await world.intake.staff_get("supervisor", "supervision", "cases")
            ).request.headers["authorization"]
        }
        left = await world.intake.http.delete(
            f"/v1/groups/{group.json()['group']}/members/{numbers[2]}", headers=headers
        )
        assert left.status_code == 202, left.text
        await world.settle()

        city = (await world.league("2026-03"))["city"]
        assert (city["replied"], city["open"]) == (2, 1)
        await world.until("2026-03-06T09:00")
        assert len(_facts(world, "deadlines", "DeadlineMissed")) == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_units_that_pass_a_post_around_meet(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number = (await world.intake.post()).json()["number"]
        await world.assigned_to(number, "housing")
        duties = {}
        for duty in PROFILE.duties:
            duties.setdefault(duty.department, duty.code)
        if "transport" not in duties:
            pytest.skip("the profile has no duty list")
        await world.act("clerk", number, "returns", {"duty_item": duties["transport"], "reason": "属公路"})
        await world.act(
            "clerk", number, "returns", {"duty_item": duties["housing"], "reason": "属小区"}, unit="transport"
        )

        assert world.names("assignments").count("MeetingCalled") == 1
        await world.act(
            "supervisor",
            number,
            "ruling",
            {"lead": "housing", "assisting": ["transport"], "reason": "小区内"},
            unit="supervision",
        )
        own = await world.intake.staff_get("supervisor", "supervision", f"cases/{number}")
        assert (own.json()["department"], own.json()["assisting"]) == ("housing", ["transport"])


@pytest.mark.parametrize("seed", SEEDS)
async def test_who_assists_writes_a_part_and_the_lead_s_clerk_is_told(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post(contact={"phone": "13812345678"})).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        named = {"department": "housing", "assisting": ["transport"], "reason": "小区门前"}
        await world.act("supervisor", number, "assignment", named, unit="supervision")
        await world.act("clerk", number, "acceptance")
        part = {"text": "门前道路本周修复,联系 13900001111。"}
        await world.act("clerk", number, "parts", part, unit="transport")
        await world.answered(number)

        [fact] = _facts(world, "replies", "PartWritten")
        assert (fact.department, fact.lead) == ("transport", "housing")
        assert "13900001111" not in fact.text, "what is on the bus is masked"
        told = [fact for fact in world.said("notices") if fact.kind == "part-written"]  # type: ignore[attr-defined]
        assert {(fact.audience, fact.department) for fact in told} == {("clerk", "housing")}  # type: ignore[attr-defined]
        own = await world.intake.own(receipt)
        assert own["status"] == "replied"
        assert "门前道路" not in str(own), "the citizen reads the lead's reply"
        city = (await world.league("2026-03"))["city"]
        assert (city["replied"], city["on_time"], city["returns"]) == (1, 1, 0)
        readers = (world.assignments, world.timers, world.figures, world.notifications)
        assert not any(store.waiting for store in readers), "who does not mind passes on"


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_reader_comes_to_the_same_end_whatever_the_bus_does(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        for n in range(6):
            number = (await world.intake.post(title=f"第{n}件")).json()["number"]
            await world.assigned_to(number, "housing")
            if n % 2:
                await world.act("clerk", number, "acceptance")
                await world.answered(number)
        await world.until("2026-03-20T18:00")

        for topic in TOPICS:
            seen: dict[str, set[int]] = {}
            for event in world.bus.log.events(topic.name):
                seen.setdefault(event.subject, set()).add(event.seq)
            assert all(numbers == set(range(1, len(numbers) + 1)) for numbers in seen.values())
        for store in (
            world.assignments,
            world.timers,
            world.figures,
            world.notifications,
            world.intake.store,
        ):
            assert not store.waiting
        city = (await world.league("2026-03"))["city"]
        assert (city["received"], city["replied"], city["on_time"], city["overdue"]) == (6, 3, 3, 3)
