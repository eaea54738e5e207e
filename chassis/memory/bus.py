"""The memory bus: all services in one process, never kinder than Kafka.

Order holds only within a partition of a topic. Everything else is drawn from a seed: which topic is
read first, how many records a poll holds, whether a blob is published late or twice, whether an
instance dies after its commit and before its publishing, or is replaced by another.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

from chassis.clock import CityTime
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.store import MemoryStore
from chassis.outbox import unpack
from chassis.service import Incoming, Service
from contracts.codec import Addressed, Event, Record, decode
from contracts.identity import PARTITIONS
from contracts.topics import BY_NAME, TOPICS


class Log:
    """What Kafka keeps: per topic and partition the records in order of their offsets."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, int], list[Record]] = {
            (topic.name, partition): [] for topic in TOPICS for partition in range(PARTITIONS)
        }

    def append(self, records: Sequence[Addressed]) -> None:
        """Add records at the end of their partitions."""
        for topic, partition, record in records:
            self.records[(topic, partition)].append(record)

    def events(self, topic: str) -> list[Event]:
        """All readable events of a topic, partition by partition, repeats included."""
        found = []
        for partition in range(PARTITIONS):
            for record in self.records[(topic, partition)]:
                found.append(decode(BY_NAME[topic], record.key, record.value, record.headers))
        return found


class Quiet:
    """The bus a publisher of the memory bus talks to: nothing passes here, `MemoryBus` reads the outbox itself."""

    async def put(self, records: Sequence[Addressed]) -> None:
        """Never reached: no publisher loop runs on the memory bus."""
        raise AssertionError("the memory bus publishes from the outbox table")


class Member:
    """A service on the bus: its store, its live instance, and how it is made anew."""

    def __init__(self, service: Service[Any, Any], store: MemoryStore, clock: CityTime) -> None:
        self.service = service
        self.store = store
        self._clock = clock
        self._instances = 0
        self.listener = self._instance()

    def _instance(self) -> Listener:
        self._instances += 1
        publisher = Publisher(self.store, Quiet())
        return Listener(
            self.service,
            self.store,
            publisher,
            self._clock,
            f"{self.service.name}-{self._instances}",
            tick=0.0,
        )

    async def replace(self) -> Listener:
        """Another instance takes over; returns the old one, which does not know it yet."""
        old, self.listener = self.listener, self._instance()
        await self.listener.take_over(range(PARTITIONS))
        return old


class MemoryBus:
    """Runs services over one log, in an order drawn from `seed`.

    `settle()` runs until nothing is left to publish, to hear or due now. `unkind=False` leaves out
    repeats, replacements and late publishing, for measurements.
    """

    def __init__(self, seed: int, clock: CityTime, *, unkind: bool = True) -> None:
        self.log = Log()
        self.members: dict[str, Member] = {}
        self._random = Random(seed)
        self._clock = clock
        self._unkind = unkind
        self._outboxes: list[MemoryStore] = []

    async def join(self, service: Service[Any, Any], store: MemoryStore) -> Member:
        """Add a service; it owns all partitions."""
        member = Member(service, store, self._clock)
        await member.listener.take_over(range(PARTITIONS))
        self.members[service.name] = member
        self.publish_for(store)
        return member

    def publish_for(self, store: MemoryStore) -> None:
        """Publish this store's outbox, too (a member's is published already)."""
        if store not in self._outboxes:
            self._outboxes.append(store)

    async def settle(self, steps: int = 100_000) -> None:
        """Let everything happen that can happen now, in a random order."""
        for _ in range(steps):
            actions = self._publishable() + self._readable() + self._due()
            if not actions:
                return
            kind, what = self._random.choice(actions)
            if kind == "publish":
                self._publish(what)
            elif kind == "read":
                await self._read(what)
            else:
                await self._tick(what)
        raise AssertionError(f"the bus did not settle within {steps} steps")

    async def replace(self, name: str) -> Listener:
        """A new instance of a service takes over; returns the old one."""
        return await self.members[name].replace()

    # -- inside -------------------------------------------------------------------------------

    def _publishable(self) -> list[tuple[str, Any]]:
        return [("publish", store) for store in self._outboxes if store.outbox]

    def _readable(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        for member in self.members.values():
            ends = self.log.records
            behind = any(
                len(ends[(topic, partition)]) > offset
                for partition, topics in member.listener.positions.items()
                for topic, offset in topics.items()
            )
            if behind and not member.listener.halted:
                found.append(("read", member))
        return found

    def _due(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        for member in self.members.values():
            for door in member.store.doors:
                owned = {p: view.amendments for p, view in member.listener.cities.items()}
                if door.any_due(owned, self._clock.now()):
                    found.append(("tick", member))
                    break
            else:
                if any(row.mark for row in member.store.waiting.values()):
                    found.append(("tick", member))
        return found

    def _publish(self, store: MemoryStore) -> None:
        blob_id = self._random.choice(sorted(store.outbox)) if self._unkind else min(store.outbox)
        _, blob = store.outbox[blob_id]
        self.log.append(unpack(blob))
        if self._unkind and self._random.random() < 0.1:
            return  # the acknowledgement is lost: it will be published once more
        del store.outbox[blob_id]

    async def _read(self, member: Member) -> None:
        if self._unkind and self._random.random() < 0.02:
            await member.replace()
        await member.listener.hear(self._poll(member.listener))

    async def _tick(self, member: Member) -> None:
        member.listener.let_time_pass()
        await member.listener.hear(())

    def _poll(self, listener: Listener) -> list[Incoming]:
        places = [
            (topic, partition, offset)
            for partition, topics in listener.positions.items()
            for topic, offset in topics.items()
            if len(self.log.records[(topic, partition)]) > offset
        ]
        self._random.shuffle(places)
        some = places[: self._random.randint(1, len(places))] if self._unkind else places
        poll: list[Incoming] = []
        for topic, partition, offset in some:
            records = self.log.records[(topic, partition)]
            count = self._random.randint(1, len(records) - offset) if self._unkind else len(records) - offset
            start = max(0, offset - 1) if self._unkind and self._random.random() < 0.1 else offset
            for n, record in enumerate(records[start : offset + count], start):
                poll.append(Incoming(topic, partition, n, record.key, record.value, record.headers))
        return poll
