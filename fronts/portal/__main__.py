"""Runs the pages."""

import contextlib
import sys
from collections.abc import AsyncIterator

import httpx2
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from chassis.clock import clock_of
from chassis.failures import EXIT_MISPLACED
from chassis.run import tuned
from city.profile import Profile
from fronts.portal import static_files
from fronts.portal.citizens import boards, following, front, posting, wall
from fronts.portal.clients import Clients
from fronts.portal.looks import Looking
from fronts.portal.pages import Pages, Unfit
from fronts.portal.services import Services
from fronts.portal.staff import staff_pages
from fronts.portal.staff.accounts import Now, real_now
from fronts.portal.staff.settings import StaffSettings
from fronts.portal.store import Store


def create(settings: StaffSettings, now: Now = real_now) -> FastAPI:
    """The ASGI application; without a database there are the citizens' pages only."""
    http = httpx2.AsyncClient(timeout=10)
    store = Store()
    services = Services(http, settings.addresses())
    pages = Pages(Profile.load(settings.city), services, bool(settings.database), settings.demo_sign_in)
    live, wall_routes = wall.build(pages)

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        if settings.database:
            await store.connect(settings.database)
        yield
        await live.close()
        await http.aclose()
        await store.close()

    app = FastAPI(title="wenzheng portal", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    city_clock = clock_of(settings.clock_file, pages.profile.zone)
    for routes in (
        front.routes(pages, settings.secure),
        posting.routes(pages, settings.address),
        following.routes(pages, city_clock.now),
        boards.routes(pages, city_clock.now, settings.secure),
        wall_routes,
    ):
        app.include_router(routes)
    if settings.database:
        staff_pages.join(app, pages, services, store, settings, _signing_key(settings), http, now)
    app.mount("/static", static_files.mounted(), name="static")
    app.add_middleware(Looking)
    app.add_middleware(Clients)

    @app.exception_handler(Unfit)
    async def unfit(_: Request, failure: Unfit) -> Response:
        return pages.refuse(failure.status, failure.sentence)

    @app.exception_handler(HTTPException)
    async def refused(_: Request, failure: HTTPException) -> Response:
        sentences = {404: "没有这个页面。", 405: "这个页面不能这样打开。"}
        return pages.refuse(failure.status_code, sentences.get(failure.status_code, "请求不正确。"))

    @app.get("/readyz", include_in_schema=False)
    @app.get("/healthz", include_in_schema=False)
    async def ready() -> Response:
        return JSONResponse({"ready": True, "alive": True})

    return app


def _signing_key(settings: StaffSettings) -> bytes:
    """The key that signs tokens for the services. Ends the process with a sentence when it is missing."""
    file = settings.token_private_key_file
    if file is None or not file.exists():
        print("WENZHENG_TOKEN_PRIVATE_KEY_FILE must name the portal's signing key", file=sys.stderr)
        sys.exit(EXIT_MISPLACED)
    return file.read_bytes()


def main() -> None:
    """Run until told to stop."""
    found = StaffSettings.read()
    assert isinstance(found, StaffSettings)
    app = create(found)
    tuned()
    uvicorn.run(
        app,
        host=found.http_host,
        port=found.http_port,
        log_config=None,
        access_log=False,
        proxy_headers=bool(found.forwarded_by),
        forwarded_allow_ips=found.forwarded_by,
    )


if __name__ == "__main__":
    main()
