"""A database that is never kinder than PostgreSQL: one a service, in memory, for all its instances at once.

Kept: READ COMMITTED (a statement sees what was committed when it began), row locks with waits in order, rows that
are skipped while locked, a failed statement that ends its transaction, a connection that is ended after three idle
seconds inside a transaction, and the answer to a commit that never comes although it was done. Not kept: SQL; what a
batch saves is applied by the stores' twins, at the commit.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import asyncpg

from chassis.engine.answers import Kept
from chassis.memory.store import MemoryStore
from chassis.service import Service
from tests.simulation.loop import Process, VirtualLoop, outside, wake

IDLE_SECONDS = 3.0
"""As `idle_in_transaction_session_timeout` is set."""

LOST = "connection was closed in the middle of operation"
FULL = "could not extend file: No space left on device"
ABORTED = "current transaction is aborted"

Key = tuple[str, Any]
"""A table and what names a row of it."""


class Weather:
    """What goes wrong now; turned on and off by the plan of faults."""

    def __init__(self) -> None:
        self.away = False
        self.full = False
        self.flaky = 0.0
        """Share of statements at which something happens to statement or connection."""
        self.slow = 1.0
        """Every journey takes so many times as long."""


class Server:
    """The database of one service: what is committed, and who holds which row."""

    def __init__(
        self, loop: VirtualLoop, random: Random, memory: MemoryStore, service: Service[Any, Any]
    ) -> None:
        self.loop, self.random, self.memory, self.service = loop, random, memory, service
        self.weather = Weather()
        self.answered: dict[tuple[str, str, str], Kept] = {}
        self.leased: dict[str, float] = {}
        self.commits = 0
        self.hits: Counter[str] = Counter()
        """What went wrong to how many statements, connections and waits."""
        self.connections = 0
        self._locks: dict[Key, _Lock] = {}
        self.open: set[Connection] = set()
        self.outside = outside()
        self.cities = memory
        """Where the facts about the city are kept that its desks read."""

    def lie_beside(self, other: "Server") -> None:
        """In one database with another's tables: one weather, one table of kept answers, and one city."""
        self.weather, self.answered, self.cities = other.weather, other.answered, other.memory

    def connect(self, process: Process) -> "Connection":
        """A new connection. Raises as a refused one does while the server is away."""
        if self.weather.away or not process.alive:
            self.hits["the database is away"] += process.alive
            raise ConnectionRefusedError("the database is away")
        connection = Connection(self, process)
        self.open.add(connection)
        process.on_end[connection.end] = None
        return connection

    def end_all(self) -> None:
        """The server is killed: every transaction that has not committed never was."""
        for connection in sorted(self.open, key=lambda one: one.number):
            connection.end()

    def lock(self, key: Key) -> "_Lock":
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = _Lock()
        return lock

    def locked(self, key: Key, by: "Connection") -> bool:
        """Whether another transaction holds the row."""
        lock = self._locks.get(key)
        return lock is not None and lock.owner is not None and lock.owner is not by

    def release(self, keys: Sequence[Key]) -> None:
        """Give rows to whoever waits for them, in order."""
        for key in keys:
            lock = self._locks[key]
            lock.owner = None
            while lock.waiting:
                connection, future = lock.waiting.popleft()
                if not future.done() and not connection.ended:
                    lock.owner = connection
                    connection.awaits = None
                    connection.held.append(key)
                    connection.idle()
                    future.set_result(None)
                    break
            else:
                del self._locks[key]

    def begins_circle(self, key: Key, by: "Connection") -> bool:
        """Whether waiting for this row would never end."""
        lock: _Lock | None = self._locks.get(key)
        while lock is not None and lock.owner is not None:
            if lock.owner is by:
                return True
            lock = self._locks.get(lock.owner.awaits) if lock.owner.awaits is not None else None
        return False


class _Lock:
    """A row's lock: who holds it, and who waits."""

    __slots__ = ("owner", "waiting")

    def __init__(self) -> None:
        self.owner: Connection | None = None
        self.waiting: deque[tuple[Connection, asyncio.Future[None]]] = deque()


