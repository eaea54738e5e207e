"""Why a post was given to a unit, for staff: every decision on it with its reasons."""

from typing import Protocol

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.failures import Refused
from chassis.tokens import Verifier, require
from chassis.web import Json
from services.router.core.case import Case


class Cases(Protocol):
    """Looks a case up by its number."""

    async def case(self, number: str) -> Case | None: ...


def routes(cases: Cases, verifier: Verifier) -> APIRouter:
    """`GET /v1/assignments/{number}`."""
    router = APIRouter()

    @router.get("/v1/assignments/{number}")
    async def assignment(number: str, request: Request) -> Response:
        """Every decision on the case with reasons, confidence, rule and model version."""
        staff = verifier.staff(request.headers.get("authorization"))
        require(staff, "clerk", "leader", "supervisor", "mayor", "operator")
        case = await cases.case(number)
        if case is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        if staff.role in ("clerk", "leader") and staff.department not in (*case.holders, *case.assisting):
            raise Refused(403, "not-own-case", "不是本单位承办的帖子")
        return Json(
            {
                "number": number,
                "department": case.department,
                "assisting": case.assisting,
                "held": case.held,
                "meeting": case.meeting,
                "decisions": msgspec.to_builtins(case.decided),
                "returns": msgspec.to_builtins(case.returned),
            }
        )

    return router
