"""Where deadline keeps its cases and timers: PostgreSQL, and the twin in memory."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from chassis.clock import Clock
from chassis.memory.store import MemoryStore
from chassis.metrics import Metrics
from chassis.postgres.store import PostgresStore
from chassis.service import Applied
from chassis.store import Column, Input, Packing
from services.deadline.core.case import Arm, Cancel, Case, Redate, Timer, TimerDue, new
from services.deadline.core.reconcile import ORDER

GRACE_SECONDS: Final = 1.0
"""Real time between an instant and what is said of it, so that what was just given can still be heard."""

SWEEP_SECONDS: Final = 30.0
"""Real time between claims that ignore the low watermark: for timers armed late or held back."""

COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("open", "boolean", lambda case: case.received_at is not None and case.said.stopped is None),
    Column[Case]("amendments", "integer", lambda case: case.amendments),
    Column[Case]("due", "timestamptz", lambda case: case.said.due),
)

_ARM = """
insert into timer (id, partition, subject, kind, rank, due_at)
select id::uuid, partition, subject, kind, rank, due_at
from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::smallint[], $6::timestamptz[])
     armed (id, partition, subject, kind, rank, due_at)
on conflict (id) do nothing"""
_CANCEL = "delete from timer where id = any($1::text[]::uuid[])"
# All that is due of a case at one instant comes in one batch: its state is read and written once.
# A row's place is safe to delete by: timers are never updated, and a partition has one owner.
_CLAIM = """
delete from timer where ctid = any(array(
    select ctid from timer t
    where (due_at, subject) >= ($3::timestamptz, $4::text) and due_at <= $2::timestamptz
      and partition = any($1::smallint[])
      and not exists (select from subject s where s.subject = t.subject and s.held > 0)
    order by due_at, subject, rank limit $5::integer))
