"""For what must see every subject at once: all partitions of some topics in one process, and one process that speaks.

A listener owns partitions and sees only their subjects. An overview reads all of them, from the newest
records back as far as it needs, into memory; it joins no group and keeps no position, since what it
makes of the log is rebuilt from the log at every start. Every instance sees; one of them speaks: the
one that holds an advisory lock of PostgreSQL, over whose own connection it also writes. A lock lives
and dies with its connection, so two instances can never speak at once, and a frozen one is let go by
the server.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.engine.pace import Pace
from chassis.kafka.broker import Broker
from contracts.codec import Event, Unreadable, decode
from contracts.topics import BY_NAME, Topic

_log = structlog.get_logger()

CHUNK_SECONDS: Final = 0.02
"""Events are seen for this long before others of the process get their turn: somebody may ask meanwhile."""
CATCHING_UP: Final = Pace(times=0.5, at_most=0.02)
"""The rest after each chunk while there is a backlog: a third of the time is left to those who ask."""
FOLLOWING: Final = Pace(times=3.0, at_most=1.0, at_least=0.25)
"""The rest between two polls, so that one brings what several people wrote. Nobody waits for a topic."""

See = Callable[[Sequence[Event]], None]


class Overview:
    """All partitions of some topics, from the newest `backlog` records of each partition on."""

    def __init__(self, topics: Sequence[Topic], broker: Broker, see: See, backlog: int) -> None:
        self._topics = tuple(topics)
        self._broker = broker
        self._see = see
        self._backlog = backlog
        self.caught_up = asyncio.Event()
        """Set once everything that was on the log at the start has been seen."""
        self.lag = 0
        """Records on the bus and not yet seen."""
        self.seen = 0
        self.unreadable = 0
        """Records skipped, since nobody can read them or bear them: every listener parks them, here nobody waits for them."""

    async def run(self) -> None:
        """See what comes, for the life of the process; a broker that is away is waited for."""
        while True:
            consumer = AIOKafkaConsumer(
                **self._broker.options,
                enable_auto_commit=False,
                fetch_max_wait_ms=2000,
                max_poll_records=500,
                retry_backoff_ms=200,
            )
            try:
                await consumer.start()
                await self._follow(consumer)
            except KafkaError as problem:
                _log.warning("overview waits for the bus", reason=repr(problem))
                await asyncio.sleep(1)
            finally:
                await consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        """From the backlog on; after a broken connection the same records may be seen again."""
        places = [TopicPartition(topic.name, p) for topic in self._topics for p in range(topic.partitions)]
        consumer.assign(places)
        # Nothing is asked for before it is known from where: such a question would wait two seconds for what comes.
        consumer.pause(*places)
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        at: dict[TopicPartition, int] = {}
        for place in places:
            at[place] = max(begins[place], ends[place] - self._backlog)
            consumer.seek(place, at[place])
        self.lag = sum(ends[place] - at[place] for place in places)
        if not self.lag:
            self.caught_up.set()
        while True:
            # Paused while it rests: otherwise the first record that comes would be fetched alone.
            consumer.resume(*places)
            polled = await consumer.getmany(timeout_ms=1000, max_records=500)
            consumer.pause(*places)
            started = time.monotonic()
            for place, records in polled.items():
                await self._take(place.topic, records)
                at[place] = records[-1].offset + 1
            self.lag = sum(max(0, (consumer.highwater(place) or ends[place]) - at[place]) for place in places)
            if not self.caught_up.is_set() and all(at[place] >= ends[place] for place in places):
                self.caught_up.set()
            if self.caught_up.is_set() and not self.lag:
                await asyncio.sleep(FOLLOWING.rest(time.monotonic() - started))

    async def _take(self, topic: str, records: Sequence[Any]) -> None:
        began = time.monotonic()
        for record in records:
            try:
                self._see([decode(BY_NAME[topic], record.key, record.value, record.headers)])
                self.seen += 1
            except Unreadable:
                self.unreadable += 1
            except Exception as problem:  # whoever looks is pure: it would raise again after every start
                self.unreadable += 1
                _log.error(
                    "an overview skips a record", topic=topic, offset=record.offset, reason=repr(problem)
                )
            spent = time.monotonic() - began
            if spent > CHUNK_SECONDS:
                await asyncio.sleep(CATCHING_UP.rest(spent))
                began = time.monotonic()
