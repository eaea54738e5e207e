"""What open data is counted from: every case of a year, read once and kept only as rows that are alike; and the twin."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol

import asyncpg

from chassis.memory.store import MemoryStore
from chassis.store import Packing
from services.stats.core.case import Case
from services.stats.core.open_data import Row, row_of
from services.stats.store import MemoryCells

AT_ONCE: Final = 500
"""Cases between which others get their turn: some ten milliseconds of work."""
FETCHED: Final = 5_000
"""Cases of one answer of the database, some two megabytes: on a busy machine each answer is waited for."""
PATIENCE: Final = "1min"
"""How long the database bears it when the process is at work on what it has read; three seconds are everybody's."""


class Source(Protocol):
    """Cases as rows; a year is that of the number."""

    async def years(self) -> list[int]:
        """The years in which posts were received."""

    async def rows(self, year: int) -> Counter[Row]:
        """The rows of a year, each with how many cases are alike: a small part of as many."""


class PostgresSource:
    """Looks up what open data is counted from in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool, number_prefix: str) -> None:
        self._pool = pool
        self._prefix = number_prefix
        self._packing = Packing(Case)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[asyncpg.Connection]:
        """A transaction that only reads, and so locks nothing: on a busy machine it may wait for its turn longer than others."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute(f"set local idle_in_transaction_session_timeout = '{PATIENCE}'")
            yield connection

    async def years(self) -> list[int]:
        found = await self._pool.fetchrow("select min(day) as first, max(day) as last from cell")
        if found is None or found["first"] is None:
            return []
        return list(range(found["first"].year, found["last"].year + 1))

    async def rows(self, year: int) -> Counter[Row]:
        rows: Counter[Row] = Counter()
        query = "select remembered from subject where starts_with(number, $1::text)"
        async with self.reading() as connection:
            cursor = await connection.cursor(query, f"{self._prefix}{year % 100:02}")
            while found := await cursor.fetch(FETCHED):
                for first in range(0, len(found), AT_ONCE):
                    for (remembered,) in found[first : first + AT_ONCE]:
                        row = row_of(self._packing.state(remembered))
                        if row is not None:
                            rows[row] += 1
                    await asyncio.sleep(0)
        return rows


class MemorySource:
    """What `PostgresSource` promises, in memory."""

    def __init__(self, cases: MemoryStore, cells: MemoryCells) -> None:
        self._cases = cases
        self._cells = cells

    async def years(self) -> list[int]:
        found = {int(day[:4]) for day, *_ in self._cells.cells}
        return list(range(min(found), max(found) + 1)) if found else []

    async def rows(self, year: int) -> Counter[Row]:
        found = (row_of(case) for case in self._cases.states() if isinstance(case, Case))
        return Counter(row for row in found if row is not None and str(row[0]).startswith(f"{year}-"))
