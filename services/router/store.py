"""Where router keeps its cases: PostgreSQL, and the twin in memory."""

from typing import Final

import asyncpg

from chassis.memory import MemoryStore
from chassis.postgres import PostgresStore
from chassis.store import Column, Packing
from services.router.core.case import Case, new

COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("department", "text", lambda case: case.department),
    Column[Case]("held_for_person", "boolean", lambda case: case.held),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Case, new, COLUMNS)


def memory() -> MemoryStore:
    """The twin."""
    return MemoryStore(Case)


class Reader:
    """What the web side looks up."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = Packing(Case)

    async def case(self, number: str) -> Case | None:
        """The case of a number, or None."""
        row = await self._pool.fetchrow(
            "select subject, partition, held, remembered from subject where number = $1::text and number <> ''",
            number,
        )
        if row is None:
            return None
        state: Case = self._packing.unpack(
            row["subject"], row["partition"], row["held"], row["remembered"]
        ).state
        return state
