"""Those who wait for an answer: people at a door, and whoever brings an answer from outside."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from chassis.engine.answers import IdempotencyKey
from chassis.store import Input

Encode = Callable[[list[object]], Any]
"""The answers of the rules, one for each input, to what the asker gets."""


class Ask(Struct, eq=False, gc=False):
    """Inputs that are handled together or not at all, and the future of the one who waits."""

    inputs: Sequence[Input]
    cause: str
    """Derived ids start from it: the same cause twice says the same facts."""
    encode: Encode
    future: "asyncio.Future[Any]"
    idempotency: IdempotencyKey | None = None

    def answer(self, answer: object) -> None:
        """Tell the one who waits: a result, or the exception that is to be raised there. A second word is not heard."""
        if self.future.done():
            return
        if isinstance(answer, BaseException):
            self.future.set_exception(answer)
        else:
            self.future.set_result(answer)


class Asks:
    """The queue of those who wait, in the order in which they came."""

    def __init__(self) -> None:
        self._queue: deque[Ask] = deque()
        self.come = asyncio.Event()
        """Set when somebody has come."""

    def __len__(self) -> int:
        """How many wait and were not taken."""
        return len(self._queue)

    def put(
        self, inputs: Sequence[Input], cause: str, encode: Encode, idempotency: IdempotencyKey | None = None
    ) -> "asyncio.Future[Any]":
        """Wait in the queue; the future brings what `encode` makes of the answers, after the commit."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append(Ask(inputs, cause, encode, future, idempotency))
        self.come.set()
        return future

    def take(self, limit: int) -> list[Ask]:
        """The first in the queue, at most `limit`."""
        return [self._queue.popleft() for _ in range(min(len(self._queue), limit))]

    def put_back(self, asks: Sequence[Ask]) -> None:
        """Taken, but not handled: they stay the first."""
        self._queue.extendleft(reversed(asks))
        if asks:
            self.come.set()

    def put_last(self, asks: Sequence[Ask]) -> None:
        """Their rows are held by another: they try again after the others."""
        self._queue.extend(asks)
        if asks:
            self.come.set()
