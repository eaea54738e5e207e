"""How many posts anyone may see, of some days of receipt: the number beside a link into the public list."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import client_of
from services.intake.core.answers_on_shown import ShownPosts
from services.intake.web.door import Door

MOST_DAYS: Final = 366
"""Days that are counted at once."""
A_DAY: Final = {"pattern": "^20[0-9]{2}-[01][0-9]-[0-3][0-9]$|^$"}
SINCE: Final = Query("", alias="from", json_schema_extra=A_DAY)
TO: Final = Query("", json_schema_extra=A_DAY)


def routes(router: APIRouter, door: Door) -> None:
    """`GET /v1/shown`."""

    @router.get("/v1/shown", summary="How many public posts.", openapi_extra=described(answer=ShownPosts))
    async def shown(request: Request, since: str = SINCE, to: str = TO) -> Response:
        """Posts that `GET /v1/posts` lists, received on the days `from` to `to` (the last thirty when none are named)."""
        door.limits.check("reads", client_of(request))
        if not since and not to:
            to = f"{door.clock.now().date()}"
            since = f"{door.clock.now().date() - timedelta(days=29)}"
        begins, ends = instants(door, since, to)
        assert begins is not None
        assert ends is not None
        counted = await door.cases.shown(begins, ends)
        said: ShownPosts = {
            "total": counted.total,
            "departments": counted.departments,
            "areas": counted.areas,
            "kinds": counted.kinds,
        }
        return with_etag(request, said)


def instants(door: Door, since: str, to: str) -> tuple[datetime | None, datetime | None]:
    """The beginning of the first day and the end of the last, in city time; none of both when none is named.

    Raises Refused 422 for what is no day, and for days that are too many or the wrong way round.
    """
    if not since and not to:
        return None, None
    first, last = _day("from", since), _day("to", to)
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise problem.wrong_field("from", f"应不晚于 to,且不超过 {MOST_DAYS} 天")
    zone = door.profile.zone
    after = last + timedelta(days=1)
    return datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)


def _day(field: str, text: str) -> date:
    wrong: HttpRefused = problem.wrong_field(field, "应为 YYYY-MM-DD,from 和 to 要一起给出")
    if not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        raise wrong
    try:
        return date.fromisoformat(text)
    except ValueError as failure:
        raise wrong from failure
