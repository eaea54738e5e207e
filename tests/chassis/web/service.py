"""A small service behind the shared edge, for tests of what every service shares."""

import asyncio
from typing import Any

import httpx2
from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from chassis.metrics import Metrics
from chassis.web.api import create_api
from chassis.web.asgi import Receive, Scope, Send, answer
from chassis.web.bodies import decode_body, raw_body, read_body
from chassis.web.conditional import with_etag
from chassis.web.edge import Edge, EdgeSettings
from chassis.web.probes import Probes
from chassis.web.responses import answer_problem, as_refused

WORDS = {"text": "幸福路的路灯坏了。" * 200}


def build(settings: EdgeSettings = EdgeSettings(), probes: Probes | None = None) -> Edge:
    """`/v1/notes` to read and write, a hot route, a stream, and routes that fail."""
    api = create_api("notes", "", Metrics(), probes or Probes())

    @api.get("/v1/notes")
    async def notes(request: Request, q: str = "", limit: int = 20) -> Response:
        return with_etag(request, {"q": q, "limit": limit, **WORDS})

    @api.post("/v1/notes", status_code=202)
    async def write(request: Request) -> Response:
        body = decode_body(await read_body(request), dict[str, Any])
        return Response(str(body["text"]), 202)

    @api.get("/v1/notes/{number}")
    async def note(number: str, request: Request) -> Response:
        return with_etag(request, {"number": number, "asked": 1}, unhashed=("asked",))

    @api.delete("/v1/notes/{number}")
    async def remove(number: str) -> Response:
        return Response(status_code=202)

    @api.get("/v1/stream")
    async def stream() -> Response:
        async def events() -> Any:
            while True:
                yield b"data: 1\n\n"
                await asyncio.sleep(0.01)

        return StreamingResponse(events(), media_type="text/event-stream")

    @api.get("/v1/broken")
    async def broken() -> Response:
        raise OverflowError("date value out of range")

    @api.get("/v1/away")
    async def away() -> Response:
        raise ConnectionRefusedError

    @api.post("/v1/hot")
    async def documented() -> None:
        """Served by the hot route in front."""

    async def hot(scope: Scope, receive: Receive, send: Send) -> int:
        try:
            body = decode_body(await raw_body(scope, receive), dict[str, Any])
        except Exception as failure:
            return await answer_problem(send, as_refused(failure))
        return await answer(send, 202, str(body["text"]).encode())

    return Edge(api, Metrics(), hot={("POST", "/v1/hot"): hot}, settings=settings)


def client(edge: Any = None, **headers: str) -> httpx2.AsyncClient:
    """A client of the service in this process."""
    transport = httpx2.ASGITransport(app=edge or build(), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://notes", headers=headers)
