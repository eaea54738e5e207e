"""A broker that is never kinder than Kafka, and its consumer group: in memory, for all processes at once.

Order holds within one partition only. A set of batches may arrive in part, its acknowledgement may be lost, so that
it is published again; a member that is silent for longer than the session is replaced, and does not know it.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from aiokafka.errors import KafkaConnectionError

from chassis.engine.listener import Listener
from chassis.kafka.faust_seam import SESSION_TIMEOUT
from chassis.memory.bus import Log
from chassis.service import Incoming
from contracts.codec import Addressed
from contracts.identity import PARTITIONS
from tests.simulation.loop import Process, VirtualLoop, outside, wake

HEARTBEAT = 2.0
REBALANCE_TIMEOUT = 15.0
POLL = 500
"""Records of one fetch at most."""


class Broker:
    """The log, whether it can be reached, and the groups."""

    def __init__(self, loop: VirtualLoop, random: Random) -> None:
        self.loop, self.random = loop, random
        self.log = Log()
        self.times: dict[tuple[str, int], list[float]] = {place: [] for place in self.log.records}
        """When each record was appended."""
        self.hits: Counter[str] = Counter()
        """What went wrong on the way, and in the groups."""
        self.away = False
        self.unkind = 0.0
        """Share of sets of batches of which a part is lost on the way, or the acknowledgement."""
        self.slow = 1.0
        self.groups: dict[str, Group] = {}
        self._fetching: list[tuple[frozenset[str], asyncio.Future[None]]] = []
        """Who waits for records, and of which topics."""

    async def journey(self) -> None:
        """To the broker. Raises as the client does when it cannot be reached."""
        seconds = 0.001 if self.random.random() < 0.9 else self.random.uniform(0.002, 0.1)
        await self.loop.pause(seconds * self.slow)
        if self.away:
            self.hits["the broker is away"] += 1
            await self.loop.pause(1.0)
            raise KafkaConnectionError("the broker is away")

    def append(self, records: Sequence[Addressed]) -> None:
        """At the end of their partitions; whoever waits for records looks again."""
        self.log.append(records)
        for topic, partition, _ in records:
            self.times[(topic, partition)].append(self.loop.time())
        grown = {topic for topic, _, _ in records}
        waiting, self._fetching = self._fetching, []
        for topics, future in waiting:
            if topics.isdisjoint(grown):
                self._fetching.append((topics, future))
            else:
                wake(future)

    async def grown(self, topics: frozenset[str]) -> None:
        """Until something was appended to one of the topics, two seconds at most."""
        future = self.loop.create_future()
        self._fetching = [one for one in self._fetching if not one[1].done()]
        self._fetching.append((topics, future))
        late = self.loop.call_later(2.0, wake, future)
        try:
            await future
        finally:
            late.cancel()


class SimulatedBus:
    """The producer of one process."""

    def __init__(self, broker: Broker, process: Process) -> None:
        self._broker, self._process = broker, process

    async def put(self, records: Sequence[Addressed]) -> None:
        """A batch for each partition, in any order of partitions."""
        broker, batches = self._broker, dict[tuple[str, int], list[Addressed]]()
        await broker.journey()
        for addressed in records:
            batches.setdefault((addressed[0], addressed[1]), []).append(addressed)
        places = list(batches)
        broker.random.shuffle(places)
        spoiled = broker.random.random() < broker.unkind
        arrive = broker.random.randint(0, len(places)) if spoiled else len(places)
        for place in places[:arrive]:
            if not self._process.alive:
                return
            broker.append(batches[place])
            if broker.random.random() < 0.2:
                await broker.journey()
        if spoiled:
            lost = "batches lost" if arrive < len(places) else "acknowledgement lost"
            broker.hits[lost] += 1
            raise KafkaConnectionError("the acknowledgement was lost")


class Group:
    """A consumer group as its coordinator sees it: Range gives a member the same partition number of every topic."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.generation = 0
        self.members: dict[str, float] = {}
        """Member to when it was last heard of."""
        self._joining: dict[str, asyncio.Future[tuple[int, list[int]]]] = {}
        self._until: float | None = None
        """Until when a rebalance waits for members; None when there is none."""
        self._look()

    def _look(self) -> None:
        """Once a second: who has been silent for too long is out."""
        now = self._broker.loop.time()
        if self._broker.away:
            # Whoever takes over from it counts anew.
            self.members = dict.fromkeys(self.members, now)
        for member, heard in list(self.members.items()):
            late = self._until is not None and now > self._until
            if member not in self._joining and (now - heard > SESSION_TIMEOUT or late):
                self._broker.hits["member out for its silence"] += 1
                self.leave(member)
        self._complete()
        self._broker.loop.call_later(1.0, self._look, context=outside())

    def leave(self, member: str) -> None:
        """It is gone, or said so: the others share what it had."""
        self.members.pop(member, None)
        self.rebalance()

    def rebalance(self) -> None:
        """Everybody must join again."""
        if self._until is None:
            self._until = self._broker.loop.time() + REBALANCE_TIMEOUT

    async def join(self, member: str) -> tuple[int, list[int]]:
        """Waits for the others; returns generation and partitions."""
        await self._broker.journey()
        future: asyncio.Future[tuple[int, list[int]]] = self._broker.loop.create_future()
        self.members[member] = self._broker.loop.time()
        self._joining[member] = future
        self.rebalance()
        try:
            self._complete()
            return await future
        finally:
            if self._joining.get(member) is future:
                del self._joining[member]

    async def heartbeat(self, member: str, generation: int) -> bool:
        """Whether the member is still one; False: join again."""
        await self._broker.journey()
        if member not in self.members:
            return False
        self.members[member] = self._broker.loop.time()
        return generation == self.generation and self._until is None

    def _complete(self) -> None:
        if self._until is None or not self.members or self.members.keys() - self._joining.keys():
            return
        self._until = None
        self.generation += 1
        members = sorted(self.members)
        now = self._broker.loop.time()
        for n, member in enumerate(members):
            first, last = n * PARTITIONS // len(members), (n + 1) * PARTITIONS // len(members)
            future = self._joining.pop(member)
            self.members[member] = now
            if not future.done():
                future.set_result((self.generation, list(range(first, last))))


