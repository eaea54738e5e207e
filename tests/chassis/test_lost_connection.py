"""The database ends a connection in the middle of a batch: the same inputs are tried again, and none counts twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from chassis.engine.answers import IdempotencyKey
from chassis.engine.budget import Budget
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.failures import ConnectionLost, Superseded
from chassis.memory.bus import Quiet
from chassis.postgres.store import PostgresStore
from chassis.problem import status_of
from chassis.run import free_port
from chassis.store import Outcome
from chassis.web.responses import as_refused
from contracts.identity import PARTITIONS
from tests.chassis.counting import POST, Count, FixedClock, RealWorld, Ring, World, Write
from tests.chassis.failing import Failing
from tests.chassis.test_overload import Batches

LOST = ConnectionLost("gone", undone=True)
IN_DOUBT = ConnectionLost("gone while it was committed", undone=False)
AWAY = ConnectionLost("there is none to be had", undone=True, away=True)


class DoneAndLost(Failing):
    """Commits, and loses the connection before the word of it comes back."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self._store.transaction() as transaction:
            yield transaction
        if self.at_commit:
            raise self.at_commit.pop(0)


async def test_what_was_lost_before_the_commit_is_handled_again_in_smaller_batches(world: World) -> None:
    store, batches = Failing(world.store()), Batches()
    listener = Listener(
        world.service, store, Publisher(store, Quiet()), FixedClock(), "one", batches, budget=Budget(first=8)
    )
    await listener.take_over(range(PARTITIONS))
    store.at_save.append(LOST)

    await listener.hear([world.support(n) for n in range(1, 9)])

    assert await world.heard() == tuple(str(n) for n in range(1, 9))
    assert batches.handled[0] == 4, "half as many as in the batch that was lost"
    assert [seq for _, seq, _ in await world.said()] == list(range(1, 9))


async def test_what_was_committed_before_the_connection_was_lost_is_not_handled_again(world: World) -> None:
    store = DoneAndLost(world.store())
    listener = await world.start(store=store)
    store.at_commit.append(IN_DOUBT)
    poll = [world.support(n) for n in range(1, 5)]

    await listener.hear(poll)
    await listener.hear([world.support(5)])

    assert await world.heard() == ("1", "2", "3", "4", "5")
    assert [seq for _, seq, _ in await world.said()] == [1, 2, 3, 4, 5]
    assert await world.notes() == ["1", "2", "3", "4", "5"]


async def test_who_asked_is_answered_over_another_connection(world: World) -> None:
    store = Failing(world.store())
    listener = await world.start(store=store)
    asking = await world.hand_in(listener, (POST, Ring("answer")))
    store.at_save.append(LOST)

    await listener.tick()
    await listener.tick()

    assert await asking == [0]
    assert await world.heard() == ("answer",)


async def test_who_asked_is_told_when_nobody_knows_whether_it_was_done(world: World) -> None:
    store = DoneAndLost(world.store())
    listener = await world.start(store=store)
    asking = await world.hand_in(listener, (POST, Ring("answer")))
    store.at_commit.append(IN_DOUBT)

    await listener.tick()
    [told] = await asking
    await listener.tick()

    assert isinstance(told, Superseded)
    assert await world.heard() == ("answer",), "once, though it was not told"


async def test_an_instance_that_was_replaced_meanwhile_is_refused(world: World) -> None:
    store = Failing(world.store())
    listener = await world.start("one", store)
    await world.start("two")
    store.at_save.append(LOST)
    store.at_commit.append(LOST)

    with pytest.raises(Superseded):
        await listener.hear([world.support(1)])

    assert await world.heard() == ()


async def test_a_person_is_answered_over_another_connection_as_if_nothing_had_been(world: World) -> None:
    store = DoneAndLost(world.store())
    desk = world.desk(store)
    named = IdempotencyKey("someone", "/", "a key", "hash")
    asking = await world.ask(desk, (POST, Write("kept")), key=named)
    store.at_commit.append(IN_DOUBT)

    await desk.commit()
    await desk.commit()

    assert await asking == b"kept 0"
    assert await world.heard() == ("kept",)


async def test_a_person_whose_request_has_no_name_is_told_when_nobody_knows(world: World) -> None:
    store = DoneAndLost(world.store())
    desk = world.desk(store)
    asking = await world.ask(desk, (POST, Write("kept")))
    store.at_commit.append(IN_DOUBT)

    await desk.commit()

    with pytest.raises(ConnectionLost):
        await asking


async def test_a_person_is_not_kept_waiting_for_a_database_that_gives_no_connection(world: World) -> None:
    store = Failing(world.store())
    desk = world.desk(store)
    asking = await world.ask(desk, (POST, Write("kept")), key=IdempotencyKey("someone", "/", "a key", "hash"))
    store.at_save.append(AWAY)

    await desk.commit()

    assert desk.waiting == 0
    with pytest.raises(ConnectionLost) as told:
        await asking
    assert status_of(as_refused(told.value)) == 503
    assert await world.heard() == ()


async def test_a_listener_waits_for_a_database_that_gives_no_connection(world: World) -> None:
    store = Failing(world.store())
    listener = await world.start(store=store)
    store.at_save += [AWAY, AWAY]

    await listener.hear([world.support(n) for n in range(1, 4)])

    assert await world.heard() == ("1", "2", "3")


async def test_a_server_that_cannot_be_reached_is_told_as_a_lost_connection() -> None:
    nowhere = asyncpg.create_pool(f"postgresql://nobody@127.0.0.1:{free_port()}/none", min_size=0)
    async with nowhere as pool:
        store = PostgresStore(pool, Count, lambda subject: Count())

        with pytest.raises(ConnectionLost) as lost:
            async with store.transaction():
                pass

    assert lost.value.away
    assert lost.value.undone


class Ended(PostgresStore):
    """A real store whose server process is ended by another session, at one of the moments of a batch."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.before_save = self.before_commit = 0
        """How many transactions are ended there."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with super().transaction() as transaction:
            save = transaction.save

            async def saved(outcome: Outcome) -> None:
                if self.before_save:
                    self.before_save -= 1
                    await self.end()
                await save(outcome)
                if self.before_commit:
                    self.before_commit -= 1
                    await self.end()

            transaction.save = saved  # type: ignore[method-assign]
            yield transaction

    async def end(self) -> None:
        """The server ends the session, and is through with it."""
        assert self._connection is not None
        pid = self._connection.get_server_pid()
        await self._pool.execute("select pg_terminate_backend($1, 5000)", pid)


@pytest.mark.real
@pytest.mark.parametrize("world", ["real"], indirect=True)
async def test_a_terminated_session_costs_a_batch_and_not_the_process(world: World) -> None:
    assert isinstance(world, RealWorld)
    store = world.store(Ended)
    assert isinstance(store, Ended)
    listener = await world.start(store=store)

    store.before_save = 1
    await listener.hear([world.support(n) for n in range(1, 31)])
    store.before_commit = 2
    await listener.hear([world.support(n) for n in range(31, 61)])
    await store.end()
    await listener.hear([world.support(61)])
    successor = await world.start("two")
    await successor.hear([world.support(62)])

    expected = [str(n) for n in range(1, 63)]
    assert list(await world.heard()) == expected
    assert await world.notes() == expected
    assert [seq for _, seq, _ in await world.said()] == list(range(1, 63))
