"""The database is away for longer than a moment: ownership changes hands meanwhile, and no listener ends for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.engine.listener import Listener
from chassis.engine.outage import Outage
from chassis.engine.publisher import Publisher
from chassis.failures import ConnectionLost
from chassis.memory.bus import Quiet
from chassis.postgres.store import connect
from chassis.store import Store
from contracts.city_facts import CityFact, ModelActivated
from contracts.facts import Fact
from contracts.identity import PARTITIONS, city_subject, partition_of
from contracts.topics import CITY
from tests.chassis.counting import NOW, POST, TABLES, FixedClock, RealWorld, World
from tests.chassis.failing import Failing
from tests.patience import PATIENCE
from tests.postgres import schema


class Away(Failing):
    """A store of a database that can be away, and that says when somebody has met it so."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.away = False
        self.met = asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        if self.away:
            self.met.set()
            raise ConnectionLost("there is none to be had", undone=True, away=True)
        async with super().transaction() as transaction:
            yield transaction


def listener_of(world: World, store: Store) -> Listener:
    """An instance that owns nothing yet."""
    return Listener(world.service, store, Publisher(store, Quiet()), FixedClock(), "one")


async def test_who_is_given_partitions_while_the_database_is_away_owns_them_as_soon_as_it_is_back(
    world: World,
) -> None:
    store = Away(world.store())
    listener = listener_of(world, store)
    store.away = True

    async with asyncio.timeout(PATIENCE):
        taking = asyncio.create_task(listener.take_over(range(PARTITIONS)))
        await store.met.wait()
        assert "database" in listener.waits, "the probe says why nothing moves"
        store.away = False
        positions = await taking
        await listener.hear([world.support(1)])

    assert {partition for _, partition in positions} == set(range(PARTITIONS))
    assert listener.waits == ""
    assert await world.heard() == ("1",)


async def test_who_loses_partitions_again_while_it_waits_for_them_owns_none_when_the_database_is_back(
    world: World,
) -> None:
    store = Away(world.store())
    listener = listener_of(world, store)
    store.away = True

    async with asyncio.timeout(PATIENCE):
        taking = asyncio.create_task(listener.take_over(range(PARTITIONS)))
        await store.met.wait()
        await listener.let_go()
        store.away = False
        positions = await taking

    assert positions == {}
    assert listener.partitions == []
    assert listener.waits == ""


async def test_partitions_change_hands_in_the_middle_of_a_poll_while_the_database_is_away(
    world: World,
) -> None:
    store = Away(world.store())
    listener = listener_of(world, store)
    await listener.take_over(range(PARTITIONS))
    poll = [world.support(n) for n in range(1, 4)]
    store.away = True

    async with asyncio.timeout(PATIENCE):
        hearing = asyncio.create_task(listener.hear(poll))
        await store.met.wait()
        await listener.let_go()
        await hearing
        store.away = False
        await (await world.start("two")).hear(poll)

    assert await world.heard() == ("1", "2", "3")
    assert [seq for _, seq, _ in await world.said()] == [1, 2, 3]


async def test_the_same_instance_goes_on_with_a_poll_that_it_is_given_once_more(world: World) -> None:
    store = Away(world.store())
    listener = listener_of(world, store)
    await listener.take_over(range(PARTITIONS))
    poll = [world.support(n) for n in range(1, 4)]
    store.away = True

    async with asyncio.timeout(PATIENCE):
        hearing = asyncio.create_task(listener.hear(poll))
        await store.met.wait()
        await listener.let_go()
        taking = asyncio.create_task(listener.take_over([partition_of(POST)]))
        store.away = False
        await taking
        await hearing
        await listener.hear(poll)

    assert await world.heard() == ("1", "2", "3")


async def test_what_a_fact_about_the_city_needs_is_asked_for_again_until_the_database_is_back(
    world: World,
) -> None:
    """At hearing it, at taking its partition over, and after a connection that was lost."""
    tries, away = 0, {1, 3, 5}

    async def fetch(fact: Fact) -> None:
        nonlocal tries
        tries += 1
        if tries in away:
            raise ConnectionRefusedError("the database is starting")

    world.service = replace(world.service, city=replace(world.service.city, prepare=fetch))
    activated: CityFact = ModelActivated(at=NOW, model_version="v1", checksum="c", threshold=0.9)
    first = listener_of(world, world.store())
    await first.take_over(range(PARTITIONS))

    async with asyncio.timeout(PATIENCE):
        await first.hear([world.record(activated, 1, topic=CITY, subject=city_subject(partition_of(POST)))])
        assert tries == 2
        store = Failing(world.store())
        second = listener_of(world, store)
        await second.take_over(range(PARTITIONS))
        assert tries == 4
        store.at_commit = [ConnectionLost("in the middle", undone=True)]
        await second.hear([world.support(1)])

    assert tries == 6
    assert [words for _, _, words in await world.said()] == ["1 v1"]


def test_an_outage_is_told_once_and_looked_at_ever_more_rarely() -> None:
    outage = Outage()
    with capture_logs() as told:
        rests = [outage.met(f"try {n}") for n in range(6)]
        outage.over()
        outage.over()

    assert [line["log_level"] for line in told] == ["warning", "info"]
    assert rests == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert outage.reason == ""
    assert outage.met("anew") == 0.1


@pytest.mark.real
async def test_a_database_that_does_not_answer_in_time_is_asked_again(dsn: str) -> None:
    """What a statement waits for is held by somebody else for longer than the client has patience."""
    async with schema(dsn, TABLES) as pool:
        impatient = await connect(dsn, await pool.fetchval("select current_schema"), patience=0.3)
        world = RealWorld(impatient)
        listener = await world.start()
        async with asyncio.timeout(PATIENCE), pool.acquire() as holder:
            async with holder.transaction():
                await holder.execute("lock table position in access exclusive mode")
                hearing = asyncio.create_task(listener.hear([world.support(1)]))
                while not listener.waits:
                    await asyncio.sleep(0.01)
            await hearing
        heard = await world.heard()
        impatient.terminate()

    assert heard == ("1",)
    assert listener.waits == ""
