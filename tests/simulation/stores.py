"""The stores of the simulated city: what the engine asks of a transaction, on a simulated connection, statement by statement."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import asyncpg

from chassis.engine.answers import IdempotencyKey, Kept
from chassis.failures import ConnectionLost
from chassis.memory.store import MemoryTransaction
from chassis.store import Input, Outcome, Position, Remembered, Waiting
from tests.simulation.database import Connection, Server, begun, ended
from tests.simulation.loop import Process
from tests.simulation.timers import Deletable

DELETED: Final = ("armed", "spreading")
"""Where doors keep the rows that a claim deletes."""


class SimulatedTransaction:
    """What the engine asks of a transaction, statement by statement."""

    def __init__(self, store: "SimulatedStore", connection: Connection) -> None:
        self._server = store.server
        self.connection = connection
        self._owners: dict[int, str] = {}
        self._made: set[str] = set()

    async def begin(
        self, partitions: Sequence[int], subjects: Sequence[str], lock: bool
    ) -> tuple[dict[int, Position], dict[str, Remembered]]:
        await self.connection.statement()
        # The statement's snapshot is taken before it waits for the positions: what is not locked may be older.
        rows = self._server.memory.subject
        before = {subject: rows[subject] for subject in subjects if subject in rows}
        await self.connection.take([("position", partition) for partition in sorted(partitions)])
        found = self._unpacked(before)
        if lock:
            await self.connection.take([("subject", subject) for subject in sorted(before)])
            found = self._read(before)
        positions = self._positions(partitions)
        await self.connection.answered()
        return positions, await self._created(subjects, found) if lock else found

    async def take(self, partitions: Sequence[int], owner: str) -> dict[int, Position]:
        await self.connection.statement(writes=True)
        await self.connection.take([("position", partition) for partition in sorted(partitions)])
        self._owners |= dict.fromkeys(partitions, owner)
        memory = self._server.memory

        def own() -> None:
            for partition in partitions:
                memory.position[partition] = Position(partition, owner, memory.position[partition].offsets)

        self.connection.saved.append(own)
        await self.connection.answered()
        return self._positions(partitions)

    async def load(self, subjects: Sequence[str], lock: bool) -> dict[str, Remembered]:
        await self.connection.statement()
        rows = self._server.memory.subject
        if lock:
            await self.connection.take([("subject", s) for s in sorted(subjects) if s in rows])
        found = self._read([subject for subject in subjects if subject in rows])
        await self.connection.answered()
        return await self._created(subjects, found) if lock else found

    async def load_free(
        self, subjects: Sequence[str], unlocked: Sequence[str]
    ) -> tuple[dict[str, Remembered], set[str]]:
        await self.connection.statement()
        rows = self._server.memory.subject
        known = [subject for subject in subjects if subject in rows]
        busy = {s for s in known if self._server.locked(("subject", s), self.connection)}
        free = [subject for subject in known if subject not in busy]
        await self.connection.take([("subject", subject) for subject in sorted(free)])
        found = self._read(free) | self._cities(unlocked)
        await self.connection.answered()
        return found, busy

    async def waiting(self, subjects: Sequence[str]) -> list[Waiting]:
        await self.connection.statement()
        rows = await MemoryTransaction(self._server.memory).waiting(subjects)
        await self.connection.answered()
        return rows

    async def marked(self, partitions: Sequence[int]) -> list[Waiting]:
        await self.connection.statement()
        rows = await MemoryTransaction(self._server.memory).marked(partitions)
        await self.connection.answered()
        return rows

    async def due(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        await self.connection.statement(writes=True)
        found: list[Input] = []
        for door in self._server.memory.doors:
            rows = next((getattr(door, name) for name in DELETED if hasattr(door, name)), Deletable())
            rows.gone.clear()
            found += door.claim(partitions, now, limit)
            if rows.gone:
                # A claim deletes inside the transaction: nobody else sees it before the commit.
                self.connection.saved.append(rows.deletion())
        await self.connection.answered()
        return found

    async def save(self, outcome: Outcome) -> None:
        await self.connection.statement(writes=True)
        subjects = sorted(row.subject for row in (*outcome.changed, *outcome.moved))
        await self.connection.take([("subject", subject) for subject in subjects])
        memory, loop = self._server.memory, self._server.loop

        def write() -> None:
            for position in outcome.positions:
                position.owner = memory.position[position.partition].owner
            finish(MemoryTransaction(memory).save(outcome))
            if outcome.blob:
                memory.outbox[outcome.blob_id] = (loop.time(), outcome.blob)

        self.connection.saved.append(write)
        await self.connection.answered()

    async def _created(self, subjects: Sequence[str], found: dict[str, Remembered]) -> dict[str, Remembered]:
        missing = sorted(subject for subject in subjects if subject not in found)
        if not missing:
            return found
        await self.connection.statement(writes=True)
        await self.connection.take([("subject", subject) for subject in missing])
        memory, initial = self._server.memory, self._server.service.initial
        blank = {s: Remembered.blank(s, initial) for s in missing}

        def create() -> None:
            for subject, row in blank.items():
                memory.subject.setdefault(subject, (row.partition, row.held, memory.packing.pack(row)))

        packed = {s: (row.partition, row.held, memory.packing.pack(row)) for s, row in blank.items()}
        self.connection.saved.insert(0, create)
        await self.connection.answered()
        return found | self._unpacked(packed | {s: memory.subject[s] for s in missing if s in memory.subject})

    def _positions(self, partitions: Sequence[int]) -> dict[int, Position]:
        stored = self._server.memory.position
        return {
            p: Position(p, self._owners.get(p, stored[p].owner), dict(stored[p].offsets))
            for p in sorted(partitions)
        }

    def _read(self, subjects: Any) -> dict[str, Remembered]:
        return self._unpacked({subject: self._server.memory.subject[subject] for subject in subjects})

    def _cities(self, subjects: Sequence[str]) -> dict[str, Remembered]:
        """Of what lies in one table with another's rows, these are read without a lock."""
        kept = self._server.cities
        found = {subject: kept.subject[subject] for subject in subjects if subject in kept.subject}
        return {subject: kept.packing.unpack(subject, *row) for subject, row in found.items()}

    def _unpacked(self, rows: Mapping[str, tuple[int, int, bytes]]) -> dict[str, Remembered]:
        unpack = self._server.memory.packing.unpack
        return {subject: unpack(subject, *row) for subject, row in rows.items()}


