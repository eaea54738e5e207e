"""A storm on the running system: hundreds of thousands of cases fall due at one instant while people post.

The cases are written into the tables of all services as their rules would have left them: received,
assigned, dated, its people told, warned and reminded. Then their miss and the word to the leader
fall due, and the running services do with them what they do: states, facts, readers, notices.
"""

import asyncio
import json
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg

from chassis.store import Column, PostgresKeeper
from city.profile import Profile
from services.deadline import store as deadline_store
from services.intake import store as intake_store
from services.notifier import store as notifier_store
from services.stats import store as stats_store
from wenzheng.bench.bare import bare
from wenzheng.bench.lives import Life, batches, letter, lives
from wenzheng.bench.load import drive
from wenzheng.stack.priority import come_at_once

TIMERS: Final = 37_000
"""A tenth of the cases of Beijing's largest due date; what is compared is a rate. `--storm 370000` is the whole of it."""
SECONDS: Final = 1200.0
"""A storm that takes longer is not waited for; what is left then is told beside the rest."""
WRITTEN_PER_S: Final = 1_000
"""Timers that are surely written in a second, before they are due."""
CHUNK: Final = 2_000
"""Cases written in one transaction."""
RATE: Final = 50.0
QUIET_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.25
"""Between two looks at what is left, each of which costs the database something, too."""

_ANY_LEFT = "select exists (select from deadline.timer where due_at = $1)"
_LEFT = "select count(*) from deadline.timer where due_at = $1"
_UNTOLD = "select count(*) from notifier.notice where channel = 'robot' and state in ('pending', 'claimed')"

_KEEPERS: Final[dict[str, PostgresKeeper]] = {
    "notifier": notifier_store.Claims(),
    "stats": stats_store.Cells(),
}
_COLUMNS: Final[dict[str, tuple[Column[Any], ...]]] = {
    "intake": intake_store.COLUMNS,
    "deadline": deadline_store.COLUMNS,
    "notifier": notifier_store.COLUMNS,
    "stats": stats_store.COLUMNS,
}


async def measure(
    dsn: str, address: str, profile: Profile, raw_per_s: float, timers: int = TIMERS
) -> dict[str, Any]:
    """Milliseconds of a post before and during the storm, and timers a second until none was due.

    `storm_told_s` is how long it took until nobody was left to be told; a robot takes twenty messages
    a minute. `bare` is what one connection could do if it only had to write.
    """
    come_at_once([os.getpid()])  # whoever posts is elsewhere: what is measured should not hinder who measures
    bare_per_s = await bare(dsn, profile)
    await drive(address, _post, 5, RATE, 32)
    quiet = await drive(address, _post, QUIET_SECONDS, RATE, 32)
    connection = await asyncpg.connect(dsn, command_timeout=600)
    try:
        due_at = datetime.now(UTC) + timedelta(seconds=10 + timers / WRITTEN_PER_S)
        count = await _write(connection, profile, due_at, timers)
        # A database that has lived is tidy, and writes into log files it has used before; a new one stops to make each.
        await connection.execute("vacuum (analyze)")
        await connection.execute("checkpoint; set enable_seqscan to off")
        if datetime.now(UTC) > due_at:
            raise RuntimeError(
                "the cases were not written before they were due: WRITTEN_PER_S is too much here"
            )
        await asyncio.sleep(max(0.0, (due_at - datetime.now(UTC)).total_seconds()) + 1.0)
        drained = asyncio.Event()
        load = asyncio.create_task(drive(address, _post, SECONDS, RATE, 32, drained.is_set))
        started = time.perf_counter()
        while not load.done() and await connection.fetchval(_ANY_LEFT, due_at):
            await asyncio.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
        drained.set()
        under = await load
        left = await connection.fetchval(_LEFT, due_at)
        while time.perf_counter() - started < SECONDS and await connection.fetchval(_UNTOLD):
            await asyncio.sleep(1.0)
        told = time.perf_counter() - started
        untold = await connection.fetchval(_UNTOLD)
    finally:
        await connection.close()
    quiet_p99, storm_p99 = quiet.quantile(0.99), under.quantile(0.99)
    return {
        "storm_timers": count,
        "storm_timers_left": left,
        "storm_notices_left": untold,
        "storm_seconds": round(seconds, 1),
        "storm_told_s": round(told, 1),
        "storm_timers_per_s": round((count - left) / seconds),
        "storm_raw_ratio": round(seconds / ((count - left) / raw_per_s), 1),
        "storm_bare_per_s": round(bare_per_s),
        "storm_bare_ratio": round(seconds / ((count - left) / bare_per_s), 1),
        "quiet_post_p99_ms": round(quiet_p99, 1),
        "storm_post_p99_ms": round(storm_p99, 1),
        "storm_p99_ratio": round(storm_p99 / quiet_p99, 2),
        "refused": quiet.refused + under.refused,
    }


def _post(n: int) -> bytes:
    return json.dumps(letter(n), ensure_ascii=False).encode()


async def _write(connection: asyncpg.Connection, profile: Profile, due_at: datetime, cases: int) -> int:
    """Write so many cases whose last timers are due at one instant; returns the timers written."""
    return sum(
        [await _write_chunk(connection, chunk, due_at) for chunk in batches(lives(profile, cases), CHUNK)]
    )


async def _write_chunk(connection: asyncpg.Connection, chunk: Sequence[Life], due_at: datetime) -> int:
    packed = [life.packed() for life in chunk]
    async with connection.transaction():
        for name, columns in _COLUMNS.items():
            await connection.execute(f"set local search_path to {name}")
            rows = [(life.remembered[name], found[name]) for life, found in zip(chunk, packed, strict=True)]
            await connection.copy_records_to_table(
                "subject",
                records=[
                    (row.subject, row.partition, 0, state, *(column.value(row.state) for column in columns))
                    for row, state in rows
                ],
                columns=["subject", "partition", "held", "remembered", *(column.name for column in columns)],
            )
            if name in _KEEPERS:
                keeper = _KEEPERS[name]
                effects = [one for life in chunk for one in life.effects[name]]
                await keeper.apply(
                    connection, [one for one in effects if isinstance(one.effect, keeper.effects)]
                )
        timers = [
            (life.subject, life.partition, life.remembered["deadline"].state.rung, due_at) for life in chunk
        ]
        await connection.execute("set local search_path to deadline")
        await connection.copy_records_to_table(
            "timer", records=timers, columns=["subject", "partition", "number", "due_at"]
        )
    return len(timers)
