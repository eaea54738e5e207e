"""What the audit looks at: all tables in one REPEATABLE READ snapshot, and the log a part at a time."""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zlib import crc32

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from chassis.clock import clock_of
from chassis.engine.city import CityView
from chassis.outbox import unpack
from chassis.store import Packing, Remembered
from city.profile import Profile
from contracts.codec import Event, Unreadable, decode, placed
from contracts.facts import Fact
from contracts.identity import PARTITIONS, is_city_subject, partition_of
from contracts.topics import BY_NAME, CITY, TOPICS
from services.deadline.core.case import Case as DeadlineCase
from services.debate.core.states import Kept as DebateKept
from services.intake.core.case import Case as IntakeCase
from services.notifier.core.case import Case as NotifierCase
from services.router.core.assigning.routing import Routing, UnknownModel
from services.router.core.case import Case as RouterCase
from services.router.core.learning.model import Model
from services.stats.core.case import Case as StatsCase
from services.survey.core.states import Kept as SurveyKept
from wenzheng.log import ends, reading, records
from wenzheng.stack import kafka
from wenzheng.stack.home import SERVICES, Home
from wenzheng.stack.status import database

STATES: Final[dict[str, type[Any]]] = {
    "intake": IntakeCase,
    "router": RouterCase,
    "deadline": DeadlineCase,
    "notifier": NotifierCase,
    "stats": StatsCase,
    "survey": SurveyKept,  # type: ignore[dict-item]  # three kinds of subjects
    "debate": DebateKept,  # type: ignore[dict-item]  # five kinds of subjects
}
"""Service to what it remembers of a subject."""
CASES_ONLY: Final = {"router": " and topic_grown_at is null"}
"""Router keeps hot topics beside its cases; what was said of them is no case's."""

RECORDS_AT_ONCE: Final = 200_000
"""Records of one partition number held in memory at a time; longer partitions are read in buckets."""

Place = tuple[str, int, int]
"""Topic, partition, offset."""


@dataclass
class Logged:
    """A record as the audit keeps it."""

    offset: int
    at: float
    """Real second at which the broker appended it."""
    event: Event | None
    reason: str
    subject: str
    """Empty where the record does not say it, or lies where its subject does not belong."""
    seq: int
    """0 where it has no subject."""
    raw: ConsumerRecord


@dataclass
class Part:
    """The subjects of one partition number, or of one bucket of them: their records and their states."""

    partition: int
    log: dict[str, list[Logged]]
    """Topic to its records, in order of their offsets, up to the log's end when they were read."""
    city: CityView
    """The city as this partition's facts leave it."""
    states: dict[str, dict[str, Remembered]] = field(default_factory=dict)
    """Service to subject to what it remembers; city subjects are left out."""


