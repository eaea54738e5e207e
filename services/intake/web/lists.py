"""What a front end offers to choose from: kinds of posts, areas with their streets, units, duty items. The city's profile says them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import client_of
from city import named
from city.profile import Profile
from services.intake.core import answers_on_offers as answers
from services.intake.web.door import Door


def routes(router: APIRouter, door: Door) -> None:
    """`GET /v1/kinds`, `/v1/areas`, `/v1/departments`, `/v1/leaders`, `/v1/duties`."""

    @router.get("/v1/kinds", summary="Kinds of posts.", openapi_extra=described(answer=answers.Kinds))
    async def kinds(request: Request) -> Response:
        """Those that can be posted, each with whether it has a clock and whether it may be public."""
        door.limits.check("reads", client_of(request))
        return with_etag(request, _kinds(door.profile))

    @router.get("/v1/areas", summary="Areas and streets.", openapi_extra=described(answer=answers.Areas))
    async def areas(request: Request) -> Response:
        """Districts and counties; the code of one is the `area` of a post."""
        door.limits.check("reads", client_of(request))
        return with_etag(request, _areas(door.profile))

    @router.get(
        "/v1/departments", summary="Units that answer.", openapi_extra=described(answer=answers.Departments)
    )
    async def departments(request: Request) -> Response:
        """Every unit of the city, by its code and name."""
        door.limits.check("reads", client_of(request))
        units = [
            {"code": unit.code, "name": unit.name, "kind": unit.kind} for unit in door.profile.departments
        ]
        return with_etag(request, {"departments": units})

    @router.get(
        "/v1/leaders",
        summary="City leaders with a letter box.",
        openapi_extra=described(answer=answers.Leaders),
    )
    async def leaders(request: Request) -> Response:
        """The code of one is the `addressee` of a letter (`mailbox`)."""
        door.limits.check("reads", client_of(request))
        found = [
            {"code": leader.code, "name": leader.name, "duties": leader.duties}
            for leader in door.profile.leaders
        ]
        return with_etag(request, {"leaders": found})

    @router.get("/v1/duties", summary="Duty items.", openapi_extra=described(answer=answers.Duties))
    async def duties(request: Request, department: str = "") -> Response:
        """What each unit answers for, and on what it rests; `department`: one unit's, by code or name."""
        door.limits.check("reads", client_of(request))
        unit = door.code_of(named.unit, "department", department)
        items = [
            {"code": duty.code, "department": duty.department, "name": duty.name, "basis": duty.basis}
            for duty in door.profile.duties
            if unit in ("", duty.department)
        ]
        return with_etag(request, {"duties": items})


def _kinds(city: Profile) -> answers.Kinds:
    return {
        "kinds": [
            {"code": code, "name": kind.name, "clock": kind.clock, "public": kind.public}
            for code, kind in city.policy.posted.items()
        ]
    }


def _areas(city: Profile) -> answers.Areas:
    found: dict[str, answers.Area] = {}
    for division in city.divisions:
        area = found.setdefault(
            division.area_code, {"code": division.area_code, "name": division.area, "streets": []}
        )
        area["streets"].append({"code": division.street_code, "name": division.street})
    return {"areas": list(found.values())}
