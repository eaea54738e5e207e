"""Timers: arming, cancelling and firing, beside the raw statement they are measured against."""

import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from chassis.clock import HandClock
from chassis.postgres import schema
from chassis.store import Applied
from city.profile import Profile
from services.deadline.core.case import Arm, Cancel
from services.deadline.store import Timers

BATCH = 500
ARMED = 50_000
FIRED = 100_000
LONG = 1_000_000
"""Timers fired under an old snapshot."""
PENDING = 20_000_000
"""Timers pending beside those that fire: about half of a nation's."""
DUES = 50_000
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = START + timedelta(days=30)

_TABLES = """
create table timer (
    subject text collate "C" primary key, partition smallint not null, number integer not null,
    due_at timestamptz not null
);
create index timer_due on timer (due_at, subject);
"""
_FILL = """
insert into timer select $3::text || n, n % 12, 0,
       $1::timestamptz + make_interval(secs => n * 0.001) from generate_series(1, $2::integer) n"""
_RAW = """
delete from timer where subject in (
    select subject from timer where due_at <= $1::timestamptz order by due_at limit 500)
returning subject, number, due_at"""


async def measure(dsn: str, profile: Profile, pending: int = PENDING) -> dict[str, Any]:
    """Rates a second, and their share of the raw statement's in the same run.

    The raw statement deletes 500 timers, returns them and writes one outbox row in one synchronous
    transaction. `fire_*` is the store's claim with the same outbox row: it also looks at partitions
    owned and at subjects that are held. The rule and the state of each case come on top of it in the
    service; `storm.measure` measures that whole.
    """
    found: dict[str, Any] = due_cost(profile)
    async with _tables(dsn) as connection:
        found.update(await _arm_and_cancel(connection))
        raw, store = 0.0, 0.0
        for _ in range(3):
            await _fill(connection, FIRED)
            raw = max(raw, await _fire(connection, None))
            await _fill(connection, FIRED)
            store = max(store, await _fire(connection, _store()))
        found |= {"raw_fire_per_s": round(raw), "fire_per_s": round(store)}
        found["fire_ratio"] = round(store / raw, 3)
        without, under = 0.0, 0.0
        for _ in range(2):
            await _fill(connection, LONG)
            without = max(without, await _fire(connection, _store()))
            await _fill(connection, LONG)
            under = max(under, await _under_old_snapshot(connection, dsn))
        found |= {"fire_1m_per_s": round(without), "fire_1m_old_snapshot_per_s": round(under)}
        found["snapshot_ratio"] = round(under / without, 3)
        await _fill(connection, FIRED, pending)
        many = max([await _refire(connection) for _ in range(3)])
        found |= {"pending": pending, "fire_pending_per_s": round(many)}
        found["fire_ratio_20m"] = round(many / store, 3)
    return found


def due_cost(profile: Profile) -> dict[str, float]:
    """Microseconds of a warm `due`, beside those of adding three days to the same instants."""
    working_time, first = profile.working_time, datetime(2010, 1, 1, 10, tzinfo=profile.zone)
    days = [first + timedelta(days=n % 5844) for n in range(DUES)]
    for day in days:
        working_time.due(day)
    best, reference = float("inf"), float("inf")
    for _ in range(3):
        started = time.perf_counter()
        for day in days:
            working_time.due(day)
        best = min(best, time.perf_counter() - started)
        started = time.perf_counter()
        for day in days:
            day + timedelta(days=3)
        reference = min(reference, time.perf_counter() - started)
    return {
        "due_us": round(best / DUES * 1e6, 2),
        "due_reference_us": round(reference / DUES * 1e6, 2),
        "due_ratio": round(best / reference, 1),
    }


@asynccontextmanager
async def _tables(dsn: str) -> Any:
    connection = await asyncpg.connect(dsn, command_timeout=1800)
    await connection.execute("drop schema if exists bench_timers cascade; create schema bench_timers")
    await connection.execute("set search_path to bench_timers")
    await connection.execute(schema.FIRST_TABLES)
    await connection.execute(_TABLES)
    try:
        yield connection
    finally:
        await connection.execute("drop schema bench_timers cascade")
        await connection.close()


def _store() -> Any:
    return Timers(HandClock(NOW))


async def _arm_and_cancel(connection: Any) -> dict[str, int]:
    store: Any = _store()
    applied = [
        Applied(f"post-{n}", n % 12, "cause", START, Arm(START + timedelta(seconds=n), 0))
        for n in range(ARMED)
    ]
    rates = {}
    for name, batch in (
        ("arm_per_s", applied),
        (
            "cancel_per_s",
            [Applied(one.subject, one.partition, "cause", START, Cancel()) for one in applied],
        ),
    ):
        started = time.perf_counter()
        for begin in range(0, ARMED, BATCH):
            async with connection.transaction():
                await store.apply(connection, batch[begin : begin + BATCH])
        rates[name] = round(ARMED / (time.perf_counter() - started))
    return rates


async def _fill(connection: Any, due: int, pending: int = 0) -> None:
    """So many timers due, and so many whose instant lies in the months after."""
    await connection.execute("truncate timer; truncate outbox; drop index if exists timer_due")
    if pending:
        await connection.execute("alter table timer drop constraint timer_pkey")
        await connection.execute(_FILL, NOW + timedelta(seconds=1), pending, "pending-")
    await connection.execute(_FILL, START, due, "post-")
    if pending:
        await connection.execute("alter table timer add primary key (subject)")
    await connection.execute("create index timer_due on timer (due_at, subject)")
    await connection.execute("vacuum (analyze) timer")


async def _fire(connection: Any, store: Any) -> float:
    """Timers a second until none is due: with the store's claim, or (None) with the raw statement."""
    fired, number, started = 0, 0, time.perf_counter()
    owned, blob = dict.fromkeys(range(12), 0), b"x" * 20_000
    while True:
        async with connection.transaction():
            if store is None:
                rows = await connection.fetch(_RAW, NOW)
            else:
                rows = await store.claim(connection, owned, NOW, BATCH)
            number += 1
            await connection.execute(
                "insert into outbox (id, blob) values ($1::text, $2::bytea)", f"{started}/{number}", blob
            )
        if not rows:
            return fired / (time.perf_counter() - started)
        fired += len(rows)


async def _refire(connection: Any) -> float:
    await connection.execute("truncate outbox")
    if not await connection.fetchval("select exists (select from timer where due_at <= $1)", NOW):
        await connection.execute(_FILL, START, FIRED, "post-")
        await connection.execute("vacuum (analyze) timer")
    return await _fire(connection, _store())


async def _under_old_snapshot(connection: Any, dsn: str) -> float:
    """The same with a transaction open that began before: dead rows cannot be removed."""
    other = await asyncpg.connect(dsn)
    try:
        async with other.transaction(isolation="repeatable_read"):
            await other.fetchval("select count(*) from bench_timers.timer")
            return await _fire(connection, _store())
    finally:
        await other.close()
