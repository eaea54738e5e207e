"""A toy service that counts what it hears of each post, in memory and on PostgreSQL, for tests of the engine."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from asyncpg import DataError
from msgspec import Struct

from chassis.engine.answers import Answers, IdempotencyKey
from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.answers import MemoryAnswers
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.outbox import unpack
from chassis.postgres.answers import ANSWERS_SCHEMA, PostgresAnswers
from chassis.postgres.schema import FIRST_TABLES
from chassis.postgres.store import PostgresStore, PostgresTransaction
from chassis.service import Broadcast, Incoming, Service
from chassis.store import Applied, Input, Packing, Store, Waiting
from contracts.assignments import SpecialReportRaised
from contracts.city_facts import ModelActivated
from contracts.codec import Event, decode, encode
from contracts.decision import Context, Decision, Effect, NotNow, Say
from contracts.facts import Fact
from contracts.identity import PARTITIONS, derived, partition_of
from contracts.posts import PostSupported, PostWithdrawn
from contracts.replies import CaseUrged
from contracts.topics import ASSIGNMENTS, CITY, POSTS, REPLIES, Topic

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
POST = "0195a000-0000-7000-8000-000000000001"
OTHER = "0195a000-0000-7000-8000-000000000002"
UNFIT = "\0"
"""A character that JSON carries and PostgreSQL's text refuses."""


class Count(Struct, frozen=True):
    heard: tuple[str, ...] = ()


class Note(Effect, frozen=True):
    text: str


class Ring(Struct, frozen=True, tag="ring"):
    """What the passing of time brings, or a sender reports."""

    id: str


class Write(Struct, frozen=True):
    """What a person asks for: it is noted, and said."""

    text: str


class Notes:
    """Keeps notes, and rings when told that something is due."""

    effects = (Note,)

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.due: list[tuple[str, Ring]] = []

    def apply(self, applied: Sequence[Applied]) -> None:
        texts = [a.effect.text for a in applied if isinstance(a.effect, Note)]
        if any(UNFIT in text for text in texts):
            raise DataError("invalid byte sequence for encoding")
        self.notes += texts

    def next_due(self, partitions: Any) -> datetime | None:
        return None

    def any_due(self, partitions: Any, now: datetime) -> bool:
        return bool(self.due)

    def claim(self, partitions: Any, now: datetime, limit: int) -> list[tuple[str, Any]]:
        due, self.due = list(self.due), []
        return due


class FixedClock:
    def now(self) -> datetime:
        return NOW


def supported(state: Count, fact: PostSupported, context: Context[str]) -> Decision[Count]:
    if fact.supporter.startswith("hopeless"):
        raise ValueError(f"no rule can bear this: {fact.supporter}")
    said = Say(SpecialReportRaised(at=fact.at, reason=f"{fact.supporter} {context.city}"))
    return Decision(Count((*state.heard, fact.supporter)), (said, Note(fact.supporter)))


def urged(state: Count, fact: CaseUrged, context: Context[str]) -> Decision[Count]:
    return Decision(Count((*state.heard, "urged")))


def rung(state: Count, ring: Ring, context: Context[str]) -> Decision[Count]:
    if ring.id == "broken":
        raise ValueError("cannot ring")
    if ring.id == "refused":
        raise NotNow("no", "不行")
    return Decision(Count((*state.heard, ring.id)), answer=len(state.heard))


def written(state: Count, write: Write, context: Context[str]) -> Decision[Count]:
    if write.text == "refused":
        raise NotNow("no", "不行")
    if write.text == "broken":
        raise ValueError("cannot be written")
    if write.text == "astray":
        return Decision(state, (Say(PostWithdrawn(at=context.now)),))
    said = Say(SpecialReportRaised(at=context.now, reason=f"{write.text} {context.city}"))
    effects = (said, said, Note(write.text)) if write.text == "twice" else (said, Note(write.text))
    return Decision(Count((*state.heard, write.text)), effects, answer=f"{write.text} {len(state.heard)}")


def encoded(answers: list[object]) -> bytes:
    """The answers of a request's parts as its response."""
    return " / ".join(map(str, answers)).encode()


def text_of(answer: bytes | BaseException) -> str:
    """The way back; a failure is raised."""
    if isinstance(answer, BaseException):
        raise answer
    return answer.decode()


