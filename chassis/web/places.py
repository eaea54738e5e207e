"""How much may be on its way at the same time: what is large is held in memory until the slowest reader has it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, NamedTuple

from fastapi.responses import Response

from chassis import problem
from chassis.web.asgi import Receive, Scope, Send
from chassis.web.limits import client_key

SLICE: Final = 256 * 1024
"""Bytes that are handed to the connection at once; the next slice waits until it has room again."""

SECONDS: Final = 300.0
"""Real time in which a reader must have all of it; then the connection ends."""

PATIENCE_SECONDS: Final = 20.0
"""Real time for which nobody has to give way to one who has no more places: 8 MB at 3 Mbit/s."""


class Room(NamedTuple):
    """How many things may be on their way."""

    in_all: int
    of_a_client: int


class Place:
    """One of the places, and whose it is."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.since = time.monotonic()
        self._waiting: asyncio.Timeout | None = None

    @property
    def waits(self) -> bool:
        """Whether it is the other side that keeps it."""
        return self._waiting is not None

    @asynccontextmanager
    async def waiting(self, seconds: float | None = None) -> AsyncIterator[None]:
        """While the other side sends or reads. Raises TimeoutError after so long, and when another needs the place more."""
        try:
            async with asyncio.timeout(seconds) as self._waiting:
                yield
        finally:
            self._waiting = None

    def give_way(self) -> None:
        """End the waiting."""
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())
            self._waiting = None


class Places:
    """Counts what is on its way.

    Where all places are taken, one that waits for its other side gives way: of whoever has more of them than the one
    who comes would have, else of whoever has it for long. So a few who never finish do not keep out all others.
    """

    def __init__(self, room: Room, patience: float = PATIENCE_SECONDS) -> None:
        self._room = room
        self._patience = patience
        self._taken: list[Place] = []
        """The oldest first."""

    @contextmanager
    def place(self, client: str) -> Iterator[Place]:
        """A place for one thing. Raises HttpRefused 429 when the client has all of its own, 503 when none is left."""
        place = Place(client_key(client))
        of = Counter(one.client for one in self._taken)
        if of[place.client] >= self._room.of_a_client:
            raise problem.plain(429, "同时传输的文件太多。")
        if len(self._taken) >= self._room.in_all:
            slow = self._slowest(of, of[place.client] + 1)
            if slow is None:
                raise problem.plain(503, "现在传输文件的人太多,请稍后再试。")
            self._taken.remove(slow)
            slow.give_way()
        self._taken.append(place)
        try:
            yield place
        finally:
            if place in self._taken:
                self._taken.remove(place)

    def _slowest(self, of: Mapping[str, int], wanted: int) -> Place | None:
        """Who gives way: the oldest place of a client with the most, where these are more than `wanted`; else the oldest of all."""
        waiting = [place for place in self._taken if place.waits]
        most = max((of[place.client] for place in waiting), default=0)
        if most > wanted:
            return next(place for place in waiting if of[place.client] == most)
        if waiting and time.monotonic() - waiting[0].since > self._patience:
            return waiting[0]
        return None


class Slowly(Response):
    """A large answer: `read` brings it once there is a place, which is free again when all of it is sent."""

    def __init__(
        self, places: Places, client: str, read: Callable[[], Awaitable[bytes]], headers: Mapping[str, str]
    ) -> None:
        super().__init__(headers=headers)
        self._places = places
        self._client = client
        self._read = read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Raises what `place` and `read` raise, before anything is sent."""
        with self._places.place(self._client) as place:
            content = await self._read()
            self.headers["content-length"] = str(len(content))
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            # Who stops reading would keep a place for ever; the server ends the connection of a half answer.
            with suppress(TimeoutError):
                async with place.waiting(SECONDS):
                    await _sliced(content, send)


async def _sliced(content: bytes, send: Send) -> None:
    for start in range(0, len(content) or 1, SLICE):
        end = start + SLICE
        body = content[start:end]
        await send({"type": "http.response.body", "body": body, "more_body": end < len(content)})