class Snapshot:
    """Positions, outboxes and waiting rooms of all services at one moment; parts on request."""

    def __init__(
        self,
        home: Home,
        connection: asyncpg.Connection,
        consumer: AIOKafkaConsumer,
        ends: dict[tuple[str, int], int],
    ) -> None:
        self.home = home
        self.state = home.read_state()
        self.profile = Profile.load(self.state["city"])
        self.connection = connection
        self.consumer = consumer
        self.ends = ends
        """(topic, partition) to the log's end before the snapshot was taken."""
        self.positions: dict[str, dict[int, dict[str, int]]] = {}
        self.outboxes: dict[str, dict[tuple[str, str], dict[int, Fact]]] = {}
        """Service to (topic, subject) to what is committed and perhaps not yet published, by number."""
        self.parked: dict[str, Counter[Place]] = {}
        self.unparked: dict[str, Counter[Place]] = {}
        self.dropped: dict[str, set[tuple[str, str, int]]] = {}
        """Service to (topic, subject, number) of what an operator let go: its number counts as handled."""
        self.models: dict[str, Model] = {}
        self.routings: dict[tuple[str, str], Routing] = {}
        """Rule and model version to what decides with them; grows with the parts read."""
        self._packing = {service: Packing(state) for service, state in STATES.items()}
        self._clock = clock_of(home.clock if home.clock.exists() else None, self.profile.zone)

    @classmethod
    @asynccontextmanager
    async def of(cls, home: Home) -> "AsyncIterator[Snapshot]":
        """The snapshot of a stack that runs: its transaction and its consumer last as long as the block."""
        state = home.read_state()
        bus = kafka.of_state(home, state)
        connection = await asyncpg.connect(database(home, state))
        try:
            async with reading(bus) as consumer:
                before = await ends(consumer)
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    snapshot = cls(home, connection, consumer, before)
                    await snapshot._read()
                    yield snapshot
        finally:
            await connection.close()

    @property
    def now(self) -> datetime:
        """City time."""
        return self._clock.now()

    async def _read(self) -> None:
        """The tables that are small, first inside the transaction."""
        for row in await self.connection.fetch("select checksum, data from router.model"):
            self.models[row["checksum"]] = Model.load(row["data"])
        for service in SERVICES:
            rows = await self.connection.fetch(f"select partition, offsets::text from {service}.position")
            self.positions[service] = {row["partition"]: json.loads(row["offsets"]) for row in rows}
            said: dict[tuple[str, str], dict[int, Fact]] = defaultdict(dict)
            async for row in self.connection.cursor(f"select blob from {service}.outbox"):
                for topic, _, record in unpack(row["blob"]):
                    event = decode(BY_NAME[topic], record.key, record.value, record.headers)
                    said[(topic, event.subject)][event.seq] = event.fact
            self.outboxes[service] = said
            columns = 'topic, partition, "offset"'
            self.parked[service] = await self._places(
                f"select {columns} from {service}.waiting where parked and reason <> ''"
            )
            self.unparked[service] = await self._places(f"select {columns} from {service}.unparked")
            self.dropped[service] = {
                (row["topic"], row["subject"], row["seq"])
                for row in await self.connection.fetch(f"select topic, subject, seq from {service}.unparked")
            }

    async def _places(self, query: str) -> Counter[Place]:
        return Counter(
            (row["topic"], row["partition"], row["offset"]) for row in await self.connection.fetch(query)
        )

    def buckets(self, partition: int) -> int:
        """In how many parts a partition number is read, so that memory is bounded."""
        return sum(self.ends[(topic.name, partition)] for topic in TOPICS) // RECORDS_AT_ONCE + 1

    async def part(self, partition: int, bucket: int) -> Part:
        """One part: its records up to the log's end now, and its states in the snapshot."""
        buckets = self.buckets(partition)
        log: dict[str, list[Logged]] = {topic.name: [] for topic in TOPICS}
        async for record in records(self.consumer, TOPICS, partition):
            logged = _logged(record)
            if _bucket(logged.subject, buckets) == bucket:
                log[record.topic].append(logged)
        part = Part(partition, log, self._city(log))
        for service, packing in self._packing.items():
            states = part.states[service] = {}
            async for row in self.connection.cursor(
                f"select subject, partition, held, remembered from {service}.subject "
                f"where partition = $1::smallint{CASES_ONLY.get(service, '')}",
                partition,
            ):
                subject = row["subject"]
                if not is_city_subject(subject) and _bucket(subject, buckets) == bucket:
                    states[subject] = packing.unpack(
                        subject, row["partition"], row["held"], row["remembered"]
                    )
        return part

    def city_time(self, real: float) -> datetime:
        """City time at a real second."""
        at = getattr(self._clock, "at", None)
        if at is None:
            return datetime.fromtimestamp(real, self.profile.zone)
        instant: datetime = at(real)
        return instant

    def _city(self, log: dict[str, list[Logged]]) -> CityView:
        routing, seen = Routing(self.profile, self.models), set[int]()
        self.routings.setdefault((routing.rule_version, ""), routing)
        for logged in log[CITY.name]:
            if logged.event is not None and logged.event.seq not in seen:
                seen.add(logged.event.seq)
                try:
                    routing = routing.amended(logged.event.fact)
                except UnknownModel:
                    # Router parked it; it and what comes after it wait for a person.
                    break
                self.routings.setdefault((routing.rule_version, routing.model_version), routing)
        return CityView(routing.profile, len(seen))


def numbers(part: Part, topic: str, below: int | None = None) -> dict[str, set[int]]:
    """Subject to the numbers that the log has of it in a topic, readable or not; all, or those below an offset."""
    found: dict[str, set[int]] = defaultdict(set)
    for logged in part.log[topic]:
        if logged.subject and (below is None or logged.offset < below):
            found[logged.subject].add(logged.seq)
    return found


def through(present: set[int]) -> int:
    """The last of the numbers 1, 2, 3 … that are all there."""
    last = 0
    while last + 1 in present:
        last += 1
    return last


def heard(part: Part, topics: tuple[str, ...], position: dict[str, int]) -> dict[str, list[Fact]]:
    """Subject to its facts up to the position, each once, in order of their numbers within each topic.

    The engine does the same with records it handles. The audit does it anew, so that a fault there shows here.
    """
    facts: dict[str, list[Fact]] = defaultdict(list)
    for topic in topics:
        expected: dict[str, int] = defaultdict(lambda: 1)
        waiting: dict[tuple[str, int], Fact] = {}
        for logged in part.log[topic]:
            if logged.event is None or logged.offset >= position.get(topic, 0):
                continue
            waiting[(logged.subject, logged.event.seq)] = logged.event.fact
            while (fact := waiting.pop((logged.subject, expected[logged.subject]), None)) is not None:
                facts[logged.subject].append(fact)
                expected[logged.subject] += 1
    return facts


def _bucket(subject: str, buckets: int) -> int:
    return crc32(subject.encode()) // PARTITIONS % buckets


def _logged(record: ConsumerRecord) -> Logged:
    event: Event | None = None
    reason = ""
    try:
        subject, seq = placed(record.key, record.headers)
        if partition_of(subject) != record.partition:
            raise Unreadable("subject belongs to another partition")
    except (Unreadable, ValueError) as problem:
        subject, seq, reason = "", 0, str(problem)
    if subject:
        try:
            event = decode(BY_NAME[record.topic], record.key, record.value, record.headers)
        except Unreadable as problem:
            reason = str(problem)
    return Logged(record.offset, record.timestamp / 1000, event, reason, subject, seq, record)
