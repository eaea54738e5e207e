"""Passwords are judged in threads of their own, few at a time, with a queue that is never long.

One judgement takes 64 MiB and 0.1 to 0.3 s of a processor. So a queue without an end would let a hundred tries of
strangers make everybody wait; here a stranger finds only so many places, one client only two, and who comes from a
browser that is known has places that no stranger takes.
"""

import asyncio
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, TypeVar

T = TypeVar("T")

AT_ONCE: Final = max(1, (os.cpu_count() or 1) // 2)
"""Passwords judged at the same time: half of the processors are left to everybody else."""
NICENESS: Final = 10
"""How much these threads give way within the portal: whoever opens a page waits for no stranger's password."""
STRANGERS: Final = 8
"""Places for those who come from a browser nobody has signed in from."""
KNOWN: Final = 40
"""Further places for the others."""
OF_ONE: Final = 2
"""Places of one client."""


class Busy(Exception):
    """There is no place now; come again after that many seconds."""

    def __init__(self, seconds: int, own: bool) -> None:
        super().__init__()
        self.seconds = seconds
        self.own = own
        """This client's own tries are too many; otherwise everybody's are."""


class Judging:
    """The threads, and the queue before them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "password", initializer=_give_way)
        self._waiting: Counter[bool] = Counter()
        self._clients: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, client: str, known: bool) -> AsyncIterator[None]:
        """A place in the queue until the context is left. Raises Busy."""
        if self._clients[client] >= OF_ONE:
            raise Busy(2, own=True)
        if self._waiting[known] >= (KNOWN if known else STRANGERS):
            raise Busy(2, own=False)
        self._clients[client] += 1
        self._waiting[known] += 1
        try:
            yield
        finally:
            self._waiting[known] -= 1
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]

    async def judge(self, work: Callable[[], T]) -> T:
        """What the work gives, done in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _give_way() -> None:
    """Linux keeps a niceness for each thread (`setpriority(2)`, *C library/kernel differences*)."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
