"""Bad records, a partition that somebody else holds, clocks that are set: nothing is killed, and things go wrong all the same."""

import asyncio
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import asyncpg
from aiokafka import AIOKafkaProducer

from chassis.clock import SegmentClock, add_segment
from contracts.identity import derived, partition_of
from contracts.topics import TOPICS
from tests.battery.scene import Scene
from wenzheng.stack import postgres
from wenzheng.stack.home import SERVICES

HELD_SECONDS: Final = 20.0
STEPS: Final = (1, -1, -1, 1)
"""Hours by which the clocks of all services are set, one after the other."""


async def poison(scene: Scene) -> None:
    """Records that nobody can read lie in every topic, each said by the topic's own writer."""
    for topic in TOPICS:
        producer = AIOKafkaProducer(**scene.stack.bus(topic.writer).options)
        await producer.start()
        try:
            for n, value in enumerate((b"{broken", b"", b"[" * 60_000, b"\xff\x00")):
                subject = derived(f"poison {scene.random.random()}", topic.name, n)
                headers = {
                    "ce_specversion": "1.0",
                    "ce_id": derived(subject, "event"),
                    "ce_type": "poison.v1",
                    "ce_source": topic.writer,
                    "ce_subject": subject,
                    "ce_seq": "1",
                }
                await producer.send_and_wait(
                    topic.name,
                    value,
                    subject.encode(),
                    partition=partition_of(subject) % topic.partitions,
                    headers=[(name, text.encode()) for name, text in headers.items()],
                )
                scene.strangers.add(subject)
                scene.done[f"bad record in {topic.name}"] += 1
        finally:
            await producer.stop()
        await asyncio.sleep(1)


async def held_head(scene: Scene) -> None:
    """A session of the superuser's holds the heads of three partitions of every service."""
    state = scene.stack.home.read_state()
    password = scene.stack.home.secret("db-postgres")
    address = urlsplit(f"postgresql://postgres:{password}@{state['superuser_address']}")
    connection = await asyncpg.connect(urlunsplit(address._replace(path=f"/{postgres.DATABASE}")))
    try:
        for partition in scene.random.sample(range(12), 3):
            async with connection.transaction():
                for service in SERVICES:
                    await connection.execute(
                        f"select 1 from {service}.position where partition = $1 for update", partition
                    )
                scene.done["head held"] += 1
                await asyncio.sleep(HELD_SECONDS / 3)
    finally:
        await connection.close()


async def clock_steps(scene: Scene) -> None:
    """The clocks of all services are set by an hour, forwards, backwards twice, and forwards again."""
    clock = scene.stack.home.clock
    for hours in STEPS:
        now = SegmentClock(clock, ZoneInfo("Asia/Shanghai"), look_every=0).now()
        add_segment(clock, now + timedelta(hours=hours), 1.0)
        scene.done[f"clocks set by {hours} h"] += 1
        await asyncio.sleep(scene.seconds / len(STEPS))
