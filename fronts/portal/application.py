"""Puts the pages together: one application for citizens, staff and the wall."""

import contextlib
from collections.abc import AsyncIterator

import httpx2
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from chassis.clock import RealTime, real_now
from chassis.web.api import take_routes
from chassis.web.methods import methods_at
from fronts.portal import static_files
from fronts.portal.citizens import citizen_pages, wall
from fronts.portal.clients import Clients
from fronts.portal.cookies import CookieReader
from fronts.portal.edge import PageEdge, sentence_of
from fronts.portal.forms import Unfit
from fronts.portal.looks import Looking
from fronts.portal.settings import PortalSettings
from fronts.portal.site import Site, citizens_side
from fronts.portal.staff import staff_pages
from fronts.portal.staff.site import staff_side


def create(
    settings: PortalSettings,
    now: RealTime = real_now,
    transport: httpx2.AsyncBaseTransport | None = None,
    hasher: PasswordHasher | None = None,
) -> FastAPI:
    """The ASGI application; without a database there are the citizens' pages only.

    `now` is real time, for sessions, locks and codes; `transport` leads to the services, by default over the network;
    `hasher` keeps passwords, where not as accounts do.
    """
    http = httpx2.AsyncClient(timeout=10, transport=transport)
    site = citizens_side(settings, http, wall.parts)

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as ending:
            for close in (http.aclose, site.live.close):
                ending.push_async_callback(close)
            if settings.database:
                await ending.enter_async_context(app.state.staff.open())
            yield

    app = FastAPI(title="wenzheng portal", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    citizen_pages.join(app, site)
    if settings.database:
        staff_pages.join(app, staff_side(site, settings, http, now, hasher))
    take_routes(app.router, static_files.router)
    app.mount("/static", static_files.mounted(), name="static")
    app.add_middleware(Looking)
    app.add_middleware(Clients)
    app.add_middleware(CookieReader)
    app.add_middleware(PageEdge, pages=site.pages, hosts=settings.known_hosts, secure=settings.secure)
    _join_refusals(app, site)
    return app


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
