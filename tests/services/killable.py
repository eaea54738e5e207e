"""A service with a desk, in memory: the real routes, rules and desk on the store's twin, in a process that can be killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx2
from fastapi import APIRouter

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.answers import MemoryAnswers
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.metrics import Metrics
from chassis.service import Service
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.probes import Probes
from tests.conforming import Conforming


class Killable:
    """`kill` ends its process, and starts another on the same store. Whoever inherits gives it a `door`."""

    door: Any
    http: httpx2.AsyncClient

    def __init__(self, service: Service[Any, Any], store: MemoryStore, clock: HandClock) -> None:
        self.clock = clock
        self.store = store
        self.answers = MemoryAnswers()
        self._service = service
        self._keys_used = 0
        self._committing: asyncio.Task[None]

    def desk(self) -> Desk:
        """That of a process that has just started."""
        publisher = Publisher(self.store, Quiet())
        return Desk(self._service, self.store, publisher, self.clock, self.answers, creates=True)

    def serve(self, routes: APIRouter) -> None:
        """These are its addresses."""
        metrics = Metrics()
        api = create_api(self._service.name, "…", metrics, Probes())
        take_routes(api.router, routes)
        self.app = Conforming(Edge(api, metrics), api)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Serve until the context is left."""
        self._committing = asyncio.create_task(self.door.desk.run())
        transport = httpx2.ASGITransport(app=self.app)
        try:
            async with httpx2.AsyncClient(
                transport=transport, base_url=f"http://{self._service.name}"
            ) as http:
                self.http = http
                yield self
        finally:
            self._committing.cancel()

    async def kill(self) -> None:
        """The process ends, with all that it remembered itself. Another starts."""
        self._committing.cancel()
        await asyncio.gather(self._committing, return_exceptions=True)
        self.door.desk = self.desk()
        self._committing = asyncio.create_task(self.door.desk.run())

    def key(self) -> dict[str, str]:
        """A fresh idempotency key."""
        self._keys_used += 1
        return {"Idempotency-Key": f"key-{self._keys_used}"}
