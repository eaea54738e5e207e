"""A post that no unit holds: half a working day later the supervisor is told, and it can be urged meanwhile."""

from pathlib import Path

import pytest

from contracts.assignments import AssignmentHeld
from contracts.deadlines import DispatchLate
from tests.journeys.world import World, now

SEEDS = range(4)


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_supervisor_hears_once_of_a_post_that_nobody_gave_to_a_unit(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T09:00", tmp_path).open() as world:
        receipt = (await world.intake.post(title="有事相问", text="请问该找谁?")).json()
        await world.settle()
        assert [type(fact) for fact in world.said("assignments")] == [AssignmentHeld]

        await world.until("2026-03-02T18:00")

        [late] = [fact for fact in world.said("deadlines") if isinstance(fact, DispatchLate)]
        assert late.due == now("2026-03-02T14:30")
        told = [fact for fact in world.said("notices") if fact.kind == "undispatched"]  # type: ignore[attr-defined]
        assert [(fact.audience, fact.department) for fact in told] == [("supervisor", "supervision")]  # type: ignore[attr-defined]
        await world.act("supervisor", receipt["number"], "urgings", {"text": "请尽快。"}, "supervision")
        await world.assigned_to(receipt["number"], "housing")
        told = [fact for fact in world.said("notices") if fact.kind == "urged"]  # type: ignore[attr-defined]
        assert [(fact.audience, fact.department) for fact in told] == [("clerk", "housing")], (  # type: ignore[attr-defined]
            "it is told to the unit that is found for it"
        )
