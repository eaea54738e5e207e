"""From the outbox to the bus: right after the commit by whoever wrote it, later by anyone who sweeps."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import structlog
from aiokafka.errors import KafkaError

from chassis.clock import real_seconds
from chassis.engine.pace import Pace
from chassis.outbox import unpack
from chassis.store import Store
from contracts.codec import Addressed

_log = structlog.get_logger()


BETWEEN_SETS = Pace(times=2.0, at_most=0.02, at_least=0.01)
"""The rest between two sets of batches, so that they grow under load: each costs the broker as much as ten records."""


class Bus(Protocol):
    """Where records go; returns when the bus has all of them."""

    async def put(self, records: Sequence[Addressed]) -> None: ...


class Publisher:
    """Publishes blobs in the order they were committed, and remembers which ones the bus has.

    While the bus is away at most `in_memory` blobs wait here; the others wait in the table, and
    every instance's sweep finds them when they are older than `sweep_after` seconds.
    """

    def __init__(self, store: Store, bus: Bus, in_memory: int = 64, sweep_after: float = 5.0) -> None:
        self._store = store
        self._bus = bus
        self._limit = in_memory
        self._sweep_after = sweep_after
        self._queue: deque[tuple[str, Sequence[Addressed]]] = deque()
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self.acknowledged: list[str] = []
        self._done_at = real_seconds()
        self.failing_since: float | None = None

    def offer(self, blob_id: str, records: Sequence[Addressed]) -> None:
        """What was just committed."""
        if records and len(self._queue) < self._limit:
            self._queue.append((blob_id, records))
            self._wake.set()

    def settled(self) -> list[str]:
        """The blobs the bus has, to be deleted with the commit at hand."""
        done, self.acknowledged = self.acknowledged, []
        return done

    def unsettle(self, blobs: Sequence[str]) -> None:
        """The commit failed: they are still to be deleted."""
        self.acknowledged += blobs

    async def run(self) -> None:
        """Publish, sweep, forget; for the life of the process."""
        sweep_at = real_seconds() + self._sweep_after
        while True:
            if not self._queue:
                self._wake.clear()
                try:
                    # No task of its own, as `wait_for` makes one: this passes once for each batch.
                    async with asyncio.timeout(1.0):
                        await self._wake.wait()
                except TimeoutError:
                    if self.acknowledged:
                        await self._forget()
            await self._publish_queued()
            if real_seconds() >= sweep_at:
                await self.sweep()
                sweep_at = real_seconds() + self._sweep_after

    async def flush(self) -> None:
        """What is queued and what is on its way, now; for a clean end."""
        await self._publish_queued()
        if self.acknowledged:
            await self._forget()

    async def sweep(self) -> int:
        """Publish what somebody committed and nobody published; returns how many blobs."""
        queued = {blob_id for blob_id, _ in self._queue}
        swept = 0
        while rows := await self._store.sweep(self._sweep_after, 20):
            for blob_id, blob in rows:
                if blob_id in queued or blob_id in self.acknowledged:
                    continue
                if not await self._publish([(blob_id, unpack(blob))]):
                    return swept
                swept += 1
            await self._forget()
        return swept

    async def _publish_queued(self) -> None:
        async with self._one_at_a_time:
            while self._queue:
                # Several blobs committed meanwhile go out as one set of batches.
                together = [self._queue.popleft() for _ in range(min(len(self._queue), 16))]
                started = real_seconds()
                if not await self._publish(together):
                    return
                await asyncio.sleep(BETWEEN_SETS.rest(real_seconds() - started))

    async def _publish(self, blobs: Sequence[tuple[str, Sequence[Addressed]]]) -> bool:
        try:
            await self._bus.put([record for _, records in blobs for record in records])
        except (KafkaError, TimeoutError, OSError) as problem:
            if self.failing_since is None:
                self.failing_since = real_seconds()
                _log.warning("the bus does not take records; they wait in the outbox", reason=repr(problem))
            await asyncio.sleep(0.5)
            return False
        self.failing_since = None
        self.acknowledged += [blob_id for blob_id, _ in blobs]
        return True

    async def _forget(self) -> None:
        done = self.settled()
        if not done:
            return
        try:
            await self._store.forget(done)
        except BaseException:
            self.unsettle(done)
            raise
