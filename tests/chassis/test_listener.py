"""The engine's promises, on a toy service that counts what it hears of each post."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec import Struct

from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.failures import HttpRefused, Refused, Superseded
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.outbox import unpack
from chassis.postgres.schema import FIRST_TABLES
from chassis.postgres.store import PostgresStore, PostgresTransaction
from chassis.service import Applied, Broadcast, Incoming, Service
from chassis.store import Packing, Store, Waiting
from contracts.assignments import SpecialReportRaised
from contracts.city_facts import CityFact, ModelActivated
from contracts.codec import Event, decode, encode
from contracts.decision import Context, Decision, Effect, Say
from contracts.facts import Fact
from contracts.identity import PARTITIONS, city_subject, derived, partition_of
from contracts.posts import PostSupported, PostWithdrawn
from contracts.replies import CaseUrged
from contracts.topics import ASSIGNMENTS, CITY, POSTS, REPLIES, Topic
from tests.postgres import schema, server

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
POST = "0195a000-0000-7000-8000-000000000001"


class Count(Struct, frozen=True):
    heard: tuple[str, ...] = ()


class Note(Effect, frozen=True):
    text: str


class Ring(Struct, frozen=True):
    id: str


class Notes:
    """Keeps notes, and rings when told that something is due."""

    effects = (Note,)

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.due: list[tuple[str, Ring]] = []

    def apply(self, applied: Sequence[Applied]) -> None:
        self.notes += [a.effect.text for a in applied if isinstance(a.effect, Note)]

    def any_due(self, partitions: Any, now: datetime) -> bool:
        return bool(self.due)

    def claim(self, partitions: Any, now: datetime, limit: int) -> list[tuple[str, Any]]:
        due, self.due = list(self.due), []
        return due


class FixedClock:
    def now(self) -> datetime:
        return NOW


def supported(state: Count, fact: PostSupported, context: Context[str]) -> Decision[Count]:
    if fact.supporter == "hopeless":
        raise ValueError("no rule can bear this")
    said = Say(SpecialReportRaised(at=fact.at, reason=f"{fact.supporter} {context.city}"))
    return Decision(Count((*state.heard, fact.supporter)), (said, Note(fact.supporter)))


def urged(state: Count, fact: CaseUrged, context: Context[str]) -> Decision[Count]:
    return Decision(Count((*state.heard, "urged")))


def rung(state: Count, ring: Ring, context: Context[str]) -> Decision[Count]:
    if ring.id == "broken":
        raise ValueError("cannot ring")
    if ring.id == "refused":
        raise HttpRefused(409, "no", "不行")
    return Decision(Count((*state.heard, ring.id)), answer=len(state.heard))


def service(parked_limit: int = 100) -> Service[Count, str]:
    def fold(city: str, fact: Fact) -> str:
        return fact.model_version if isinstance(fact, ModelActivated) else city

    return Service(
        name="router",
        hears=(POSTS, REPLIES, CITY),
        says=(ASSIGNMENTS,),
        rules={PostSupported: supported, CaseUrged: urged, Ring: rung},
        state=Count,
        initial=lambda subject: Count(),
        city=Broadcast("v0", fold),
        parked_limit=parked_limit,
    )


class PostgresNotes:
    """The notes' keeper and door on PostgreSQL."""

    effects = (Note,)

    async def apply(self, connection: Any, applied: Sequence[Applied]) -> None:
        texts = [a.effect.text for a in applied if isinstance(a.effect, Note)]
        await connection.execute("insert into note (text) select * from unnest($1::text[])", texts)

    async def claim(
        self, connection: Any, partitions: Any, now: datetime, limit: int
    ) -> list[tuple[str, Any]]:
        rows = await connection.fetch("delete from due returning subject, ring")
        return [(row["subject"], Ring(row["ring"])) for row in sorted(rows, key=lambda row: row["ring"])]


TABLES = (
    FIRST_TABLES
    + """
create table note (id bigint generated always as identity, text text);
create table due (subject text, ring text);
"""
)


