"""The outermost ASGI layer of a service: checks the request, routes it, and lets no answer out without its headers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI
from msgspec import Struct
from starlette.middleware.cors import CORSMiddleware

from chassis import problem
from chassis.metrics import Metrics
from chassis.problem import HttpRefused
from chassis.web.addresses import check_address, check_host, without_last_slash
from chassis.web.asgi import App, Message, Receive, Scope, Send
from chassis.web.headers import accepts_json, joined, with_defaults, without_cookies
from chassis.web.methods import methods_at, without_body
from chassis.web.responses import answer_problem, as_refused

Hot = dict[tuple[str, str], Callable[[Scope, Receive, Send], Awaitable[int]]]
"""Method and path to a raw ASGI route; it returns the status it answered with."""

_NAMES_WHO_ASKS: Final = frozenset((b"authorization", b"x-query-code"))


class EdgeSettings(Struct, frozen=True):
    """What the environment decides about the edge."""

    hosts: frozenset[str] | None = None
    """Host names under which the service is known, beside IP addresses and `localhost`; None checks nothing."""
    https: bool = False
    """The public address is https."""
    origins: tuple[str, ...] = ()
    """Origins whose pages may call from a browser (CORS)."""


class Edge:
    """One request from its first check to its last header: hot routes first, then FastAPI.

    Counts and times every request, and never lets an error out: a person gets a problem document, the log the rest.
    """

    def __init__(
        self,
        api: FastAPI,
        metrics: Metrics,
        hot: Hot | None = None,
        settings: EdgeSettings = EdgeSettings(),
    ) -> None:
        self._api = api
        self._metrics = metrics
        self._hot = hot or {}
        self._settings = settings
        self._app: App = self._serve
        if settings.origins:
            self._app = CORSMiddleware(
                self._serve,
                allow_origins=settings.origins,
                allow_methods=("GET", "HEAD", "POST", "PUT", "DELETE"),
                allow_headers=("Authorization", "Content-Type", "Idempotency-Key", "X-Query-Code"),
                expose_headers=("ETag", "Link", "Location", "Retry-After"),
                max_age=3600,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is not HTTP goes to FastAPI."""
        if scope["type"] == "http":
            await self._app(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        method, path = scope["method"], without_last_slash(scope["path"])
        status, route, answered = 500, "-", False
        is_head = method == "HEAD"
        headers_sent = asyncio.Event() if is_head else None
        known, accept = False, None
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = value
            elif name in _NAMES_WHO_ASKS:
                known = True

        async def watched(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                given = message.get("headers", ())
                if status == 405:
                    given = [*given, (b"allow", joined(self.methods(path)).encode())]
                message["headers"] = with_defaults(given, status, known, self._settings.https)
            if headers_sent is None:
                await send(message)
            elif message["type"] == "http.response.start":
                headers_sent.set()
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        try:
            self._check(scope, path, accept)
            hot = self._hot.get((method, path))
            if hot is not None:
                route = path
                await hot(scope, receive, watched)
            elif method == "OPTIONS":
                await self._options(path, watched)
            else:
                headers = without_cookies(scope["headers"])
                inner = {**scope, "path": path, "method": "GET" if is_head else method, "headers": headers}
                await self._api(
                    inner, receive if headers_sent is None else without_body(headers_sent), watched
                )
                route = str(getattr(inner.get("route"), "path", route))
        except Exception as failure:  # noqa: BLE001  the last stop
            # FastAPI has answered what its routes raised, and logged it, before it raises again.
            if not answered:
                await answer_problem(watched, as_refused(failure))
        finally:
            self._metrics.request(route, status, time.perf_counter() - started)

    def _check(self, scope: Scope, path: str, accept: bytes | None) -> None:
        """Raises Refused for a request that no route should see."""
        if self._settings.hosts is not None:
            check_host(scope, self._settings.hosts)
        check_address(scope)
        if accept is not None and path.startswith("/v1/") and not accepts_json(accept):
            raise HttpRefused(406, "not-acceptable", problem.TITLES[406], "这里的回答是 application/json。")

    async def _options(self, path: str, send: Send) -> None:
        """What may be done at a path, without doing it. Raises Refused 404 where there is nothing."""
        methods = self.methods(path)
        if not methods:
            raise problem.plain(404)
        headers = [(b"allow", joined(methods).encode())]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def methods(self, path: str) -> list[str]:
        """The methods that a path has, over all its routes, OPTIONS among them; none where nothing is served."""
        methods = methods_at(self._api.routes, path)
        methods |= {method for method, hot_path in self._hot if hot_path == path}
        return sorted(methods | {"OPTIONS"}) if methods else []
