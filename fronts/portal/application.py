"""Puts the pages together: one application for citizens, staff and the wall."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Final

import httpx2
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from chassis.failures import EXIT_MISPLACED
from chassis.web.api import take_routes
from chassis.web.methods import methods_at
from fronts.portal import static_files
from fronts.portal.citizens import (
    boards,
    bulletins,
    debates,
    dialogues,
    figures,
    following,
    front,
    interfaces,
    mine,
    open_data,
    posting,
    posts,
    receipts,
    surveys,
    unsubscribing,
    wall,
)
from fronts.portal.clients import Clients
from fronts.portal.cookies import CookieReader
from fronts.portal.edge import PageEdge, sentence_of
from fronts.portal.forms import Unfit
from fronts.portal.looks import Looking
from fronts.portal.settings import PortalSettings
from fronts.portal.site import Site, citizens_side
from fronts.portal.staff import staff_pages
from fronts.portal.staff.accounts import HASHER, Now, real_now
from fronts.portal.staff.site import staff_side
from fronts.portal.store import Store

PAGES: Final = (
    front,
    posting,
    receipts,
    following,
    unsubscribing,
    mine,
    boards,
    posts,
    surveys,
    debates,
    dialogues,
    bulletins,
    figures,
    open_data,
    wall,
    interfaces,
)
"""The citizens' pages."""


def create(
    settings: PortalSettings,
    now: Now = real_now,
    transport: httpx2.AsyncBaseTransport | None = None,
    hasher: PasswordHasher = HASHER,
) -> FastAPI:
    """The ASGI application; without a database there are the citizens' pages only.

    `now` is real time, for sessions, locks and codes; `transport` leads to the services, by default over the network;
    `hasher` keeps passwords.
    """
    http = httpx2.AsyncClient(timeout=10, transport=transport)
    store = Store()
    site = citizens_side(settings, http, wall.parts)

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as ending:
            for close in (store.close, http.aclose, site.live.close):
                ending.push_async_callback(close)
            if settings.database:
                await store.connect(settings.dsn)
                forgetting = asyncio.create_task(app.state.staff.log.forgetting())
                ending.push_async_callback(_ended, forgetting)
            yield

    app = FastAPI(title="wenzheng portal", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    for each in PAGES:
        take_routes(app.router, each.router)
    if settings.database:
        key = _signing_key(settings)
        staff_pages.join(app, staff_side(site, store, settings, key, http, now, hasher))
    app.mount("/static", static_files.mounted(), name="static")
    app.add_middleware(Looking)
    app.add_middleware(Clients)
    app.add_middleware(CookieReader)
    app.add_middleware(PageEdge, pages=site.pages, hosts=settings.known_hosts, secure=settings.secure)
    _join_refusals(app, site)
    return app


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _join_refusals(app: FastAPI, site: Site) -> None:
    """How requests end that reach no page, and the probe."""

    @app.exception_handler(Unfit)
    async def unfit(_: Request, failure: Unfit) -> Response:
        return site.pages.refuse(failure.status, failure.sentence)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, failure: HTTPException) -> Response:
        response = site.pages.refuse(failure.status_code, sentence_of(failure.status_code))
        if failure.status_code == 405:
            response.headers["Allow"] = ", ".join(sorted(methods_at(app.routes, request.url.path)))
        return response

    @app.get("/readyz", include_in_schema=False)
    @app.get("/healthz", include_in_schema=False)
    async def ready() -> Response:
        return JSONResponse({"ready": True, "alive": True})


def _signing_key(settings: PortalSettings) -> bytes:
    """The key that signs tokens for the services. Ends the process with a sentence when it is missing."""
    file = settings.token_private_key_file
    if file is None or not file.exists():
        print("WENZHENG_TOKEN_PRIVATE_KEY_FILE must name the portal's signing key", file=sys.stderr)
        sys.exit(EXIT_MISPLACED)
    return file.read_bytes()
