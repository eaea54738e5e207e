"""Runs the pages."""

import contextlib
from collections.abc import AsyncIterator

import httpx2
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from chassis.settings import Settings
from city.profile import Profile
from fronts.portal.pages import HERE, Pages, routes
from fronts.portal.services import Services


def create(settings: Settings) -> FastAPI:
    """The ASGI application."""
    http = httpx2.AsyncClient(timeout=10)

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        await http.aclose()

    app = FastAPI(title="wenzheng portal", lifespan=life, docs_url=None, redoc_url=None)
    pages = Pages(Profile.load(settings.city), Services(http, settings.addresses()))
    app.include_router(routes(pages))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    @app.get("/readyz", include_in_schema=False)
    @app.get("/healthz", include_in_schema=False)
    async def ready() -> Response:
        return JSONResponse({"ready": True, "alive": True})

    return app


if __name__ == "__main__":
    found = Settings.read()
    uvicorn.run(create(found), host=found.http_host, port=found.http_port, log_config=None, access_log=False)
