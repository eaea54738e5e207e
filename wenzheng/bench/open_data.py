"""Open data beside posts: rows a second of a year's file, its making included, and what posts have to bear meanwhile."""

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from wenzheng.bench.load import Load, drive

RATE: Final = 20.0
"""Posts a second."""
QUIET_SECONDS: Final = 20.0
BESIDE_SECONDS: Final = 1200.0
"""At most."""
READER: Final = f"""
import os, sys, urllib.request
os.nice(19)
with urllib.request.urlopen(sys.argv[1], timeout={BESIDE_SECONDS}) as answer:
    print(sum(part.count(b"\\n") for part in iter(lambda: answer.read(65536), b"")))
"""
"""Counts the lines of what an address answers."""


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
    """Lines of the year's file of cases and the seconds until the last of them, the making of the file included.

    They are counted by a process of its own: who reads open data sits elsewhere, and is not to hold up who posts here.
    """
    started = time.perf_counter()
    command = ("-c", READER, f"{stats}/open/cases-{year}.csv")
    reader = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    told, _ = await reader.communicate()
    if reader.returncode:
        raise RuntimeError(f"the reader of open data ended with {reader.returncode}")
    return int(told) - 1, time.perf_counter() - started


async def rounds(stats: str, intake: str, posts: Sequence[bytes], years: Sequence[int]) -> dict[str, Any]:
    """A round for each year, whose file nobody has asked for yet; what is told of all is the median."""
    told = [await beside_posts(stats, intake, posts, year) for year in years]
    middle = {
        name: statistics.median(one[name] for one in told) for name in ("open_rows_per_s", "post_p99_ratio")
    }
    return {**middle, "rounds": told}
