"""While the engine is busy or rests, the real client fetches nothing: what lies in memory is bounded, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import faust
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from faust.types import TP

from chassis.engine.listener import POLL_LIMIT, Listener
from chassis.engine.publisher import Publisher
from chassis.kafka.faust_seam import application
from chassis.kafka.producer import KafkaBus
from chassis.memory.bus import Quiet
from chassis.service import Incoming
from contracts.codec import Addressed, Record
from contracts.identity import partition_of
from contracts.topics import POSTS
from tests.chassis.counting import POST, FixedClock, World
from tests.patience import PATIENCE
from tests.stack import Stack
from wenzheng.stack import access

pytestmark = pytest.mark.real

TOPIC = replace(POSTS, name="fetched-in-a-test")
PARTITION = partition_of(POST)
WAVE = 500
"""Records written at once."""


class Holding(Listener):
    """A listener that keeps a poll in hand for as long as it is told to."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.polls: list[int] = []
        self.free = asyncio.Event()
        self.busy = asyncio.Event()

    async def hear(self, poll: Sequence[Incoming]) -> None:
        if poll:
            self.polls.append(len(poll))
            self.busy.set()
            await self.free.wait()
        await super().hear(poll)


@asynccontextmanager
async def running(app: faust.App) -> AsyncIterator[None]:
    """The application of one listener, without a worker around it."""
    starting = asyncio.create_task(app.start())
    try:
        yield
    finally:
        await app.stop()
        await asyncio.gather(starting, return_exceptions=True)


async def test_nothing_is_fetched_while_a_poll_is_in_hand(stack: Stack) -> None:
    broker, world, ended = stack.bus(access.ADMIN), World(), list[BaseException]()
    admin = AIOKafkaAdminClient(**broker.options)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC.name, TOPIC.partitions, 1)])
    bus = KafkaBus(broker, "a test")
    world.service = replace(world.service, name="fetched", hears=(TOPIC,))
    store = world.store()
    listener = Holding(world.service, store, Publisher(store, Quiet()), FixedClock(), "one")
    app = application(listener, broker, ended.append)
    app.conf.web_enabled = False

    await bus.put(wave(world, 0))

    async with asyncio.timeout(PATIENCE), running(app):
        await listener.busy.wait()
        for n in range(1, 7):
            await bus.put(wave(world, n))
        known = app.consumer.highwater(TP(TOPIC.name, PARTITION))
        listener.free.set()
        while listener.positions[PARTITION][TOPIC.name] < 7 * WAVE:
            await asyncio.sleep(0.02)
    await bus.close()
    await admin.delete_topics([TOPIC.name])
    await admin.close()

    assert not ended
    assert known == WAVE, "of what came meanwhile the client has heard nothing"
    assert listener.polls[0] == WAVE
    assert max(listener.polls) <= POLL_LIMIT
    assert await world.heard() == tuple(str(seq) for seq in range(1, 7 * WAVE + 1))


def wave(world: World, n: int) -> list[Addressed]:
    """Records of one post, one after the other."""
    found = (world.support(seq) for seq in range(n * WAVE + 1, (n + 1) * WAVE + 1))
    return [
        (TOPIC.name, PARTITION, Record(one.key or b"", one.value or b"", tuple(one.headers))) for one in found
    ]
