"""Passwords are judged in threads of their own, few at a time, with a queue that is never long.

One judgement takes 64 MiB and about 50 ms of a processor. So a queue without an end would let a hundred tries of
strangers make everybody wait; here a stranger finds only so many places, one client only two, and who comes from a
browser that is known has places that no stranger takes.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, TypeVar

T = TypeVar("T")

AT_ONCE: Final = 2
"""Passwords judged at the same time."""
STRANGERS: Final = 8
"""Places for those who come from a browser nobody has signed in from."""
KNOWN: Final = 40
"""Further places for the others."""
OF_ONE: Final = 2
"""Places of one client."""

WRONG_MOST: Final = 30
"""Wrong tries of one address, whatever accounts they are for, within `WRONG_SECONDS`; then it must wait."""
WRONG_SECONDS: Final = 600
REMEMBERED: Final = 10_000
"""Addresses whose wrong tries are remembered; the oldest is forgotten first."""


class Busy(Exception):
    """There is no place now; come again after so many seconds."""

    def __init__(self, seconds: int, own: bool) -> None:
        super().__init__()
        self.seconds = seconds
        self.own = own
        """This client's own tries are too many; otherwise everybody's are."""


class Judging:
    """The threads, and the queue before them."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "password")
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


class WrongTries:
    """Counts the wrong tries of addresses. Time is given by the caller, in seconds."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def check(self, client: str, now: float) -> None:
        """Raises Busy when the address must wait."""
        count, since = self._counts.get(client, (0, now))
        if count >= WRONG_MOST and now - since < WRONG_SECONDS:
            raise Busy(int(since + WRONG_SECONDS - now) + 1, own=True)

    def add(self, client: str, now: float) -> None:
        """One more wrong try."""
        count, since = self._counts.pop(client, (0, now))
        if now - since >= WRONG_SECONDS:
            count, since = 0, now
        self._counts[client] = (count + 1, since)
        while len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
