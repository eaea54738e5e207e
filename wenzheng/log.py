"""Reads the log from its beginning to its end as it is now; whoever reads it here writes nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from chassis.kafka.broker import Broker
from contracts.topics import TOPICS, Topic

WAITS_MS: Final = 20
"""How long the broker holds a question for which it has nothing, in milliseconds; Kafka's own default is 500.

A consumer asks a broker one thing at a time. When the next partition is read, the question about the last one
is still held: with the default an audit of 48 nearly empty partitions waits 17 seconds and works for half a one.
"""


@asynccontextmanager
async def reading(broker: Broker) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of no group for `records`: it starts at the beginning and commits nothing."""
    consumer = AIOKafkaConsumer(
        **broker.options,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=WAITS_MS,
    )
    await consumer.start()
    try:
        # Named at once, all topics are one question to the broker; `end_offsets` names them one by one, 100 ms each.
        everything = _everything()
        consumer.assign(everything)
        consumer.pause(*everything)
        yield consumer
    finally:
        await consumer.stop()


async def ends(consumer: AIOKafkaConsumer) -> dict[tuple[str, int], int]:
    """The log's end now of every partition of every topic, by topic and partition."""
    found = await consumer.end_offsets(_everything())
    return {(one.topic, one.partition): offset for one, offset in found.items()}


def _everything() -> list[TopicPartition]:
    return [TopicPartition(topic.name, p) for topic in TOPICS for p in range(topic.partitions)]


async def records(
    consumer: AIOKafkaConsumer, topics: Sequence[Topic], partition: int
) -> AsyncIterator[ConsumerRecord]:
    """Every record of one partition number, in order within each topic, up to the ends found at the start."""
    assigned = [TopicPartition(topic.name, partition) for topic in topics]
    consumer.assign(assigned)
    until = await consumer.end_offsets(assigned)
    for one, offset in (await consumer.beginning_offsets(assigned)).items():
        # Not `seek_to_beginning`: it leaves the question to the consumer's next round, 100 ms later.
        consumer.seek(one, offset)
    left = {one for one in assigned if until[one] > 0}
    while left:
        for one, found in (await consumer.getmany(*left, timeout_ms=1000, max_records=5000)).items():
            for record in found:
                if record.offset < until[one]:
                    yield record
            if found and found[-1].offset >= until[one] - 1:
                left.discard(one)
