"""Two owners of one partition at a real database: who comes too late sees it before anything is decided."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chassis.failures import ConnectionLost
from chassis.store import Outcome, Position, Remembered
from contracts.identity import partition_of
from services.stats import store
from services.stats.core.case import Case
from tests.patience import PATIENCE
from tests.postgres import migrated

pytestmark = pytest.mark.real

SUBJECT = "a-post"
PARTITION = partition_of(SUBJECT)


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with migrated(dsn, "stats") as (_, opened):
        yield opened


async def test_a_batch_saves_states_positions_and_words_together_and_finds_them_again(
    pool: asyncpg.Pool,
) -> None:
    kept = store.postgres(pool)
    async with kept.transaction() as transaction:
        await transaction.take([PARTITION], "first")
        await transaction.save(
            Outcome(
                changed=[Remembered(SUBJECT, PARTITION, Case(number="1"), {"posts": 1})],
                positions=[Position(PARTITION, "first", {"posts": 7})],
                blob=b"said",
                blob_id="blob",
            )
        )
    async with kept.transaction() as transaction:
        positions, loaded = await transaction.begin([PARTITION], [SUBJECT, "unknown"], lock=False)
        await transaction.save(Outcome(acknowledged=["blob"]))

    assert positions == {PARTITION: Position(PARTITION, "first", {"posts": 7})}
    assert {subject: row.state.number for subject, row in loaded.items()} == {SUBJECT: "1"}
    assert await kept.sweep(0, 10) == [], "what the bus has is forgotten"


async def test_an_owner_that_waited_while_another_took_over_sees_the_other(pool: asyncpg.Pool) -> None:
    old, new = store.postgres(pool), store.postgres(pool)
    async with old.transaction() as transaction:
        await transaction.take([PARTITION], "old")

    async def begun() -> dict[int, Position]:
        async with old.transaction() as late:
            positions, _ = await late.begin([PARTITION], [SUBJECT], lock=False)
            return positions

    async with new.transaction() as transaction:
        await transaction.take([PARTITION], "new")
        beginning = asyncio.create_task(begun())
        async with asyncio.timeout(PATIENCE):
            while not await pool.fetchval("select exists (select from pg_locks where not granted)"):
                await asyncio.sleep(0.01)

    assert (await beginning)[PARTITION].owner == "new"


async def test_a_store_whose_connection_was_ended_takes_another(pool: asyncpg.Pool) -> None:
    kept = store.postgres(pool)
    with pytest.raises(ConnectionLost):
        async with kept.transaction() as transaction:
            # As the limit for idle transactions does to a process that was frozen for four seconds.
            await pool.execute("select pg_terminate_backend($1)", transaction.connection.get_server_pid())
            await transaction.take([PARTITION], "lost")

    async with kept.transaction() as transaction:
        positions = await transaction.take([PARTITION], "again")

    assert positions[PARTITION].owner == "again"


async def test_a_client_that_still_reads_the_servers_last_word_has_lost_its_connection(
    pool: asyncpg.Pool,
) -> None:
    kept = store.postgres(pool)
    with pytest.raises(ConnectionLost):
        async with kept.transaction():
            # What the client says when the next statement is sent before the end of the connection was read whole.
            raise asyncpg.InternalClientError(
                "cannot switch to state 11; another operation (2) is in progress"
            )

    async with kept.transaction() as transaction:
        positions = await transaction.take([PARTITION], "again")

    assert positions[PARTITION].owner == "again"
