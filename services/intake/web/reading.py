"""What can be looked up: posts by anyone, one's own case, cases by staff."""

from collections.abc import Callable
from typing import Any, Final

import fastapi
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.failures import HttpRefused
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import client_of
from chassis.web.responses import Json
from city import named
from city.profile import Profile
from city.typed import search_words
from services.intake.core import answers, views
from services.intake.core import requests as ask
from services.intake.core.case import Case
from services.intake.core.visibility import reader_of
from services.intake.store import STATES, Query, listed_at
from services.intake.web.door import Door

STAFF: Final = ("clerk", "leader", "supervisor", "mayor")
"""The roles that read cases."""
OF_A_UNIT: Final = ("clerk", "leader")
"""The roles that read their own unit's cases only."""


# Said in the description and checked in the handler, which answers in Chinese.
A_STATE: Final = fastapi.Query("open", json_schema_extra={"enum": [*STATES]})
AN_ORDER: Final = fastapi.Query("due", json_schema_extra={"enum": ["due"]})


def routes(router: APIRouter, door: Door) -> None:
    """Posts for anyone, cases for staff."""
    _posts(router, door)
    _cases(router, door)


def _posts(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/posts/{number}",
        summary="One post.",
        openapi_extra=described(who="anyone or author", answer=(answers.PublicPost, answers.OwnPost)),
    )
    async def post(number: str, request: Request) -> Response:
        """The public view; with the query code, all of one's own case."""
        door.limits.check("reads", client_of(request))
        subject, case = await door.case(number)
        if door.is_own(request, subject):
            opened = await door.opened(ask.AUTHOR, "author", subject, case)
            return Json(views.own(case, door.profile, opened))
        return with_etag(request, views.public(case, door.profile))

    @router.get(
        "/v1/posts",
        summary="Public posts, newest first.",
        openapi_extra=described(answer=answers.ListedPosts),
    )
    async def posts(
        request: Request,
        kind: str = "",
        area: str = "",
        department: str = "",
        q: str = "",
        cursor: str = "",
        limit: int = 20,
    ) -> Response:
        """Posts that are answered or ask nobody for an answer; `kind`: one, or several with commas."""
        door.limits.check("reads", client_of(request))
        query = Query(
            unit=_code(named.unit, door, "department", department),
            kind=",".join(_code(named.kind, door, "kind", one) for one in kind.split(",")),
            area=_code(named.area, door, "area", area),
            words=search_words(q),
            public=True,
            after=_after(door, cursor),
            limit=max(1, min(limit, 100)),
        )
        cases = await door.cases.page(query)
        rows = [views.listed(case, door.profile) for case in cases]
        return with_etag(request, {"posts": rows}, **_next(door, request, query, cases))


def _cases(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/cases",
        summary="Cases in one's scope, by due date.",
        openapi_extra=described(who="staff", answer=answers.ListedCases),
    )
    async def cases(
        request: Request,
        department: str = "",
        state: str = A_STATE,
        kind: str = "",
        area: str = "",
        addressee: str = "",
        q: str = "",
        sort: str = AN_ORDER,
        cursor: str = "",
        limit: int = 50,
    ) -> Response:
        """A unit's people find what it holds or assists with; supervisor and city leaders find all."""
        actor = door.actor(request, *STAFF)
        door.limits.check("reads", actor.person)
        if state not in STATES:
            raise problem.wrong_field("state", f"应为 {'、'.join(STATES)} 之一")
        if sort != "due":
            raise problem.wrong_field("sort", "只能按 due 排列")
        asked = _code(named.unit, door, "department", department)
        query = Query(
            unit=_scope(actor, asked),
            state=state,
            kind=",".join(_code(named.kind, door, "kind", one) for one in kind.split(",")),
            area=_code(named.area, door, "area", area),
            addressee=_code(named.leader, door, "addressee", addressee),
            words=search_words(q),
            after=_after(door, cursor),
            limit=max(1, min(limit, 100)),
        )
        listed = await door.cases.page(query)
        rows = [views.in_inbox(case, door.profile) for case in listed]
        return Json({"cases": rows}, headers=_next(door, request, query, listed))

    @router.get(
        "/v1/cases/{number}",
        summary="Everything on one case.",
        openapi_extra=described(who="staff", answer=answers.StaffCase),
    )
    async def case(number: str, request: Request) -> Response:
        """The contact is opened for the holding unit, and the opening is logged."""
        actor = door.actor(request, *STAFF)
        door.limits.check("reads", actor.person)
        subject, kept = await door.case(number)
        reader = reader_of(actor, kept)
        if reader is None:
            raise HttpRefused(403, "not-own-case", "不是本单位承办的帖子", "只能查看由本单位承办的帖子。")
        opened = await door.opened(actor, reader, subject, kept)
        group = None
        if kept.group is not None:
            members = await door.cases.of_group(kept.group)
            seen = [member for member in members if reader_of(actor, member) is not None]
            group = views.group_of(kept.group, seen, len(members), door.profile)
        return Json(views.staff(kept, door.profile, opened, group))


def _scope(actor: ask.Actor, asked: str) -> str:
    """The unit whose cases are listed, empty for all. Raises Refused 403 for another than one's own."""
    if actor.role not in OF_A_UNIT:
        return asked
    if asked not in ("", actor.department):
        raise HttpRefused(403, "not-own-case", "只能查看本单位的帖子")
    return actor.department


def _code(look_up: Callable[[Profile, str], str], door: Door, field: str, called: str) -> str:
    """The code of what a parameter calls by code or name. Raises Refused 422, which names what there is."""
    try:
        return look_up(door.profile, called)
    except named.NotNamed as unknown:
        raise problem.wrong_field(field, str(unknown)) from unknown


def _after(door: Door, cursor: str) -> tuple[str, str] | None:
    if not cursor:
        return None
    place = door.cursor.read(cursor)
    return place[0], place[1]


def _next(door: Door, request: Request, query: Query, page: list[Case]) -> dict[str, Any]:
    """The header that leads to the next page, where there may be one."""
    if len(page) < query.limit:
        return {}
    last = page[-1]
    place = listed_at(last) if query.public else last.due or last.received_at
    assert place is not None
    cursor = door.cursor.write([place.isoformat(), last.number])
    return {"Link": f'<{request.url.include_query_params(cursor=cursor)}>; rel="next"'}
