"""The live figures for any number of viewers: one stream from stats, shared by all; nobody waits for a slow one.

A viewer is told the newest value of each part of the wall, not every value there was: what a slow viewer misses is
replaced, never queued, so that memory is bounded by viewers times parts.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

import httpx2
import structlog

from fronts.portal.services import Services

MOST_VIEWERS: Final = 500
MOST_OF_A_CLIENT: Final = 20
"""Viewers of one client: a hall of screens behind one address, and no more, so that nobody takes all places."""
IDLE_SECONDS: Final = 20.0
"""How long the stream from stats is kept open after the last viewer left."""
RETRY_SECONDS: Final = 2.0
SIDE_SECONDS: Final = 30.0
"""How often what has no stream of its own, topics and the last thirty days, is read."""
BEAT_SECONDS: Final = 10.0
"""A viewer hears something at least so often, so that a broken connection is noticed."""

_log = structlog.get_logger()

Render = Callable[[str, dict[str, Any]], dict[str, str]]
"""An event's name and data to parts of the wall: id of the part to its HTML."""


class Full(Exception):
    """There are as many viewers as there may be; `own`: of this client alone."""

    def __init__(self, own: bool) -> None:
        super().__init__()
        self.own = own


class Viewer:
    """What one viewer has not been told yet."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.news: dict[str, str] = {}
        self.woken = asyncio.Event()

    def tell(self, parts: dict[str, str]) -> None:
        """Put newer parts in the place of older ones."""
        self.news.update(parts)
        self.woken.set()


class Live:
    """Keeps the present parts, and one stream from stats while somebody watches."""

    def __init__(self, services: Services, render: Render, idle: float = IDLE_SECONDS) -> None:
        self._services = services
        self._render = render
        self._idle = idle
        self._parts: dict[str, str] = {}
        self._viewers: set[Viewer] = set()
        self._work: asyncio.Task[None] | None = None
        self._known = asyncio.Event()
        """Set once there are figures, or it is known that there are none to be had."""
        self._left = 0.0
        self._closed = False

    @property
    def viewers(self) -> int:
        """How many watch now."""
        return len(self._viewers)

    async def present(self, patience: float) -> dict[str, str]:
        """The parts as they stand; waits `seconds` for the first ones, unless stats is away, and gives what there is."""
        self._start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._known.wait()
        return dict(self._parts)

    async def watch(self, client: str = "") -> AsyncGenerator[bytes, None]:
        """Server-sent events for one viewer, until it leaves. Raises Full."""
        if sum(viewer.client == client for viewer in self._viewers) >= MOST_OF_A_CLIENT:
            raise Full(own=True)
        if len(self._viewers) >= MOST_VIEWERS:
            raise Full(own=False)
        viewer = Viewer(client)
        self._viewers.add(viewer)
        self._start()
        viewer.tell(self._parts)
        try:
            yield b"retry: 2000\n\n"
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_SECONDS):
                        await viewer.woken.wait()
                viewer.woken.clear()
                news, viewer.news = viewer.news, {}
                if news:
                    yield b"event: parts\ndata: " + json.dumps(news, ensure_ascii=False).encode() + b"\n\n"
                else:
                    yield b": still here\n\n"
        finally:
            self._viewers.discard(viewer)
            self._left = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """End the stream, for good: a connection that breaks while it is closed may swallow the cancelling."""
        self._closed = True
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    def _start(self) -> None:
        self._left = asyncio.get_running_loop().time()
        if self._work is None or self._work.done():
            self._known.clear()
            self._work = asyncio.create_task(self._run())

    async def _run(self) -> None:
        """Follow stats until nobody has watched for a while; come back after every break."""
        while self._wanted():
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._follow())
                    both.create_task(self._look_aside())
            except* (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError) as failures:
                _log.warning("the live figures broke off", reason=repr(failures.exceptions[0]))
                self._tell(self._render("away", {}))
                self._known.set()
                if self._wanted():
                    await asyncio.sleep(RETRY_SECONDS)
            except* _Unwatched:
                pass

    def _wanted(self) -> bool:
        if self._closed:
            return False
        return bool(self._viewers) or asyncio.get_running_loop().time() - self._left < self._idle

    async def _follow(self) -> None:
        async with self._services.events("stats", "/v1/stream") as events:
            async for name, data in events:
                self._tell(self._render(name, json.loads(data)))
                self._known.set()
                if not self._wanted():
                    raise _Unwatched
        raise httpx2.ReadError("the stream ended")

    async def _look_aside(self) -> None:
        while True:
            self._tell(self._render("topics", await self._services.offer("router", "/v1/topics")))
            self._tell(self._render("days", await self._services.offer("stats", "/v1/figures")))
            await asyncio.sleep(SIDE_SECONDS)

    def _tell(self, parts: dict[str, str]) -> None:
        news = {name: html for name, html in parts.items() if self._parts.get(name) != html}
        self._parts |= news
        for viewer in self._viewers if news else ():
            viewer.tell(news)


class _Unwatched(Exception):
    """Nobody watches any more."""
