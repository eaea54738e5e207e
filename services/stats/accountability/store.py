"""Where records are kept and found, and where the grounds wait until they have opened one; PostgreSQL and the twins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, Final, NamedTuple, Protocol

import asyncpg
import msgspec

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Applied, Column, Packing
from contracts.accountability import Measure
from services.stats.core.accountability.record import GroundFound, Record, by_rule, new, subject_of
from services.stats.core.case import Suspected

MOST: Final = 500
"""Records that a list shows, the newest."""

COLUMNS: Final = (
    Column[Record]("record_step", "text", lambda record: record.step or None),
    Column[Record]("record_unit", "text", lambda record: record.department or None),
    Column[Record]("record_person", "text", lambda record: record.person or None),
    Column[Record]("record_opened_at", "timestamptz", lambda record: record.opened_at),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """Where the records of one instance are kept: rows of the same table as the cases."""
    return PostgresStore(pool, Record, new, COLUMNS)


def memory() -> MemoryStore:
    """The twin of `postgres`."""
    return MemoryStore(Record)


# -- grounds that wait ----------------------------------------------------------------------------


class Waiting(NamedTuple):
    """A ground that has not been handed in yet."""

    id: int
    subject: str
    given: bytes

    def ground(self) -> GroundFound:
        """What is handed in. Raises msgspec.DecodeError where nobody can read it."""
        return msgspec.json.decode(self.given, type=GroundFound)


def given(suspected: Suspected) -> tuple[str, GroundFound]:
    """The subject of the record that a ground opens, and what is handed in."""
    ground = suspected.ground
    identity = by_rule(ground.rule, ground.unit, suspected.number)
    handed_in = GroundFound(
        ground.rule,
        ground.unit,
        suspected.number,
        ground.n,
        ground.stands,
        ground.threshold,
        suspected.happened,
    )
    return subject_of(identity), handed_in


class GroundsKept:
    """Keeps what a batch found, in the same transaction as the cases in which it was found."""

    effects = (Suspected,)

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """One statement."""
        found = [given(one.effect) for one in applied if isinstance(one.effect, Suspected)]
        await connection.execute(
            "insert into ground (record, given) select * from unnest($1::text[], $2::bytea[])",
            [subject for subject, _ in found],
            [msgspec.json.encode(ground) for _, ground in found],
        )


class MemoryGrounds:
    """The twin, and its queue."""

    effects = (Suspected,)

    def __init__(self) -> None:
        self.kept: dict[int, tuple[str, bytes]] = {}
        self.reasons: dict[int, str] = {}
        """Of those that are parked."""
        self._numbers = count(1)

    def apply(self, applied: Sequence[Applied]) -> None:
        for one in applied:
            if isinstance(one.effect, Suspected):
                subject, ground = given(one.effect)
                self.kept[next(self._numbers)] = (subject, msgspec.json.encode(ground))

    async def waiting(self, limit: int) -> list[Waiting]:
        going = [Waiting(n, *row) for n, row in sorted(self.kept.items()) if n not in self.reasons]
        return going[:limit]

    async def handed_in(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self.kept.pop(number, None)

    async def park(self, reasons: Mapping[int, str]) -> None:
        self.reasons |= reasons

    async def parked(self) -> int:
        return len(self.reasons)


class Grounds(Protocol):
    """The grounds that wait, in the order in which they were found."""

    async def waiting(self, limit: int) -> list[Waiting]:
        """The first ones that are not parked."""

    async def handed_in(self, numbers: Sequence[int]) -> None:
        """Forget grounds that the desk has taken."""

    async def park(self, reasons: Mapping[int, str]) -> None:
        """These wait for a person (`wenzheng parked`): id to why."""

    async def parked(self) -> int:
        """How many wait for a person."""


class PostgresGrounds:
    """The queue in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def waiting(self, limit: int) -> list[Waiting]:
        """The first ones that are not parked."""
        rows = await self._pool.fetch(
            "select id, record, given from ground where reason = '' order by id limit $1::integer", limit
        )
        return [Waiting(*row) for row in rows]

    async def handed_in(self, numbers: Sequence[int]) -> None:
        """Forget grounds that the desk has taken."""
        if numbers:
            await self._pool.execute("delete from ground where id = any($1::bigint[])", list(numbers))

    async def park(self, reasons: Mapping[int, str]) -> None:
        """These wait for a person: id to why."""
        if reasons:
            await self._pool.execute(
                "update ground set reason = why, parked_at = clock_timestamp() "
                "from unnest($1::bigint[], $2::text[]) as parked (number, why) where id = number",
                list(reasons),
                # What cannot be written is no reason to lose the others.
                [why.replace("\0", "") for why in reasons.values()],
            )

    async def parked(self) -> int:
        """How many wait for a person."""
        found: int = await self._pool.fetchval("select count(*) from ground where reason <> ''")
        return found


