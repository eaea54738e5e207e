"""A post that was hidden over a month's end and restored: every figure follows, and what was issued stays as it was."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.journeys.test_bulletins import Office, issue
from tests.journeys.world import World

SEEDS = range(4)


async def _moderate(world: World, number: str, action: str) -> None:
    body = {"action": action, "reason": "误判" if action == "restore" else "疑似广告"}
    await world.act("supervisor", number, "moderation", body, unit="supervision")
    await world.settle()


async def _march(http: httpx2.AsyncClient) -> dict[str, Any]:
    """What the league, the daily figures, the cases behind them and open data say of March, in one."""
    league = (await http.get("/v1/league?period=2026-03")).json()["city"]
    by_day = (await http.get("/v1/figures?from=2026-03-01&to=2026-03-31")).json()
    files = {
        name: [json.loads(line) for line in (await http.get(f"/open/{name}-2026.jsonl")).text.splitlines()]
        for name in ("cases", "figures")
    }
    [whole] = [row for row in files["figures"] if (row["month"], row["unit"]) == ("2026-03", "")]
    cases = [row for row in files["cases"] if row["month"] == "2026-03"]
    found = [
        (row["received"], row["replied"], row["overdue"], row["threads"])
        for row in (league, by_day["total"], whole)
    ]
    added = tuple(sum(row[name] for row in cases) for name in ("received", "replied", "overdue", "threads"))
    assert {*found, added} == {found[0]}, "one truth everywhere"
    return dict(zip(("received", "replied", "overdue", "threads"), found[0], strict=True))


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_figure_follows_and_an_issued_bulletin_stays(seed: int, tmp_path: Path) -> None:
    world = World(seed, "2026-03-30T10:00", tmp_path)
    async with (
        world.open(),
        world.stats_app() as stats,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=stats), base_url="http://stats") as http,
    ):
        office = Office(http)
        hidden, other = [
            str((await world.intake.post(title=f"电梯坏了 {n}")).json()["number"]) for n in range(2)
        ]
        for number in (hidden, other):
            await world.assigned_to(number, "housing")
            await world.act("clerk", number, "acceptance")
        await world.answered(other)
        await world.until("2026-03-31T10:00")
        await _moderate(world, hidden, "hide")
        await world.until("2026-04-01T10:00")
        gone = {"received": 1, "replied": 1, "overdue": 0, "threads": 2}
        assert await _march(http) == gone
        told = await issue(world, office)

        await world.until("2026-04-09T10:00")
        assert await _march(http) == gone, "its due date passed, and nobody could work on it"
        await _moderate(world, hidden, "restore")
        await world.until("2026-04-10T09:00")
        back = {"received": 2, "replied": 1, "overdue": 0, "threads": 2}
        assert await _march(http) == back
        issued = (await office.reads(f"/{told['id']}")).json()
        assert issued["city"]["received"] == 1

        await world.answered(hidden)
        await world.until("2026-04-20T10:00")
        assert await _march(http) == back | {"replied": 2}
        corrected = await issue(world, office, corrects=told["number"])
        read = (await office.reads(f"/{corrected['id']}")).json()
        assert (read["city"]["received"], read["city"]["on_time"], read["named"]) == (2, 2, [])
