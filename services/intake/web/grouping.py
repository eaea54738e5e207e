"""Groups: posts that are one matter, joined and taken out by a supervisor."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.identity import uuid7
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.keyed import of_staff
from chassis.web.responses import Json
from contracts.identity import derived
from services.intake.core import requests as ask
from services.intake.core.acts import ACT
from services.intake.core.answers import Grouped, Standing
from services.intake.core.case import Case
from services.intake.core.concerns import grouping
from services.intake.core.deciding import standing
from services.intake.web import examples
from services.intake.web.door import Door, encode


def routes(router: APIRouter, door: Door) -> None:
    """`POST /v1/groups` and the way out of one."""

    @router.post(
        "/v1/groups",
        status_code=202,
        summary=ACT["group"].sentence,
        description=ACT["group"].description,
        openapi_extra=described(body=ask.Group, who="staff", answer=Grouped, example=examples.GROUP),
    )
    async def group(request: Request) -> Response:
        actor = door.actor(request, *ACT["group"].who.roles)
        door.limits.check("acts", actor.person)
        raw = await read_body(request)
        body = decode_body(raw, ask.Group)
        if body.lead not in body.numbers or len(set(body.numbers)) != len(body.numbers):
            raise problem.wrong_field("lead", "应是 numbers 之一,编号不能重复")
        subjects = [await door.subject(number) for number in body.numbers]
        identity = derived(uuid7(), "group")
        return await door.hand_in(
            request,
            grouping(body, subjects, actor, identity),
            of_staff(actor.person),
            raw,
            lambda _: Grouped(group=identity, lead=body.lead),
        )

    @router.delete(
        "/v1/groups/{group_id}/members/{number}",
        status_code=202,
        summary=ACT["ungroup"].sentence,
        description=ACT["ungroup"].description,
        openapi_extra=described(who="staff", answer=Standing),
    )
    async def ungroup(group_id: str, number: str, request: Request) -> Response:
        actor = door.actor(request, *ACT["ungroup"].who.roles)
        door.limits.check("acts", actor.person)
        subject = await door.subject(number)
        asked = ask.Asked("ungroup", actor, ask.Nothing(), group_id)
        kept = await door.desk.submit([(subject, asked)], uuid7(), _standing)
        return Json(kept, 202)


def _standing(answers: list[object]) -> bytes:
    case = answers[0]
    assert isinstance(case, Case)
    return encode(standing(case))
