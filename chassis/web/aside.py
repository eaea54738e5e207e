"""Work that holds a processor for milliseconds, done in one thread beside the event loop: the shorter first, paced.

Python runs one thread at a time. Whenever the loop has waited for anything, it must be given the interpreter again:
beside one working thread that takes a switch interval, beside six that all want it many. So there is one thread
for such work, and a short interval. Work that leaves the interpreter alone (argon2) is done elsewhere.

An ordinary text takes a millisecond or two. Texts made to be dear take twenty or more: after each there is a rest,
so that strangers who send many of them wait for each other, and the processors stay with everybody else (`chassis.web.turns`).
"""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from chassis import problem
from chassis.web.turns import REST, Piece, Turns

T = TypeVar("T")

SWITCH_SECONDS: Final = 0.000_5
"""After so long the loop is given the interpreter; Python's own 5 ms are a tenth of what a request may take, and a
request asks for it some ten times."""
WAITING: Final = 200
"""So much work may wait; each piece holds a body in memory, and its sender a connection."""


class Aside:
    """One thread, and what waits for it."""

    def __init__(
        self, rest: float = 0.0, used: Callable[[], float] = time.thread_time, elsewhere: float = 0.0
    ) -> None:
        """`used` tells the processor's seconds that the work has used so far, `elsewhere` what a piece costs everybody behind it
        for each unit of its size, in seconds."""
        self._used = used
        self._elsewhere = elsewhere
        self._turns = Turns(rest)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    async def __call__(self, work: Callable[[], T], size: int = 0, who: str = "") -> T:
        """What the work gives. Of what waits the smaller is done first, of equal sizes what came first; and first of all the work
        of those who (`who`, a client's key) brought no dear work lately.

        Raises what the work raises, and HttpRefused 503 when too much waits.
        """
        done: Future[T] = Future()
        with self._changed:
            if len(self._turns) >= WAITING:
                raise problem.plain(503)
            self._turns.put(size, who, work, done)
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="aside", daemon=True)
            self._thread.start()
        return await asyncio.wrap_future(done)

    def _work(self) -> None:
        while True:
            piece = self._next()
            # Whoever asked may have gone.
            if not piece.done.set_running_or_notify_cancel():
                continue
            began = self._used()
            result: Any = None
            failure: BaseException | None = None
            try:
                result = piece.work()
            except BaseException as raised:  # noqa: BLE001  it is raised where it is awaited
                failure = raised
            took = self._used() - began + self._elsewhere * piece.size
            with self._changed:
                self._turns.took(piece, took, time.monotonic())
            if failure is None:
                piece.done.set_result(result)
            else:
                piece.done.set_exception(failure)

    def _next(self) -> Piece:
        """The piece whose turn it is, once there is one."""
        with self._changed:
            while True:
                found = self._turns.take(time.monotonic())
                if isinstance(found, Piece):
                    return found
                self._changed.wait(found)


aside: Final = Aside()
"""For work whose cost is known."""
paced: Final = Aside(REST)
"""For texts of strangers."""


def give_way_often() -> None:
    """Threads of this process give way to its event loop after `SWITCH_SECONDS`."""
    sys.setswitchinterval(SWITCH_SECONDS)