class Connection:
    """One connection, with at most one open transaction."""

    def __init__(self, server: Server, process: Process) -> None:
        self.server, self.process = server, process
        server.connections += 1
        self.number = server.connections
        self.ended = False
        self.held: list[Key] = []
        self.awaits: Key | None = None
        self._granted: asyncio.Future[None] | None = None
        """While it waits for a row."""
        self.saved: list[Callable[[], None]] = []
        """What the commit makes true, in order."""
        self.in_transaction = False
        self.aborted = False
        self._idle_until: float | None = None
        """When it is ended for its silence; None while it waits for a row, or no transaction is open."""
        self._watched = False
        """Somebody looks at its silence: one look in three seconds, and not one for each statement."""

    def end(self) -> None:
        """The connection breaks; an open transaction never was."""
        if not self.ended:
            self.ended = True
            self.server.open.discard(self)
            self.process.on_end.pop(self.end, None)
            self.server.hits["ended inside a transaction"] += self.in_transaction
            self.rollback()
            if self._granted is not None:
                # Whoever waits for a row on it is told at once, as by a socket that is closed.
                wake(self._granted)

    def rollback(self) -> None:
        """Undo the open transaction."""
        self._idle_until = None
        self.saved, self.in_transaction, self.aborted = [], False, False
        held, self.held = self.held, []
        self.server.release(held)

    def idle(self) -> None:
        """The server has done what it was told inside a transaction: the client has three seconds to say more."""
        if self.in_transaction and not self.ended:
            loop = self.server.loop
            self._idle_until = loop.now + IDLE_SECONDS
            if not self._watched:
                self._watched = True
                loop.call_at(self._idle_until, self._look, context=self.server.outside)

    def _look(self) -> None:
        self._watched = False
        if self._idle_until is None or self.ended:
            return
        if self._idle_until <= self.server.loop.now:
            self.server.hits["ended for its silence"] += 1
            self.end()
        else:
            self._watched = True
            self.server.loop.call_at(self._idle_until, self._look, context=self.server.outside)

    async def journey(self) -> None:
        """Half a statement's way: to the server, or back."""
        random, weather = self.server.random, self.server.weather
        seconds = 0.0002 if random.random() < 0.9 else random.uniform(0.0005, 0.02)
        await self.server.loop.pause(seconds * weather.slow)

    async def statement(self, *, writes: bool = False) -> None:
        """A statement arrives; what it does is done in the same breath by the caller. Raises as asyncpg does."""
        self._check()
        # It is on its way already: of a client that is frozen now the server hears nothing after it.
        self.idle()
        await self.journey()
        self._check()
        weather, random = self.server.weather, self.server.random
        if self.aborted:
            raise asyncpg.InFailedSQLTransactionError(ABORTED)
        if weather.flaky and random.random() < weather.flaky:
            if random.random() < 0.5:
                self.server.hits["connection lost before a statement"] += 1
                self.end()
                raise asyncpg.ConnectionDoesNotExistError(LOST)
            self.server.hits["statement failed"] += 1
            self.aborted = True
            raise asyncpg.QueryCanceledError("canceling statement due to user request")
        if writes and weather.full:
            self.server.hits["disk full"] += 1
            self.aborted = True
            raise asyncpg.DiskFullError(FULL)

    async def answered(self) -> None:
        """The answer travels back; the server counts idle time from now."""
        self.idle()
        if self.server.random.random() < 0.2:
            await self.journey()
        if self.server.weather.flaky and self.server.random.random() < self.server.weather.flaky / 2:
            self.server.hits["connection lost after a statement"] += 1
            self.end()
        self._check()

    async def take(self, keys: Sequence[Key]) -> None:
        """Lock rows one after the other, waiting for each."""
        for key in keys:
            lock = self.server.lock(key)
            if lock.owner is self:
                continue
            if lock.owner is None:
                lock.owner = self
                self.held.append(key)
                continue
            if self.server.begins_circle(key, self):
                self.server.hits["deadlock"] += 1
                await asyncio.sleep(1.0)
                self.aborted = True
                raise asyncpg.DeadlockDetectedError("deadlock detected")
            future = self.server.loop.create_future()
            lock.waiting.append((self, future))
            self.server.hits["waited for a row"] += 1
            self.awaits, self._granted, self._idle_until = key, future, None
            try:
                await asyncio.wait_for(future, 60)
            finally:
                self.awaits = self._granted = None
            self._check()

    async def commit(self) -> None:
        """Make it true, or never have been. The answer may be lost after it was done.

        A transaction in which a statement failed is rolled back, and nobody is told so: asyncpg does not read PostgreSQL's word.
        """
        failed, self.aborted = self.aborted, False
        await self.statement(writes=False)
        server = self.server
        if failed:
            server.hits["commit rolled back in silence"] += 1
            self.rollback()
            await self.answered()
            return
        saved, self.saved = self.saved, []
        for write in saved:
            write()
        server.commits += 1
        self.rollback()
        try:
            await self.answered()
        except asyncpg.PostgresError:
            server.hits["commit done, its answer lost"] += 1
            raise

    def _check(self) -> None:
        if self.ended:
            raise asyncpg.ConnectionDoesNotExistError(LOST)


def ended(connection: Connection, problem: BaseException) -> bool:
    """Whether a connection is of no use any more."""
    return connection.ended or isinstance(problem, asyncpg.PostgresConnectionError | OSError)


@asynccontextmanager
async def begun(connection: Connection) -> AsyncIterator[Connection]:
    """A transaction on a connection: committed at the end, rolled back where anything was raised."""
    connection._check()
    connection.in_transaction = True
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    try:
        await connection.commit()
    except BaseException:
        connection.rollback()
        raise


@asynccontextmanager
async def one_statement(server: Server, process: Process, *, writes: bool = False) -> AsyncIterator[None]:
    """One statement on a connection of the moment: it is done in the body, and its answer may be lost afterwards."""
    connection = server.connect(process)
    try:
        await connection.statement(writes=writes)
        yield
        await connection.answered()
    finally:
        connection.end()
