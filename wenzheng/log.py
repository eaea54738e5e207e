"""Reads the log from its beginning to its end as it is now; whoever reads it here writes nothing."""

from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from contracts.topics import Topic


async def records(
    consumer: AIOKafkaConsumer, topics: Sequence[Topic], partition: int
) -> AsyncIterator[ConsumerRecord]:
    """Every record of one partition number, in order within each topic, up to the ends found at the start."""
    assigned = [TopicPartition(topic.name, partition) for topic in topics]
    consumer.assign(assigned)
    until = await consumer.end_offsets(assigned)
    await consumer.seek_to_beginning(*assigned)
    left = {one for one in assigned if until[one] > 0}
    while left:
        for one, found in (await consumer.getmany(*left, timeout_ms=1000, max_records=5000)).items():
            for record in found:
                if record.offset < until[one]:
                    yield record
            if found and found[-1].offset >= until[one] - 1:
                left.discard(one)
