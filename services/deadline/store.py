"""Where deadline keeps its cases and timers: PostgreSQL, and the twin in memory."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import asyncpg

from chassis.clock import Clock
from chassis.memory.store import MemoryStore
from chassis.metrics import Metrics
from chassis.postgres.lookup import Lookup
from chassis.postgres.store import PostgresStore
from chassis.store import NEVER, Applied, Column, Input, Packing
from contracts.identity import derived
from services.deadline.core.case import Arm, Cancel, Case, Redate, TimerDue, new

GRACE_SECONDS: Final = 1.0
"""Real time between an instant and what is said of it, so that what was just given can still be heard."""

SWEEP_SECONDS: Final = 30.0
"""Real time between claims that ignore the low watermark: for timers armed late or held back."""

COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("open", "boolean", lambda case: case.dated_by is not None),
    Column[Case]("amendments", "integer", lambda case: case.dated_by or 0),
    Column[Case]("due", "timestamptz", lambda case: case.said.due),
)

_ARM = """
insert into timer (subject, partition, number, due_at)
select * from unnest($1::text[], $2::smallint[], $3::integer[], $4::timestamptz[])
on conflict (subject) do update set number = excluded.number, due_at = excluded.due_at"""
_CANCEL = "delete from timer where subject = any($1::text[])"
# A row's place is safe to delete by: whoever changes a timer owns its partition, and holds the lock on its position.
_CLAIM = """
delete from timer where ctid = any(array(
    select ctid from timer t
    where (due_at, subject) >= ($3::timestamptz, $4::text) and due_at <= $2::timestamptz
      and partition = any($1::smallint[])
      and not exists (select from subject s where s.subject = t.subject and s.held > 0)
    order by due_at, subject limit $5::integer))
returning subject, number, due_at"""
_NEXT = """
select due_at from timer
where (due_at, subject) >= ($2::timestamptz, $3::text) and partition = any($1::smallint[])
order by due_at, subject limit 1"""
_STALE = """
select s.subject, known.amendments
from unnest($1::smallint[], $2::integer[]) known (partition, amendments)
join subject s on s.partition = known.partition and s.amendments < known.amendments
where s.open and s.held = 0 limit $3::integer"""


_FLOOR: Final = (datetime.min.replace(tzinfo=UTC), "")


def _last(applied: Sequence[Applied]) -> dict[str, Applied]:
    """Subject to what the batch did to its timer last."""
    return {one.subject: one for one in applied}


def _input(subject: str, number: int, due_at: datetime, until: datetime) -> Input:
    return subject, TimerDue(derived(subject, "timer", number), due_at, until)


class Timers:
    """Durable timers in PostgreSQL, one a case: armed, cancelled and claimed in batches.

    A low watermark keeps an old snapshot or a heap of dead rows from slowing the claim: nothing that
    lies before it in the order of claims is looked at, except by the slow sweep. It names a case as well as
    an instant: in a storm hundreds of thousands are due at the same.
    """

    effects = (Arm, Cancel)

    def __init__(self, clock: Clock, metrics: Metrics | None = None) -> None:
        self._clock = clock
        self._metrics = metrics
        self._watermark: tuple[datetime, str] | None = None
        self._next: datetime | None = None
        """The earliest armed instant at or above the watermark; None when it must be looked up."""
        self._partitions: frozenset[int] = frozenset()
        self._swept_at = 0.0

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """Two statements, whatever the batch holds."""
        last = _last(applied).values()
        if cancelled := [one.subject for one in last if isinstance(one.effect, Cancel)]:
            await connection.execute(_CANCEL, cancelled)
        armed = [(one, one.effect) for one in last if isinstance(one.effect, Arm)]
        if not armed:
            return
        await connection.execute(
            _ARM,
            [one.subject for one, _ in armed],
            [one.partition for one, _ in armed],
            [arm.number for _, arm in armed],
            [arm.at for _, arm in armed],
        )
        first = min((arm.at, one.subject) for one, arm in armed)
        if self._watermark is not None and first < self._watermark:
            self._watermark = first
        if self._next is not None:
            self._next = min(self._next, first[0])

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        """City time before which a claim for these partitions finds nothing; None when only a claim can tell."""
        if frozenset(partitions) != self._partitions or self._sweeps:
            return None
        return self._next

    @property
    def _sweeps(self) -> bool:
        return time.monotonic() - self._swept_at > SWEEP_SECONDS

    async def claim(
        self, connection: asyncpg.Connection, partitions: Mapping[int, int], now: datetime, limit: int
    ) -> list[Input]:
        """The due timers of the owned partitions, in order of instant; deleted with the batch."""
        until = self._clock.ago(GRACE_SECONDS)
        if frozenset(partitions) != self._partitions:
            # Timers of a partition taken over were armed elsewhere, perhaps below this watermark.
            self._partitions, self._watermark = frozenset(partitions), None
        floor = _FLOOR if self._sweeps or self._watermark is None else self._watermark
        if self._sweeps:
            self._swept_at = time.monotonic()
        rows = await connection.fetch(_CLAIM, list(partitions), until, *floor, limit)
        claimed = sorted((row["due_at"], row["subject"], row["number"]) for row in rows)
        # What is left lies at or above the last one claimed, after a sweep as well; when all was claimed, above `until`.
        self._watermark = claimed[-1][:2] if len(claimed) >= limit else (until, "")
        self._next = None
        if not claimed:
            self._next = await connection.fetchval(_NEXT, list(partitions), *self._watermark) or NEVER
        self._count([due_at for due_at, _, _ in claimed], now)
        return [_input(subject, number, due_at, until) for due_at, subject, number in claimed]

    def undone(self) -> None:
        """Timers that were claimed are there again, below the watermark."""
        self._watermark = self._next = None

    def _count(self, instants: Sequence[datetime], now: datetime) -> None:
        if self._metrics is None or not instants:
            return
        self._metrics.counter("wenzheng_timers_fired_total").inc(len(instants))
        observe = self._metrics.histogram("wenzheng_timer_lateness_seconds").observe
        for due_at in instants:
            observe(max(0.0, (now - due_at).total_seconds()))


class MemoryTimers:
    """What `Timers` promises, in memory."""

    effects = (Arm, Cancel)

    def __init__(self) -> None:
        self.armed: dict[str, tuple[datetime, int, int]] = {}
        """Subject to instant, number and partition."""
        self.store: MemoryStore | None = None

    def apply(self, applied: Sequence[Applied]) -> None:
        for subject, one in _last(applied).items():
            if isinstance(one.effect, Arm):
                self.armed[subject] = (one.effect.at, one.effect.number, one.partition)
            else:
                self.armed.pop(subject, None)

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        return min((at for at, _, partition in self.armed.values() if partition in partitions), default=NEVER)

    def any_due(self, partitions: Mapping[int, int], now: datetime) -> bool:
        """Whether a claim would find a timer."""
        return bool(self._due(partitions, now))

    def claim(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        """As PostgreSQL's, without grace: the clock of tests stands while they act."""
        claimed = sorted(self._due(partitions, now))[:limit]
        for _, subject, _ in claimed:
            del self.armed[subject]
        return [_input(subject, number, due_at, now) for due_at, subject, number in claimed]

    def _due(self, partitions: Mapping[int, int], now: datetime) -> list[tuple[datetime, str, int]]:
        return [
            (due_at, subject, number)
            for subject, (due_at, number, partition) in self.armed.items()
            if due_at <= now and partition in partitions and not self._held(subject)
        ]

    def _held(self, subject: str) -> bool:
        row = self.store.subject.get(subject) if self.store is not None else None
        return row is not None and row[1] > 0


