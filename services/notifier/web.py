"""The notices about a post, for staff; the outbox, for the operator."""

from typing import Final, Protocol
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis import problem
from chassis.engine.listener import Listener
from chassis.failures import HttpRefused, Superseded
from chassis.tokens import Verifier, require
from chassis.web.described import described
from chassis.web.limits import Limits
from chassis.web.responses import Json
from services.notifier.core.answers import ChannelMonth, Outbox, OutboxNotice, Resent, ToldNotice, ToldNotices
from services.notifier.core.case import Resend

MOST_SHOWN: Final = 200
"""Notices of the outbox in one answer."""
# Said in the description and checked in the handler, which answers in Chinese.
WHICH: Final = Query("waiting", json_schema_extra={"enum": ["waiting", "failed"]})
HOW_MANY: Final = Query(50, json_schema_extra={"minimum": 1, "maximum": MOST_SHOWN})


class Notices(Protocol):
    """Looks notices up."""

    async def notices(self, number: str) -> list[ToldNotice] | None: ...

    async def department(self, number: str) -> str | None: ...

    async def outbox(self, state: str, limit: int) -> list[OutboxNotice]: ...

    async def failed(self, notice: str) -> str | None: ...

    async def waiting(self) -> dict[str, int]: ...

    async def months(self) -> list[ChannelMonth]: ...


class Engine:
    """The listener of this process, which takes an operator's word in; known once it listens."""

    def __init__(self) -> None:
        self._listener: Listener | None = None

    def follow(self, listener: Listener) -> None:
        """Hand in to this listener from now on."""
        self._listener = listener

    async def submit(self, subject: str, given: Resend, cause: str) -> None:
        """Returns when it is committed. Raises HttpRefused 503 where another instance owns the post."""
        try:
            if self._listener is None:
                raise Superseded("not listening yet")
            await self._listener.submit(subject, given, cause)
        except Superseded as elsewhere:
            raise problem.not_stored() from elsewhere


def routes(notices: Notices, verifier: Verifier, limits: Limits, engine: Engine) -> APIRouter:
    """`GET /v1/notices/{number}`, `GET /v1/outbox`, `POST /v1/outbox/{notice}/resend`."""
    router = APIRouter()

    @router.get("/v1/notices/{number}", openapi_extra=described(who="staff", answer=ToldNotices))
    async def notice(number: str, request: Request) -> Response:
        """Every notice about a case in order of time, with channel, state and attempts; no address is among them."""
        staff = verifier.staff(request.headers.get("authorization"))
        require(staff, "clerk", "leader", "supervisor", "mayor", "operator")
        limits.check("reads", staff.person)
        listed = await notices.notices(number)
        if listed is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        if staff.role in ("clerk", "leader") and await notices.department(number) != staff.department:
            raise HttpRefused(403, "not-own-case", "不是本单位承办的帖子")
        return Json(ToldNotices(number=number, notices=listed))

    @router.get("/v1/outbox", openapi_extra=described(who="staff", answer=Outbox))
    async def outbox(request: Request, state: str = WHICH, limit: int = HOW_MANY) -> Response:
        """Notices that wait (`state=waiting`, longest first) or failed (`state=failed`, newest first), and why.

        With the numbers of those that wait by channel, and of what each channel did month by month.
        """
        staff = require(verifier.staff(request.headers.get("authorization")), "operator")
        limits.check("reads", staff.person)
        if state not in ("waiting", "failed"):
            raise problem.wrong_field("state", "应为 waiting 或 failed")
        if not 1 <= limit <= MOST_SHOWN:
            raise problem.wrong_field("limit", f"应为 1 到 {MOST_SHOWN}")
        return Json(
            {
                "state": state,
                "waiting": await notices.waiting(),
                "months": await notices.months(),
                "notices": await notices.outbox(state, limit),
            }
        )

    @router.post(
        "/v1/outbox/{notice}/resend",
        status_code=202,
        openapi_extra=described(who="staff", answer=Resent, keyed=False),
    )
    async def resend(notice: UUID, request: Request) -> Response:
        """A notice that failed goes out once more, under the same id; 404 for one that has not failed."""
        staff = require(verifier.staff(request.headers.get("authorization")), "operator")
        limits.check("acts", staff.person)
        subject = await notices.failed(str(notice))
        if subject is None:
            raise problem.plain(404, "没有这条发送失败的通知。")
        await engine.submit(subject, Resend(str(notice)), f"{notice}/resend")
        return Json(Resent(notice=str(notice), state="pending"), 202)

    return router