class World:
    """One store, one log kept by hand, and the listeners started on them; memory."""

    def __init__(self, parked_limit: int = 100) -> None:
        self.service = service(parked_limit)
        self.offsets: dict[tuple[str, int], int] = {}
        self._notes = Notes()
        self.memory = MemoryStore(Count, (self._notes,), (self._notes,))

    def store(self) -> Store:
        """The store of one more instance."""
        return self.memory

    async def start(self, instance: str = "one") -> Listener:
        store = self.store()
        listener = Listener(self.service, store, Publisher(store, Quiet()), FixedClock(), instance)
        await listener.take_over(range(PARTITIONS))
        return listener

    def record(
        self,
        fact: Fact | None,
        seq: int,
        topic: Topic = POSTS,
        subject: str = POST,
        value: bytes | None = None,
        key: bytes | None = b"",
    ) -> Incoming:
        partition = partition_of(subject)
        offset = self.offsets[(topic.name, partition)] = self.offsets.get((topic.name, partition), -1) + 1
        shown = fact or PostWithdrawn(at=NOW)
        event = Event(derived(subject, topic.name, seq), topic.name, subject, seq, shown, "intake")
        encoded = encode(event)
        return Incoming(
            topic.name,
            partition,
            offset,
            encoded.key if key == b"" else key,
            encoded.value if value is None else value,
            encoded.headers,
        )

    def support(self, seq: int, name: str = "", subject: str = POST) -> Incoming:
        return self.record(PostSupported(at=NOW, supporter=name or str(seq)), seq, subject=subject)

    async def heard(self, subject: str = POST) -> tuple[str, ...]:
        state = self.memory.state_of(subject)
        return () if state is None else state.heard

    async def held(self, subject: str = POST) -> int:
        return self.memory.subject[subject][1]

    async def waiting(self) -> list[Waiting]:
        return sorted(self.memory.waiting.values(), key=lambda row: (row.subject, row.topic, row.seq))

    async def mark(self, row: Waiting, mark: str) -> None:
        self.memory.mark(row.subject, row.topic, row.seq, mark)

    async def notes(self) -> list[str]:
        return self._notes.notes

    async def due(self, *rings: str) -> None:
        self._notes.due += [(POST, Ring(ring)) for ring in rings]

    async def blobs(self) -> list[bytes]:
        return [blob for _, blob in self.memory.outbox.values()]


class RealWorld(World):
    """The same on PostgreSQL: each instance has a store and a connection of its own."""

    def __init__(self, pool: Any, parked_limit: int = 100) -> None:
        super().__init__(parked_limit)
        self._pool = pool
        self._packing = Packing(Count)

    def store(self) -> Store:
        notes = PostgresNotes()
        return PostgresStore(self._pool, Count, self.service.initial, (), (notes,), (notes,))

    async def heard(self, subject: str = POST) -> tuple[str, ...]:
        row = await self._pool.fetchrow("select * from subject where subject = $1", subject)
        if row is None:
            return ()
        state = self._packing.unpack(subject, row["partition"], row["held"], row["remembered"]).state
        return tuple(state.heard)

    async def held(self, subject: str = POST) -> int:
        return int(await self._pool.fetchval("select held from subject where subject = $1", subject))

    async def waiting(self) -> list[Waiting]:
        async with self._pool.acquire() as connection:
            found = await connection.fetch("select subject from waiting")
            transaction = PostgresTransaction(self.store(), connection)  # type: ignore[arg-type]
            rows = await transaction.waiting([row["subject"] for row in found])
        return sorted(rows, key=lambda row: (row.subject, row.topic, row.seq))

    async def mark(self, row: Waiting, mark: str) -> None:
        await self._pool.execute(
            "update waiting set mark = $4 where subject = $1 and topic = $2 and seq = $3",
            row.subject,
            row.topic,
            row.seq,
            mark,
        )

    async def notes(self) -> list[str]:
        return [row["text"] for row in await self._pool.fetch("select text from note order by id")]

    async def due(self, *rings: str) -> None:
        for ring in rings:
            await self._pool.execute("insert into due values ($1, $2)", POST, ring)

    async def blobs(self) -> list[bytes]:
        return [row["blob"] for row in await self._pool.fetch("select blob from outbox order by at")]


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with server() as started:
        yield started


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield World()
        return
    async with schema(request.getfixturevalue("dsn"), TABLES) as pool:
        yield RealWorld(pool)


async def test_a_repeat_changes_nothing(world: World) -> None:
    listener = await world.start()
    first, again = world.support(1), world.support(1)

    await listener.hear([first])
    await listener.hear([again])

    assert await world.heard() == ("1",)
    assert await world.notes() == ["1"]
    assert len(await world.blobs()) == 1


async def test_swapped_events_are_handled_in_the_order_of_their_numbers(world: World) -> None:
    listener = await world.start()
    second, third, first = world.support(2), world.support(3), world.support(1)

    await listener.hear([second, third])
    assert await world.heard() == ()
    assert await world.held() == 2
    await listener.hear([first])

    assert await world.heard() == ("1", "2", "3")
    assert await world.held() == 0
    assert not await world.waiting()


async def test_a_hopeless_event_is_parked_and_holds_back_only_its_own_subject_and_topic(world: World) -> None:
    listener = await world.start()
    other = "0195a000-0000-7000-8000-000000000002"

    await listener.hear([world.support(1, "hopeless"), world.support(2), world.support(1, subject=other)])
    await listener.hear([world.record(CaseUrged(at=NOW, text="快", by="s1"), 1, topic=REPLIES)])

    assert await world.heard() == ("urged",)
    assert await world.heard(other) == ("1",)
    parked = [row for row in await world.waiting() if row.parked]
    assert [(row.subject, row.seq) for row in parked] == [(POST, 1)]
    assert "no rule can bear this" in parked[0].reason


