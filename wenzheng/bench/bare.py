"""A storm without a system: bare statements that write what a storm has to write, as a reference beside it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from chassis.postgres import schema
from city.profile import Profile
from wenzheng.bench.lives import Life, batches, lives

CASES: Final = 10_000
BATCH: Final = 250
"""Cases, and so timers, of one round of bare statements."""

_TABLES: Final = f"""
create table timer (subject text collate "C" primary key, due_at timestamptz not null);
create index timer_due on timer (due_at, subject);
create table state (subject text collate "C" primary key, remembered bytea not null)
    with (fillfactor = {schema.FILLED}, toast_tuple_target = 8160);
create table notice (
    id uuid primary key, subject text collate "C" not null, text text not null, state text not null default 'pending',
    next_at timestamptz not null default clock_timestamp());
create index notice_pending on notice (next_at) where state in ('pending', 'claimed');
create index notice_subject on notice (subject);
create table outbox (id text collate "C" primary key, blob bytea not null);
alter table outbox alter column blob set storage external"""
_FIRE: Final = """
delete from timer where subject in (select subject from timer where due_at <= clock_timestamp() order by due_at, subject limit 500)
returning subject"""
_STATES: Final = """
update state s set remembered = new.remembered
from unnest($1::text[], $2::bytea[]) new (subject, remembered) where s.subject = new.subject"""
_NOTICES: Final = """
insert into notice (id, subject, text) select * from unnest($1::uuid[], $2::text[], $3::text[])"""
_TAKEN: Final = """
update notice set state = 'claimed', next_at = clock_timestamp() + interval '1 minute' where id = any($1::uuid[])"""
_TOLD: Final = "update notice set state = 'sent' where id = any($1::uuid[])"
_SAID: Final = """
with forgotten as (delete from outbox) insert into outbox values (gen_random_uuid()::text, $1::bytea)"""


async def bare(dsn: str, profile: Profile, cases: int = CASES) -> float:
    """Timers a second at which bare statements write what a storm has to write; no rule, no bus, nobody else.

    The raw statement deletes timers and writes one row. A storm of cases also writes, in each service
    that hears of it, the next state of every case; a row for everyone who is told, again when it is sent
    and when it has been; and all that is said. These are the very bytes, in the services' transactions,
    one after the other on one connection.
    """
    rounds = [_round(batch) for batch in batches(lives(profile, cases), BATCH)]
    connection = await asyncpg.connect(dsn, command_timeout=600)
    try:
        await connection.execute("drop schema if exists bench_storm cascade; create schema bench_storm")
        await connection.execute(f"set search_path to bench_storm; {_TABLES}")
        due = datetime.now(UTC)
        for one in rounds:
            await connection.copy_records_to_table("state", records=one.before)
            await connection.copy_records_to_table(
                "timer", records=[(subject, due) for subject in one.timers]
            )
        await connection.execute("vacuum (analyze) state")
        await connection.execute("vacuum (analyze) timer")
        started = time.perf_counter()
        for one in rounds:
            for transaction in one.transactions:
                async with connection.transaction():
                    for statement, arguments in transaction:
                        await connection.execute(statement, *arguments)
        return sum(len(one.timers) for one in rounds) / (time.perf_counter() - started)
    finally:
        await connection.execute("drop schema if exists bench_storm cascade")
        await connection.close()


Statement = tuple[str, tuple[Any, ...]]
"""Its text and its arguments."""


@dataclass
class _Round:
    """What is there before, and what bare statements do about it, transaction by transaction."""

    before: list[tuple[str, bytes]]
    timers: list[str]
    transactions: list[list[Statement]]


def _round(batch: Sequence[Life]) -> _Round:
    def states(name: str) -> Statement:
        rows = [(f"{name}/{life.subject}", life.packed()[name]) for life in batch]
        return _STATES, ([subject for subject, _ in rows], [state for _, state in rows])

    def said(counts: Sequence[int]) -> Statement:
        facts = [fact for life, count in zip(batch, counts, strict=True) for fact in life.said[count:]]
        return _SAID, (b"".join(msgspec.json.encode(fact) for fact in facts),)

    before = [(f"{name}/{life.subject}", state) for life in batch for name, state in life.packed().items()]
    timers = [life.subject for life in batch]
    counts = [len(life.said) for life in batch]
    for life in batch:
        life.ring(life.due)
    fired: list[Statement] = [(_FIRE, ()), states("deadline"), said(counts)]
    heard: list[list[Statement]] = [[states("intake")], [states("notifier")], [states("stats")]]
    counts = [len(life.said) for life in batch]
    notices = [notice for life in batch for notice in life.tell()]
    ids = [UUID(notice.id) for notice in notices]
    heard[1].append((_NOTICES, (ids, [n.cause for n in notices], [n.text for n in notices])))
    told: list[Statement] = [(_TOLD, (ids,)), states("notifier"), said(counts)]
    return _Round(
        before,
        timers,
        [fired, *heard, [(_TAKEN, (ids,))], told, [states("intake")], [states("stats")]],
    )
