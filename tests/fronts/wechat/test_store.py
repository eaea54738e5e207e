"""What is kept of people: the twin and PostgreSQL do the same, and the tables tell nobody's name or words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from chassis.postgres.store import connect
from fronts.wechat.core.conversation import Conversation
from fronts.wechat.keys import Keys
from fronts.wechat.store import (
    ANSWERED,
    FORGOTTEN,
    LEASED,
    Answered,
    MemoryStore,
    PostgresStore,
    Store,
    Taken,
)
from tests.postgres import as_role, city, migrate

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)


@asynccontextmanager
async def real(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """The schema as its migrations leave it, reached as the front end's own role."""
    own = as_role(await city(dsn), "wechat")
    await migrate("wechat", own)
    pool = await connect(own, "wechat")
    try:
        yield pool
    finally:
        pool.terminate()


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    async with real(request.getfixturevalue("dsn")) as pool:
        await pool.execute("truncate conversation, message")
        yield PostgresStore(pool)


async def test_a_conversation_goes_on_where_it_stood(store: Store) -> None:
    assert await store.take("p", "1", "a", NOW) == Taken(b"")
    assert await store.keep("p", "1", "a", b"state", b"answer", NOW)

    assert await store.take("p", "2", "b", LATER) == Taken(b"state")
    assert await store.take("q", "1", "c", LATER) == Taken(b"")


async def test_a_repeat_is_answered_as_before(store: Store) -> None:
    await store.take("p", "1", "a", NOW)
    await store.keep("p", "1", "a", b"state", b"answer", NOW)

    assert await store.take("p", "1", "b", LATER) == Answered(b"answer")


async def test_a_message_waits_for_the_one_before_it_and_not_for_one_that_died(store: Store) -> None:
    await store.take("p", "1", "a", NOW)

    assert await store.take("p", "2", "b", LATER) is None
    assert await store.take("p", "2", "b", NOW + LEASED) == Taken(b"")


async def test_who_lost_the_lease_keeps_nothing(store: Store) -> None:
    await store.take("p", "1", "a", NOW)
    await store.take("p", "1", "b", NOW + LEASED)

    assert not await store.keep("p", "1", "a", b"old", b"old", NOW + LEASED)
    assert await store.keep("p", "1", "b", b"new", b"new", NOW + LEASED)
    assert await store.take("p", "1", "c", NOW + LEASED) == Answered(b"new")


async def test_answers_are_forgotten_after_an_hour_and_people_after_half_a_year(store: Store) -> None:
    await store.take("p", "1", "a", NOW)
    await store.keep("p", "1", "a", b"state", b"answer", NOW)

    await store.forget(NOW + ANSWERED + timedelta(seconds=1))
    assert await store.take("p", "1", "b", LATER) == Taken(b"state")
    await store.forget(NOW + FORGOTTEN + timedelta(seconds=1))

    assert await store.take("p", "2", "c", NOW + FORGOTTEN) == Taken(b"")


def test_what_is_kept_tells_nobody_and_opens_for_its_person_alone() -> None:
    keys = Keys(b"a secret of the tests")
    state = Conversation(phone="13900005678", token="t")
    name = keys.name("oABCD1234efgh5678IJKL9012mno")
    box = keys.seal(name, state)

    assert b"13900005678" not in box
    assert "oABCD" not in name
    assert keys.unseal(name, box) == state
    assert keys.unseal(name, b"") == Conversation()
    for other in (lambda: keys.unseal("q", box), lambda: Keys(b"another").unseal(name, box)):
        with pytest.raises(ValueError, match="does not open"):
            other()
