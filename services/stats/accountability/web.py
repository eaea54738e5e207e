"""The addresses of the records: `/v1/accountability` and what lies below it."""

from typing import Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis.web.described import described
from chassis.web.routing import new_router
from services.stats.accountability import bodies
from services.stats.accountability.answers import RecordHeads, RecordStanding, WholeRecord
from services.stats.accountability.door import STATES, Door

A_STATE: Final = Query("open", json_schema_extra={"pattern": f"^({'|'.join(STATES)})$"})


def routes(door: Door) -> APIRouter:
    """All calls about records."""
    router = new_router()
    _read(router, door)
    _acted_on_by_the_supervisor(router, door)
    _answered_by_those_concerned(router, door)
    return router


def _said(act: str) -> dict[str, Any]:
    return described(
        body=bodies.BODIES[act], who="staff", answer=RecordStanding, example=bodies.EXAMPLES[act]
    )


def _read(router: APIRouter, door: Door) -> None:
    @router.get("/v1/accountability", openapi_extra=described(who="staff", answer=RecordHeads))
    async def records(request: Request, state: str = A_STATE, department: str = "") -> Response:
        """The accountability records 问责 that the reader is shown, the newest first.

        All of them to supervisors and auditors, those of the own unit to its leader, one's own to the person concerned.
        """
        return await door.listed(request, state, department)

    @router.get("/v1/accountability/{identity}", openapi_extra=described(who="staff", answer=WholeRecord))
    async def record(identity: str, request: Request) -> Response:
        """A record: which rule or person opened it and with which cases, statements, finding, appeals, history."""
        return await door.one(request, identity)


def _acted_on_by_the_supervisor(router: APIRouter, door: Door) -> None:
    @router.post("/v1/accountability", status_code=202, openapi_extra=_said("opening"))
    async def opening(request: Request) -> Response:
        """The supervisor opens a record of a unit, with the cases that are its grounds."""
        return await door.open(request)

    @router.post("/v1/accountability/{identity}/person", status_code=202, openapi_extra=_said("person"))
    async def person(identity: str, request: Request) -> Response:
        """The supervisor names the person concerned, once; the time for statements begins anew."""
        return await door.person(request, identity)

    @router.post("/v1/accountability/{identity}/finding", status_code=202, openapi_extra=_said("finding"))
    async def finding(identity: str, request: Request) -> Response:
        """The supervisor finds whether those concerned are to blame, and which measure follows.

        When everybody concerned has stated, or the time for it is over.
        """
        return await door.finding(request, identity)

    @router.post("/v1/accountability/{identity}/decision", status_code=202, openapi_extra=_said("decision"))
    async def decision(identity: str, request: Request) -> Response:
        """A supervisor who did not make the finding decides on the appeals; never for a heavier measure."""
        return await door.decision(request, identity)

    @router.post("/v1/accountability/{identity}/closing", status_code=202, openapi_extra=_said("closing"))
    async def closing(identity: str, request: Request) -> Response:
        """The supervisor closes the record; everything in it stays."""
        return await door.closing(request, identity)


def _answered_by_those_concerned(router: APIRouter, door: Door) -> None:
    @router.post("/v1/accountability/{identity}/statement", status_code=202, openapi_extra=_said("statement"))
    async def statement(identity: str, request: Request) -> Response:
        """The unit's leader, or the person concerned, states (陈述申辩)."""
        return await door.statement(request, identity)

    @router.post("/v1/accountability/{identity}/appeal", status_code=202, openapi_extra=_said("appeal"))
    async def appeal(identity: str, request: Request) -> Response:
        """The unit's leader, or the person concerned, appeals, each once and in the time that the finding names."""
        return await door.appeal(request, identity)
