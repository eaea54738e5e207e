"""The deadline of a case as citizens and staff read it: counted day by day, with everything that moved it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.tokens import Verifier
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import Limits, client_of
from chassis.web.routing import new_router
from city.profile import Profile
from services.deadline.core.account import account
from services.deadline.core.answers import CountedDeadline, NoClock
from services.deadline.core.case import Case
from services.deadline.core.visibility import reasons_shown


class Cases(Protocol):
    """Looks up a case by its number."""

    async def case(self, number: str) -> Case | None: ...


@dataclass(frozen=True)
class Door:
    """Everything the web side needs."""

    cases: Cases
    city: Callable[[int], Profile]
    """The profile as it was after so many amendments: a case is told by the rules by which it was last dated,
    a closed one by those that judged it."""
    clock: Clock
    verifier: Verifier
    limits: Limits

    async def deadline(self, number: str, request: Request) -> Response:
        """Dates for everybody; reasons and progress of extensions for those who may read them."""
        authorization = request.headers.get("authorization")
        staff = self.verifier.staff(authorization) if authorization else None
        self.limits.check("deadlines", client_of(request) if staff is None else staff.person)
        case = await self.cases.case(number)
        if case is None or case.received_at is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        reasons = reasons_shown(case) if staff is None else reasons_shown(case, staff.role, staff.department)
        city = self.city(case.amendments)
        return with_etag(request, account(case, city, self.clock.now(), reasons=reasons))


def routes(door: Door) -> APIRouter:
    """`GET /v1/deadlines/{number}`."""
    router = new_router()

    @router.get(
        "/v1/deadlines/{number}",
        openapi_extra=described(who="anyone or staff", answer=(CountedDeadline, NoClock)),
    )
    async def deadline(number: str, request: Request) -> Response:
        """How the deadline of a case was counted, and where its time went.

        Why more time was granted, and how far the work is, is told of posts that anybody may see; of others
        to the units concerned and to those who oversee them, by their token. Else `reason` and `progress` are empty.
        """
        return await door.deadline(number, request)

    return router
