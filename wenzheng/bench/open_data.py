"""Open data beside posts: rows a second of a year's file, its making included, and what posts have to bear meanwhile."""

import asyncio
import multiprocessing
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

import httpx2

from wenzheng.bench.load import Load, drive

RATE: Final = 20.0
"""Posts a second."""
QUIET_SECONDS: Final = 20.0
BESIDE_SECONDS: Final = 1200.0
"""At most."""


async def beside_posts(stats: str, intake: str, posts: Sequence[bytes], year: int) -> dict[str, float]:
    """Rows a second of the year's export, with posts beside it, and their p99 as a multiple of what it is without."""

    def body(n: int) -> bytes:
        return posts[n % len(posts)]

    await drive(intake, body, 5, RATE, 32)
    quiet = await drive(intake, body, QUIET_SECONDS, RATE, 32)
    over = asyncio.Event()
    load: asyncio.Task[Load] = asyncio.create_task(drive(intake, body, BESIDE_SECONDS, RATE, 32, over.is_set))
    rows, seconds = await _read(stats, year)
    over.set()
    beside = await load
    return {
        "open_rows": rows,
        "open_rows_per_s": round(rows / seconds),
        "quiet_post_p99_ms": round(quiet.quantile(0.99), 1),
        "beside_post_p99_ms": round(beside.quantile(0.99), 1),
        "beside_posts": len(beside.latencies),
        "post_p99_ratio": round(beside.quantile(0.99) / quiet.quantile(0.99), 2),
    }


async def _read(stats: str, year: int) -> tuple[int, float]:
    """What `_counted` tells of the year's file of cases.

    A process of its own reads: who reads open data sits elsewhere, and is not to hold up who posts here.
    """
    reader = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    try:
        address = f"{stats}/open/cases-{year}.csv"
        return await asyncio.get_running_loop().run_in_executor(reader, _counted, address)
    finally:
        await asyncio.to_thread(reader.shutdown)


def _counted(address: str) -> tuple[int, float]:
    """Lines of a file below its heading, and the seconds until the last of them, the making of the file included."""
    os.nice(19)
    started = time.perf_counter()
    with httpx2.stream("GET", address, timeout=BESIDE_SECONDS) as answer:
        if answer.status_code != 200:
            # An error of the client's own cannot be handed from one process to another.
            raise RuntimeError(f"{address} answers {answer.status_code}")
        lines = sum(part.count(b"\n") for part in answer.iter_bytes())
    return lines - 1, time.perf_counter() - started


async def rounds(stats: str, intake: str, posts: Sequence[bytes], years: Sequence[int]) -> dict[str, Any]:
    """A round for each year, whose file nobody has asked for yet; what is told of all is the median."""
    told = [await beside_posts(stats, intake, posts, year) for year in years]
    middle = {
        name: statistics.median(one[name] for one in told) for name in ("open_rows_per_s", "post_p99_ratio")
    }
    return {**middle, "rounds": told}
