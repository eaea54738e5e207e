"""A call becomes a post: written down, answered, proved by the caller's own telephone, rated, and counted by its channel."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.intake.web import examples
from services.stats.core.figures import origins, total
from services.stats.store import MemoryFigures
from tests.journeys.world import World

SEEDS = range(8)


async def _entered(world: World, **fields: Any) -> dict[str, Any]:
    body = examples.ENTERED | fields
    answer = await world.intake.staff("supervisor", "supervision", "cases", body)
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


@pytest.mark.parametrize("seed", SEEDS)
async def test_who_called_is_told_answered_and_rates_by_the_code_that_was_handed_over(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        called = await _entered(world, contact={"phone": "13812345678"})
        came = await _entered(world, origin="counter", contact=None)
        online = (await world.intake.post()).json()
        for receipt in (called, came, online):
            await world.assigned_to(receipt["number"], "housing")
        for receipt in (called, came):
            await world.act("clerk", receipt["number"], "acceptance")
            await world.answered(receipt["number"])
        assert (await world.intake.citizen(came, "ratings", {"grade": 5})).status_code == 202
        await world.settle()

        told = [row for row in world.gateway.arrivals.since(0) if row["recipient"] == "13812345678"]
        assert any(called["number"] in row["text"] and "回复" in row["text"] for row in told)
        assert not any(world.intake.secrets.query_code(called["number"]) in row["text"] for row in told)
        figures = MemoryFigures(world.figures, world.cells)
        found = origins(total((await figures.by_unit(date(2026, 3, 1), date(2026, 4, 1))).values()))
        received = {origin: row["received"] for origin, row in found.items()}
        assert received == {"online": 1, "telephone": 1, "counter": 1, "letter": 0, "dialogue": 0}
        assert [found["counter"][name] for name in ("replied", "rated", "satisfied")] == [1, 1, 1]
        assert [found["online"][name] for name in ("threads", "replied", "rated")] == [1, 0, 0]
