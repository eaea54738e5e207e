"""The bus as Kafka: one idempotent producer that sends whole batches."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.kafka.broker import Broker
from contracts.codec import Addressed, Headers, time_of
from contracts.topics import TOPICS

_log = structlog.get_logger()
_DAY_ONLY: Final = {topic.name for topic in TOPICS if topic.day_only}


class KafkaBus:
    """Kafka through one idempotent producer, `acks=all`, whole batches per partition.

    Starts without a broker in sight: the producer is made at the first record, and again after an
    error that an idempotent producer cannot recover from.
    """

    def __init__(self, broker: Broker, client_id: str, patience: float = 30.0) -> None:
        self._broker = broker
        self._client_id = client_id
        self._patience = patience
        self._producer: AIOKafkaProducer | None = None

    async def put(self, records: Sequence[Addressed]) -> None:
        """Raises KafkaError or TimeoutError when not all records are acknowledged in time."""
        producer = await self._ready()
        try:
            async with asyncio.timeout(self._patience):
                await self._send(producer, records)
        except (KafkaError, TimeoutError):
            await self.close()
            raise

    async def close(self) -> None:
        """Let the producer go; what it had not sent stays in the outbox."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(3):
                    await producer.stop()
            except (KafkaError, TimeoutError) as problem:
                _log.warning("producer did not stop cleanly", reason=str(problem))

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._broker.options,
                client_id=self._client_id,
                enable_idempotence=True,
                acks="all",
                linger_ms=0,
                max_batch_size=524_288,
                request_timeout_ms=20_000,
                retry_backoff_ms=100,
            )
            try:
                async with asyncio.timeout(10):
                    await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Addressed]) -> None:
        per_partition: dict[tuple[str, int], list[Addressed]] = {}
        for addressed in records:
            per_partition.setdefault((addressed[0], addressed[1]), []).append(addressed)
        waiting = []
        for (topic, partition), addressed_records in per_partition.items():
            builder, day_only = producer.create_batch(), topic in _DAY_ONLY
            for _, _, record in addressed_records:
                arguments = {
                    "timestamp": of_its_day(record.headers, time.time()) if day_only else None,
                    "key": record.key,
                    "value": record.value,
                    "headers": list(record.headers),
                }
                if builder.append(**arguments) is None:
                    waiting.append(await producer.send_batch(builder, topic, partition=partition))
                    builder = producer.create_batch()
                    if builder.append(**arguments) is None:
                        raise ValueError(f"a record of {len(record.value)} bytes is too large for one batch")
            waiting.append(await producer.send_batch(builder, topic, partition=partition))
        for sent in waiting:
            await sent


def of_its_day(headers: Headers, now: float) -> int:
    """The timestamp of a record whose fact names its day alone: that day's beginning, in milliseconds.

    `now`: real time in seconds. No timestamp is later, for a broker refuses a record from its future.
    """
    at = time_of(headers)
    return int(min(now, at.timestamp() if at is not None else 0.0) * 1000)