returning id::text, subject, kind, rank, due_at"""
_STALE = """
select s.subject, known.amendments
from unnest($1::smallint[], $2::integer[]) known (partition, amendments)
join subject s on s.partition = known.partition and s.amendments < known.amendments
where s.open and s.held = 0 limit $3::integer"""


def _last(applied: Sequence[Applied]) -> dict[str, tuple[Applied, Timer | None]]:
    """Timer id to what the batch did to it last: armed (with the timer) or cancelled."""
    found: dict[str, tuple[Applied, Timer | None]] = {}
    for one in applied:
        if isinstance(one.effect, Arm):
            found[one.effect.timer.id] = (one, one.effect.timer)
        elif isinstance(one.effect, Cancel):
            found[one.effect.id] = (one, None)
    return found


class Timers:
    """Durable timers in PostgreSQL: armed, cancelled and claimed in batches.

    A low watermark keeps an old snapshot or a heap of dead rows from slowing the claim: nothing that
    lies before it in the order of claims is looked at, save by the slow sweep. It names a case as well as
    an instant: in a storm hundreds of thousands are due at the same.
    """

    effects = (Arm, Cancel)

    def __init__(self, clock: Clock, metrics: Metrics | None = None) -> None:
        self._clock = clock
        self._metrics = metrics
        self._watermark: tuple[datetime, str] | None = None
        self._partitions: frozenset[int] = frozenset()
        self._swept_at = 0.0

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """Two statements, whatever the batch holds."""
        last = _last(applied)
        cancelled = [identity for identity, (_, timer) in last.items() if timer is None]
        if cancelled:
            await connection.execute(_CANCEL, cancelled)
        armed = [(one, timer) for one, timer in last.values() if timer is not None]
        if armed:
            await connection.execute(
                _ARM,
                [timer.id for _, timer in armed],
                [one.partition for one, _ in armed],
                [one.subject for one, _ in armed],
                [timer.kind for _, timer in armed],
                [ORDER.index(timer.kind) for _, timer in armed],
                [timer.due_at for _, timer in armed],
            )
            first = min((timer.due_at, one.subject) for one, timer in armed)
            if self._watermark is not None and first < self._watermark:
                self._watermark = first

    async def claim(
        self, connection: asyncpg.Connection, partitions: Mapping[int, int], now: datetime, limit: int
    ) -> list[Input]:
        """The due timers of the owned partitions, in order of instant and rank; deleted with the batch.

        Of those due at one instant a case's timers are taken together.
        """
        until = self._clock.ago(GRACE_SECONDS)
        if frozenset(partitions) != self._partitions:
            # Timers of a partition taken over were armed elsewhere, perhaps below this watermark.
            self._partitions, self._watermark = frozenset(partitions), None
        sweep = time.monotonic() - self._swept_at > SWEEP_SECONDS
        if sweep:
            self._swept_at = time.monotonic()
        floor = _FLOOR if sweep or self._watermark is None else self._watermark
        rows = await connection.fetch(_CLAIM, list(partitions), until, *floor, limit)
        found = sorted(rows, key=lambda row: (row["due_at"], row["rank"]))
        # What is left lies at or above the last one found, after a sweep as well; when all was found, above `until`.
        last = max((row["due_at"], row["subject"]) for row in rows) if len(rows) >= limit else (until, "")
        self._watermark = last
        self._count(found, now)
        return [(row["subject"], TimerDue(row["id"], row["kind"], row["due_at"])) for row in found]

    def _count(self, rows: Sequence[asyncpg.Record], now: datetime) -> None:
        if self._metrics is None:
            return
        for kind, count in Counter(row["kind"] for row in rows).items():
            self._metrics.counter("wenzheng_timers_fired_total", kind).inc(count)
        observe = self._metrics.histogram("wenzheng_timer_lateness_seconds").observe
        for row in rows:
            observe(max(0.0, (now - row["due_at"]).total_seconds()))


_FLOOR: Final = (datetime.fromisoformat("2000-01-01T00:00:00+00:00"), "")


class TimersInMemory:
    """The twin."""

    effects = (Arm, Cancel)

    def __init__(self) -> None:
        self.armed: dict[str, tuple[str, int, Timer]] = {}
        self.store: MemoryStore | None = None

    def apply(self, applied: Sequence[Applied]) -> None:
        """As PostgreSQL's."""
        for identity, (one, timer) in _last(applied).items():
            if timer is None:
                self.armed.pop(identity, None)
            else:
                self.armed.setdefault(identity, (one.subject, one.partition, timer))

    def any_due(self, partitions: Mapping[int, int], now: datetime) -> bool:
        """Whether a claim would find a timer."""
        return bool(self._due(partitions, now))

    def claim(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        """As PostgreSQL's, without grace: the clock of tests stands while they act."""
        first = sorted(
            self._due(partitions, now), key=lambda due: (due[1].due_at, due[0], ORDER.index(due[1].kind))
        )
        found = sorted(first[:limit], key=lambda due: (due[1].due_at, ORDER.index(due[1].kind)))
        for _, timer in found:
            del self.armed[timer.id]
        return [(subject, TimerDue(timer.id, timer.kind, timer.due_at)) for subject, timer in found]

    def _due(self, partitions: Mapping[int, int], now: datetime) -> list[tuple[str, Timer]]:
        return [
            (subject, timer)
            for subject, partition, timer in self.armed.values()
            if partition in partitions and timer.due_at <= now and not self._held(subject)
        ]

    def _held(self, subject: str) -> bool:
        row = self.store.subject.get(subject) if self.store is not None else None
        return row is not None and row[1] > 0


class Stale:
    """Open cases dated under rules that have changed since; dated again a batch at a time.

    When none is left, nothing is looked up until a partition learns more or changes hands, save by the
    slow sweep (for cases held back by an event that was parked).
    """

    def __init__(self) -> None:
        self._clean: dict[int, int] = {}
        """Partition to amendments under which no stale case was left."""
        self._swept_at = 0.0

    async def claim(
        self, connection: asyncpg.Connection, partitions: Mapping[int, int], now: datetime, limit: int
    ) -> list[Input]:
        """Nothing is looked up for a partition that has heard no city fact."""
        known = {partition: amendments for partition, amendments in partitions.items() if amendments}
        sweep = time.monotonic() - self._swept_at > SWEEP_SECONDS
        if not known or (self._clean == known and not sweep):
            return []
        rows = await connection.fetch(_STALE, list(known), list(known.values()), limit)
        self._swept_at = time.monotonic()
        self._clean = known if len(rows) < limit else {}
        return [(row["subject"], Redate(row["amendments"])) for row in rows]


class StaleInMemory:
    """The twin."""

    def __init__(self, packing: Packing) -> None:
        self._packing = packing
        self.store: MemoryStore | None = None

    def any_due(self, partitions: Mapping[int, int], now: datetime) -> bool:
        """Whether a claim would find a case."""
        return bool(self.claim(partitions, now, 1))

    def claim(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        """As PostgreSQL's."""
        found: list[Input] = []
        rows = self.store.subject if self.store is not None else {}
        for subject, (partition, held, packed) in rows.items():
            state = self._packing.unpack(subject, partition, held, packed).state
            stale = isinstance(state, Case) and state.amendments < partitions.get(partition, 0)
            if stale and not held and state.received_at is not None and state.said.stopped is None:
                found.append((subject, Redate(partitions[partition])))
        return found[:limit]


def postgres(pool: asyncpg.Pool, clock: Clock, metrics: Metrics | None = None) -> PostgresStore:
    """The store of one instance."""
    timers = Timers(clock, metrics)
    return PostgresStore(pool, Case, new, COLUMNS, (timers,), (timers, Stale()))


def memory() -> MemoryStore:
    """The twin."""
    timers, stale = TimersInMemory(), StaleInMemory(Packing(Case))
    store = MemoryStore(Case, (timers,), (timers, stale))
    timers.store = stale.store = store
    return store


class Reader:
    """What the web side looks up."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = Packing(Case)

    async def case(self, number: str) -> Case | None:
        """The case of a number, or None."""
        row: Any = await self._pool.fetchrow(
            "select subject, partition, held, remembered from subject where number = $1::text and number <> ''",
            number,
        )
        if row is None:
            return None
        state: Case = self._packing.unpack(
            row["subject"], row["partition"], row["held"], row["remembered"]
        ).state
        return state
