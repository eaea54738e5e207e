"""A first word walks: told to its citizen, read by everybody, counted; and the deadline passes as if nobody had spoken."""

from pathlib import Path

import pytest

from tests.journeys.world import World

SEEDS = range(6)
WORD = "已派人到现场,两日内答复。"


async def _accepted(world: World, numbers: list[str]) -> None:
    """A supervisor gives these posts to a unit half an hour later, which takes them on."""
    await world.until("2026-03-02T10:30")
    for number in numbers:
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
    await world.settle()


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_citizen_hears_of_it_and_the_clock_runs_on(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipts = [(await world.intake.post(contact={"phone": "13812345678"})).json() for _ in range(2)]
        spoken, silent = (receipt["number"] for receipt in receipts)
        await _accepted(world, [spoken, silent])
        await world.act("clerk", spoken, "first-words", {"text": WORD})
        due = {n: (await world.intake.http.get(f"/v1/posts/{n}")).json()["due"] for n in (spoken, silent)}
        await world.until("2026-03-20T10:00")

        assert due[spoken] == due[silent] is not None
        names = world.names("deadlines")
        counted = ("DeadlineSet", "DeadlineMissed", "ClockStopped", "ClockPaused", "DeadlineRedated")
        assert [names.count(name) for name in counted] == [2, 2, 0, 0, 0]
        arrived = [row["text"] for row in world.gateway.arrivals.since(0) if "初步回复" in row["text"]]
        assert len(arrived) == 1
        assert spoken in arrived[0]
        assert WORD in arrived[0]
        city = (await world.league("2026-03"))["city"]
        assert [city[name] for name in ("received", "replied", "overdue", "first_words")] == [2, 0, 2, 1]
        readers = (world.assignments, world.timers, world.figures, world.notifications)
        assert not any(store.waiting for store in readers), "who does not mind passes on"


@pytest.mark.parametrize("seed", SEEDS)
async def test_after_a_reopening_another_person_says_another(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post()).json()
        number = receipt["number"]
        await _accepted(world, [number])
        await world.act("clerk", number, "first-words", {"text": WORD})
        await world.answered(number)
        await world.settle()
        assert (await world.intake.citizen(receipt, "reopenings", {"reason": "又坏了"})).status_code == 202
        await world.settle()
        for path, body in (("acceptance", {}), ("first-words", {"text": "明日再去。"})):
            answer = await world.intake.staff("clerk", "housing", f"cases/{number}/{path}", body, "another")
            assert answer.status_code == 202, answer.text
        await world.settle()

        case = (await world.intake.http.get(f"/v1/posts/{number}")).json()
        assert [(word["handling"], word["text"]) for word in case["first_words"]] == [
            (1, WORD),
            (2, "明日再去。"),
        ]
        city = (await world.league("2026-03"))["city"]
        assert (city["first_words"], city["replied"]) == (1, 1)
