"""What the people of the demonstration ask of the services, by their public interfaces only."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chassis.tokens import Staff, sign

ASKED_AGAIN_SECONDS = 180.0
"""Real seconds for which a service that does not answer is asked again; city time waits for it meanwhile."""


@dataclass
class Tally:
    """What happened, for the summary."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


@asynccontextmanager
async def calling(services: dict[str, str], key: bytes) -> AsyncIterator["Calls"]:
    """Calls on connections that are closed in the end."""
    limits = httpx2.Limits(max_connections=48, max_keepalive_connections=48)
    async with httpx2.AsyncClient(timeout=20, limits=limits) as http:
        yield Calls(http, services, key)


class Calls:
    """Asks services, at most 24 at once; a service that does not answer is asked again for three minutes."""

    def __init__(self, http: httpx2.AsyncClient, services: dict[str, str], key: bytes) -> None:
        """`services` is the base URL of each; with `key` the tokens of staff are signed."""
        self._http = http
        self._services = services
        self._key = key
        self.tally = Tally()
        self._tokens: dict[tuple[str, str, str], str] = {}
        self._at_once = asyncio.Semaphore(24)
        self._waiting: dict[object, float] = {}

    def waited(self) -> float:
        """Real seconds that have passed for whoever has waited longest for what they asked, and waits still."""
        return time.monotonic() - min(self._waiting.values()) if self._waiting else 0.0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Whoever is in here waits for the services, and not for city time."""
        one = object()
        self._waiting[one] = time.monotonic()
        try:
            yield
        finally:
            del self._waiting[one]

    def bearer(self, role: str, unit: str, person: str = "") -> dict[str, str]:
        """The header of somebody of a unit; signed once."""
        place = (person or f"{role}-{unit}", unit, role)
        if place not in self._tokens:
            self._tokens[place] = sign(self._key, Staff(*place), 4 * 3600)
        return {"Authorization": f"Bearer {self._tokens[place]}"}

    async def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        counts: str,
        headers: dict[str, str] | None = None,
        service: str = "intake",
    ) -> dict[str, Any] | None:
        """The answer, counted under `counts`; None when it was refused, which is counted as well."""
        with self.waiting():
            found = await self._asked(service, method, path, headers, json=body)
        if found is not None and counts:
            self.tally.counts[counts] += 1
        return found

    async def give(self, picture: bytes) -> str:
        """The ticket of a picture; empty when it was not taken."""
        named = {"Content-Disposition": "attachment; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.jpg"}
        with self.waiting():
            given = await self._asked("intake", "POST", "/v1/attachments", named, content=picture)
        return "" if given is None else str(given["attachment"])

    async def _asked(
        self, service: str, method: str, path: str, headers: dict[str, str] | None, **sent: Any
    ) -> dict[str, Any] | None:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        until = time.monotonic() + ASKED_AGAIN_SECONDS
        while True:
            try:
                async with self._at_once:
                    response = await self._http.request(
                        method, f"{self._services[service]}{path}", headers={**(headers or {}), **key}, **sent
                    )
            except httpx2.HTTPError:
                response = None
            if response is not None and response.status_code < 500:
                break
            if time.monotonic() > until:
                self.tally.refused["no answer"] += 1
                return None
            await asyncio.sleep(0.5)
        if response.status_code >= 400:
            what = f"{response.status_code} {path.split('/')[-1]} {response.json().get('title')}"
            self.tally.refused[what] += 1
            return None
        found: dict[str, Any] = response.json()
        return found
