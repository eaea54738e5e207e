"""Whether this database and this log belong together; asked when a listener starts.

A stored position beyond the end of the log is found when its partition is taken over (`seam.py`).
"""

import asyncio
from typing import Any, Final

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.failures import Misplaced
from chassis.kafka.broker import Broker
from chassis.service import Service
from chassis.store import Store
from contracts.codec import Unreadable, placed

_log = structlog.get_logger()

TAIL: Final = 5
"""Records looked at from the end of each partition: one of ours is among them, unless somebody else writes."""


async def check_cluster(pool: asyncpg.Pool, broker: Broker) -> None:
    """Refuse to run on another cluster's log. Raises Misplaced. Waits while no broker answers."""
    while True:
        client = AIOKafkaAdminClient(**broker.options)
        try:
            await client.start()
            cluster = str((await client.describe_cluster())["cluster_id"])
            break
        except Exception as problem:  # noqa: BLE001  whatever it is, without a broker there is nothing to do but wait
            _log.warning("waiting for the bus", reason=repr(problem))
            await asyncio.sleep(1)
        finally:
            await client.close()
    await pool.execute("insert into cluster (id) values ($1::text) on conflict do nothing", cluster)
    known = [row["id"] for row in await pool.fetch("select id from cluster")]
    if known != [cluster]:
        raise Misplaced(f"this database belongs to the log of cluster {known}, the bus is cluster {cluster}")


async def check_said(store: Store, service: Service[Any, Any], broker: Broker) -> None:
    """Refuse to run where the log holds what the database does not know to have said: it was put back from a backup.

    Facts are committed before they are published, so the log is never ahead of its writer. The log is
    looked at first: what another instance says meanwhile does no harm. Raises Misplaced. Waits while no
    broker answers.
    """
    if not service.says:
        return
    while True:
        try:
            records = await _ends(service, broker)
            break
        except (KafkaError, OSError) as problem:
            _log.warning("waiting for the bus", reason=repr(problem))
            await asyncio.sleep(1)
    newest: dict[tuple[str, str], int] = {}
    for record in records:
        try:
            subject, seq = placed(record.key, record.headers)
        except Unreadable:
            continue
        if dict(record.headers).get("ce_source") == service.name.encode():
            newest[(subject, record.topic)] = max(seq, newest.get((subject, record.topic), 0))
    if not newest:
        return
    async with store.transaction() as transaction:
        known = await transaction.load(sorted({subject for subject, _ in newest}), lock=False)
    for (subject, topic), seq in newest.items():
        said = known[subject].said.get(topic, 0) if subject in known else 0
        if seq > said:
            raise Misplaced(
                f"the log holds fact {seq} about {subject} in {topic}, but {service.name} remembers {said}: "
                "this database was put back from before that"
            )


async def _ends(service: Service[Any, Any], broker: Broker) -> list[ConsumerRecord[Any, Any]]:
    """The last records of every partition this service writes."""
    consumer = AIOKafkaConsumer(**broker.options)
    await consumer.start()
    found: list[ConsumerRecord[Any, Any]] = []
    try:
        places = [TopicPartition(topic.name, n) for topic in service.says for n in range(topic.partitions)]
        # Named at once, all topics are one question to the broker; `end_offsets` names them one by one, 100 ms each.
        # They stay assigned: a consumer that is told of others while it asks may not hear that it is to stop.
        consumer.assign(places)
        consumer.pause(*places)
        ends = await consumer.end_offsets(places)
        left = {place for place in places if ends[place]}
        for place in left:
            consumer.seek(place, max(0, ends[place] - TAIL))
        consumer.resume(*left)
        while left:
            for place, records in (await consumer.getmany(*left, timeout_ms=1000)).items():
                found += records
                if records and records[-1].offset >= ends[place] - 1:
                    left.discard(place)
        return found
    finally:
        await consumer.stop()
