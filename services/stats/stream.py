"""The live figures as a stream for any number of viewers: asked of the database once, told to all.

A viewer is told the newest figures, not all that there were: one that reads slowly misses some, and
nothing is queued for it.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog
from fastapi.responses import StreamingResponse

from chassis import problem
from chassis.clock import Clock
from chassis.failures import STORAGE_ERRORS
from chassis.problem import HttpRefused
from city.profile import Profile
from services.stats.core.periods import Period
from services.stats.league import is_thin, league, live, ranking
from services.stats.store import Figures

SECONDS: Final = 2.0
"""Real time between two looks at the figures."""

BEAT_SECONDS: Final = 10.0
"""A viewer hears something at least this often, so that a broken connection is noticed."""

MOST_VIEWERS: Final = 500
"""Of all clients; one more is answered 503."""

MOST_OF_A_CLIENT: Final = 8
"""Of one address; one more is answered 429. The portal, however many watch its wall, needs one."""

_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger()


class Stream:
    """Looks at the figures while somebody watches, and tells whoever does."""

    def __init__(self, figures: Figures, profile: Profile, clock: Clock, seconds: float = SECONDS) -> None:
        self._figures = figures
        self._profile = profile
        self._clock = clock
        self._seconds = seconds
        self._viewers: Counter[str] = Counter()
        self._work: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        """Set, and replaced, with each look."""
        self._looks = 0
        self._rankings = 0
        self._full: Period | None = None
        """The month that is known to be no longer thin."""
        self._present = b""
        self._ranking = b""

    @property
    def viewers(self) -> int:
        """How many watch now."""
        return self._viewers.total()

    @property
    def looks(self) -> int:
        """How often the figures were asked for."""
        return self._looks

    def admit(self, client: str) -> "Watching":
        """A place for one more viewer, given back when the response ends. Raises Refused 429 or 503."""
        if self._viewers[client] >= MOST_OF_A_CLIENT:
            raise HttpRefused(429, "too-many", problem.TITLES[429], retry_after=int(BEAT_SECONDS))
        if self.viewers >= MOST_VIEWERS:
            raise HttpRefused(503, "full", "观看的人太多,请稍后再试", retry_after=int(BEAT_SECONDS))
        self._viewers[client] += 1
        return Watching(self, client)

    def leave(self, client: str) -> None:
        """A viewer has gone."""
        self._viewers[client] -= 1
        self._viewers += Counter()  # without those at zero

    async def events(self) -> AsyncIterator[bytes]:
        """Server-sent events for one viewer, for as long as it watches."""
        yield b"retry: 2000\n\n"
        ranked, seen = 0, 0
        if self._work is None or self._work.done():
            # What was looked up for earlier viewers is old: the first figures are the next ones.
            seen = self._looks
            self._work = asyncio.create_task(self._look())
        while True:
            if self._looks == seen:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_SECONDS):
                        await self._news.wait()
            if self._work.done():
                self._work.result()
                return
            if self._looks == seen:
                yield b": still here\n\n"
                continue
            seen = self._looks
            yield b"event: figures\ndata: " + self._present + b"\n\n"
            if ranked != self._rankings:
                ranked = self._rankings
                yield b"event: ranking\ndata: " + self._ranking + b"\n\n"

    async def _look(self) -> None:
        """Until nobody watches; while the database is away viewers hear that the stream is alive."""
        try:
            while self.viewers:
                try:
                    await self._once()
                except STORAGE_ERRORS as failure:
                    _log.warning("the live figures cannot be looked up", reason=repr(failure))
                await asyncio.sleep(self._seconds)
        finally:
            self._tell()

    async def _once(self) -> None:
        now = self._clock.now()
        self._present = _encode(await live(self._figures, self._profile, now))
        units = ranking(await self._ranked(now))
        if units != self._ranking:
            self._ranking = units
            self._rankings += 1
        self._looks += 1
        self._tell()

    async def _ranked(self, now: datetime) -> dict[str, Any]:
        """The league of this month; while that is thin, of the last full one."""
        month = Period.month_of(now.date())
        table = await league(self._figures, self._profile, month, now)
        if self._full != month:
            before = await league(self._figures, self._profile, month.before, now)
            if is_thin(table, before):
                return before
            self._full = month
        return table

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


class Watching(StreamingResponse):
    """The response to one viewer; its place is free again however it ends."""

    def __init__(self, stream: Stream, client: str) -> None:
        super().__init__(
            stream.events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )
        self._stream = stream
        self._client = client

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Until the viewer leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stream.leave(self._client)
