"""The notices about a post, for staff."""

from typing import Any, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.failures import HttpRefused
from chassis.tokens import Verifier, require
from chassis.web.responses import Json


class Notices(Protocol):
    """Looks notices up."""

    async def notices(self, number: str) -> list[dict[str, Any]] | None: ...

    async def department(self, number: str) -> str | None: ...


def routes(notices: Notices, verifier: Verifier) -> APIRouter:
    """`GET /v1/notices/{number}`."""
    router = APIRouter()

    @router.get("/v1/notices/{number}")
    async def notice(number: str, request: Request) -> Response:
        """Every notice about a case with channel, state and attempts; no address is among them."""
        staff = verifier.staff(request.headers.get("authorization"))
        require(staff, "clerk", "leader", "supervisor", "mayor", "operator")
        found = await notices.notices(number)
        if found is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        if staff.role in ("clerk", "leader") and await notices.department(number) != staff.department:
            raise HttpRefused(403, "not-own-case", "不是本单位承办的帖子")
        return Json({"number": number, "notices": found})

    return router
