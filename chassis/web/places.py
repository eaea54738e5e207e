"""How much may be on its way at the same time: what is large is held in memory until the slowest reader has it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from fastapi.responses import Response

from chassis import problem
from chassis.web.asgi import Receive, Scope, Send
from chassis.web.limits import client_key

SLICE: Final = 256 * 1024
"""Bytes that are handed to the connection at once; the next slice waits until it has room again."""

SECONDS: Final = 300.0
"""Real time in which a reader must have all of it; then the connection ends."""


class Room(NamedTuple):
    """How many things may be on their way."""

    in_all: int
    of_a_client: int


class Places:
    """Counts what is on its way."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._of: Counter[str] = Counter()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """A place for one thing. Raises HttpRefused 429 when the client has all of its own, 503 when none is left."""
        client = client_key(client)
        if self._of[client] >= self._room.of_a_client:
            raise problem.plain(429, "同时传输的文件太多。")
        if self._of.total() >= self._room.in_all:
            raise problem.plain(503, "现在传输文件的人太多,请稍后再试。")
        self._of[client] += 1
        try:
            yield
        finally:
            self._of[client] -= 1
            if not self._of[client]:
                del self._of[client]


class Slowly(Response):
    """A large answer: `read` brings it, in a thread, once there is a place, which is free again when all of it is sent."""

    def __init__(
        self, places: Places, client: str, read: Callable[[], bytes], headers: Mapping[str, str]
    ) -> None:
        super().__init__(headers=headers)
        self._places = places
        self._client = client
        self._read = read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Raises what `place` and `read` raise, before anything is sent."""
        with self._places.place(self._client):
            content = await asyncio.to_thread(self._read)
            self.headers["content-length"] = str(len(content))
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            # Who stops reading would keep a place for ever; the server ends the connection of a half answer.
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS):
                    await _sliced(content, send)


async def _sliced(content: bytes, send: Send) -> None:
    for start in range(0, len(content) or 1, SLICE):
        end = start + SLICE
        body = content[start:end]
        await send({"type": "http.response.body", "body": body, "more_body": end < len(content)})
