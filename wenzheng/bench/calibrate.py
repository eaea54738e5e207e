"""What the bare parts do on this machine in the same call: the measure for everything else."""

import asyncio
import time
import uuid
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.kafka.broker import Broker

RECORDS = 20_000
ROWS = 20_000


async def bare_kafka(bus: Broker) -> dict[str, float]:
    """Records a second through aiokafka alone: whole batches out, polls of 500 in, 1 kB each."""
    topic = f"bench-{uuid.uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(**bus.options)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    producer = AIOKafkaProducer(**bus.options, enable_idempotence=True, acks="all")
    await producer.start()
    value = b"x" * 1000
    started = time.perf_counter()
    sent = []
    for _ in range(RECORDS // 500):
        builder = producer.create_batch()
        for _ in range(15):
            builder.append(timestamp=None, key=b"k", value=value, headers=[])
        sent.append(await producer.send_batch(builder, topic, partition=0))
    for future in sent:
        await future
    produced = (RECORDS // 500 * 15) / (time.perf_counter() - started)
    consumer = AIOKafkaConsumer(**bus.options)
    await consumer.start()
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    await consumer.seek_to_beginning(place)
    count, started = 0, time.perf_counter()
    while count < RECORDS // 500 * 15:
        for records in (await consumer.getmany(timeout_ms=1000, max_records=500)).values():
            count += len(records)
    consumed = count / (time.perf_counter() - started)
    await consumer.stop()
    await producer.stop()
    await admin.delete_topics([topic])
    await admin.close()
    return {"kafka_produce_per_s": round(produced), "kafka_consume_per_s": round(consumed)}


async def raw_unnest(dsn: str) -> dict[str, float]:
    """Rows a second of 500-row unnest inserts, one synchronous commit each."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table if not exists bench_rows (id text primary key, body bytea)")
    await connection.execute("truncate bench_rows")
    body = b"x" * 500
    started = time.perf_counter()
    for n in range(ROWS // 500):
        ids = [f"{n:06d}-{k:06d}" for k in range(500)]
        await connection.execute(
            "insert into bench_rows select * from unnest($1::text[], $2::bytea[])", ids, [body] * 500
        )
    rate = ROWS / (time.perf_counter() - started)
    await connection.execute("drop table bench_rows")
    await connection.close()
    return {"unnest_rows_per_s": round(rate)}


async def raw_asgi() -> dict[str, float]:
    """Calls a second of an ASGI application that answers a constant, in process."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Any) -> None:
        await asyncio.sleep(0)

    started = time.perf_counter()
    for _ in range(5000):
        await app({"type": "http"}, receive, send)
    return {"asgi_calls_per_s": round(5000 / (time.perf_counter() - started))}
