"""The wall 大屏: one dark page of 1920x1080, its parts rendered here once for all viewers and sent as they change."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from chassis.web.limits import client_key
from fronts.portal.citizens import map_of_areas
from fronts.portal.citizens.live import Full
from fronts.portal.clients import client
from fronts.portal.pages import Pages
from fronts.portal.site import Here

PATIENCE: Final = 3.0
"""Seconds the page waits for the first figures before it is shown without them."""
TOPICS: Final = 6
PARTS: Final = ("clock", "numbers", "areas", "overdue", "ranking", "topics", "days")
"""Parts of the wall; each is a template `wall/<part>.html` and an element of that id."""
_OF_EVENT: Final = {
    "figures": ("clock", "numbers", "areas", "overdue"),
    "ranking": ("ranking",),
    "topics": ("topics",),
    "days": ("days",),
}


router = APIRouter(include_in_schema=False)
"""`/wall` and `/wall/stream`."""


@router.get("/wall")
async def wall(site: Here) -> Response:
    """The wall as it stands."""
    present = await site.live.present(PATIENCE)
    return site.pages.render("wall.html", parts={part: present.get(part, "") for part in PARTS})


@router.get("/wall/stream")
async def stream(request: Request, site: Here) -> Response:
    """Its parts as they change (server-sent events)."""
    watching = site.live.watch(client_key(client()))
    try:
        first = await anext(watching)
    except Full as full:
        status = 429 if full.own else 503
        return Response("", status, {"Retry-After": "30"})

    async def events() -> AsyncIterator[bytes]:
        try:
            yield first
            async for event in watching:
                yield event
                if await request.is_disconnected():
                    return
        finally:
            await watching.aclose()

    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)


def parts(pages: Pages, name: str, data: dict[str, Any]) -> dict[str, str]:
    """The parts an event changes. An event that is not known changes nothing."""
    if name == "away":
        return {"source": "away"}
    if name == "days" and not data:
        return {}
    values = _values(name, data)
    if name == "figures":
        values["map"] = map_of_areas.drawn(pages.profile.tiles, data["areas"])
    changed = {part: pages.html(f"wall/{part}.html", **values) for part in _OF_EVENT.get(name, ())}
    return changed | ({"source": "here"} if name == "figures" else {})


def _values(name: str, data: dict[str, Any]) -> dict[str, Any]:
    match name:
        case "figures":
            as_of = datetime.fromisoformat(data["as_of"])
            overdue = [
                one | {"days": (as_of.date() - datetime.fromisoformat(one["due"]).date()).days}
                for one in data["oldest_overdue"]
            ]
            return {"figures": data, "as_of": as_of, "overdue": overdue}
        case "topics":
            return {"topics": data.get("topics", [])[:TOPICS], "known": bool(data)}
        case "days":
            return {"days": data["days"], "total": data["total"]}
        case _:
            return data
