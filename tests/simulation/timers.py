"""What waits for its time in the simulated city: timers, each partition's in their order, and rows that a claim deletes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from chassis.memory.store import MemoryStore
from chassis.store import NEVER, Applied, Packing
from contracts.identity import PARTITIONS
from services.deadline.core.case import Arm, Case
from services.deadline.store import MemoryStale, MemoryTimers


class Deletable(dict[Any, Any]):
    """Rows that know which of them were deleted: a claim deletes, and nobody else is to see it before its commit."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: dict[Any, Any] = {}
        """What was deleted since this was emptied."""

    def __delitem__(self, place: Any) -> None:
        self.gone[place] = self[place]
        super().__delitem__(place)

    def pop(self, place: Any, default: Any = None) -> Any:
        """As a dictionary's; what is not there is no mistake."""
        if place not in self:
            return default
        self.gone[place] = row = super().pop(place)
        return row

    def deletion(self) -> Callable[[], None]:
        """Put back what was deleted; returns what deletes it for good, where it is still the same."""
        gone, self.gone = self.gone, {}
        self.update(gone)

        def delete() -> None:
            for place, row in gone.items():
                if self.get(place) == row:
                    super(Deletable, self).pop(place)

        return delete


class Timers(MemoryTimers):
    """The twin, which finds what is next without passing all that are armed."""

    def __init__(self) -> None:
        super().__init__()
        self.armed = Deletable()
        self._queues: list[list[tuple[datetime, str, int]]] = [[] for _ in range(PARTITIONS)]
        """Of each partition what was ever armed and not found to have changed since, the next first."""

    def apply(self, applied: Sequence[Applied]) -> None:
        super().apply(applied)
        for one in applied:
            if isinstance(one.effect, Arm):
                heappush(self._queues[one.partition], (one.effect.at, one.subject, one.effect.number))

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        return min((self._next(partition) for partition in partitions), default=NEVER)

    def late(self, now: datetime) -> int:
        """In how many partitions something is due."""
        return sum(self._next(partition) <= now for partition in range(PARTITIONS))

    def _next(self, partition: int) -> datetime:
        queue = self._queues[partition]
        while queue and not self._stands(partition, queue[0]):
            heappop(queue)
        return queue[0][0] if queue else NEVER

    def _stands(self, partition: int, timer: tuple[datetime, str, int]) -> bool:
        at, subject, number = timer
        return bool(self.armed.get(subject) == (at, number, partition))

    def _due(self, partitions: Mapping[int, int], now: datetime) -> list[tuple[datetime, str, int]]:
        found: set[tuple[datetime, str, int]] = set()
        for partition in partitions:
            queue, due = self._queues[partition], set[tuple[datetime, str, int]]()
            while queue and queue[0][0] <= now:
                timer = heappop(queue)
                if self._stands(partition, timer):
                    due.add(timer)
            for timer in due:
                heappush(queue, timer)
            found |= due
        return [timer for timer in found if not self._held(timer[1])]


def deadline_memory() -> tuple[MemoryStore, Timers]:
    """What deadline remembers, as its own twin puts it together, and its timers."""
    timers, stale = Timers(), MemoryStale(Packing(Case))
    store = MemoryStore(Case, (timers,), (timers, stale))
    timers.store = stale.store = store
    return store, timers
