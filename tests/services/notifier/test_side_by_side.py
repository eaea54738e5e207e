"""Sender and listener of one instance at the same rows of a real database: neither waits for what the other has."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from chassis.store import Applied
from chassis.vault import PostgresKeys
from services.notifier import store
from services.notifier.core.case import Claim, Notice
from tests.patience import PATIENCE
from tests.postgres import migrated

pytestmark = pytest.mark.real


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with migrated(dsn, "notifier") as (_, opened):
        yield opened


async def _somebody_waits(pool: asyncpg.Pool) -> None:
    while not await pool.fetchval("select exists (select from pg_locks where not granted)"):
        await asyncio.sleep(0.01)


async def test_the_sender_waits_for_a_batch_of_the_listener_without_standing_in_its_way(
    pool: asyncpg.Pool,
) -> None:
    """Both lock the rows of the partitions they own; both in order of partition, wherever the rows lie."""
    await pool.execute("update position set owner = 'instance'")
    await pool.execute("update position set offsets = '{}' where partition = 0")
    await pool.execute("analyze position")  # the table is read as it lies: partition 0 last
    notices = store.PostgresNotices(pool, PostgresKeys(), store.Claims())

    async with pool.acquire() as listener, listener.transaction():
        await listener.execute("select 1 from position where partition = 0 for update")
        taking = asyncio.create_task(notices.take("instance", [0, 1], [], 10))
        async with asyncio.timeout(PATIENCE):
            await _somebody_waits(pool)

        await listener.execute("select 1 from position where partition = 1 for update")

    assert await taking == [], "nothing was due, and nobody was ended for a deadlock"


async def test_at_night_only_those_citizens_are_told_who_want_to_be(pool: asyncpg.Pool) -> None:
    await pool.execute("update position set owner = 'instance'")
    claims = store.Claims()
    notices = store.PostgresNotices(pool, PostgresKeys(), claims)
    for n, at_night in ((1, False), (2, True)):
        notice = Notice(
            f"0195a000-0000-7000-8000-{n:012d}",
            "c",
            "asked",
            "citizen",
            "sms",
            "water",
            "…",
            at_night=at_night,
        )
        async with pool.acquire() as connection:
            await claims.apply(connection, [Applied("post", 0, "c", datetime.now(UTC), Claim(notice))])

    night = await notices.take("instance", [0], [], 10, citizens=False)
    day = await notices.take("instance", [0], [], 10, citizens=True)

    assert [[taken.notice.id[-1] for taken in each] for each in (night, day)] == [["2"], ["1"]]
