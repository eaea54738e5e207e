"""One leader among the instances that share a name: an advisory lock, which lives and dies with its connection."""

import time
from typing import Final
from zlib import crc32

import asyncpg

FROZEN_SECONDS: Final = 10
"""A leader that says nothing to the server for so long is let go."""
HEARTBEAT_SECONDS: Final = 2.0


class Leadership:
    """One leader among the instances that share a name, for as long as its connection lives.

    The connection is used for nothing else: what a leader writes goes its own way.
    """

    def __init__(self, pool: asyncpg.Pool, name: str) -> None:
        self._pool = pool
        self._key = crc32(name.encode())
        self._connection: asyncpg.Connection | None = None
        self._asked_at = 0.0

    @property
    def connection(self) -> asyncpg.Connection | None:
        """The leader's own connection, to look at; None while another instance leads."""
        return self._connection

    async def held(self) -> bool:
        """Whether this instance leads: tries to, where nobody does. Raises what a lost connection raises."""
        if self._connection is not None:
            if time.monotonic() - self._asked_at >= HEARTBEAT_SECONDS:
                await self._connection.execute("select 1")
                self._asked_at = time.monotonic()
            return True
        if time.monotonic() - self._asked_at < HEARTBEAT_SECONDS:
            return False
        self._asked_at = time.monotonic()
        connection = await self._pool.acquire()
        if await connection.fetchval("select pg_try_advisory_lock($1::bigint)", self._key):
            await connection.execute(f"set idle_session_timeout = '{FROZEN_SECONDS}s'")
            self._connection = connection
            return True
        await self._pool.release(connection)
        return False
