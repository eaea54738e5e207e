"""Why a post was given to a unit, for staff; and the models the router keeps, for the operator."""

from collections.abc import Collection
from hashlib import sha256
from typing import Protocol

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.failures import Refused
from chassis.tokens import Verifier, require
from chassis.web import Json, read_body
from services.router.core.case import Case
from services.router.core.model import MOST_BYTES, Damaged, Model
from services.router.store import Models


class Cases(Protocol):
    """Looks a case up by its number."""

    async def case(self, number: str) -> Case | None: ...


def routes(cases: Cases, models: Models, verifier: Verifier, units: Collection[str]) -> APIRouter:
    """`GET /v1/assignments/{number}`, `GET /v1/models`, `PUT /v1/models/{checksum}`; `units` may be classes of a model."""
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

    @router.get("/v1/models")
    async def listed(request: Request) -> Response:
        """The model files stored, and every change-over so far."""
        require(verifier.staff(request.headers.get("authorization")), "operator", "supervisor")
        return Json({"models": await models.listed(), "activated": await models.activated()})

    @router.get("/v1/models/{checksum}")
    async def file(checksum: str, request: Request) -> Response:
        """A model file as it was stored."""
        require(verifier.staff(request.headers.get("authorization")), "operator")
        data = await models.read(checksum)
        if data is None:
            raise problem.plain(404, "没有这个模型。")
        return Response(data, media_type="application/octet-stream")

    @router.put("/v1/models/{checksum}")
    async def keep(checksum: str, request: Request) -> Response:
        """Store a model file under its SHA-256; it judges nothing before intake says that it is activated."""
        staff = require(verifier.staff(request.headers.get("authorization")), "operator")
        data = await read_body(request, MOST_BYTES)
        if sha256(data).hexdigest() != checksum:
            raise problem.wrong_field("checksum", "与文件内容不符")
        try:
            classes = Model.load(data).classes
        except Damaged as damaged:
            raise problem.wrong_field("file", str(damaged)) from damaged
        if unknown := [label for label in classes if label not in units]:
            raise problem.wrong_field("classes", f"不是单位代码:{'、'.join(unknown[:5])}")
        model = await models.keep(data, staff.person)
        return Json({"checksum": checksum, "version": model.version, "threshold": model.threshold}, 201)

    return router
