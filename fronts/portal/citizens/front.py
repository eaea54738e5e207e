"""The front page: what people ask today, what is answered, and how well the promise is kept; and the switch to 长者版."""

import asyncio
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens.boards import BOARDS
from fronts.portal.looks import COOKIE, ELDER, local
from fronts.portal.pages import Pages

TOPICS: Final = 5
ANSWERED: Final = 8
_YEAR: Final = 365 * 24 * 3600


def routes(pages: Pages, secure: bool) -> APIRouter:
    """`/` and `/look`; `secure`: cookies are for encrypted connections only."""
    router = APIRouter(include_in_schema=False)
    services = pages.services

    @router.get("/")
    async def front() -> Response:
        figures, answered, topics = await asyncio.gather(
            services.get("stats", "/v1/figures"),
            services.get("intake", "/v1/posts", limit=str(ANSWERED)),
            services.offer("router", "/v1/topics"),
        )
        found = figures.body if figures.ok else None
        return pages.render(
            "front.html",
            figures=found,
            today=_today(found) if found else None,
            posts=answered.body["posts"] if answered.ok else [],
            topics=topics.get("topics", [])[:TOPICS],
            boards=BOARDS,
        )

    @router.post("/look")
    async def change(request: Request) -> Response:
        given = await pages.form(request)
        response = RedirectResponse(local(given.get("back", "/")), 303)
        if given.get("look") == ELDER:
            response.set_cookie(
                COOKIE, ELDER, max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="strict"
            )
        else:
            response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="strict")
        return response

    return router


def _today(figures: dict[str, Any]) -> dict[str, Any]:
    """The row of the day of the cut-off; zeros before the first post."""
    day = datetime.fromisoformat(figures["cut_off"]).date().isoformat()
    return next((row for row in figures["days"] if row["day"] == day), {"received": 0, "replies_given": 0})
