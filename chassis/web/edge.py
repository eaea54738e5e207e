"""The outermost ASGI layer of a service."""

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI

from chassis.metrics import Metrics
from chassis.web.asgi import Message, Receive, Scope, Send
from chassis.web.responses import answer_problem, as_refused


class Edge:
    """The outermost ASGI layer: hot routes first, then FastAPI; counts, times and never lets an error out."""

    def __init__(
        self,
        api: FastAPI,
        metrics: Metrics,
        hot: dict[tuple[str, str], Callable[[Scope, Receive, Send], Awaitable[int]]] | None = None,
    ) -> None:
        self._api = api
        self._metrics = metrics
        self._hot = hot or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. A hot route returns the status it answered with."""
        if scope["type"] != "http":
            await self._api(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        hot = self._hot.get((scope["method"], scope["path"]))
        route = scope["path"] if hot is not None else "-"
        answered = False

        async def watched(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
            await send(message)

        try:
            if hot is not None:
                status = await hot(scope, receive, watched)
            else:
                await self._api(scope, receive, watched)
        except Exception as failure:  # noqa: BLE001  the last stop: a person gets a sentence, the log the rest
            refused = as_refused(failure)
            if not answered:
                await answer_problem(watched, refused)
        finally:
            found = scope.get("route")
            route = str(getattr(found, "path", route))
            self._metrics.request(route, status, time.perf_counter() - started)
