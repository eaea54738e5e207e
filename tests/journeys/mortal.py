"""A store whose process dies while it commits: before, so that all is undone, or after, so that nobody is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from chassis.memory.store import MemoryStore, MemoryTransaction


class Mortal(MemoryStore):
    """It dies once somebody has given it lots to draw."""

    lots: Random | None = None
    deaths = 0
    often = 0.4
    """The share of commits in which it dies, half of them before and half after."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryTransaction]:
        fate = self.lots.random() if self.lots is not None else 1.0
        self.deaths += fate < self.often
        async with super().transaction() as transaction:
            yield transaction
            if fate < self.often / 2:
                raise OSError("killed before the commit")
        if fate < self.often:
            raise OSError("killed after the commit")