class SimulatedStore:
    """The store of one instance: as PostgreSQL's, it holds one connection for life, and takes others for a moment."""

    def __init__(self, server: Server, process: Process) -> None:
        self.server, self.process = server, process
        self.packing = server.memory.packing
        self._connection: Connection | None = None

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        return self.server.memory.next_due(partitions)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SimulatedTransaction]:
        if self._connection is None or self._connection.ended:
            self._connection = self._another()
        undone = True
        try:
            async with begun(self._connection) as connection:
                yield SimulatedTransaction(self, connection)
                undone = False
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            if not ended(self._connection, problem):
                raise
            self._connection.end()
            raise ConnectionLost(f"{type(problem).__name__}: {problem}", undone) from problem

    def _another(self) -> Connection:
        try:
            return self.server.connect(self.process)
        except OSError as problem:
            raise ConnectionLost(str(problem), undone=True, away=True) from problem

    async def sweep(self, older_than: float, limit: int) -> list[tuple[str, bytes]]:
        connection = self.server.connect(self.process)
        try:
            await connection.statement(writes=True)
            now, outbox, leased = self.server.loop.time(), self.server.memory.outbox, self.server.leased
            before = now - older_than
            old = [i for i, (at, _) in outbox.items() if at <= before and leased.get(i, before) <= before]
            self.server.random.shuffle(old)
            leased |= dict.fromkeys(old[:limit], now)
            rows = [(blob_id, outbox[blob_id][1]) for blob_id in old[:limit]]
            await connection.answered()
            return rows
        finally:
            connection.end()

    async def forget(self, acknowledged: Sequence[str]) -> None:
        connection = self.server.connect(self.process)
        try:
            await connection.statement(writes=True)
            for blob_id in acknowledged:
                self.server.memory.outbox.pop(blob_id, None)
            await connection.answered()
        finally:
            connection.end()

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.end()


class SimulatedAnswers:
    """The kept answers: the unique key decides between two instances."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def find(
        self, connection: Connection, keys: Sequence[IdempotencyKey]
    ) -> dict[IdempotencyKey, Kept]:
        await connection.statement()
        kept = self._server.answered
        found = {key: kept[place] for key in keys if (place := (key.caller, key.path, key.key)) in kept}
        await connection.answered()
        return found

    async def keep(self, connection: Connection, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        await connection.statement(writes=True)
        rows = {(key.caller, key.path, key.key): Kept(key.body_hash, answer) for key, answer in answered}
        await connection.take([("answered", place) for place in sorted(rows)])
        first = not rows.keys() & self._server.answered.keys()
        connection.saved.append(lambda: [self._server.answered.setdefault(p, k) for p, k in rows.items()])  # type: ignore[arg-type,return-value]
        await connection.answered()
        return first


def finish(work: Any) -> Any:
    """Run a coroutine that never waits, at once, and return its result: a commit is one instant."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the twin waited inside a commit")