class Stale:
    """Cases dated under rules that have changed since, of which anything is waited for; dated again a batch at a time.

    When none is left, nothing is looked up until a partition learns more or changes hands, except by the
    slow sweep (for cases held back by an event that was parked).
    """

    def __init__(self) -> None:
        self._clean: dict[int, int] = {}
        """Partition to amendments under which no stale case was left."""
        self._swept_at = 0.0

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        """NEVER while nothing has changed, else None: only a claim can tell."""
        return None if self._worth_looking(_amended(partitions)) else NEVER

    async def claim(
        self, connection: asyncpg.Connection, partitions: Mapping[int, int], now: datetime, limit: int
    ) -> list[Input]:
        """Nothing is looked up for a partition that has heard no city fact."""
        known = _amended(partitions)
        if not self._worth_looking(known):
            return []
        rows = await connection.fetch(_STALE, list(known), list(known.values()), limit)
        self._swept_at = time.monotonic()
        self._clean = known if len(rows) < limit else {}
        return [(row["subject"], Redate(row["amendments"])) for row in rows]

    def undone(self) -> None:
        """Cases that were claimed are as stale as before."""
        self._clean = {}

    def _worth_looking(self, known: Mapping[int, int]) -> bool:
        sweep = time.monotonic() - self._swept_at > SWEEP_SECONDS
        return bool(known) and (self._clean != known or sweep)


def _amended(partitions: Mapping[int, int]) -> dict[int, int]:
    """The partitions that have heard a city fact, and how many."""
    return {partition: amendments for partition, amendments in partitions.items() if amendments}


class MemoryStale:
    """What `Stale` promises, in memory."""

    def __init__(self, packing: Packing) -> None:
        self._packing = packing
        self.store: MemoryStore | None = None

    def any_due(self, partitions: Mapping[int, int], now: datetime) -> bool:
        """Whether a claim would find a case."""
        return bool(self.claim(partitions, now, 1))

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        """As PostgreSQL's, without its memory: None as soon as a city fact was heard."""
        return None if _amended(partitions) else NEVER

    def claim(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        found: list[Input] = []
        rows = self.store.subject if self.store is not None and _amended(partitions) else {}
        for subject, (partition, held, packed) in rows.items():
            state = self._packing.unpack(subject, partition, held, packed).state
            dated_by = state.dated_by if isinstance(state, Case) else None
            if dated_by is not None and dated_by < partitions.get(partition, 0) and not held:
                found.append((subject, Redate(partitions[partition])))
        return found[:limit]


def postgres(pool: asyncpg.Pool, clock: Clock, metrics: Metrics | None = None) -> PostgresStore:
    """The store of one instance."""
    timers = Timers(clock, metrics)
    return PostgresStore(pool, Case, new, COLUMNS, (timers,), (timers, Stale()))


def memory() -> MemoryStore:
    """The store of `postgres`, in memory."""
    timers, stale = MemoryTimers(), MemoryStale(Packing(Case))
    store = MemoryStore(Case, (timers,), (timers, stale))
    timers.store = stale.store = store
    return store


class PostgresCases:
    """What the web side looks up."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._lookup = Lookup(pool, Case)

    async def case(self, number: str) -> Case | None:
        """The case of a number, or None."""
        found = await self._lookup.by_number(number)
        return None if found is None else found[1]


class MemoryCases:
    """What `PostgresCases` promises, in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def case(self, number: str) -> Case | None:
        cases = (state for state in self._store.states() if isinstance(state, Case))
        return next((case for case in cases if number and case.number == number), None)
