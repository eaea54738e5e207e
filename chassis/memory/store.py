"""The store's twin in memory: the same promises, plain containers, bytes in and bytes out."""

import copy
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from chassis.store import (
    Applied,
    Input,
    MemoryDoor,
    MemoryKeeper,
    Outcome,
    Packing,
    Position,
    Remembered,
    Waiting,
    next_due,
)
from contracts.identity import PARTITIONS


class MemoryTransaction:
    """A transaction that works on the store itself; the store puts everything back when it fails."""

    connection = None

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store

    async def begin(
        self, partitions: Sequence[int], subjects: Sequence[str], lock: bool
    ) -> tuple[dict[int, Position], dict[str, Remembered]]:
        return self._positions(partitions), await self.load(subjects, lock)

    async def take(self, partitions: Sequence[int], owner: str) -> dict[int, Position]:
        for partition in partitions:
            self._store.position[partition] = Position(
                partition, owner, self._store.position[partition].offsets
            )
        return self._positions(partitions)

    async def load(self, subjects: Sequence[str], lock: bool) -> dict[str, Remembered]:
        found = self._store.subject
        return {
            subject: self._store.packing.unpack(subject, *found[subject])
            for subject in subjects
            if subject in found
        }

    async def load_free(
        self, subjects: Sequence[str], unlocked: Sequence[str]
    ) -> tuple[dict[str, Remembered], set[str]]:
        return await self.load([*subjects, *unlocked], lock=True), set()

    async def waiting(self, subjects: Sequence[str]) -> list[Waiting]:
        wanted = set(subjects)
        return [copy.copy(row) for row in self._store.waiting.values() if row.subject in wanted]

    async def marked(self, partitions: Sequence[int]) -> list[Waiting]:
        return [
            copy.copy(row) for row in self._store.waiting.values() if row.mark and row.partition in partitions
        ]

    async def due(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        found: list[Input] = []
        for door in self._store.doors:
            found += door.claim(partitions, now, limit)
        return found

    def _positions(self, partitions: Sequence[int]) -> dict[int, Position]:
        found = self._store.position
        return {p: Position(p, found[p].owner, dict(found[p].offsets)) for p in sorted(partitions)}

    async def save(self, outcome: Outcome) -> None:
        store = self._store
        for remembered in (*outcome.changed, *outcome.moved):
            store.subject[remembered.subject] = (
                remembered.partition,
                remembered.held,
                store.packing.pack(remembered),
            )
        for row in outcome.waiting_put:
            store.waiting[(row.subject, row.topic, row.seq)] = row
        for place in outcome.waiting_gone:
            store.waiting.pop(place, None)
        store.unparked += outcome.unparked
        for keeper in store.keepers:
            applied: list[Applied] = [a for a in outcome.effects if isinstance(a.effect, keeper.effects)]
            if applied:
                keeper.apply(applied)
        if outcome.blob:
            store.outbox[outcome.blob_id] = (time.time(), outcome.blob)
        for blob_id in outcome.acknowledged:
            store.outbox.pop(blob_id, None)
        for position in outcome.positions:
            store.position[position.partition] = Position(
                position.partition, position.owner, dict(position.offsets)
            )


class MemoryStore:
    """What one service remembers, for all its instances in this process.

    `keepers` keep the service's own effects, `doors` claim what is due; both hold plain
    containers of immutable values, one level deep, so that a copy undoes a failed transaction.
    """

    def __init__(
        self, state: type[Any], keepers: Sequence[MemoryKeeper] = (), doors: Sequence[MemoryDoor] = ()
    ) -> None:
        self.packing = Packing(state)
        self.keepers = tuple(keepers)
        self.doors = tuple(doors)
        self.position = {p: Position(p, "", {}) for p in range(PARTITIONS)}
        self.subject: dict[str, tuple[int, int, bytes]] = {}
        self.waiting: dict[tuple[str, str, int], Waiting] = {}
        self.outbox: dict[str, tuple[float, bytes]] = {}
        self.unparked: list[Waiting] = []
        self._leased: dict[str, float] = {}
        """Outbox row to the real second at which a sweep took it."""

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        return next_due(self.doors, partitions)

    def state_of(self, subject: str) -> Any:
        """The state of a subject, or None; for readers and tests."""
        row = self.subject.get(subject)
        return None if row is None else self.packing.unpack(subject, *row).state

    def states(self) -> list[Any]:
        """Every state, in order of subject."""
        return [self.state_of(subject) for subject in sorted(self.subject)]

    def mark(self, subject: str, topic: str, seq: int, mark: str) -> None:
        """What an operator does to a parked record."""
        self.waiting[(subject, topic, seq)].mark = mark

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryTransaction]:
        kept = [
            (thing, {name: copy.copy(value) for name, value in vars(thing).items()})
            for thing in {id(thing): thing for thing in (*self.keepers, *self.doors)}.values()
        ]
        own = {
            name: copy.copy(getattr(self, name))
            for name in ("position", "subject", "waiting", "outbox", "unparked")
        }
        try:
            yield MemoryTransaction(self)
        except BaseException:
            for name, value in own.items():
                setattr(self, name, value)
            for thing, attributes in kept:
                vars(thing).update(attributes)
            raise

    async def sweep(self, older_than: float, limit: int) -> list[tuple[str, bytes]]:
        now = time.time()
        before = now - older_than
        taken = sorted(
            blob_id
            for blob_id, (at, _) in self.outbox.items()
            if at <= before and self._leased.get(blob_id, before) <= before
        )[:limit]
        self._leased.update(dict.fromkeys(taken, now))
        return [(blob_id, self.outbox[blob_id][1]) for blob_id in taken]

    async def forget(self, acknowledged: Sequence[str]) -> None:
        for blob_id in acknowledged:
            self.outbox.pop(blob_id, None)

    async def close(self) -> None:
        """Nothing to give back."""