class Member:
    """What the seam to Faust does for one listener: joins, seeks to the positions, fetches while there is time."""

    def __init__(self, broker: Broker, listener: Listener, gap: float) -> None:
        self._broker, self.listener = broker, listener
        self._group = broker.groups.setdefault(listener.service.name, Group(broker))
        self._gap = gap
        """Share of fetches that begin one record too early: what a client does after a lost answer."""
        self._places: dict[tuple[str, int], int] = {}
        self._topics = frozenset(topic.name for topic in listener.service.hears)

    async def membership(self) -> None:
        """For the life of the process: join, own, beat; begin anew when the group has changed."""
        member = self.listener.instance
        while True:
            try:
                generation, partitions = await self._group.join(member)
            except KafkaConnectionError:
                continue
            self._places = await self.listener.take_over(partitions)
            while await self._beats(member, generation):
                pass
            self._places = {}
            await self.listener.let_go()

    async def _beats(self, member: str, generation: int) -> bool:
        await asyncio.sleep(HEARTBEAT)
        try:
            return await self._group.heartbeat(member, generation)
        except KafkaConnectionError:
            return True

    async def fetching(self) -> None:
        """For the life of the process: one poll after the other, paced by the engine."""
        listener = self.listener
        while True:
            rest, listener.rest = listener.rest, 0.0
            await asyncio.sleep(rest)
            poll = [] if self._broker.away else self._poll()
            if poll:
                await listener.hear(poll)
            else:
                await self._broker.grown(self._topics)

    def stop(self) -> None:
        """A clean end is said to the group."""
        self._group.leave(self.listener.instance)

    def _poll(self) -> list[Incoming]:
        random, log = self._broker.random, self._broker.log.records
        behind = [place for place, offset in self._places.items() if len(log[place]) > offset]
        random.shuffle(behind)
        poll: list[Incoming] = []
        for place in behind[: random.randint(1, len(behind))] if behind else ():
            records, offset = log[place], self._places[place]
            end = len(records) if random.random() < 0.7 else random.randint(offset + 1, len(records))
            start = offset - 1 if offset and random.random() < self._gap else offset
            self._broker.hits["record heard again"] += start < offset
            self._places[place] = end = min(end, offset + POLL)
            poll += [_incoming(place, n, records[n]) for n in range(start, end)]
        return poll


def _incoming(place: tuple[str, int], offset: int, record: Any) -> Incoming:
    return Incoming(place[0], place[1], offset, record.key, record.value, record.headers)
