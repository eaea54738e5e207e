"""The addresses of the rounds: `/v1/inspections` and what lies below it."""

from typing import Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis.web.described import described
from chassis.web.routing import new_router
from services.stats.inspections import bodies
from services.stats.inspections.answers import CallPass, RoundHeads, RoundStanding, WholeRound
from services.stats.inspections.door import FORMS, STATES, Door

A_STATE: Final = Query("open", json_schema_extra={"pattern": f"^({'|'.join(STATES)})$"})
A_FORM: Final = Query("", json_schema_extra={"pattern": f"^({'|'.join(FORMS)})?$"})


def routes(door: Door) -> APIRouter:
    """All calls about rounds."""
    router = new_router()
    _read(router, door)
    _about_a_round(router, door)
    _about_a_case(router, door)
    return router


def _said(act: str) -> dict[str, Any]:
    return described(body=bodies.BODIES[act], who="staff", answer=RoundStanding, example=bodies.EXAMPLES[act])


def _read(router: APIRouter, door: Door) -> None:
    @router.get("/v1/inspections", openapi_extra=described(who="staff", answer=RoundHeads))
    async def inspections(request: Request, state: str = A_STATE, form: str = A_FORM) -> Response:
        """The rounds of inspection 督查 and call-back 回访 that the reader is shown, the newest first.

        All of them to supervisors, city leaders and auditors; to a unit those in which a case of its own was looked through,
        or of which it was called back and the round has ended.
        """
        return await door.listed(request, state, form)

    @router.get("/v1/inspections/{identity}", openapi_extra=described(who="staff", answer=WholeRound))
    async def inspection(identity: str, request: Request) -> Response:
        """A round: seed and sample, figures with Wilson's interval, and each case that the reader is shown."""
        return await door.one(request, identity)


def _about_a_round(router: APIRouter, door: Door) -> None:
    @router.post("/v1/inspections", status_code=202, openapi_extra=_said("opening"))
    async def opening(request: Request) -> Response:
        """The centre opens a round: so many of the period's answered cases are drawn, by a seed that the service makes."""
        return await door.open(request)

    @router.post("/v1/inspections/{identity}/closing", status_code=202, openapi_extra=_said("closing"))
    async def closing(identity: str, request: Request) -> Response:
        """The centre ends a round in which every case has been dealt with."""
        return await door.closing(request, identity)

    @router.post("/v1/inspections/{identity}/stopping", status_code=202, openapi_extra=_said("stopping"))
    async def stopping(identity: str, request: Request) -> Response:
        """The centre gives a round up, with a reason; what was found stays."""
        return await door.stopping(request, identity)


def _about_a_case(router: APIRouter, door: Door) -> None:
    @router.post("/v1/inspections/{identity}/finding", status_code=202, openapi_extra=_said("finding"))
    async def finding(identity: str, request: Request) -> Response:
        """The centre looked a case through: the points it fails, and in how many working days the unit puts it right."""
        return await door.finding(request, identity)

    @router.post("/v1/inspections/{identity}/correction", status_code=202, openapi_extra=_said("correction"))
    async def correction(identity: str, request: Request) -> Response:
        """The unit says what it did about a finding (整改反馈)."""
        return await door.correction(request, identity)

    @router.post("/v1/inspections/{identity}/judgement", status_code=202, openapi_extra=_said("judgement"))
    async def judgement(identity: str, request: Request) -> Response:
        """The centre accepts what the unit did, returns it with a new day, or finds that nothing was put right."""
        return await door.judgement(request, identity)

    @router.post("/v1/inspections/{identity}/call", status_code=202, openapi_extra=_said("call"))
    async def call(identity: str, request: Request) -> Response:
        """The centre called the citizen of a case: reached or not, solved or not, satisfied or not."""
        return await door.call(request, identity)

    @router.post(
        "/v1/inspections/{identity}/contact",
        status_code=201,
        openapi_extra=described(
            body=bodies.BODIES["contact"],
            who="staff",
            answer=CallPass,
            example=bodies.EXAMPLES["contact"],
            keyed=False,
        ),
    )
    async def contact(identity: str, request: Request) -> Response:
        """A pass with which the centre asks intake for the contact of a citizen it has to call: while a call is to be made."""
        return await door.contact(request, identity)