def service(parked_limit: int = 100) -> Service[Count, str]:
    def fold(city: str, fact: Fact) -> str:
        return fact.model_version if isinstance(fact, ModelActivated) else city

    return Service(
        name="router",
        hears=(POSTS, REPLIES, CITY),
        says=(ASSIGNMENTS,),
        rules={PostSupported: supported, CaseUrged: urged, Ring: rung, Write: written},
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

    def next_due(self, partitions: Any) -> datetime | None:
        return None

    async def claim(
        self, connection: Any, partitions: Any, now: datetime, limit: int
    ) -> list[tuple[str, Any]]:
        rows = await connection.fetch("delete from due returning subject, ring")
        return [(row["subject"], Ring(row["ring"])) for row in sorted(rows, key=lambda row: row["ring"])]

    def undone(self) -> None:
        """Nothing is remembered between claims."""


TABLES = (
    FIRST_TABLES
    + ANSWERS_SCHEMA
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
        self._asked = 0
        self._notes = Notes()
        self.memory = MemoryStore(Count, (self._notes,), (self._notes,))
        self._answers: Answers = MemoryAnswers()

    def store(self) -> Store:
        """The store of one more instance."""
        return self.memory

    async def start(
        self, instance: str = "one", store: Store | None = None, publisher: Publisher | None = None
    ) -> Listener:
        """One more instance, which takes every partition over."""
        own = store or self.store()
        listener = Listener(self.service, own, publisher or Publisher(own, Quiet()), FixedClock(), instance)
        await listener.take_over(range(PARTITIONS))
        return listener

    def answers(self) -> Answers:
        """The kept answers, which all desks share."""
        return self._answers

    def desk(
        self, store: Store | None = None, publisher: Publisher | None = None, answers: Answers | None = None
    ) -> Desk:
        """One more door for people."""
        own = store or self.store()
        return Desk(
            self.service, own, publisher or Publisher(own, Quiet()), FixedClock(), answers or self.answers()
        )

    async def ask(
        self, desk: Desk, *inputs: Input, key: IdempotencyKey | None = None, cause: str = ""
    ) -> "asyncio.Task[bytes]":
        """A person's request, on the desk once this returns; answered after `desk.commit()`."""
        self._asked += 1
        asking = asyncio.create_task(desk.submit(inputs, cause or f"request {self._asked}", encoded, key))
        await asyncio.sleep(0)
        return asking

    async def hand_in(self, listener: Listener, *inputs: Input) -> "asyncio.Task[list[object]]":
        """Answers of a sender, waiting for the next batch once this returns."""
        self._asked += 1
        named = [(subject, given, f"answer {self._asked}/{n}") for n, (subject, given) in enumerate(inputs)]
        handing = asyncio.create_task(listener.submit_many(named))
        await asyncio.sleep(0)
        return handing

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

    async def events(self) -> list[Event]:
        """What lies in the outbox."""
        return [
            decode(ASSIGNMENTS, record.key, record.value, record.headers)
            for blob in await self.blobs()
            for _, _, record in unpack(blob)
        ]

    async def said(self) -> list[tuple[str, int, str]]:
        """The same as subject, number and words, in order of subject and number."""
        return sorted(
            (event.subject, event.seq, event.fact.reason)  # type: ignore[attr-defined]
            for event in await self.events()
        )

    async def outbox(self) -> set[str]:
        """The ids of the blobs that are still to be deleted."""
        return set(self.memory.outbox)

    async def lock_is_awaited(self) -> bool:
        return False


class RealWorld(World):
    """The same on PostgreSQL: each instance has a store and a connection of its own."""

    def __init__(self, pool: Any, parked_limit: int = 100) -> None:
        super().__init__(parked_limit)
        self._pool = pool
        self._packing = Packing(Count)
        self._answers = PostgresAnswers()

    def store(self, kind: type[PostgresStore] = PostgresStore) -> Store:
        notes = PostgresNotes()
        return kind(self._pool, Count, self.service.initial, (), (notes,), (notes,))

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

    async def outbox(self) -> set[str]:
        return {row["id"] for row in await self._pool.fetch("select id from outbox")}

    async def lock_is_awaited(self) -> bool:
        return bool(await self._pool.fetchval("select exists (select from pg_locks where not granted)"))
