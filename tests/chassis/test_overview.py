"""An overview sees every partition and speaks in one instance only, on a real broker and database."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from statistics import median

import asyncpg
import pytest

from chassis.kafka.overview import Overview
from chassis.postgres.leadership import FROZEN_SECONDS, Leadership
from chassis.postgres.store import connect
from contracts.codec import Event
from contracts.topics import POSTS
from tests.patience import PATIENCE, comes
from tests.stack import Client, Stack
from wenzheng.stack.status import database

pytestmark = pytest.mark.real

WAITS_SECONDS = 2.0
"""So long the broker keeps a question that it has no answer to."""


@asynccontextmanager
async def pool_of(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    pool = await connect(database(stack.home, stack.home.read_state(), "router"), "router")
    try:
        yield pool
    finally:
        pool.terminate()


@asynccontextmanager
async def overview(
    stack: Stack, backlog: int, see: Callable[[Sequence[Event]], None] | None = None
) -> AsyncIterator[tuple[Overview, list[Event]]]:
    seen: list[Event] = []
    one = Overview((POSTS,), stack.bus("router"), see or seen.extend, backlog)
    running_ = asyncio.create_task(one.run())
    try:
        async with asyncio.timeout(PATIENCE):
            await one.caught_up.wait()
        yield one, seen
    finally:
        running_.cancel()
        await asyncio.gather(running_, return_exceptions=True)


def numbers(seen: Sequence[Event]) -> set[str]:
    """Of the posts that are told of; a fact of a whole group has none."""
    return {number for event in seen if (number := getattr(event.fact, "number", ""))}


async def test_it_sees_what_is_said_in_every_partition_before_and_after_its_start(stack: Stack) -> None:
    client = Client(stack)
    before = {receipt["number"] for _ in range(30) if (receipt := await client.post())}
    await asyncio.to_thread(stack.quiet)
    async with overview(stack, 10_000) as (one, seen):
        assert numbers(seen) >= before
        receipt = await client.post()
        assert receipt is not None
        await comes(lambda: receipt["number"] in numbers(seen))
        await comes(lambda: one.lag == 0)
    await client.close()


async def test_a_record_that_cannot_be_borne_is_skipped_and_the_next_ones_are_seen(stack: Stack) -> None:
    client = Client(stack)
    victim, other = await client.post(), await client.post()
    await client.close()
    await asyncio.to_thread(stack.quiet)
    assert victim is not None
    assert other is not None
    async with overview(stack, 10_000) as (usual, _):
        unreadable_to_all = usual.unreadable
    seen: set[str] = set()

    def see(events: Sequence[Event]) -> None:
        for event in events:
            number = getattr(event.fact, "number", "")
            if number == victim["number"]:
                raise ZeroDivisionError("of no use")
            seen.add(number)

    async with overview(stack, 10_000, see) as (one, _):
        assert other["number"] in seen
        assert one.unreadable == unreadable_to_all + 1


async def test_it_reads_back_no_further_than_its_backlog(stack: Stack) -> None:
    client = Client(stack)
    for _ in range(40):
        await client.post()
    await client.close()
    await asyncio.to_thread(stack.quiet)
    async with overview(stack, 1) as (_, seen):
        assert 0 < len(seen) <= POSTS.partitions


async def test_what_is_on_the_log_is_seen_at_once_although_nothing_comes(stack: Stack) -> None:
    client = Client(stack)
    await client.post()
    await client.close()
    await asyncio.to_thread(stack.quiet)
    took = []
    for _ in range(5):
        started = time.monotonic()
        async with overview(stack, 10_000):
            took.append(time.monotonic() - started)

    # The middle one: a healthy start is late now and then, and one that asks too early is in time now and then.
    assert median(took) < WAITS_SECONDS


async def test_one_of_two_leads_until_its_connection_is_gone(stack: Stack) -> None:
    async with pool_of(stack) as first_pool, pool_of(stack) as second_pool:
        first, second = Leadership(first_pool, "test"), Leadership(second_pool, "test")
        assert await first.held()
        assert not await second.held()
        assert first.connection is not None
        await second_pool.execute(
            "select pg_terminate_backend($1::integer)", first.connection.get_server_pid()
        )

        async with asyncio.timeout(PATIENCE):
            while not await second.held():
                await asyncio.sleep(0.2)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await first.connection.execute("select 1")


@pytest.mark.slow
async def test_a_leader_that_freezes_is_let_go(stack: Stack) -> None:
    async with pool_of(stack) as first_pool, pool_of(stack) as second_pool:
        frozen, second = Leadership(first_pool, "freeze"), Leadership(second_pool, "freeze")
        assert await frozen.held()
        async with asyncio.timeout(FROZEN_SECONDS + 15):
            while not await second.held():
                await asyncio.sleep(0.5)
