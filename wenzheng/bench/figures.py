"""Figures of a year at a million cases: league, bulletin and papers, open data beside posts, and a recount from the log.

The cases are written into stats' tables as deadline's and stats' own rules leave them, by stats' own columns and keepers.
"""

import asyncio
import multiprocessing
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx2

from chassis.store import Packing
from chassis.tokens import Staff, sign
from city.profile import Profile
from contracts.bulletins import BulletinIssued
from contracts.codec import Record
from contracts.identity import derived
from contracts.topics import Topic
from services.stats import store
from services.stats.bulletins.papers import KINDS
from services.stats.core.bulletin.freezing import Counted, frozen
from services.stats.core.case import Case
from services.stats.core.periods import Period
from wenzheng.bench.histories import SOONEST_MINUTES, Past, lived, records
from wenzheng.bench.lives import Life
from wenzheng.bench.load import quantile
from wenzheng.bench.open_data import beside_posts, rounds
from wenzheng.recompute import Again, Logged, export, from_folder, recomputed

CASES: Final = 1_000_000
CHUNK: Final = 2_000
"""Cases written in one transaction."""
WRITERS: Final = 2
"""Processes that live and write the cases."""
LOGGED: Final = 100_000
"""Cases, about, whose facts are written as an exported log: a recount is told in seconds a million events."""
ROUNDS: Final = 10
"""Times that each month's league is read after the first."""
TIMEOUT_SECONDS: Final = 1200.0
OPEN_YEARS: Final = 5
OPEN_ROWS: Final = 100_000
"""Of a year, where open data are measured alone: they are written in some minutes, and read in some seconds."""
AS_OF_YEAR: Final = """
with copied as (
    insert into subject (subject, partition, held, remembered, number)
    select subject || $3::text, partition, held, remembered, overlay(number placing $3::text from length($1::text) + 1 for 2)
    from subject where starts_with(number, $1::text || $2::text)
)
insert into cell (day, unit, kind, measure, partition, count) values (make_date($4::integer, 1, 1), '', '', 'threads', 0, 1)"""
"""The cases of a year under the numbers of another one: as many rows, read as these are."""
AGAIN_DAYS: Final = 40
"""From the end of the year to the moment at which the cases are looked at."""
KINDS_OF_POSTS: Final = ("consult", "complaint", "suggestion", "mailbox")


def year_of(profile: Profile) -> int:
    """The last year that is over."""
    return datetime.now(profile.zone).year - 1


