"""The one way to commit: settle, one transaction that decides and saves, offer to the bus, answer those who wait."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chassis.engine.asks import Ask
from chassis.engine.batch import Batch, BatchCounts
from chassis.engine.publisher import Publisher
from chassis.store import Position, Store, Transaction
from contracts.identity import derived


class Meter(Protocol):
    """Told once per batch what it did."""

    def batch(self, service: str, counts: BatchCounts, seconds: float) -> None: ...


class Silent:
    """A meter for tests that do not measure."""

    def batch(self, service: str, counts: BatchCounts, seconds: float) -> None:
        """Not counted."""


@dataclass
class Decided:
    """What was decided inside an open transaction, before anything of it is saved."""

    batch: Batch
    answers: list[tuple[Ask, object]] = field(default_factory=list)
    """Who is told what once it is durable; an exception is raised where it is awaited."""
    positions: Sequence[Position] = ()
    """Where the owned partitions stand afterwards."""


Decide = Callable[[Transaction], Awaitable[Decided]]
AfterSave = Callable[[Transaction, Decided], Awaitable[None]]
"""What else belongs into the same transaction, such as the answers kept for repeats; may raise to undo all of it."""


class Committer:
    """Commits batches of one instance, one at a time, and hands what they say to the publisher.

    Nobody is answered before the commit. When it fails, nothing has happened: the outbox rows that were to be
    deleted with it are still to be deleted, and the error is raised.
    """

    def __init__(self, store: Store, publisher: Publisher, name: str) -> None:
        self._store = store
        self._publisher = publisher
        self._name = name
        """Part of the outbox rows' ids: different for every process."""
        self._commits = 0

    async def commit(self, decide: Decide, after_save: AfterSave | None = None) -> Decided:
        """One transaction. Raises what `decide`, the store or `after_save` raise."""
        self._commits += 1
        settled = self._publisher.settled()
        try:
            async with self._store.transaction() as transaction:
                decided = await decide(transaction)
                outcome = decided.batch.outcome(derived(self._name, "blob", self._commits))
                outcome.acknowledged = settled
                outcome.positions = list(decided.positions)
                if outcome:
                    await transaction.save(outcome)
                if after_save is not None:
                    await after_save(transaction, decided)
        except BaseException:
            self._publisher.unsettle(settled)
            raise
        self._publisher.offer(outcome.blob_id, outcome.records)
        for ask, answer in decided.answers:
            ask.answer(answer)
        return decided
