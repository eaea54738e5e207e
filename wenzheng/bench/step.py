"""One step of a chain: what it costs with bare clients, and what our engine makes of the same step.

A step reads 1 kB records, remembers something of each, and says one record for each, exactly once. The
bare one is the unit in which everything else is measured: machines differ, their ratio does not.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.kafka.broker import Broker
from chassis.kafka.producer import KafkaBus
from chassis.postgres.schema import FIRST_TABLES
from chassis.postgres.store import PostgresStore, connect
from chassis.service import Broadcast, Incoming, Service
from contracts.codec import Addressed, Event, encode
from contracts.decision import Context, Decision, Say
from contracts.identity import PARTITIONS, derived, partition_of
from contracts.posts import PostFollowedUp
from contracts.replies import CaseUrged
from contracts.topics import POSTS, REPLIES

RECORDS: Final = 20_000
SUBJECTS: Final = 4_000
POLL: Final = 500
_TEXT: Final = "x" * 850
"""Makes a record of about 1 kB with its headers."""


class Seen(msgspec.Struct, frozen=True):
    """What a step remembers of a subject."""

    count: int = 0


def _withdraw(state: Seen, fact: CaseUrged, context: Context[None]) -> Decision[Seen]:
    """A rule that does as little as a rule can: counts, and says one fact of 1 kB."""
    return Decision(Seen(state.count + 1), (Say(PostFollowedUp(at=fact.at, follow_up="", text=_TEXT)),))


SERVICE: Final[Service[Seen, None]] = Service(
    name="bench",
    hears=(REPLIES,),
    says=(POSTS,),
    rules={CaseUrged: _withdraw},
    state=Seen,
    initial=lambda subject: Seen(),
    city=Broadcast(None, lambda city, fact: city),
)


def records() -> list[Addressed]:
    """The records to be read: five facts about each of 4,000 subjects."""
    now = datetime.now(UTC)
    subjects = [derived("bench", "subject", n) for n in range(SUBJECTS)]
    facts = []
    for seq in range(1, RECORDS // SUBJECTS + 1):
        for subject in subjects:
            fact = CaseUrged(at=now, text=_TEXT, by="bench")
            event = Event(derived(subject, "urged", seq), REPLIES.name, subject, seq, fact, "bench")
            facts.append((REPLIES.name, partition_of(subject), encode(event)))
    return facts


async def fill(bus: Broker, topic: str, facts: Sequence[Addressed]) -> None:
    """A topic that holds the records."""
    producer = KafkaBus(bus, "bench-fill")
    for begin in range(0, len(facts), 1000):
        await producer.put(
            [(topic, partition, record) for _, partition, record in facts[begin : begin + 1000]]
        )
    await producer.close()


async def reference(bus: Broker, dsn: str, source: str, target: str) -> float:
    """CPU microseconds a record, of this process alone: the step with bare clients, one transaction a poll."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table bench_state (subject text primary key, state bytea)")
    await connection.execute(
        "create table bench_position (partition integer primary key, next_offset bigint)"
    )
    producer = AIOKafkaProducer(**bus.options, enable_idempotence=True, acks="all", linger_ms=0)
    await producer.start()
    consumer = AIOKafkaConsumer(**bus.options, max_poll_records=POLL)
    await consumer.start()
    places = [TopicPartition(source, partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    decoder, done = msgspec.json.Decoder(CaseUrged), 0
    began = time.process_time()
    while done < RECORDS:
        polled = await consumer.getmany(timeout_ms=1000, max_records=POLL)
        flat = [record for batch in polled.values() for record in batch]
        facts = [decoder.decode(record.value) for record in flat]
        states = {
            record.key.decode(): b"%d" % len(fact.text) for record, fact in zip(flat, facts, strict=True)
        }
        async with connection.transaction():
            await connection.fetch(
                "select subject, state from bench_state where subject = any($1::text[])", list(states)
            )
            await connection.execute(
                "insert into bench_state select * from unnest($1::text[], $2::bytea[])"
                " on conflict (subject) do update set state = excluded.state",
                list(states),
                list(states.values()),
            )
            await connection.execute(
                "insert into bench_position select * from unnest($1::integer[], $2::bigint[])"
                " on conflict (partition) do update set next_offset = excluded.next_offset",
                [place.partition for place in polled],
                [batch[-1].offset + 1 for batch in polled.values()],
            )
        sent = []
        for place, batch in polled.items():
            builder = producer.create_batch()
            for record in batch:
                if builder.append(timestamp=None, key=record.key, value=record.value, headers=[]) is None:
                    sent.append(await producer.send_batch(builder, target, partition=place.partition))
                    builder = producer.create_batch()
                    builder.append(timestamp=None, key=record.key, value=record.value, headers=[])
            sent.append(await producer.send_batch(builder, target, partition=place.partition))
        for future in sent:
            await future
        done += len(flat)
    spent = time.process_time() - began
    await consumer.stop()
    await producer.stop()
    await connection.close()
    return 1e6 * spent / RECORDS


class _Elsewhere:
    """A bus that says everything in another topic than the registry's, so that no service hears of it."""

    def __init__(self, bus: KafkaBus, topic: str) -> None:
        self._bus = bus
        self._topic = topic

    async def put(self, said: Sequence[Addressed]) -> None:
        """The same records, in this measurement's own topic."""
        await self._bus.put([(self._topic, partition, record) for _, partition, record in said])


class _Now:
    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)


async def engine(bus: Broker, dsn: str, schema: str, source: str, target: str) -> tuple[float, int, int]:
    """CPU microseconds a record of the same step in our engine; subjects remembered, and records said."""
    pool = await connect(dsn, schema)
    store = PostgresStore(pool, Seen, lambda subject: Seen())
    producer = KafkaBus(bus, "bench-engine")
    publisher = Publisher(store, _Elsewhere(producer, target))
    listener = Listener(SERVICE, store, publisher, _Now(), "bench")
    await listener.take_over(range(PARTITIONS))
    publishing = asyncio.create_task(publisher.run())
    consumer = AIOKafkaConsumer(**bus.options, max_poll_records=POLL)
    await consumer.start()
    places = [TopicPartition(source, partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    done = 0
    began = time.process_time()
    while done < RECORDS:
        polled = await consumer.getmany(timeout_ms=1000, max_records=POLL)
        poll = [
            Incoming(REPLIES.name, place.partition, r.offset, r.key, r.value, r.headers)
            for place, batch in polled.items()
            for r in batch
        ]
        await listener.hear(poll)
        done += len(poll)
    await publisher.flush()
    spent = time.process_time() - began
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    remembered = int(await pool.fetchval("select count(*) from subject where remembered is not null"))
    ends = await consumer.end_offsets([TopicPartition(target, partition) for partition in range(PARTITIONS)])
    await consumer.stop()
    await producer.close()
    await store.close()
    await pool.close()
    return 1e6 * spent / RECORDS, remembered, sum(ends.values())


async def measure(bus: Broker, dsn: str) -> dict[str, Any]:
    """`step_us` of the bare step and `engine_us` of ours, and their ratio; `exactly_once` counts what was said."""
    name = f"bench-{uuid.uuid4().hex[:8]}"
    topics = [f"{name}-{part}" for part in ("in", "bare", "ours")]
    schema = name.replace("-", "_")
    admin = AIOKafkaAdminClient(**bus.options)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in topics])
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create schema {schema}; set search_path to {schema}; {FIRST_TABLES}")
    own = f"{dsn}{'&' if '?' in dsn else '?'}options=-csearch_path%3D{schema}"
    try:
        await fill(bus, topics[0], records())
        bare = await reference(bus, own, topics[0], topics[1])
        ours, remembered, said = await engine(bus, dsn, schema, topics[0], topics[2])
    finally:
        await connection.execute(f"drop schema {schema} cascade")
        await connection.close()
        await admin.delete_topics(topics)
        await admin.close()
    return {
        "step_us": round(bare, 1),
        "engine_us": round(ours, 1),
        "step_ratio": round(ours / bare, 2),
        "exactly_once": remembered == SUBJECTS and said == RECORDS,
    }


if __name__ == "__main__":
    import sys

    print(json.dumps(asyncio.run(measure(Broker(sys.argv[1]), sys.argv[2]))))
