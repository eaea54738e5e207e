"""Work that holds a processor for milliseconds, done in one thread beside the event loop: the shorter first, paced.

Python runs one thread at a time. Whenever the loop has waited for anything, it must be given the interpreter again:
beside one working thread that takes a switch interval, beside six that all want it many. So there is one thread
for such work, and a short interval. Work that leaves the interpreter alone (argon2) is done elsewhere.

An ordinary text takes a millisecond or two. Texts made to be slow take twenty or more: after each the thread rests,
so that strangers who send many of them wait for each other, and the processors stay with everybody else.
"""

import asyncio
import itertools
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from chassis import problem

T = TypeVar("T")

SWITCH_SECONDS: Final = 0.000_5
"""Seconds after which the loop is given the interpreter; Python's own 5 ms are a tenth of what a request may take, and a
request asks for it some ten times."""
DEAR_SECONDS: Final = 0.006
"""Work that used more of a processor is followed by a rest."""
REST: Final = 3.0
"""How many times as long as slow work the rest is: so it uses at most a quarter of one processor."""
WAITING: Final = 200
"""So much work may wait; each piece holds a body in memory, and its sender a connection."""

_Waiting = tuple[int, int, Callable[[], Any], "Future[Any]"]


class Aside:
    """One thread, and what waits for it."""

    def __init__(
        self,
        rest: float = 0.0,
        used: Callable[[], float] = time.thread_time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`used` tells the processor's seconds that the thread has used, `sleep` rests."""
        self._rest = rest
        self._used = used
        self._sleep = sleep
        self._waiting: queue.PriorityQueue[_Waiting] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    async def __call__(self, work: Callable[[], T], size: int = 0) -> T:
        """What the work gives. Of what waits the smaller is done first, of equal sizes what came first.

        Raises what the work raises, and HttpRefused 503 when too much waits.
        """
        if self._waiting.qsize() >= WAITING:
            raise problem.plain(503)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="aside", daemon=True)
            self._thread.start()
        done: Future[T] = Future()
        self._waiting.put((size, next(self._numbers), work, done))
        return await asyncio.wrap_future(done)

    def _work(self) -> None:
        while True:
            _, _, work, done = self._waiting.get()
            # Whoever asked may have gone.
            if not done.set_running_or_notify_cancel():
                continue
            began = self._used()
            try:
                done.set_result(work())
            except BaseException as failure:  # noqa: BLE001
                done.set_exception(failure)
            took = self._used() - began
            if self._rest and took > DEAR_SECONDS:
                self._sleep(self._rest * took)


aside: Final = Aside()
"""For work whose cost is known."""
paced: Final = Aside(REST)
"""For texts of strangers."""


def give_way_often() -> None:
    """Threads of this process give way to its event loop after `SWITCH_SECONDS`."""
    sys.setswitchinterval(SWITCH_SECONDS)
