"""On a real broker: partitions that another member gets while they are being taken over end nothing, and nothing is lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.kafka.faust_seam import application
from chassis.kafka.producer import KafkaBus
from chassis.memory.bus import Quiet
from contracts.codec import Record
from contracts.identity import PARTITIONS, partition_of
from contracts.topics import POSTS
from tests.chassis.counting import POST, FixedClock, World
from tests.chassis.test_fetching import running
from tests.patience import PATIENCE
from tests.stack import Stack
from wenzheng.stack import access

pytestmark = pytest.mark.real

TOPIC = replace(POSTS, name="changing-hands-in-a-test")
GROUP = "changing-hands"


class Hesitant(Listener):
    """A listener that takes its time once before it takes partitions over."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.hesitates = False
        self.reached = asyncio.Event()
        self.free = asyncio.Event()

    async def take_over(self, partitions: Sequence[int]) -> dict[tuple[str, int], int]:
        if self.hesitates:
            self.hesitates = False
            self.reached.set()
            await self.free.wait()
            # What it would answer had it been asked a moment ago; it owns what it was given since.
            return {(TOPIC.name, partition): 0 for partition in partitions}
        return await super().take_over(partitions)


async def test_partitions_that_another_member_gets_while_they_are_taken_over_end_nothing(
    stack: Stack,
) -> None:
    broker, world, ended = stack.bus(access.ADMIN), World(), list[BaseException]()
    admin = AIOKafkaAdminClient(**broker.options)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC.name, TOPIC.partitions, 1)])
    world.service = replace(world.service, name=GROUP, hears=(TOPIC,))
    store, bus = world.store(), KafkaBus(broker, "a test")
    listener = Hesitant(world.service, store, Publisher(store, Quiet()), FixedClock(), "one")
    app = application(listener, broker, ended.append)
    app.conf.web_enabled = False
    other = AIOKafkaConsumer(
        TOPIC.name,
        group_id=f"wenzheng-{GROUP}",
        partition_assignment_strategy=[RangePartitionAssignor],
        enable_auto_commit=False,
        **broker.options,
    )

    async def put(seq: int) -> None:
        said = world.support(seq)
        record = Record(said.key or b"", said.value or b"", tuple(said.headers))
        await bus.put([(TOPIC.name, partition_of(POST), record)])

    async with asyncio.timeout(PATIENCE), running(app):
        await put(1)
        while await world.heard() != ("1",):
            await asyncio.sleep(0.02)
        listener.hesitates = True
        seeking = asyncio.create_task(app.consumer.seek_to_committed())
        await listener.reached.wait()
        await other.start()
        while not 0 < len(listener.positions) < PARTITIONS:
            await asyncio.sleep(0.02)
        owned = listener.partitions
        listener.free.set()
        assert await seeking == {}
        assert listener.partitions == owned, "what was taken over since is kept"
        await other.stop()
        await put(2)
        while not ended and await world.heard() != ("1", "2"):
            await asyncio.sleep(0.02)
    await bus.close()
    await admin.delete_topics([TOPIC.name])
    await admin.close()

    assert ended == []
