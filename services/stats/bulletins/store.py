"""Where bulletins are kept and what they are drafted from: one snapshot of cells and positions; and the twins."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import asyncpg

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Column, Packing
from city.profile import Profile
from contracts.bulletins import NamedCase
from services.stats.core.bulletin.document import Bulletin, new
from services.stats.core.bulletin.freezing import Counted, with_reviews
from services.stats.core.case import Case
from services.stats.core.periods import Period
from services.stats.store import PARKED, REVIEWS, MemoryCells, MemoryFigures, grouped, parked, reviewed

COLUMNS: Final = (
    Column[Bulletin]("bulletin_period", "text", lambda bulletin: bulletin.period or None),
    Column[Bulletin]("bulletin_year", "integer", lambda b: b.issued_at.year if b.issued_at else None),
    Column[Bulletin]("bulletin_number", "text", lambda bulletin: bulletin.number or None),
)

MONTHS: Final = """
select unit as of, measure, sum(count)::bigint as count from monthly
where month >= $1::date and month < $2::date group by 1, 2 having sum(count) <> 0"""
"""Of whole months, by unit: in the snapshot of the positions, so nothing remembered will do."""

CORE: Final = Path(__file__).resolve().parents[1] / "core"


@cache
def code() -> str:
    """A hash of the rules and definitions that count: the same code, the same figures."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(CORE.rglob("*.py")):
        digest.update(file.relative_to(CORE).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """Where the bulletins of one instance are kept: rows of the same table as the cases."""
    return PostgresStore(pool, Bulletin, new, COLUMNS)


def memory() -> MemoryStore:
    """The twin of `postgres`."""
    return MemoryStore(Bulletin)


class Bulletins(Protocol):
    """Bulletins as they stand, and what a new one is drafted from."""

    async def listed(self) -> list[Bulletin]:
        """All of them, the newest period first; of one period, the newest first."""

    async def counted(self, period: Period, profile: Profile) -> Counted:
        """What was counted, all at one moment."""


class PostgresBulletins:
    """Looks up bulletins in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = Packing(Bulletin)
        self._cases = Packing(Case)

    async def listed(self) -> list[Bulletin]:
        rows = await self._pool.fetch(
            "select subject, remembered from subject where bulletin_period is not null"
        )
        return newest_first([self._state(self._packing, row) for row in rows])

    async def counted(self, period: Period, profile: Profile) -> Counted:
        start, end = instants(period, profile)
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            position = await connection.fetch("select partition, offsets::text from position order by 1")
            waiting = await connection.fetchval(PARKED)
            now, before, year_before = [
                grouped(await connection.fetch(MONTHS, one.first, one.until))
                for one in (period, period.before, period.year_before)
            ]
            reviews = await connection.fetch(REVIEWS, period.year) if period.is_year else []
            rows = await connection.fetch(
                "select subject, remembered from subject "
                "where named_at >= $1::timestamptz and named_at < $2::timestamptz",
                start,
                end,
            )
        offsets = {row["partition"]: json.loads(row["offsets"]) for row in position}
        cases = [named(self._state(self._cases, row)) for row in rows]
        by_unit = with_reviews(now, reviewed(reviews, period.year))
        return Counted(by_unit, before, year_before, cases, offsets, waiting)

    @staticmethod
    def _state(packing: Packing, row: asyncpg.Record) -> Any:
        return packing.state(row["remembered"])


class MemoryBulletins:
    """The twin, over the twins of the bulletins' store and of the figures' own."""

    def __init__(self, bulletins: MemoryStore, cases: MemoryStore, cells: MemoryCells) -> None:
        self._bulletins = bulletins
        self._cases = cases
        self._figures = MemoryFigures(cases, cells)

    async def listed(self) -> list[Bulletin]:
        return newest_first([one for one in self._bulletins.states() if one.period])

    async def counted(self, period: Period, profile: Profile) -> Counted:
        start, end = instants(period, profile)
        now, before, year_before = [
            await self._figures.by_unit(one.first, one.until)
            for one in (period, period.before, period.year_before)
        ]
        if period.is_year:
            now = with_reviews(now, await self._figures.reviews(period.year))
        cases = [case for case in self._cases.states() if isinstance(case, Case)]
        offsets = {partition: position.offsets for partition, position in self._cases.position.items()}
        named_ones = named_within(cases, start, end)
        return Counted(now, before, year_before, named_ones, offsets, parked(self._cases))


def newest_first(bulletins: Sequence[Bulletin]) -> list[Bulletin]:
    """The newest period first; of one period, the newest first."""
    return sorted(
        bulletins, key=lambda one: (Period.read(one.period).until, len(one.id), one.id), reverse=True
    )


def instants(period: Period, profile: Profile) -> tuple[datetime, datetime]:
    """The first instant of a period, and the first after it, city time."""
    return period.instants(profile.zone)


def named(case: Case) -> NamedCase:
    """A case that is named, as a bulletin tells it."""
    assert case.named_at is not None
    return NamedCase(case.number, case.unit(), case.named_at, case.first_reply() is not None)


def named_within(cases: Sequence[Case], start: datetime, end: datetime) -> list[NamedCase]:
    """Those of the cases that are named within a period."""
    return [
        named(case) for case in cases if (since := case.named_since()) is not None and start <= since < end
    ]
