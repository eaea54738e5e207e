"""The front page: what people ask today, what is answered, and how well the promise is kept; and the switch to 长者版."""

import asyncio
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens.boards import BOARDS
from fronts.portal.citizens.debates import by_topic
from fronts.portal.looks import COOKIE, ELDER, local
from fronts.portal.visits import Anyone

TOPICS: Final = 5
ANSWERED: Final = 8
_YEAR: Final = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)
"""`/` and `/look`."""


@router.get("/")
async def front(visit: Anyone) -> Response:
    """The front page; what a service does not answer in time is left out."""
    site = visit.site
    figures, answered, topics, debates = await asyncio.gather(
        site.services.get("stats", "/v1/figures"),
        site.services.get("intake", "/v1/posts", limit=str(ANSWERED)),
        site.services.offer("router", "/v1/topics"),
        site.services.offer("debate", "/v1/debates"),
    )
    return site.pages.render(
        "front.html",
        figures=figures.body if figures.ok else None,
        today=_today(figures.body) if figures.ok else None,
        posts=answered.body["posts"] if answered.ok else [],
        topics=topics.get("topics", [])[:TOPICS],
        debates=by_topic(debates),
        boards=BOARDS,
    )


@router.post("/look")
async def change_look(visit: Anyone) -> Response:
    """Keep the look that was chosen, and lead back to where it was chosen."""
    form, cookies = visit.form, visit.site.cookies
    response = RedirectResponse(local(form.one("back")), 303)
    if form.one("look") == ELDER:
        cookies.keep(response, COOKIE, ELDER, seconds=_YEAR)
    else:
        cookies.forget(response, COOKIE)
    return response


def _today(figures: dict[str, Any]) -> dict[str, Any]:
    """The row of the day of the cut-off; zeros before the first post."""
    day = datetime.fromisoformat(figures["cut_off"]).date().isoformat()
    return next((row for row in figures["days"] if row["day"] == day), {"received": 0, "replies_given": 0})
