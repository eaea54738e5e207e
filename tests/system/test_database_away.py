"""The database is killed and comes back: no other process ends for it, and what comes meanwhile is answered."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from tests.patience import PATIENCE
from tests.stack import Client, Stack

pytestmark = pytest.mark.real


async def test_a_database_that_is_killed_ends_no_other_process(stack: Stack) -> None:
    client = Client(stack)
    before = await client.post()
    await asyncio.to_thread(stack.quiet)
    others = pids(stack)

    assert stack.signal("postgres", signal.SIGKILL)
    meanwhile = [await client.post() for _ in range(5)]
    await asyncio.to_thread(stack.quiet)

    assert before is not None
    assert all(meanwhile), "asked again until it was taken"
    assert pids(stack) == others
    for receipt in (before, *meanwhile):
        assert receipt is not None
        found = await client.call("GET", f"/v1/posts/{receipt['number']}")
        assert found.status_code == 200
    await client.close()


async def test_partitions_that_change_hands_while_the_database_is_away_end_no_process(stack: Stack) -> None:
    """Another member joins each group and leaves it again, as an instance does that somebody starts and ends."""
    client = Client(stack)
    await client.post()
    await asyncio.to_thread(stack.quiet)
    others = pids(stack)

    async with asyncio.timeout(PATIENCE), held_down(stack):
        await asyncio.gather(*(come_and_go(stack, name) for name in ("deadline", "router", "stats")))
        while not (told := await health(client, stack, "deadline"))["catching_up"].startswith("waits"):
            await asyncio.sleep(0.05)
    after = await client.post()
    await asyncio.to_thread(stack.quiet)

    assert told == {"alive": True, "reason": "", "catching_up": "waits for the database"}
    assert pids(stack) == others
    assert after is not None
    found = await client.call("GET", f"/v1/posts/{after['number']}")
    assert found.json()["department"], "it was routed"
    await client.close()


async def health(client: Client, stack: Stack, service: str) -> Any:
    """What a process says of itself to who looks after it."""
    return (await client.call("GET", f"{stack.address(service)}/healthz")).json()


def pids(stack: Stack) -> Mapping[str, int]:
    """Of every part but the database."""
    return {name: part["pid"] for name, part in stack.parts().items() if name != "postgres"}


@asynccontextmanager
async def held_down(stack: Stack) -> AsyncIterator[None]:
    """The database is killed again as often as it is started."""

    async def kill() -> None:
        while True:
            stack.signal("postgres", signal.SIGKILL)
            await asyncio.sleep(0.05)

    killing = asyncio.create_task(kill())
    try:
        yield
    finally:
        killing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await killing


async def come_and_go(stack: Stack, service: str) -> None:
    """Join the group of a service, own what the group gives, and leave it."""
    member = AIOKafkaConsumer(
        "posts",
        group_id=f"wenzheng-{service}",
        partition_assignment_strategy=[RangePartitionAssignor],
        enable_auto_commit=False,
        **stack.bus(service).options,
    )
    await member.start()
    try:
        while not member.assignment():
            await asyncio.sleep(0.1)
    finally:
        await member.stop()
