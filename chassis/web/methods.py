"""Which methods a path has, and how HEAD is answered like GET: for the interfaces and for the pages."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Message, Receive


def methods_at(routes: Iterable[BaseRoute], path: str) -> set[str]:
    """The methods that a path has, over all its routes, HEAD with every GET; none where nothing is served."""
    contexts: Iterable[Any] = iter_route_contexts(list(routes))
    methods = {method for each in contexts if each.path_regex.match(path) for method in each.methods or ()}
    return methods | {"HEAD"} if "GET" in methods else methods


def without_body(headers_sent: asyncio.Event) -> Receive:
    """What a route hears under HEAD: no body, and that the client is gone as soon as the headers are sent.

    A stream ends then instead of going on for nobody.
    """
    parts: Iterator[Message] = iter(({"type": "http.request", "body": b"", "more_body": False},))

    async def receive() -> Message:
        for part in parts:
            return part
        await headers_sent.wait()
        return {"type": "http.disconnect"}

    return receive
