"""Figures of a month for anyone: the areas on a map, units and kinds, and from each the posts that may be read."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from fronts.portal.citizens import map_of_areas
from fronts.portal.definitions import definitions
from fronts.portal.periods import days_of, month_of
from fronts.portal.site import Here

_NOTHING: Final[Mapping[str, Any]] = {"total": 0, "departments": {}, "areas": {}, "kinds": {}}

router = APIRouter(include_in_schema=False)
"""`/figures`."""


@router.get("/figures")
async def figures(site: Here, month: str = "") -> Response:
    """One month, by the day of receipt; what cannot be counted now is said."""
    now = site.clock.now()
    chosen = month_of(month) or f"{now:%Y-%m}"
    days = days_of(chosen)
    get = site.services.get
    league, counted, shown, index = await asyncio.gather(
        get("stats", "/v1/league", month=chosen),
        get("stats", "/v1/figures", **days),
        get("intake", "/v1/shown", **days),
        site.services.offer("stats", "/open"),
    )
    for answer in (league, counted):
        if not answer.ok:
            return site.pages.refuse(answer.status, answer.sentence)
    public = shown.body if shown.ok else _NOTHING
    areas = counted.body["areas"]
    rows = [unit for unit in league.body["departments"] if unit["received"]]
    return site.pages.render(
        "figures.html",
        month=chosen,
        earlier=neighbour(chosen, -1),
        later=neighbour(chosen, 1) if chosen < f"{now:%Y-%m}" else "",
        cut_off=league.body["cut_off"],
        whole=league.body["city"],
        units=rows,
        most=max((unit["received"] for unit in rows), default=0),
        by_area=areas,
        by_kind=counted.body["kinds"],
        map=map_of_areas.drawn(
            site.pages.profile.tiles,
            areas,
            {
                code: (posts_of(chosen, area=code), count)
                for code, count in public["areas"].items()
                if code and count
            },
        ),
        public=public if shown.ok else None,
        definitions=definitions(index),
        posts_of=lambda **asked: posts_of(chosen, **asked),
    )


def posts_of(month: str, **asked: str) -> str:
    """The address of the public posts of a month, of one unit, area or kind."""
    return f"/boards/all?{urlencode(asked | {'month': month})}"


def neighbour(month: str, by: int) -> str:
    """The month before or after; empty outside the years there are."""
    at = datetime.strptime(month, "%Y-%m")
    count = at.year * 12 + at.month - 1 + by
    return month_of(f"{count // 12:04d}-{count % 12 + 1:02d}")
