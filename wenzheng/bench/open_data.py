"""Open data beside posts: rows a second of a year's file, its making included, and what posts have to bear meanwhile."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

import httpx2

from wenzheng.bench.load import Load, drive

RATE: Final = 20.0
"""Posts a second."""
QUIET_SECONDS: Final = 20.0
BESIDE_SECONDS: Final = 1200.0
"""At most."""


async def beside_posts(
    http: httpx2.AsyncClient, intake: str, posts: Sequence[bytes], year: int
) -> dict[str, float]:
    """Rows a second of the year's export, with posts beside it, and their p99 as a multiple of what it is without."""

    def body(n: int) -> bytes:
        return posts[n % len(posts)]

    await drive(intake, body, 5, RATE, 32)
    quiet = await drive(intake, body, QUIET_SECONDS, RATE, 32)
    over = asyncio.Event()
    load: asyncio.Task[Load] = asyncio.create_task(drive(intake, body, BESIDE_SECONDS, RATE, 32, over.is_set))
    rows, seconds = await _read(http, year)
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


async def _read(http: httpx2.AsyncClient, year: int) -> tuple[int, float]:
    """Lines of the year's file of cases and the seconds until the last of them, the making of the file included."""
    started, rows = time.perf_counter(), 0
    async with http.stream("GET", f"/open/cases-{year}.csv") as answer:
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            rows += part.count(b"\n")
    return rows - 1, time.perf_counter() - started


async def rounds(
    http: httpx2.AsyncClient, intake: str, posts: Sequence[bytes], years: Sequence[int]
) -> dict[str, Any]:
    """A round for each year, whose file nobody has asked for yet; what is told of all is the median."""
    told = [await beside_posts(http, intake, posts, year) for year in years]
    middle = {
        name: statistics.median(one[name] for one in told) for name in ("open_rows_per_s", "post_p99_ratio")
    }
    return {**middle, "rounds": told}
