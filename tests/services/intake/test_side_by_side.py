"""Two web instances at the same rows of a real database: what one holds the other leaves, and a citizen has one key."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from chassis.postgres.migrate import migrate
from chassis.postgres.store import connect
from chassis.store import Outcome, Remembered
from chassis.vault import PostgresKeys
from contracts.identity import city_subject, partition_of
from services.intake import store
from services.intake.core.case import Case
from tests.postgres import server
from wenzheng.stack.home import ROLES
from wenzheng.stack.postgres import create_roles

pytestmark = pytest.mark.real

CITY = city_subject(0)


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with server() as started:
        yield started


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    await create_roles(dsn, dict.fromkeys(ROLES, "of-the-tests"))
    own = urlunsplit(urlsplit(dsn)._replace(path="/wenzheng"))
    await migrate("intake", own)
    opened = await connect(own, "intake")
    yield opened
    opened.terminate()


async def test_a_row_that_another_request_holds_is_named_and_the_others_are_loaded(
    pool: asyncpg.Pool,
) -> None:
    subjects = ("held-by-another", "free", CITY)
    async with store.postgres(pool).transaction() as transaction:
        rows = [Remembered(subject, partition_of(subject), Case(number=subject)) for subject in subjects[:2]]
        await transaction.save(Outcome(changed=rows))
        await transaction.load([CITY], lock=True)

    async with store.postgres(pool).transaction() as first, store.postgres(pool).transaction() as second:
        await first.load_free([subjects[0]], [])
        await first.connection.execute("select 1 from subject where subject = $1 for update", CITY)
        loaded, busy = await second.load_free([subjects[0], subjects[1], "unknown"], [CITY])

    assert busy == {"held-by-another"}
    assert set(loaded) == {"free", CITY}, "the city is read whoever holds it"
    assert loaded["free"].state.number == "free"


async def test_a_citizen_has_one_key_whoever_makes_it_first(pool: asyncpg.Pool) -> None:
    keys = PostgresKeys()
    async with pool.acquire() as first, pool.acquire() as second:
        async with first.transaction():
            made = await keys.get_or_create(first, ["zhang", "li", "zhang"])
            # The second waits for the row of the first and sees it only after its own statement began.
            waiting = asyncio.create_task(keys.get_or_create(second, ["li", "wang"]))
            while not await first.fetchval(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                " and datname = current_database()"
            ):
                await asyncio.sleep(0.01)
        found = await waiting

    assert set(made) == {"zhang", "li"}
    assert found["li"] == made["li"]
    assert found["wang"] not in made.values()
    async with pool.acquire() as again:
        assert await keys.get_or_create(again, ["zhang"]) == {"zhang": made["zhang"]}
