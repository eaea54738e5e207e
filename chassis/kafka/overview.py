"""For what must see every subject at once: all partitions of some topics in one process, and one process that speaks.

A listener owns partitions and sees only their subjects. An overview reads all of them, from the newest
records back as far as it needs, into memory; it joins no group and keeps no position, since what it
makes of the log is rebuilt from the log at every start. Every instance sees; one of them speaks: the
one that holds an advisory lock of PostgreSQL, over whose own connection it also writes. A lock lives
and dies with its connection, so two instances can never speak at once, and a frozen one is let go by
the server.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contracts.codec import Event, Unreadable, decode
from contracts.topics import BY_NAME, Topic

_log = structlog.get_logger()

CHUNK: Final = 20
"""Events seen before others of the process get their turn."""
REST: Final = 0.1
"""Seconds between two polls, so that one brings what several people wrote."""

See = Callable[[Sequence[Event]], None]


class Overview:
    """All partitions of some topics, from the newest `backlog` records of each partition on."""

    def __init__(self, topics: Sequence[Topic], kafka: str, see: See, backlog: int) -> None:
        self._topics = tuple(topics)
        self._kafka = kafka
        self._see = see
        self._backlog = backlog
        self.caught_up = asyncio.Event()
        """Set once everything that was on the log at the start has been seen."""
        self.lag = 0
        """Records on the bus and not yet seen."""
        self.seen = 0
        self.unreadable = 0
        """Records skipped: every listener parks them, here nobody waits for them."""

    async def run(self) -> None:
        """See what comes, for the life of the process; a broker that is away is waited for."""
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._kafka,
                enable_auto_commit=False,
                fetch_max_wait_ms=500,
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
            polled = await consumer.getmany(timeout_ms=500, max_records=500)
            for place, records in polled.items():
                await self._take(place.topic, records)
                at[place] = records[-1].offset + 1
            self.lag = sum(max(0, (consumer.highwater(place) or ends[place]) - at[place]) for place in places)
            if not self.caught_up.is_set() and all(at[place] >= ends[place] for place in places):
                self.caught_up.set()
            if self.caught_up.is_set():
                await asyncio.sleep(REST)

    async def _take(self, topic: str, records: Sequence[Any]) -> None:
        for begin in range(0, len(records), CHUNK):
            events = []
            for record in records[begin : begin + CHUNK]:
                try:
                    events.append(decode(BY_NAME[topic], record.key, record.value, record.headers))
                except Unreadable:
                    self.unreadable += 1
            self._see(events)
            self.seen += len(events)
            await asyncio.sleep(0)
