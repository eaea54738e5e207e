"""What can be looked up: posts by anyone, one's own case, cases by staff."""

from typing import Any, Final

import fastapi
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import client_of
from chassis.web.responses import Json
from city import named
from city.typed import search_words
from services.intake.core import answers, views
from services.intake.core import requests as ask
from services.intake.core.answers_on_instructions import InstructionFigures
from services.intake.core.case import Case
from services.intake.core.visibility import reader_of
from services.intake.store import LEDGER, STATES, Query, place_of
from services.intake.web.door import Door, not_own_case
from services.intake.web.shown import SINCE, TO, instants

STAFF: Final = ("clerk", "leader", "supervisor", "mayor")
"""The roles that read cases."""
OF_A_UNIT: Final = ("clerk", "leader")
"""The roles that read their own unit's cases only."""
OF_THE_CITY: Final = ("supervisor", "mayor")
"""The roles that read all."""
ID: Final = 64
"""Characters of a staff id."""


# Said in the description and checked in the handler, which answers in Chinese.
A_STATE: Final = fastapi.Query("open", json_schema_extra={"enum": [*STATES]})
AN_ORDER: Final = fastapi.Query("due", json_schema_extra={"enum": ["due"]})


def routes(router: APIRouter, door: Door) -> None:
    """Posts for anyone, cases for staff."""
    _posts(router, door)
    _cases(router, door)
    _case(router, door)
    _ledger(router, door)


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
        since: str = SINCE,
        to: str = TO,
        q: str = "",
        cursor: str = "",
        limit: int = 20,
    ) -> Response:
        """Posts that are answered or ask nobody for an answer; `kind`: one, or several with commas.

        `from` and `to`, together: days of receipt.
        """
        door.limits.check("reads", client_of(request))
        begins, ends = instants(door, since, to)
        query = Query(
            unit=door.code_of(named.unit, "department", department),
            kind=",".join(door.code_of(named.kind, "kind", one) for one in kind.split(",")),
            area=door.code_of(named.area, "area", area),
            since=begins,
            until=ends,
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
        instructed_by: str = "",
        q: str = "",
        sort: str = AN_ORDER,
        cursor: str = "",
        limit: int = 50,
    ) -> Response:
        """A unit's people find what it holds or assists with; supervisor and city leaders find all.

        States of instructions (`instructed`, `instruction_…`) may be narrowed by who gave them, `instructed_by`
        (a staff id); these are listed by the day on which a report is awaited. `special_report`: what was taken to
        the city leaders, by a supervisor or by the router, the newest report first. `undecided` and `unfulfilled`: answered
        suggestions of which nobody has said whether they are adopted, and adopted ones of which nothing was done yet.
        """
        actor = door.actor(request, *STAFF)
        door.limits.check("reads", actor.person)
        if state not in STATES:
            raise problem.wrong_field("state", f"应为 {'、'.join(STATES)} 之一")
        if sort != "due":
            raise problem.wrong_field("sort", "只能按 due 排列")
        _check_instructed_by(instructed_by, state)
        asked = door.code_of(named.unit, "department", department)
        query = Query(
            unit=_scope(actor, asked),
            state=state,
            kind=",".join(door.code_of(named.kind, "kind", one) for one in kind.split(",")),
            area=door.code_of(named.area, "area", area),
            addressee=door.code_of(named.leader, "addressee", addressee),
            instructed_by=instructed_by,
            words=search_words(q),
            after=_after(door, cursor),
            limit=max(1, min(limit, 100)),
        )
        listed = await door.cases.page(query)
        rows = [views.in_inbox(case, door.profile) for case in listed]
        return Json({"cases": rows}, headers=_next(door, request, query, listed))


def _case(router: APIRouter, door: Door) -> None:
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
            raise not_own_case()
        opened = await door.opened(actor, reader, subject, kept)
        group = None
        if kept.group is not None:
            members = await door.cases.of_group(kept.group)
            seen = [member for member in members if reader_of(actor, member) is not None]
            group = views.group_of(kept.group, seen, len(members), door.profile)
        return Json(views.staff(kept, door.profile, opened, group))


def _ledger(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/instructions/figures",
        summary="How many instructions wait, are overdue, reported, accepted.",
        openapi_extra=described(who="staff", answer=InstructionFigures),
    )
    async def figures(request: Request, instructed_by: str = "") -> Response:
        """Of all city leaders, or of one, by staff id; for supervisor and city leaders."""
        actor = door.actor(request, *OF_THE_CITY)
        door.limits.check("reads", actor.person)
        _check_instructed_by(instructed_by, "instructed")
        return Json(await door.cases.ledger(instructed_by))


def _check_instructed_by(person: str, state: str) -> None:
    """Raises Refused 422 for what is no staff id, or stands beside a state that is not about instructions."""
    if person and state not in LEDGER:
        raise problem.wrong_field("instructed_by", f"只能与 state={'、'.join(LEDGER)} 一起用")
    if len(person) > ID or not person.isprintable():
        raise problem.wrong_field("instructed_by", f"应为工号,最多 {ID} 个字")


def _scope(actor: ask.Actor, asked: str) -> str:
    """The unit whose cases are listed, empty for all. Raises Refused 403 for another than one's own."""
    if actor.role not in OF_A_UNIT:
        return asked
    if asked not in ("", actor.department):
        raise HttpRefused(403, "not-own-case", "只能查看本单位的帖子")
    return actor.department


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
    place = place_of(last, query)
    assert place is not None
    cursor = door.cursor.write([place.isoformat(), last.number])
    return {"Link": f'<{request.url.include_query_params(cursor=cursor)}>; rel="next"'}
