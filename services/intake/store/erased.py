"""Keys that were erased are gone from the database's files by the next morning (ADR 33)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog

from chassis.failures import STORAGE_ERRORS
from chassis.postgres.overwriting import overwrite

NIGHT: Final = range(2, 5)
"""Hours of the city's real day in which few post."""
LATEST: Final = timedelta(hours=20)
"""An erasure is never left to a night that comes later."""
LOOK_SECONDS: Final = 3600.0
"""Real time between two looks; with it, no erased key lies in a file for longer than a day."""
TABLES: Final = ("vault.contact_key", "vault.text_key", "vault.code_key")
_LOCK: Final = 33_000_033
"""One instance at a time."""

_log = structlog.get_logger()


class ErasedKeys:
    """Sees to it that what was erased is overwritten; `now` is real time in the city's zone."""

    def __init__(self, dsn: str, now: Callable[[], datetime]) -> None:
        self._dsn = dsn
        self._now = now

    async def run(self) -> None:
        """Hour after hour, for the life of the process; while the database cannot, it is asked again an hour later."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.sweep()
            except (asyncpg.PostgresError, *STORAGE_ERRORS) as failure:
                _log.warning("erased keys were not overwritten", reason=repr(failure))

    async def sweep(self) -> bool:
        """Overwrite what was erased, if it is night or time is up; whether anything was."""
        connection = await asyncpg.connect(self._dsn)
        try:
            oldest = await connection.fetchval("select min(at) from vault.erased")
            now = self._now()
            if oldest is None or not (now.hour in NIGHT or now - oldest >= LATEST):
                return False
            if not await connection.fetchval("select pg_try_advisory_lock($1::bigint)", _LOCK):
                return False
            before = await connection.fetchval("select clock_timestamp()")
            kept = await overwrite(connection, TABLES)
            if kept:
                # A replica or an archive has them still; they are overwritten once it has let them go.
                _log.warning("log files could not be overwritten", files=kept)
                return True
            await connection.execute("delete from vault.erased where at < $1::timestamptz", before)
            _log.info("erased keys are overwritten")
            return True
        finally:
            await connection.close()