# -- records that are read ------------------------------------------------------------------------


class Wanted(NamedTuple):
    """Which records are asked for."""

    closed: bool | None
    """None: closed or not."""
    department: str = ""
    """Empty: of any unit."""
    concerned: tuple[str, str] | None = None
    """Only those that concern this unit (empty: none) or this person; None: whomever they concern."""


class Records(Protocol):
    """Records as they stand."""

    async def listed(self, wanted: Wanted) -> list[Record]:
        """The newest first, one more than a list shows at most."""

    async def one(self, identity: str) -> Record | None:
        """By its id; None when nobody has opened it."""

    async def measures(
        self, since: datetime, until: datetime, cut_off: datetime
    ) -> dict[str, Counter[Measure]]:
        """Unit to the measures that stood at the cut-off, of findings made from `since` on and before `until`."""


class PostgresRecords:
    """Looks up records in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = Packing(Record)

    async def listed(self, wanted: Wanted) -> list[Record]:
        """By the index of opened records."""
        unit, person = wanted.concerned or ("", "")
        rows = await self._pool.fetch(
            "select subject, remembered from subject where record_opened_at is not null "
            "and ($1::boolean is null or (record_step = 'closed') = $1::boolean) "
            "and ($2::text = '' or record_unit = $2::text) "
            "and ($3::boolean or ($4::text <> '' and record_unit = $4::text) or record_person = $5::text) "
            "order by record_opened_at desc, subject limit $6::integer",
            wanted.closed,
            wanted.department,
            wanted.concerned is None,
            unit,
            person,
            MOST + 1,
        )
        return [self._state(row) for row in rows]

    async def one(self, identity: str) -> Record | None:
        """By its id; None when nobody has opened it."""
        row = await self._pool.fetchrow(
            "select subject, remembered from subject "
            "where subject = $1::text and record_opened_at is not null",
            subject_of(identity),
        )
        return None if row is None else self._state(row)

    async def measures(
        self, since: datetime, until: datetime, cut_off: datetime
    ) -> dict[str, Counter[Measure]]:
        """By the same index: a finding is never made before the opening."""
        rows = await self._pool.fetch(
            "select subject, remembered from subject "
            "where record_opened_at < $1::timestamptz and record_step <> 'opened'",
            until,
        )
        return counted([self._state(row) for row in rows], since, until, cut_off)

    def _state(self, row: asyncpg.Record) -> Any:
        return self._packing.state(row["remembered"])


class MemoryRecords:
    """What `PostgresRecords` promises, in memory."""

    def __init__(self, kept: MemoryStore) -> None:
        self._kept = kept

    async def listed(self, wanted: Wanted) -> list[Record]:
        records = [one for one in self._kept.states() if isinstance(one, Record) and _fits(one, wanted)]
        records.sort(key=lambda one: one.id)
        records.sort(key=lambda one: one.opened_at or 0, reverse=True)
        return records[: MOST + 1]

    async def one(self, identity: str) -> Record | None:
        record = self._kept.state_of(subject_of(identity))
        return record if isinstance(record, Record) and record.step else None

    async def measures(
        self, since: datetime, until: datetime, cut_off: datetime
    ) -> dict[str, Counter[Measure]]:
        return counted([one for one in self._kept.states() if isinstance(one, Record)], since, until, cut_off)


def counted(
    records: Sequence[Record], since: datetime, until: datetime, cut_off: datetime
) -> dict[str, Counter[Measure]]:
    """Unit to the measures that stood at the cut-off, of findings made in the time; what an appeal revoked is none."""
    by_unit: dict[str, Counter[Measure]] = {}
    for one in records:
        if (
            one.finding is not None
            and since <= one.finding.at < until
            and (measure := one.measure_at(cut_off))
        ):
            by_unit.setdefault(one.department, Counter())[measure] += 1
    return by_unit


def _fits(record: Record, wanted: Wanted) -> bool:
    if not record.step or wanted.department not in ("", record.department):
        return False
    if wanted.closed is not None and (record.step == "closed") != wanted.closed:
        return False
    if wanted.concerned is None:
        return True
    unit, person = wanted.concerned
    return (bool(unit) and unit == record.department) or person == record.person