def pasts(profile: Profile, cases: int, first: int = 0, step: int = 1) -> Iterator[Past]:
    """Every `step`th of so many posts, evenly spread over a year and the units; one in seven hundred is never answered."""
    year = year_of(profile)
    begin, end = (datetime(y, 1, 1, tzinfo=profile.zone) for y in (year, year + 1))
    areas = sorted({one.area_code for one in profile.divisions})
    units = profile.departments
    for n in range(first, cases, step):
        drawn = n * 2_654_435_761 % 2**32
        at = (begin + (end - begin) * ((n + 0.5) / cases)).replace(microsecond=0)
        answered = drawn % 700 != 0
        rated = answered and drawn % 3 == 0
        yield Past(
            subject=derived(f"figures-{year}", "post", n),
            number=f"{profile.number_prefix}{at:%y%m%d}-{n:07}",
            at=at,
            unit=units[drawn // 7 % len(units)].code,
            kind=KINDS_OF_POSTS[drawn // 11 % 4],
            area=areas[drawn // 13 % len(areas)],
            citizen=f"citizen-{drawn % (cases // 2 + 1)}",
            minutes=SOONEST_MINUTES + drawn // 17 % 1300 if answered else 0,
            asked_back=drawn % 37 == 1,
            extended=drawn % 41 == 2,
            follow_ups=int(drawn % 5 == 0),
            grade=5 - drawn // 19 % 5 if rated else 0,
            solved="yes" if rated and drawn % 2 else None,
            again=rated and drawn % 43 == 3,
        )


def _until(profile: Profile) -> datetime:
    return datetime(year_of(profile) + 1, 1, 1, tzinfo=profile.zone) + timedelta(days=AGAIN_DAYS)


# -- writing --------------------------------------------------------------------------------------


async def write(dsn: str, profile: Profile, cases: int, first: int = 0, step: int = 1) -> int:
    """Bring these cases into the tables of stats that the connection finds; returns how many."""
    connection = await asyncpg.connect(dsn, command_timeout=600, server_settings={"search_path": "stats"})
    packing, count = Packing(Case), 0
    lives = lived(pasts(profile, cases, first, step), profile, _until(profile))
    try:
        while chunk := list(islice(lives, CHUNK)):
            await _write_chunk(connection, packing, chunk)
            count += len(chunk)
    finally:
        await connection.close()
    return count


async def _write_chunk(connection: asyncpg.Connection, packing: Packing, chunk: Sequence[Life]) -> None:
    rows = [life.remembered["stats"] for life in chunk]
    keeper, effects = store.Cells(), [one for life in chunk for one in life.effects["stats"]]
    async with connection.transaction():
        await connection.copy_records_to_table(
            "subject",
            records=[
                (
                    row.subject,
                    row.partition,
                    0,
                    packing.pack(row),
                    *(column.value(row.state) for column in store.COLUMNS),
                )
                for row in rows
            ],
            columns=[
                *("subject", "partition", "held", "remembered"),
                *(column.name for column in store.COLUMNS),
            ],
        )
        await keeper.apply(connection, [one for one in effects if isinstance(one.effect, keeper.effects)])


def _writer(dsn: str, city: str, cases: int, first: int) -> None:
    os.nice(5)
    asyncio.run(write(dsn, Profile.load(city), cases, first, WRITERS))


async def _filled(place: "Place", profile: Profile, cases: int) -> dict[str, float]:
    started = time.perf_counter()
    spawning = multiprocessing.get_context("spawn")
    writers = [
        spawning.Process(target=_writer, args=(place.dsn, place.city, cases, first), daemon=True)
        for first in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        await asyncio.to_thread(writer.join)
        if writer.exitcode:
            raise RuntimeError(f"a writer of cases ended with {writer.exitcode}")
    connection = await asyncpg.connect(
        place.dsn, command_timeout=600, server_settings={"search_path": "stats"}
    )
    await connection.execute("vacuum (analyze)")
    # What filled the tables is written to disk before anything is measured, and not beside it.
    await connection.execute("checkpoint")
    counted = await connection.fetchrow(
        "select (select count(*) from cell) as cells, (select count(*) from monthly) as sums, "
        "pg_total_relation_size('subject') as subject, pg_total_relation_size('cell') as cell, "
        "pg_total_relation_size('monthly') as monthly"
    )
    await connection.close()
    return {
        "fill_s": round(time.perf_counter() - started, 1),
        "cells": counted["cells"],
        "sums": counted["sums"],
        **{f"{table}_mb": round(counted[table] / 1e6) for table in ("subject", "cell", "monthly")},
    }


# -- the log --------------------------------------------------------------------------------------


async def logged(profile: Profile, cases: int, folder: Path) -> dict[int, dict[str, int]]:
    """Write an exported log of about `LOGGED` of the cases; returns where each topic of each partition ends."""
    step = max(1, cases // LOGGED)
    by_place: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for life in lived(pasts(profile, cases, 0, step), profile, _until(profile)):
        for topic, partition, record in records(life):
            by_place[(topic, partition)].append(record)

    async def read(topics: Sequence[Topic], partition: int) -> AsyncIterator[Logged]:
        for topic in topics:
            for offset, record in enumerate(by_place[(topic.name, partition)]):
                yield Logged(topic.name, partition, offset, record.key, record.value, record.headers)

    await export(read, folder)
    ends: dict[int, dict[str, int]] = defaultdict(dict)
    for (topic, partition), found in by_place.items():
        ends[partition][topic] = len(found)
    return ends


async def recounted(folder: Path, profile: Profile, period: Period, ends: dict[int, dict[str, int]]) -> Again:
    """A period's figures from an exported log, up to these ends: what `wenzheng bulletin recompute` does."""
    nothing = frozen(Counted({}, {}, {}, [], ends), profile, period, _until(profile), "")
    bulletin = BulletinIssued(
        at=_until(profile), bulletin="b", number="n", title="", figures=nothing, sections=(), by="bench"
    )
    return await recomputed(from_folder(folder), profile, bulletin)


def _recount(folder: Path, city: str, period: Period, ends: dict[int, dict[str, int]], told: Any) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    again = asyncio.run(recounted(folder, Profile.load(city), period, ends))
    # Not that of getrusage, which begins with what the parent held when it made this process.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) / 1024
    used = time.process_time() - cpu
    told.put((again.figures.city.measures["received"], time.perf_counter() - started, used, peak))


async def _recompute(profile: Profile, city: str, cases: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="wz-log-") as folder:
        ends = await logged(profile, cases, Path(folder))
        events = sum(sum(topics.values()) for topics in ends.values())
        spawning = multiprocessing.get_context("spawn")
        told = spawning.Queue()
        period = Period(year_of(profile), 1, 5)
        child = spawning.Process(
            target=_recount, args=(Path(folder), city, period, dict(ends), told), daemon=True
        )
        child.start()
        received, seconds, used, peak = await asyncio.to_thread(told.get)
        await asyncio.to_thread(child.join)
    return {
        "recompute_events": events,
        "recompute_received": received,
        "recompute_s_per_million": round(seconds / events * 1e6, 1),
        "recompute_cpu_s_per_million": round(used / events * 1e6, 1),
        "recompute_peak_mb": round(peak),
    }


# -- asking ---------------------------------------------------------------------------------------


async def _league(http: httpx2.AsyncClient, year: int) -> dict[str, float]:
    """Milliseconds of a month's table: read for the first time, and from then on, in turn; and of the year's."""

    async def read(asked: str) -> float:
        started = time.perf_counter()
        (await http.get(f"/v1/league?{asked}")).raise_for_status()
        return 1000 * (time.perf_counter() - started)

    # The order of the months is not that of the calendar, so that none is read beside its neighbour.
    months = [f"month={year}-{n * 5 % 12 + 1:02}" for n in range(12)]
    first = [await read(month) for month in months]
    later = [await read(month) for _ in range(ROUNDS) for month in months]
    return {
        "league_first_p50_ms": round(quantile(first, 0.5), 1),
        "league_first_max_ms": round(max(first), 1),
        "league_p50_ms": round(quantile(later, 0.5), 1),
        "league_p95_ms": round(quantile(later, 0.95), 1),
        "league_all_p95_ms": round(quantile([*first, *later], 0.95), 1),
        "league_of_year_ms": round(await read(f"period={year}")),
    }


async def _bulletin(http: httpx2.AsyncClient, year: int) -> dict[str, float]:
    """Seconds to draft the year's bulletin, and to make its three papers."""
    started = time.perf_counter()
    key = {"Idempotency-Key": "bench-figures"}
    answer = await http.post("/v1/bulletins", json={"period": f"{year}"}, headers=key)
    answer.raise_for_status()
    found = {"bulletin_draft_s": round(time.perf_counter() - started, 2)}
    for kind in KINDS:
        started = time.perf_counter()
        paper = await http.get(f"/v1/bulletins/{year}/papers/{kind}")
        paper.raise_for_status()
        found[f"{kind}_s"] = round(time.perf_counter() - started, 2)
        found[f"{kind}_kb"] = round(len(paper.content) / 1024)
    found["papers_s"] = round(sum(found[f"{kind}_s"] for kind in KINDS), 2)
    return found


@dataclass(frozen=True)
class Place:
    """The stack on which it is measured."""

    services: dict[str, str]
    """Addresses."""
    city: str
    key: bytes
    """Signs tokens of staff."""
    dsn: str
    """Of who may write every table."""
    cpu_seconds: Callable[[], dict[str, float]]
    posts: list[bytes]
    """What is posted beside."""


async def open_data(place: Place, rows: int) -> dict[str, Any]:
    """A year of so many cases, exported beside posts, and the same once more under the numbers of years before."""
    profile = Profile.load(place.city)
    found, last = await _filled(place, profile, rows), year_of(profile)
    years = range(last, last - OPEN_YEARS, -1)
    connection = await asyncpg.connect(
        place.dsn, command_timeout=600, server_settings={"search_path": "stats"}
    )
    for year in years[1:]:
        await connection.execute(AS_OF_YEAR, profile.number_prefix, f"{last % 100}", f"{year % 100}", year)
    await connection.execute("vacuum (analyze) subject")
    await connection.execute("checkpoint")
    await connection.close()
    return found | await rounds(place.services["stats"], place.services["intake"], place.posts, years)


async def measure(place: Place, cases: int = CASES) -> dict[str, Any]:
    """All of it; `cpu_s` is processor time of stats (children that have ended included) and of the database, step by step."""
    profile = Profile.load(place.city)
    year = year_of(profile)
    found: dict[str, Any] = {"cases": cases, "year": year, **await _filled(place, profile, cases)}
    used: dict[str, dict[str, float]] = {}
    headers = {
        "Authorization": f"Bearer {sign(place.key, Staff('bench', 'supervision', 'supervisor'), 4 * 3600)}"
    }
    async with httpx2.AsyncClient(
        base_url=place.services["stats"], headers=headers, timeout=TIMEOUT_SECONDS
    ) as http:
        steps: dict[str, Callable[[], Coroutine[Any, Any, dict[str, float]]]] = {
            "league": lambda: _league(http, year),
            "bulletin": lambda: _bulletin(http, year),
            "export": lambda: beside_posts(
                place.services["stats"], place.services["intake"], place.posts, year
            ),
        }
        for name, step in steps.items():
            before = place.cpu_seconds()
            found |= await step()
            after = place.cpu_seconds()
            used[name] = {part: round(after[part] - before[part], 1) for part in ("stats", "postgres")}
    found["cpu_s"] = used
    return found | await _recompute(profile, place.city, cases)
