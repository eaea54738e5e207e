"""Passes: a session's word to another service that its holder has proved a telephone, without telling which."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec import Meta

from chassis.passes import LIVES
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.limits import client_of
from chassis.web.responses import Json
from services.intake.core import answers
from services.intake.core.requests import Body
from services.intake.web.door import Door
from services.intake.web.proving import citizen_of


class Wanted(Body, frozen=True):
    """`POST /v1/my/passes`."""

    place: Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}(?!\n)$")]
    """Id of the debate, dialogue or survey for which it is wanted."""


def routes(router: APIRouter, door: Door) -> None:
    """`POST /v1/my/passes`."""

    @router.post(
        "/v1/my/passes",
        status_code=201,
        summary="A pass for a debate, a dialogue or a survey.",
        openapi_extra=described(
            who="citizen",
            body=Wanted,
            example={"place": "01985c3e-0000-7000-8000-000000000000"},
            answer=answers.PassGiven,
            keyed=False,
        ),
    )
    async def given(request: Request) -> Response:
        """To be sent there as `Authorization: Bearer …` within ten minutes; it names its holder there alone."""
        door.limits.check("acts", client_of(request))
        session = await citizen_of(door, request)
        body = decode_body(await read_body(request), Wanted)
        now = door.real_now()
        token = door.passes.give(body.place, session.citizen, now)
        return Json({"token": token, "until": now + LIVES}, 201)
