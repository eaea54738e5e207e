"""A store of timers, a clock moved by hand, and the instances of deadline that live on them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import asyncpg
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.outbox import unpack
from chassis.postgres.store import PostgresStore
from chassis.service import Incoming
from contracts.codec import Event, decode, encode
from contracts.facts import Fact
from contracts.identity import PARTITIONS, city_subject, derived, partition_of
from contracts.topics import BY_NAME
from services.deadline import store
from services.deadline.app import build
from tests.services.deadline.facts import PROFILE, at, published, received

LADDER = ["DeadlineSet", "CaseEscalated:remind", "DeadlineNear", "DeadlineMissed", "CaseEscalated:leader"]
WHOLE = [*LADDER, "CaseEscalated:supervisor", "CaseEscalated:bulletin"]


def post(n: int) -> str:
    return derived("post", n)


class World:
    """A store of timers, a clock moved by hand, and the instances that live on them; memory."""

    def __init__(self) -> None:
        self.clock = HandClock(at("2026-03-02T10:00"))
        self.memory = store.memory()
        self.doors: dict[str, Sequence[Any]] = {}
        """Of each instance."""
        self._offsets: Counter[tuple[str, int]] = Counter()

    def store(self) -> MemoryStore | PostgresStore:
        return self.memory

    async def start(self, name: str = "one", partitions: Sequence[int] = range(PARTITIONS)) -> Listener:
        kept = self.store()
        self.doors[name] = kept.doors
        listener = Listener(build(PROFILE), kept, Publisher(kept, Quiet()), self.clock, name)
        await listener.take_over(partitions)
        return listener

    def record(self, topic: str, fact: Fact, n: int, seq: int = 1) -> Incoming:
        subject = post(n)
        partition = partition_of(subject)
        encoded = encode(Event(derived(subject, f"{topic}{seq}"), topic, subject, seq, fact, "intake"))
        offset = self._offsets[(topic, partition)]
        self._offsets[(topic, partition)] += 1
        return Incoming(topic, partition, offset, encoded.key, encoded.value, encoded.headers)

    def post(self, n: int, when: str = "2026-03-02T10:00") -> Incoming:
        return self.record("posts", replace(received(when), number=f"SQ{n}"), n)

    def answer(self, n: int, when: str) -> Incoming:
        return self.record("replies", published(when), n)

    def city(self, fact: Fact, seq: int = 1) -> list[Incoming]:
        """A fact about the city, as intake says it: once to every partition."""
        found = []
        for partition in range(PARTITIONS):
            subject = city_subject(partition)
            encoded = encode(Event(derived(subject, seq), "city", subject, seq, fact, "intake"))
            found.append(Incoming("city", partition, seq - 1, encoded.key, encoded.value, encoded.headers))
        return found

    async def blobs(self) -> list[bytes]:
        return [blob for _, blob in self.memory.outbox.values()]

    async def timers(self) -> int:
        keeper: Any = self.memory.keepers[0]
        return len(keeper.armed)

    async def said(self) -> dict[str, list[str]]:
        """What was said about each post, in order of its numbers; a number said twice fails."""
        events: dict[str, dict[int, str]] = {}
        for blob in await self.blobs():
            for topic, _, record in unpack(blob):
                event = decode(BY_NAME[topic], record.key, record.value, record.headers)
                name = type(event.fact).__name__ + (
                    f":{level}" if (level := getattr(event.fact, "level", "")) else ""
                )
                known = events.setdefault(event.subject, {})
                assert event.seq not in known, f"{event.subject} {event.seq} said twice: {name}"
                known[event.seq] = name
        return {subject: [found[seq] for seq in sorted(found)] for subject, found in events.items()}


class RealWorld(World):
    """The same on PostgreSQL, migrated as in life; each instance has a store of its own."""

    def __init__(self, dsn: str, pool: asyncpg.Pool) -> None:
        super().__init__()
        self.dsn = dsn
        self.pool = pool

    def store(self) -> PostgresStore:
        return store.postgres(self.pool, self.clock)

    async def blobs(self) -> list[bytes]:
        return [row["blob"] for row in await self.pool.fetch("select blob from outbox")]

    async def timers(self) -> int:
        return int(await self.pool.fetchval("select count(*) from timer"))


async def pass_time(listener: Listener) -> None:
    """Let every timer ring that is due."""
    for _ in range(6):
        listener.let_time_pass()
        await listener.tick()
