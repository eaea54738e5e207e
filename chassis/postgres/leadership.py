"""One leader among the instances that share a name: an advisory lock, which lives and dies with its connection."""

import contextlib
import time
from typing import Final
from zlib import crc32

import asyncpg
import structlog

FROZEN_SECONDS: Final = 10
"""A leader that says nothing to the server for this long is let go."""
HEARTBEAT_SECONDS: Final = 2.0

_LOST: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What the driver raises, beside the server's own errors, over a connection that ended while nobody looked."""

_log = structlog.get_logger()


class Leadership:
    """One leader among the instances that share a name, for as long as its connection lives.

    The connection is used for nothing else: what a leader writes goes its own way.
    """

    def __init__(self, pool: asyncpg.Pool, name: str) -> None:
        self._pool = pool
        self._name = name
        self._key = crc32(name.encode())
        self._connection: asyncpg.Connection | None = None
        self._asked_at = 0.0

    @property
    def connection(self) -> asyncpg.Connection | None:
        """The leader's own connection, to look at; None while another instance leads."""
        return self._connection

    async def held(self) -> bool:
        """Whether this instance leads: tries to, where nobody does.

        Who lost the connection, by a break or because this process stood still for too long, leads no more and tries again.
        """
        if time.monotonic() - self._asked_at < HEARTBEAT_SECONDS:
            return self._connection is not None
        self._asked_at = time.monotonic()
        try:
            if self._connection is None:
                self._connection = await self._taken()
            else:
                await self._connection.execute("select 1")
        except (*_LOST, asyncpg.PostgresError) as failure:
            _log.warning("does not lead any more", name=self._name, reason=repr(failure))
            self._let_go()
        return self._connection is not None

    async def _taken(self) -> asyncpg.Connection | None:
        """A connection that has the lock; None while another instance has it."""
        connection = await self._pool.acquire()
        taken = False
        try:
            taken = await connection.fetchval("select pg_try_advisory_lock($1::bigint)", self._key)
            if taken:
                await connection.execute(f"set idle_session_timeout = '{FROZEN_SECONDS}s'")
        finally:
            if not taken:
                await self._pool.release(connection)
        return connection if taken else None

    def _let_go(self) -> None:
        """End the connection, which may be half alive, and the lock with it."""
        if self._connection is not None:
            # It may have gone back to the pool by itself, as a broken one does.
            with contextlib.suppress(*_LOST):
                self._connection.terminate()
        self._connection = None
