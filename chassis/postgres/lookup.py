"""Reads what is remembered in PostgreSQL, for those who only look: no lock, no transaction."""

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

import asyncpg

from chassis.store import Packing

S = TypeVar("S")

ROW: Final = "subject, remembered"
"""The columns from which a state is read."""


class Lookup(Generic[S]):
    """The states of one service whose table `subject` has a column `number`."""

    def __init__(self, pool: asyncpg.Pool, state: type[S]) -> None:
        self._pool = pool
        self._packing = Packing(state)

    async def by_number(self, number: str) -> tuple[str, S] | None:
        """Post id and state of a number, or None."""
        row = await self._pool.fetchrow(
            f"select {ROW} from subject where number = $1::text and number <> ''", number
        )
        return None if row is None else (row["subject"], self.state(row))

    async def by_subjects(self, subjects: Sequence[str]) -> dict[str, S]:
        """Post id to its state; unknown ones are absent."""
        rows = await self._pool.fetch(
            f"select {ROW} from subject where subject = any($1::text[])", list(subjects)
        )
        return {row["subject"]: self.state(row) for row in rows}

    def state(self, row: Any) -> S:
        """The state in a row that holds the columns of `ROW`."""
        state: S = self._packing.state(row["remembered"])
        return state
