"""The stack that is measured: started in a folder of its own, its parts' processor time, and when nothing lags."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from wenzheng.posts_file import real_or_sample, real_or_sample_path
from wenzheng.stack import background
from wenzheng.stack.home import Home
from wenzheng.stack.status import status

LISTENING: Final = ("intake-listen", "router-listen", "router", "deadline", "notifier", "stats")
"""The parts that hear the bus."""


@contextmanager
def stack(ports: int, settings: Mapping[str, str] | None = None) -> Iterator[Home]:
    """A stack in a private folder, gone afterwards; `settings` are what the environment says to it."""
    folder = Path(tempfile.mkdtemp(prefix="wz-bench-"))
    home = Home(folder / "d")
    try:
        home.prepare()
        background.start(home, ports, settings=settings)
        yield home
    finally:
        if home.state_file.exists():
            background.end(home)
        shutil.rmtree(folder, ignore_errors=True)


def bodies() -> list[bytes]:
    """Posts as they are sent, without contact, so that what is measured is the chain and not the providers.

    No debates: they end with a moderator, and never walk the chain.
    """
    return [
        json.dumps(body, ensure_ascii=False).encode()
        for body in real_or_sample()
        if len(body["text"]) < 3000 and body["kind"] != "debate"
    ]


def kind_of_bodies() -> dict[str, Any]:
    """Which posts these are, and the median length of their texts in characters: only runs with the same posts compare."""
    lengths = [len(json.loads(body)["text"]) for body in bodies()]
    return {"posts_from": real_or_sample_path().name, "characters_p50": int(median(lengths))}


def cpu_seconds(home: Home) -> dict[str, float]:
    """CPU seconds used so far by each part's process, its children included."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for part in home.read_state()["parts"]:
        total = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            # PostgreSQL's backends are children, each in a session of its own; those that ended count, too.
            if int(path.parent.name) == part["pid"]:
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == part["pid"]:
                total += int(fields[11]) + int(fields[12])
        found[part["name"]] = total / ticks
    return found


async def drained(home: Home, seconds: float = 120) -> float:
    """Seconds until nothing lags."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        parts = (await status(home))["parts"]
        if not any((part["lag"] or 0) for part in parts):
            return time.monotonic() - started
        await asyncio.sleep(0.5)
    return time.monotonic() - started


async def processes(home: Home) -> dict[str, int | None]:
    """Part to process id, as they are now."""
    return {part["name"]: part["pid"] for part in (await status(home))["parts"]}


@asynccontextmanager
async def nobody_listens(home: Home) -> AsyncIterator[None]:
    """End all parts that hear the bus; they are started again at the end of the context.

    The manager is held meanwhile, so that it starts nobody again before that.
    """
    manager = home.read_state()["pid"]
    pids = await processes(home)
    os.kill(manager, signal.SIGSTOP)
    try:
        for name in LISTENING:
            pid = pids[name]
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
        yield
    finally:
        os.kill(manager, signal.SIGCONT)


async def everybody_listens(home: Home, seconds: float = 120.0) -> bool:
    """Wait until every part is ready; False when one is not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if all(part["state"] == "ready" for part in (await status(home))["parts"]):
            return True
        await asyncio.sleep(0.5)
    return False
