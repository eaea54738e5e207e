"""A flood: posts lie on the bus while nobody listens, two busy loops hold the processors, then the listeners start.

An overload must only ever make things later: no process may end, what is left must only get less, and the
listeners must use the processor time that is left to them as well as they use it alone.
"""

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from wenzheng.bench.load import drive
from wenzheng.bench.stack import (
    LISTENING,
    bodies,
    cpu_seconds,
    everybody_listens,
    nobody_listens,
    processes,
)
from wenzheng.stack.home import Home
from wenzheng.stack.status import status

POSTS: Final = 30_000
BUSY_LOOPS: Final = 2
SAMPLE_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 1_200.0
"""A flood that has not drained by then is given up, and the figures say so."""


def _spin(stop: Any) -> None:
    while not stop.is_set():
        sum(range(10_000))


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """So many processes that do nothing but take the processor."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    loops = [context.Process(target=_spin, args=(stop,), daemon=True) for _ in range(count)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        stop.set()
        for loop in loops:
            loop.join(10)


async def _drain(home: Home, before: dict[str, float]) -> dict[str, Any]:
    """Wait until nothing lags; what was left on the way, and the processor time of all parts since `before`."""
    started, pids = time.monotonic(), await processes(home)
    lags: list[int] = []
    while time.monotonic() - started < PATIENCE_SECONDS:
        lags.append(sum(part["lag"] or 0 for part in (await status(home))["parts"]))
        if not lags[-1]:
            break
        await asyncio.sleep(SAMPLE_SECONDS)
    after = cpu_seconds(home)
    ended = [name for name, pid in (await processes(home)).items() if pid != pids[name]]
    # Who listens is a new process, which had used nothing before.
    cpu = {name: after[name] - (0.0 if name in LISTENING else before[name]) for name in after}
    return {
        "drained": not lags[-1],
        "seconds": round(time.monotonic() - started, 1),
        "cpu_s": round(sum(cpu.values()), 1),
        "lag_samples": lags,
        "ended": ended,
    }


async def _flood(home: Home, posts: int, loops: int) -> dict[str, Any]:
    """So many posts while nobody listens; then everybody does, beside so many busy loops from the first moment on."""
    texts, sent = bodies(), 0

    def body(n: int) -> bytes:
        nonlocal sent
        sent = n
        return texts[n % len(texts)]

    address, accepted = home.read_state()["services"]["intake"], 0
    with contextlib.ExitStack() as busy:
        async with nobody_listens(home):
            if posts:
                load = await drive(address, body, PATIENCE_SECONDS, enough=lambda: sent >= posts)
                accepted = len(load.accepted)
            before = cpu_seconds(home)
            busy.enter_context(busy_loops(loops))
        started = time.monotonic()
        ready = await everybody_listens(home)
        ready_s = round(time.monotonic() - started, 1)
        return {"posts": accepted, "ready": ready, "ready_s": ready_s, **await _drain(home, before)}


async def measure(home: Home, posts: int = POSTS) -> dict[str, Any]:
    """Two floods of the same size, without and with busy loops; `processor_ratio` compares posts a processor second.

    What it costs to start without any post, `start_cpu_s`, is taken from both.
    """
    start = await _flood(home, 0, 0)
    quiet, busy = await _flood(home, posts, 0), await _flood(home, posts, BUSY_LOOPS)
    rate = {
        name: flood["posts"] / max(flood["cpu_s"] - start["cpu_s"], 0.1)
        for name, flood in (("quiet", quiet), ("busy", busy))
    }
    return {
        "start_cpu_s": start["cpu_s"],
        "quiet": quiet,
        "busy": busy,
        "processor_ratio": round(rate["busy"] / rate["quiet"], 2),
    }
