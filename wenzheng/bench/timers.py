"""Timers: arming, cancelling and firing, beside the raw statements they are made of."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from chassis import schema
from chassis.clock import HandClock
from chassis.service import Applied
from services.deadline.core.case import Arm, Cancel, Timer
from services.deadline.store import Timers

BATCH = 500
COUNT = 50_000
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_TABLES = """
create table timer (
    id uuid primary key, partition smallint not null, subject text collate "C" not null,
    kind text collate "C" not null, rank smallint not null, due_at timestamptz not null
);
create index timer_due on timer (due_at, rank);
"""
_FILL = """
insert into timer select gen_random_uuid(), n % 12, 'post-' || n, 'missed', 3,
       $1::timestamptz + make_interval(secs => n * 0.001) from generate_series(1, $2::integer) n"""
_RAW = """
delete from timer where id in (
    select id from timer where due_at <= $1::timestamptz order by due_at limit 500)
returning id, subject, kind, due_at"""


def _timer(n: int) -> Timer:
    return Timer(str(UUID(int=n + (1 << 100))), "missed", START + timedelta(seconds=n))


async def measure(dsn: str) -> dict[str, Any]:
    """Rates a second, and the share of the raw statement that the store's claim reaches.

    `fire_*` is the store's claim of 500 due timers and one outbox row in one synchronous
    transaction: the rule and the state of each case come on top of it in the service.
    """
    connection = await asyncpg.connect(dsn)
    await connection.execute("drop schema if exists bench_timers cascade; create schema bench_timers")
    await connection.execute("set search_path to bench_timers")
    await connection.execute(schema.FIRST_TABLES)
    await connection.execute(_TABLES)
    clock = HandClock(START + timedelta(days=30))
    store: Any = Timers(clock)
    blob = b"x" * 20_000
    found: dict[str, Any] = {}
    try:
        applied = [Applied(f"post-{n}", n % 12, "cause", START, Arm(_timer(n))) for n in range(COUNT)]
        started = time.perf_counter()
        for begin in range(0, COUNT, BATCH):
            async with connection.transaction():
                await store.apply(connection, applied[begin : begin + BATCH])
        found["arm_per_s"] = round(COUNT / (time.perf_counter() - started))
        cancelled = [
            Applied(one.subject, one.partition, "cause", START, Cancel(_timer(n).id))
            for n, one in enumerate(applied)
        ]
        started = time.perf_counter()
        for begin in range(0, COUNT, BATCH):
            async with connection.transaction():
                await store.apply(connection, cancelled[begin : begin + BATCH])
        found["cancel_per_s"] = round(COUNT / (time.perf_counter() - started))
        rates: dict[str, list[float]] = {"raw": [], "store": []}
        for _ in range(2):
            for which in ("raw", "store"):
                await connection.execute("truncate timer; truncate outbox")
                await connection.execute(_FILL, START, COUNT)
                await connection.execute("analyze timer")
                rates[which].append(await _fire(connection, which, Timers(clock), blob))
        found["raw_fire_per_s"] = round(max(rates["raw"]))
        found["fire_per_s"] = round(max(rates["store"]))
        found["fire_ratio"] = round(max(rates["store"]) / max(rates["raw"]), 3)
        found["snapshot_ratio"] = round(
            await _with_old_snapshot(connection, dsn, clock, blob) / max(rates["store"]), 3
        )
    finally:
        await connection.execute("drop schema bench_timers cascade")
        await connection.close()
    return found


async def _fire(connection: Any, which: str, store: Any, blob: bytes) -> float:
    fired, number, started = 0, 0, time.perf_counter()
    owned = dict.fromkeys(range(12), 0)
    now = START + timedelta(days=30)
    while True:
        async with connection.transaction():
            if which == "raw":
                rows = await connection.fetch(_RAW, now)
            else:
                rows = await store.claim(connection, owned, now, BATCH)
            number += 1
            await connection.execute(
                "insert into outbox (id, blob) values ($1::text, $2::bytea)", f"{which}{number}", blob
            )
        if not rows:
            return fired / (time.perf_counter() - started)
        fired += len(rows)


async def _with_old_snapshot(connection: Any, dsn: str, clock: HandClock, blob: bytes) -> float:
    """The same with a transaction open that began before: dead rows cannot be removed."""
    await connection.execute("truncate timer; truncate outbox")
    await connection.execute(_FILL, START, COUNT)
    await connection.execute("analyze timer")
    other = await asyncpg.connect(dsn)
    try:
        async with other.transaction(isolation="repeatable_read"):
            await other.fetchval("select count(*) from bench_timers.timer")
            return await _fire(connection, "store", Timers(clock), blob)
    finally:
        await other.close()
