"""A small city on a real stack, stopped in the middle of its life so that its tables and its log can be spoiled."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.store import Packing, Remembered
from contracts.codec import Event, decode, encode
from contracts.facts import Fact
from contracts.identity import PARTITIONS, is_city_subject, partition_of
from contracts.topics import BY_NAME, TOPICS
from tests.patience import PATIENCE
from tests.stack import Stack
from wenzheng.audit.snapshot import STATES
from wenzheng.stack import access, kafka, postgres
from wenzheng.stack.home import SERVICES, Ports

TABLES = (
    *(
        f"{service}.{table}"
        for service in SERVICES
        for table in ("subject", "position", "waiting", "unparked")
    ),
    *(
        "intake.answered",
        "deadline.timer",
        "notifier.notice",
        "notifier.digest",
        "notifier.follower",
        "notifier.spreading",
        "stats.cell",
        "stats.monthly",
    ),
)
KEPT_RUNNING = ("postgres", "kafka", "gateway")


@dataclass(frozen=True)
class Entry:
    """A record of the log, as it can be written again."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp: int
    """Milliseconds."""

    @property
    def event(self) -> Event | None:
        """What it says; None where nobody can read it."""
        if self.key is None:
            return None
        return decode(BY_NAME[self.topic], self.key, self.value, self.headers)

    def saying(self, **changes: Any) -> "Entry":
        """The same record with another fact in it."""
        event = self.event
        assert event is not None
        changed: Fact = msgspec.structs.replace(event.fact, **changes)
        encoded = encode(msgspec.structs.replace(event, fact=changed))
        return replace(self, key=encoded.key, value=encoded.value, headers=encoded.headers)

    def numbered(self, seq: int) -> "Entry":
        """The same fact under another number."""
        headers = tuple((n, str(seq).encode() if n == "ce_seq" else v) for n, v in self.headers)
        return replace(self, headers=headers)


