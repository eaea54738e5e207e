"""The addresses of the bulletins: `/v1/bulletins` and what lies below it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec.structs import fields

from chassis.web.described import described
from chassis.web.routing import new_router
from services.stats.bulletins import bodies
from services.stats.bulletins.answers import WHOLE, Heads, Standing
from services.stats.bulletins.door import Door


def routes(door: Door) -> APIRouter:
    """All calls about bulletins."""
    router = new_router()
    _read(router, door)
    _acted_on(router, door)
    return router


def _read(router: APIRouter, door: Door) -> None:
    @router.get("/v1/bulletins", openapi_extra=described(who="anyone or staff", answer=Heads))
    async def bulletins(request: Request) -> Response:
        """The bulletins 通报, the newest period first: issued ones for anyone, drafts for those concerned."""
        return await door.listed(request)

    @router.get("/v1/bulletins/{identity}", openapi_extra=described(who="anyone or staff", answer=WHOLE))
    async def bulletin(identity: str, request: Request) -> Response:
        """A bulletin, by id or number: text, figures by unit with the offsets and code they came from, objections."""
        return await door.one(request, identity)

    @router.get(
        "/v1/bulletins/{identity}/papers/{kind}",
        openapi_extra=described(who="anyone or staff", media="application/octet-stream"),
    )
    async def paper(identity: str, kind: str, request: Request) -> Response:
        """The bulletin as `docx`, `pdf` or `xlsx`."""
        return await door.paper(request, identity, kind)


def _acted_on(router: APIRouter, door: Door) -> None:
    def said(body: type[Any], example: str) -> dict[str, Any]:
        optional = not any(field.required for field in fields(body))
        return described(
            body=body, who="staff", answer=Standing, example=bodies.EXAMPLES[example], optional=optional
        )

    @router.post("/v1/bulletins", status_code=202, openapi_extra=said(bodies.DraftBody, "draft"))
    async def draft(request: Request) -> Response:
        """The supervisor has a period that is over counted and written about; an unissued draft of it is replaced."""
        return await door.draft(request)

    @router.post(
        "/v1/bulletins/{identity}/text", status_code=202, openapi_extra=said(bodies.TextBody, "text")
    )
    async def text(identity: str, request: Request) -> Response:
        """The supervisor writes another text; figures are not edited."""
        return await door.edit(request, identity)

    @router.post(
        "/v1/bulletins/{identity}/circulation",
        status_code=202,
        openapi_extra=said(bodies.Nothing, "circulation"),
    )
    async def circulation(identity: str, request: Request) -> Response:
        """The supervisor lays the draft before the units (对账), which may object within two working days."""
        return await door.circulate(request, identity)

    @router.post(
        "/v1/bulletins/{identity}/objections",
        status_code=202,
        openapi_extra=said(bodies.ObjectionBody, "objection"),
    )
    async def objection(identity: str, request: Request) -> Response:
        """A clerk or leader says what is wrong about the own unit, with the cases that show it."""
        return await door.object(request, identity)

    @router.post(
        "/v1/bulletins/{identity}/objections/{objection}/answer",
        status_code=202,
        openapi_extra=said(bodies.AnswerBody, "answer"),
    )
    async def answer(identity: str, objection: str, request: Request) -> Response:
        """The supervisor answers an objection; both stay on record."""
        return await door.answer(request, identity, objection)

    @router.post(
        "/v1/bulletins/{identity}/issue", status_code=202, openapi_extra=said(bodies.Nothing, "issue")
    )
    async def issue(identity: str, request: Request) -> Response:
        """A leader of the supervising unit who did not write it issues it; from now on it is public and final."""
        return await door.issue(request, identity)
