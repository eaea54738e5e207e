"""What waits for its time in the simulated city: timers, each partition's in their order, and rows that a claim deletes."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from chassis.clock import real_seconds
from chassis.memory.store import MemoryStore
from chassis.store import NEVER, Applied, Input, Packing
from contracts.identity import PARTITIONS
from services.deadline.core.case import Arm, Case, Redate
from services.deadline.store import SWEEP_SECONDS, MemoryStale, MemoryTimers


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


class Stale(MemoryStale):
    """The twin, which reads a case again only when it has changed, and knows in which partitions nothing was left."""

    def __init__(self) -> None:
        super().__init__(Packing(Case))
        self._clean: dict[frozenset[tuple[int, int]], float] = {}
        """Partitions with what they have learnt to when no stale case was found in them."""
        self._read: dict[str, tuple[object, int]] = {}
        """Subject to its row and the city facts by which its case was dated, where anything is waited for; of any other more than there ever are."""

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        """As PostgreSQL's: never, until more is known or half a minute has gone."""
        found = self._clean.get(frozenset(partitions.items()))
        looked = found is not None and real_seconds() - found < SWEEP_SECONDS
        return NEVER if looked or not any(partitions.values()) else None

    def claim(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        """As the twin's."""
        if self.next_due(partitions) is NEVER:
            return []
        found = [(one, Redate(partitions[p])) for one, p in self._stale(partitions)]
        if not found:
            self._clean[frozenset(partitions.items())] = real_seconds()
        return found[:limit]

    def any_stale(self, amendments: int) -> bool:
        """Whether a case is to be dated again, once each partition has learnt so much."""
        return bool(amendments and self._stale(dict.fromkeys(range(PARTITIONS), amendments)))

    def _stale(self, partitions: Mapping[int, int]) -> list[tuple[str, int]]:
        assert self.store is not None
        found = []
        for subject, row in self.store.subject.items():
            if not partitions.get(row[0]) or row[1]:
                continue
            known = self._read.get(subject)
            if known is None or known[0] is not row:
                known = self._read[subject] = row, _dated_by(self._packing.unpack(subject, *row).state)
            if known[1] < partitions[row[0]]:
                found.append((subject, row[0]))
        return found


def _dated_by(state: object) -> int:
    """City facts by which a case was dated; of what is never dated again more than there ever are."""
    found = state.dated_by if isinstance(state, Case) else None
    return sys.maxsize if found is None else found


def deadline_memory() -> tuple[MemoryStore, Timers, Stale]:
    """What deadline remembers, as its own twin puts it together, its timers, and what is to be dated again."""
    timers, stale = Timers(), Stale()
    store = MemoryStore(Case, (timers,), (timers, stale))
    timers.store = stale.store = store
    return store, timers, stale
