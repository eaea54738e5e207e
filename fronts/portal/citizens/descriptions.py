"""What the services say of their interfaces, put together: asked for when somebody looks, and kept a while."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

from chassis.web.described import merged
from fronts.portal.services import Services

KEPT_SECONDS: Final = 300.0
"""A description changes with a new version of a service alone; it is not asked for at every look."""


class Interfaces:
    """The merged description of the services, asked for when somebody looks and kept a while."""

    def __init__(self, services: Services, reached_at: Mapping[str, str]) -> None:
        """`reached_at`: service to the address at which programs outside reach it."""
        self._services = services
        self._reached_at = reached_at
        self._asking = asyncio.Lock()
        self._kept: dict[str, Any] = {}
        self._until = 0.0

    async def document(self) -> dict[str, Any]:
        """One OpenAPI document of the services that answer; empty when none does."""
        async with self._asking:
            if not self._kept or time.monotonic() > self._until:
                await self._ask()
        return self._kept

    async def _ask(self) -> None:
        names = self._services.names
        answers = await asyncio.gather(*(self._services.get(name, "/openapi.json") for name in names))
        told = {name: answer.body for name, answer in zip(names, answers, strict=True) if answer.ok}
        self._kept = merged(told, self._reached_at) if told else {}
        # Whoever did not answer is asked again at the next look.
        self._until = time.monotonic() + (KEPT_SECONDS if len(told) == len(names) else 0.0)
