"""A citizen of a drawn case is called back (回访): the contact is opened to the supervisor who has to call, and to nobody else."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec import Meta

from chassis.problem import HttpRefused
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.responses import Json
from services.intake.core import answers_on_calls as answers
from services.intake.core.requests import Body
from services.intake.store import contact_to_call
from services.intake.web.door import Door

WHY = "回访"
"""What the security log says of the opening, beside who opened it."""


class ToCall(Body, frozen=True):
    """`POST /v1/cases/{number}/contact`."""

    token: Annotated[str, Meta(min_length=1, max_length=100)]
    """The pass of the round in which the case is drawn."""


def routes(router: APIRouter, door: Door) -> None:
    """`POST /v1/cases/{number}/contact`."""

    @router.post(
        "/v1/cases/{number}/contact",
        summary="The contact of a citizen who is to be called back.",
        openapi_extra=described(
            who="staff",
            body=ToCall,
            example={"token": "0123456789ABCDEFGHJKMNPQRS.1772416800.0123456789ABCDEFGHJKMNPQRS"},
            answer=answers.ContactToCall,
            keyed=False,
        ),
    )
    async def contact(number: str, request: Request) -> Response:
        """To a supervisor with a pass from stats (`POST /v1/inspections/{id}/contact`), within ten minutes of it.

        Each opening is in the security log, before it is shown. Nothing is changed by it.
        """
        actor = door.actor(request, "supervisor")
        door.limits.check("acts", actor.person)
        body = decode_body(await read_body(request), ToCall)
        subject, case = await door.case(number)
        if not door.calls.holds(body.token, case.number, actor.person, door.real_now()):
            raise HttpRefused(
                403, "no-call", "现在不能查看联系方式", "只在进行中的回访里,为抽到的、还没有接通的帖子查看。"
            )
        told = await contact_to_call(door.keys, door.connection(), subject, case)
        if not told:
            return Json(answers.ContactToCall(case.number, "erased" if told is None else "none", {}))
        await door.read_log.note(actor, subject, WHY)
        door.count_read(actor.role)
        return Json(answers.ContactToCall(case.number, "opened", told))
