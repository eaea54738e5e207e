"""Replays a file of posts against intake, at a rate or at the pace of the posts' own times."""

import asyncio
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from wenzheng.posts_file import Line, read_posts


@dataclass
class Summary:
    """What came of a replay."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    bad: list[Line] = field(default_factory=list)
    seconds: float = 0.0

    def quantile(self, share: float) -> float:
        """The time within which this share of posts was answered, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def replay(path: Path, address: str, rate: float, speed: float, console: Console) -> Summary:
    """Send every good row; `rate` posts a second, or (`speed` > 0) the rows' own times that many times faster."""
    lines = list(read_posts(path))
    summary = Summary(bad=[line for line in lines if line.body is None])
    good = [line for line in lines if line.body is not None]
    times = [line.time for line in good if line.time is not None]
    first = min(times) if speed and times else None
    limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
    started = time.monotonic()
    columns = (TextColumn("回放 replay"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(good))
        async with httpx2.AsyncClient(base_url=address, timeout=30, limits=limits) as http:

            async def send(line: Line) -> None:
                before = time.monotonic()
                try:
                    response = await http.post(
                        "/v1/posts", json=line.body, headers={"Idempotency-Key": uuid.uuid4().hex}
                    )
                    summary.statuses[response.status_code] += 1
                    if response.status_code >= 400:
                        summary.bad.append(Line(line.number, None, response.json().get("title", "")))
                except httpx2.HTTPError as problem:
                    summary.statuses[0] += 1
                    summary.bad.append(Line(line.number, None, type(problem).__name__))
                summary.latencies.append(time.monotonic() - before)
                progress.advance(task)

            sending: set[asyncio.Task[None]] = set()
            for index, line in enumerate(good):
                if first is not None and line.time is not None:
                    at = started + (line.time - first).total_seconds() / speed
                else:
                    at = started + index / rate if rate else started
                if (wait := at - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                while len(sending) >= 256:
                    await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
                sent = asyncio.create_task(send(line))
                sending.add(sent)
                sent.add_done_callback(sending.discard)
            if sending:
                await asyncio.wait(sending)
    summary.sent = len(good)
    summary.seconds = time.monotonic() - started
    return summary
