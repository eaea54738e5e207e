"""A store, real or in memory, that fails on purpose: at saving, or when the commit is due."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from chassis.store import Outcome, Store, Transaction


class Failing:
    """A store, real or in memory, that fails on purpose: at saving, or when the commit is due."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.packing = store.packing
        self.at_save: list[BaseException] = []
        """Raised, one a transaction, in place of saving."""
        self.at_commit: list[BaseException | None] = []
        """Raised, one a transaction, after everything was saved: it is all undone. None: this one goes through."""
        self.saved: list[Outcome] = []

    def next_due(self, partitions: Any) -> datetime | None:
        return self._store.next_due(partitions)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self._store.transaction() as transaction:
            yield FailingTransaction(self, transaction)
            problem = self.at_commit.pop(0) if self.at_commit else None
            if problem is not None:
                raise problem

    async def sweep(self, older_than: float, limit: int) -> list[tuple[str, bytes]]:
        return await self._store.sweep(older_than, limit)

    async def forget(self, acknowledged: Sequence[str]) -> None:
        await self._store.forget(acknowledged)

    async def close(self) -> None:
        await self._store.close()


class FailingTransaction:
    """Passes everything on, except what is to fail."""

    def __init__(self, failing: Failing, transaction: Transaction) -> None:
        self._failing = failing
        self._transaction = transaction

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)

    async def save(self, outcome: Outcome) -> None:
        self._failing.saved.append(outcome)
        if self._failing.at_save:
            raise self._failing.at_save.pop(0)
        await self._transaction.save(outcome)
