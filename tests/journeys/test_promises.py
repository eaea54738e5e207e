"""What a reply promises walks: asked for, published with its day, warned of, kept or broken, told and counted."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import World

SEEDS = range(6)
PROMISING = "我局将于3月11日前完成人行道维修。"


def _told(world: World, text: str) -> int:
    return sum(text in row["text"] for row in world.gateway.arrivals.since(0))


async def _promised(world: World) -> tuple[str, str]:
    """Number of a case and id of its reply, which promises something by the 11th of March."""
    number = (await world.intake.post(contact={"phone": "13812345678"})).json()["number"]
    await world.assigned_to(number, "housing")
    await world.act("clerk", number, "acceptance")
    draft = await world.act("clerk", number, "replies", {"text": PROMISING, "promised_day": "2026-03-11"})
    await world.act("leader", number, f"replies/{draft['reply_id']}/approval")
    await world.settle()
    return number, draft["reply_id"]


async def _promise(world: World, number: str) -> dict[str, Any]:
    case = (await world.intake.http.get(f"/v1/posts/{number}")).json()
    found: dict[str, Any] = case["replies"][0]["promise"]
    return found


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_promise_of_which_nothing_is_reported_is_warned_of_and_broken_once(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number, reply = await _promised(world)
        await world.until("2026-03-20T10:00")

        said = world.names("deadlines")
        assert [said.count(f"ReplyPromise{word}") for word in ("Set", "Near", "Broken", "Ended")] == [
            1,
            1,
            1,
            0,
        ]
        assert (await _promise(world, number))["state"] == "broken"
        assert (_told(world, "承诺即将到期"), _told(world, "承诺逾期未兑现")) == (1, 2), (
            "clerk and leader read one message"
        )
        await world.act("clerk", number, f"replies/{reply}/promise-report", {"text": "已修好。"})
        await world.settle()
        assert (await _promise(world, number))["state"] == "late"
        assert world.names("deadlines").count("ReplyPromiseEnded") == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_promise_that_is_kept_is_told_to_its_citizen(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number, reply = await _promised(world)
        await world.until("2026-03-10T10:00")
        await world.act("clerk", number, f"replies/{reply}/promise-report", {"text": "已全部修好。"})
        await world.until("2026-03-20T10:00")

        said = world.names("deadlines")
        assert [said.count(f"ReplyPromise{word}") for word in ("Near", "Broken", "Ended")] == [0, 0, 1]
        assert (await _promise(world, number))["state"] == "kept"
        assert _told(world, "已全部修好。") == 1
