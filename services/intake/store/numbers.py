"""Public numbers, drawn from a sequence."""

import asyncio
from typing import Final, Protocol

import asyncpg


class Numbers(Protocol):
    """Draws public numbers."""

    async def draw(self) -> int:
        """The next one; gaps are allowed, repeats are not."""


class PostgresNumbers:
    """Numbers from a sequence, reserved a hundred at a time."""

    BLOCK: Final = 100

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._next = 0
        self._end = 0
        self._turns = asyncio.Lock()
        """Whoever comes while a block is fetched waits for that one, and does not fetch another."""

    async def draw(self) -> int:
        async with self._turns:
            if self._next >= self._end:
                self._next = await self._pool.fetchval("select nextval('number')")
                self._end = self._next + self.BLOCK
            drawn = self._next
            self._next += 1
            return drawn
