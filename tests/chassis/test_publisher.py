"""From the outbox to the bus: a blob is forgotten only when the bus has it, and found again by a sweep otherwise."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka.errors import KafkaError

from chassis.engine.publisher import Publisher
from chassis.outbox import pack, unpack
from chassis.store import Outcome, Store
from contracts.codec import Addressed, Record
from tests.chassis.counting import World
from tests.chassis.failing import Failing
from tests.patience import PATIENCE

pytestmark = pytest.mark.medium


class Away:
    """A bus that can be away, and remembers what it was given."""

    def __init__(self) -> None:
        self.away: list[BaseException] = []
        """Raised, one a call, in place of taking anything."""
        self.calls: list[list[str]] = []

    async def put(self, records: Sequence[Addressed]) -> None:
        if self.away:
            raise self.away.pop(0)
        self.calls.append([record.key.decode() for _, _, record in records])  # type: ignore[union-attr]


class Forgetful(Failing):
    """A store whose database is away the first time that something is to be forgotten."""

    away = True

    async def forget(self, acknowledged: Sequence[str]) -> None:
        if self.away:
            self.away = False
            raise ConnectionRefusedError("the database is away")
        await super().forget(acknowledged)


class Slow:
    """A bus that takes its time: until it may end."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.taken: list[str] = []

    async def put(self, records: Sequence[Addressed]) -> None:
        self.begun.set()
        await self.may_end.wait()
        self.taken += [record.key.decode() for _, _, record in records]  # type: ignore[union-attr]


def records(name: str) -> list[Addressed]:
    return [("posts", 0, Record(name.encode(), b"{}", ()))]


async def committed(store: Store, *names: str) -> None:
    """Blobs that somebody committed, oldest first."""
    for name in names:
        async with store.transaction() as transaction:
            await transaction.save(Outcome(blob=pack(records(name)), blob_id=name))


async def test_what_the_bus_did_not_take_stays_in_the_outbox(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus)
    await committed(store, "a")
    publisher.offer("a", records("a"))
    bus.away.append(KafkaError("away"))

    await publisher.flush()

    assert bus.calls == []
    assert publisher.settled() == []
    assert publisher.failing_since is not None
    assert await world.outbox() == {"a"}


async def test_what_the_bus_took_is_forgotten_once_the_database_is_back(world: World) -> None:
    store, bus = Forgetful(world.store()), Away()
    publisher = Publisher(store, bus)
    await committed(store, "a")
    publisher.offer("a", records("a"))
    with pytest.raises(ConnectionRefusedError):
        await publisher.flush()

    await publisher.flush()

    assert bus.calls == [["a"]], "once"
    assert await world.outbox() == set()


async def test_what_the_bus_took_is_forgotten(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus)
    await committed(store, "a", "b")
    publisher.offer("a", records("a"))
    publisher.offer("b", records("b"))

    await publisher.flush()

    assert [key for call in bus.calls for key in call] == ["a", "b"], "in the order they were committed"
    assert await world.outbox() == set()
    assert publisher.settled() == [], "nothing is left to be deleted"


async def test_what_waited_while_the_bus_was_away_is_published_by_a_sweep(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus, sweep_after=0.0)
    await committed(store, "a", "b")
    publisher.offer("a", records("a"))
    bus.away.append(TimeoutError())
    await publisher.flush()

    assert await publisher.sweep() == 2

    assert sorted(key for call in bus.calls for key in call) == ["a", "b"]
    assert await world.outbox() == set()
    assert publisher.failing_since is None


async def test_a_sweep_does_not_publish_again_what_was_just_published(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus, sweep_after=0.0)
    await committed(store, "a")
    publisher.unsettle(["a"])  # the bus has it, and no commit has deleted it yet

    await publisher.sweep()

    assert bus.calls == []
    assert await world.outbox() == set()


async def test_what_is_put_back_is_deleted_with_what_was_published_meanwhile(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus)
    await committed(store, "a", "b")
    publisher.unsettle(["b"])  # published while a batch was about to delete the other

    publisher.unsettle(["a"])  # that batch was not committed
    await publisher.flush()

    assert bus.calls == []
    assert await world.outbox() == set()


async def test_a_sweep_leaves_what_is_queued_to_the_queue(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus, sweep_after=0.3)
    await committed(store, "a")
    publisher.offer("a", records("a"))
    await asyncio.sleep(0.35)  # until the row is old enough for a sweep

    async with asyncio.timeout(PATIENCE):
        assert await publisher.sweep() == 0
    await publisher.flush()

    assert bus.calls == [["a"]]


async def test_a_sweep_that_the_bus_fails_ends_and_loses_nothing(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus, sweep_after=0.0)
    await committed(store, "a", "b")
    bus.away.append(OSError("away"))

    assert await publisher.sweep() == 0
    assert await world.outbox() == {"a", "b"}
    assert await publisher.sweep() == 2


async def test_a_sweep_does_not_take_what_its_writer_is_about_to_publish(world: World) -> None:
    store, bus = world.store(), Away()
    await committed(store, "a")

    assert await Publisher(store, bus, sweep_after=60.0).sweep() == 0

    assert bus.calls == []
    assert await world.outbox() == {"a"}


async def test_what_one_sweep_has_taken_another_leaves_alone_for_a_while(world: World) -> None:
    store, other = world.store(), world.store()
    await committed(store, "a")
    await asyncio.sleep(0.35)  # until the row is old enough for a sweep

    taken = await store.sweep(0.3, 20)
    again = await other.sweep(0.3, 20)

    assert [unpack(blob) for _, blob in taken] == [records("a")]
    assert again == []


async def test_a_publisher_keeps_only_so_many_in_memory_and_finds_the_others_in_the_table(
    world: World,
) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus, in_memory=2, sweep_after=0.0)
    names = [f"blob-{n}" for n in range(5)]
    await committed(store, *names)
    for name in names:
        publisher.offer(name, records(name))

    await publisher.flush()
    assert len([key for call in bus.calls for key in call]) == 2
    await publisher.sweep()

    assert sorted(key for call in bus.calls for key in call) == names
    assert await world.outbox() == set()


async def test_a_publisher_that_runs_publishes_what_is_offered_and_forgets_it(world: World) -> None:
    store, bus = world.store(), Away()
    publisher = Publisher(store, bus)
    running = asyncio.create_task(publisher.run())
    try:
        await committed(store, "a")
        publisher.offer("a", records("a"))
        async with asyncio.timeout(PATIENCE):
            while await world.outbox():
                await asyncio.sleep(0.01)
    finally:
        running.cancel()

    assert bus.calls == [["a"]]


async def test_a_clean_end_waits_for_what_is_on_its_way_to_the_bus(world: World) -> None:
    store, bus = world.store(), Slow()
    publisher = Publisher(store, bus)
    await committed(store, "a")
    running = asyncio.create_task(publisher.run())
    publisher.offer("a", records("a"))
    await bus.begun.wait()

    ending = asyncio.create_task(publisher.flush())
    await asyncio.sleep(0)
    bus.may_end.set()
    await ending
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert bus.taken == ["a"]
    assert await world.outbox() == set()