class SpoiledCity:
    """Tables and log of a stack whose services have been stopped; whatever is spoiled can be restored."""

    def __init__(self, stack: Stack, connection: asyncpg.Connection) -> None:
        self.stack = stack
        self.home = stack.home
        self.connection = connection
        self.log: dict[str, list[Entry]] = {}
        self.states: dict[str, dict[str, Remembered]] = {}
        self._packing = {service: Packing(state) for service, state in STATES.items()}
        self._topics: set[str] = set()
        self._files: dict[Any, int] = {}

    @classmethod
    async def stopped(cls, stack: Stack) -> "SpoiledCity":
        """Stop the services of a stack, keep its database, broker and gateway; read everything."""
        state = stack.home.read_state()
        os.kill(state["pid"], signal.SIGSTOP)  # so that it starts nothing again
        kept = [part for part in state["parts"] if part["name"].split("-")[0] in KEPT_RUNNING]
        for part in state["parts"]:
            if part not in kept:
                os.kill(part["pid"], signal.SIGKILL)
        # The manager holds the door of what it starts twice, and answers nobody now: an audit would wait for its metrics.
        stack.home.write_state(state | {"parts": kept})
        superuser = postgres.superuser_dsn(stack.home, Ports(stack.base))
        connection = await asyncpg.connect(urlunsplit(urlsplit(superuser)._replace(path="/wenzheng")))
        city = cls(stack, connection)
        await city.keep()
        for service in STATES:
            rows = await connection.fetch(
                f"select subject, partition, held, remembered from {service}.subject"
            )
            city.states[service] = {
                row["subject"]: city._packing[service].unpack(*row)
                for row in rows
                if not is_city_subject(row["subject"])
            }
        for topic in TOPICS:
            city.log[topic.name] = await city._read(topic.name)
        return city

    async def keep(self) -> None:
        """Remember the tables as they are, for `restore`."""
        await self.connection.execute("drop schema if exists kept cascade; create schema kept")
        for table in TABLES:
            await self.connection.execute(f"create table kept.{table.replace('.', '_')} as table {table}")

    async def restore(self) -> None:
        """Everything as it was."""
        # One transaction: each alone would wait for the disk.
        kept = {table: f"kept.{table.replace('.', '_')}" for table in TABLES}
        await self.connection.execute(
            ";".join(
                f"delete from {table}; insert into {table} overriding system value table {source}"
                for table, source in kept.items()
            )
        )
        for topic in self._topics:
            await self._write(topic, self.log[topic])
        for path, size in self._files.items():
            os.truncate(path, size)
        self._topics, self._files = set(), {}

    async def resume(self) -> None:
        """Let the stack go on, so that it can be ended."""
        await self.connection.close()
        os.kill(self.home.read_state()["pid"], signal.SIGCONT)

    # -- tables -------------------------------------------------------------------------------

    async def execute(self, statement: str, *arguments: Any) -> None:
        """One statement that must change something."""
        done = await self.connection.execute(statement, *arguments)
        assert not done.endswith(" 0"), statement

    async def remember(self, service: str, subject: str, remembered: Remembered) -> None:
        """What a service remembers of a subject, known or not."""
        packed = self._packing[service].pack(remembered)
        await self.execute(
            f"insert into {service}.subject (subject, partition, held, remembered) values ($1, $2, 0, $3) "
            "on conflict (subject) do update set remembered = excluded.remembered",
            subject,
            partition_of(subject),
            packed,
        )

    async def change(
        self,
        service: str,
        subject: str,
        *,
        seen: str = "",
        said: str = "",
        by: int = 1,
        state_said: Any = None,
        **changes: Any,
    ) -> None:
        """Fields of a state (`state_said` is the one named `said`); and the number last heard or said, moved."""
        known = self.states[service][subject]
        if state_said is not None:
            changes["said"] = state_said
        await self.remember(
            service,
            subject,
            Remembered(
                subject,
                known.partition,
                msgspec.structs.replace(known.state, **changes),
                known.seen | ({seen: known.seen.get(seen, 0) + by} if seen else {}),
                known.said | ({said: known.said.get(said, 0) + by} if said else {}),
            ),
        )

    async def move_position(self, service: str, topic: str, partition: int, by: int) -> None:
        """How far a service has read."""
        await self.execute(
            f"update {service}.position set offsets = jsonb_set(offsets, array[$1], "
            "to_jsonb(coalesce((offsets->>$1)::bigint, 0) + $2)) where partition = $3",
            topic,
            by,
            partition,
        )

    def subject(self, service: str, fits: Callable[[Any], bool]) -> str:
        """A subject whose state fits."""
        return next(subject for subject, remembered in self.states[service].items() if fits(remembered.state))

    # -- files and log ------------------------------------------------------------------------

    def append(self, name: str, line: str) -> None:
        """A line in one of the log files."""
        path = self.home.logs / name
        self._files.setdefault(path, path.stat().st_size)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def entry(self, topic: str, kind: type[Fact], fits: Callable[[Any], bool] = lambda fact: True) -> Entry:
        """The last record of a kind."""
        return next(
            entry
            for entry in reversed(self.log[topic])
            if (event := entry.event) is not None and isinstance(event.fact, kind) and fits(event.fact)
        )

    def last_number(self, like: Entry) -> int:
        """The last number said of the same subject in the same topic."""
        events = [entry.event for entry in self.log[like.topic] if entry.key == like.key]
        return max(event.seq for event in events if event is not None)

    async def put(self, old: Entry, new: Entry) -> None:
        """Another record in the place of one."""
        assert old in self.log[old.topic]
        await self._write(old.topic, [new if entry is old else entry for entry in self.log[old.topic]])

    async def add(self, entry: Entry) -> None:
        """One more record at the end."""
        await self._write(entry.topic, [*self.log[entry.topic], entry])

    async def _read(self, topic: str) -> list[Entry]:
        consumer = AIOKafkaConsumer(**kafka.of_state(self.home, self.home.read_state()).options)
        await consumer.start()
        try:
            places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            ends, entries = await consumer.end_offsets(places), []
            while len(entries) < sum(ends.values()):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for one in records:
                        entries.append(
                            Entry(topic, one.partition, one.key, one.value, tuple(one.headers), one.timestamp)
                        )
            return entries
        finally:
            await consumer.stop()

    async def write(self, topic: str) -> None:
        """The topic as `log` has it, from now on."""
        await self._write(topic, self.log[topic])

    async def _write(self, topic: str, entries: Iterable[Entry]) -> None:
        """The topic anew, with exactly these records at the same offsets."""
        self._topics.add(topic)
        bus = kafka.of_state(self.home, self.home.read_state(), access.ADMIN)
        admin = AIOKafkaAdminClient(**bus.options)
        await admin.start()
        try:
            await admin.delete_topics([topic])
            async with asyncio.timeout(PATIENCE):
                while topic in await admin.list_topics():
                    await asyncio.sleep(0.02)
            # Of the creator's time and not the broker's, so that records keep theirs.
            configs = {"message.timestamp.type": "CreateTime"}
            new = NewTopic(topic, PARTITIONS, -1, replica_assignments={}, topic_configs=configs)
            answer = await admin.create_topics([new])
            assert [code for _, code, *_ in answer.topic_errors] == [0]
        finally:
            await admin.close()
        producer = AIOKafkaProducer(**bus.options, max_batch_size=1_000_000)
        await producer.start()
        try:
            sending = [
                await producer.send(
                    topic,
                    entry.value,
                    entry.key,
                    partition=entry.partition,
                    timestamp_ms=entry.timestamp,
                    headers=list(entry.headers),
                )
                for entry in entries
            ]
            await producer.flush()
            for sent in sending:
                await sent
        finally:
            await producer.stop()
