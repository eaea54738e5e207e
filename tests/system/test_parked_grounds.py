"""A ground for a record that nobody can read is parked on a real stack, and a person lets it go."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from tests.patience import PATIENCE
from tests.stack import Stack
from wenzheng.stack.status import database

pytestmark = [pytest.mark.real]


async def parked(stack: Stack, count: int) -> list[dict[str, Any]]:
    """What stats has parked, as soon as it is so much."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rows: list[dict[str, Any]] = json.loads(
                (await asyncio.to_thread(stack.command, "parked", "list", "--json")).stdout
            )
            if len(rows) == count:
                return rows
            await asyncio.sleep(0.1)


def stats(stack: Stack) -> list[dict[str, Any]]:
    """The parts of stats, as `status` tells them."""
    parts = json.loads(stack.command("status", "--json").stdout)["parts"]
    return [part for part in parts if part["name"].startswith("stats")]


async def test_a_ground_that_nobody_can_read_is_parked_tried_again_and_let_go(stack: Stack) -> None:
    await asyncio.to_thread(stack.quiet)
    before = stats(stack)
    state = stack.home.read_state()
    connection = await asyncpg.connect(database(stack.home, state, "stats"))
    try:
        await connection.execute(
            "insert into stats.ground (record, given) values ('accountability/overdue-water-n', '{')"
        )
    finally:
        await connection.close()
    [row] = await parked(stack, 1)
    meanwhile = stats(stack)
    shown = stack.command("parked", "show", row["id"]).stdout
    stack.command("parked", "replay", row["id"])
    [again] = await parked(stack, 1)
    stack.command("parked", "drop", row["id"])
    await parked(stack, 0)

    assert row["id"].startswith("stats/ground/")
    assert "DecodeError" in row["reason"]
    assert "{" in shown
    assert again["id"] == row["id"]
    assert [part["parked"] for part in meanwhile] == [1]
    # None of its processes ended for it.
    assert [part["restarts"] for part in meanwhile] == [part["restarts"] for part in before]