async def test_dropping_a_parked_event_lets_the_later_ones_go_on(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.support(1, "hopeless"), world.support(2)])

    await world.mark((await world.waiting())[0], "drop")
    listener.let_time_pass()
    await listener.tick()

    assert await world.heard() == ("2",)
    assert not await world.waiting()
    assert await world.held() == 0


async def test_replaying_an_event_that_is_still_hopeless_parks_it_again(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.support(1, "hopeless"), world.support(2)])

    await world.mark((await world.waiting())[0], "replay")
    listener.let_time_pass()
    await listener.tick()

    assert await world.heard() == ()
    assert [row.mark for row in await world.waiting() if row.parked] == [""]


@pytest.mark.parametrize(
    ("value", "key", "why"),
    [
        (b"{broken", b"", "no JSON"),
        (b'{"type":"post.supported.v9","at":"2026-03-02T09:00:00+08:00"}', b"", "a version nobody knows"),
        (b'{"type":"post.supported.v1","at":"2026-03-02T09:00:00+08:00"}', b"", "a field is missing"),
        (b"[" * 100_000, b"", "deep nesting"),
    ],
)
async def test_an_unreadable_event_is_parked_in_its_place(
    world: World, value: bytes, key: bytes, why: str
) -> None:
    listener = await world.start()

    await listener.hear([world.record(None, 1, value=value, key=key), world.support(2)])

    assert await world.heard() == (), why
    assert sorted((row.seq, row.parked) for row in await world.waiting()) == [(1, True), (2, False)]


async def test_a_record_without_a_key_is_parked_and_nothing_waits_behind_it(world: World) -> None:
    listener = await world.start()

    await listener.hear([world.record(None, 1, key=None), world.support(1)])

    assert await world.heard() == ("1",)
    row = (await world.waiting())[0]
    assert row.subject == f"?{partition_of(POST)}"
    assert row.parked
    await world.mark(row, "drop")
    listener.let_time_pass()
    await listener.tick()
    assert not await world.waiting()


async def test_a_replaced_instance_is_refused_and_changes_nothing(world: World) -> None:
    old = await world.start("old")
    new = await world.start("new")
    record = world.support(1)

    with pytest.raises(Superseded):
        await old.hear([record])
    assert await world.heard() == ()
    await new.hear([record])

    assert await world.heard() == ("1",)


async def test_a_hole_in_the_log_ends_the_process(world: World) -> None:
    listener = await world.start()
    world.support(1)
    second = world.support(2)

    with pytest.raises(Superseded, match="hole"):
        await listener.hear([second])


async def test_another_instance_goes_on_where_the_last_one_committed(world: World) -> None:
    first = await world.start("first")
    await first.hear([world.support(1)])

    second = await world.start("second")
    await second.hear([world.support(2)])

    assert await world.heard() == ("1", "2")


async def test_a_timer_whose_rule_raises_is_parked_and_can_be_dropped(world: World) -> None:
    listener = await world.start()
    await world.due("broken", "fine")
    listener.let_time_pass()

    await listener.tick()

    assert await world.heard() == ("fine",)
    row = (await world.waiting())[0]
    assert (row.topic, row.parked) == ("@Ring", True)
    await world.mark(row, "drop")
    listener.let_time_pass()
    await listener.tick()
    assert not await world.waiting()


async def test_a_city_fact_holds_from_its_place_in_the_partition_on(world: World) -> None:
    listener = await world.start()
    partition = partition_of(POST)
    activated: CityFact = ModelActivated(at=NOW, model_version="v1", checksum="c", threshold=0.9)

    await listener.hear([world.support(1)])
    await listener.hear([world.record(activated, 1, topic=CITY, subject=city_subject(partition))])
    await listener.hear([world.support(2)])
    later = await world.start("later")
    await later.hear([world.support(3)])

    said = [
        decode(ASSIGNMENTS, record.key, record.value, record.headers).fact.reason  # type: ignore[attr-defined]
        for blob in await world.blobs()
        for _, _, record in unpack(blob)
    ]
    assert said == ["1 v0", "2 v1", "3 v1"]


async def test_an_answer_from_outside_is_handled_and_answered_after_the_commit(world: World) -> None:
    listener = await world.start()
    running = asyncio.create_task(listener.run())
    try:
        assert await listener.submit(POST, Ring("a"), "cause-a") == 0
        assert await listener.submit(POST, Ring("b"), "cause-b") == 1
        with pytest.raises(Refused):
            await listener.submit(POST, Ring("refused"), "cause-c")
    finally:
        running.cancel()
    assert await world.heard() == ("a", "b")


async def test_too_many_parked_events_stop_the_listener_and_say_why() -> None:
    world = World(parked_limit=2)
    listener = await world.start()

    await listener.hear([world.record(None, n, key=None) for n in range(1, 5)])

    assert "a person must look" in listener.halted
