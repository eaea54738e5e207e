"""What the process manager and Prometheus ask: `/healthz`, `/readyz`, `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter
from fastapi.responses import Response

from chassis.metrics import Metrics
from chassis.web.responses import Json
from chassis.web.routing import new_router

_log = structlog.get_logger()


class Probes:
    """What `/healthz` (alive: making progress) and `/readyz` ask."""

    def __init__(
        self,
        alive: Callable[[], str] = lambda: "",
        ready: Callable[[], Awaitable[str]] | None = None,
        catching_up: Callable[[], str] = lambda: "",
        without: Callable[[], str] = lambda: "",
    ) -> None:
        self.alive = alive
        """Empty, or why the process makes no progress."""
        self.ready = ready
        """Empty, or why it cannot serve now."""
        self.catching_up = catching_up
        """Empty, or what the process is still behind with. It is alive and serves meanwhile: nobody ends it for that."""
        self.without = without
        """Empty, or what is away that only some requests need. Those are refused; all others are served, so it is ready."""


def routes(metrics: Metrics, probes: Probes) -> APIRouter:
    """The three, outside the public description."""
    router = new_router(in_description=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        reason = probes.alive()
        return Json(
            {"alive": not reason, "reason": reason, "catching_up": probes.catching_up()},
            503 if reason else 200,
        )

    @router.get("/readyz")
    async def readyz() -> Response:
        try:
            reason = await probes.ready() if probes.ready is not None else ""
        except Exception as failure:  # whatever stands in the way, it cannot serve now
            # The database's own words may hold its address and a password: they are for the log.
            _log.warning("not ready", reason=repr(failure))
            reason = f"not ready: {type(failure).__name__}"
        found = {"ready": not reason, "reason": reason, "without": probes.without()}
        return Json(found, 503 if reason else 200)

    @router.get("/metrics")
    async def rendered() -> Response:
        body = await asyncio.to_thread(metrics.render)
        return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
