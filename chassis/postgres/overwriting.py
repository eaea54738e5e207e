"""What was deleted leaves the disk, too: heap pages and the write-ahead log keep a row's bytes until they are overwritten.

PostgreSQL marks a deleted row and reuses its place some day; its log files are kept for later under other names, with all
that stands in them (ADR 33).
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg

LOCK_SECONDS: Final = 2
"""Who waits for a table longer lets others go first, and comes again later."""
PACE_SECONDS: Final = 0.05
"""Between two log files of 16 MiB, so that others find the disk free."""

_FILES: Final = "select count(*) from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'"
_OLDER: Final = f"{_FILES} and modification < date_trunc('second', $1::timestamptz)"
"""Times of files are told in whole seconds."""


async def overwrite(connection: asyncpg.Connection, tables: Sequence[str]) -> int:
    """Write these tables anew without what was deleted, then write over every log file; how many files could not be.

    The role owns the tables, may checkpoint, and may switch and list log files (`roles.sql`). Files that are kept for a
    replica or an archive stay as they are. Raises what the database raises, as when somebody works on a table for long.
    """
    await connection.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
    for table in tables:
        await connection.execute(f"vacuum (full) {table}")
    # What was written until now has an earlier second than whatever is written from now on.
    await asyncio.sleep(1.0)
    started = await connection.fetchval("select clock_timestamp()")
    await _next_file(connection)
    await connection.execute("checkpoint")
    for _ in range(await connection.fetchval(_FILES)):
        await _next_file(connection)
        await asyncio.sleep(PACE_SECONDS)
    await connection.execute("checkpoint")
    older: int = await connection.fetchval(_OLDER, started)
    return older


async def _next_file(connection: asyncpg.Connection) -> None:
    """Fill what is left of the present log file with zeros; one in which nothing stands would not be changed."""
    await connection.execute("select pg_logical_emit_message(false, 'wenzheng', '')")
    await connection.execute("select pg_switch_wal()")
