"""The deadline of a case as citizens and staff read it: counted day by day, with everything that moved it."""

from collections.abc import Callable
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.web.conditional import with_etag
from chassis.web.limits import Limits, client_of
from city.profile import Profile
from services.deadline.core.account import account
from services.deadline.core.case import Case


class Cases(Protocol):
    """Looks up a case by its number."""

    async def case(self, number: str) -> Case | None: ...


def routes(cases: Cases, city: Callable[[int], Profile], time: Clock, limits: Limits) -> APIRouter:
    """`GET /v1/deadlines/{number}`; `city` gives the profile as it was after so many amendments.

    A case is told by the rules by which it was last dated, a closed one by those that judged it.
    """
    router = APIRouter()

    @router.get("/v1/deadlines/{number}")
    async def deadline(number: str, request: Request) -> Response:
        """How the deadline of a case was counted, and where its time went."""
        limits.check("deadlines", client_of(request))
        case = await cases.case(number)
        if case is None or case.received_at is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        return with_etag(request, account(case, city(case.amendments), time.now()))

    return router
