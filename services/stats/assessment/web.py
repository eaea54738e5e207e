"""The address of the scores: `/v1/assessment`."""

from typing import Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis.web.described import described
from chassis.web.routing import new_router
from services.stats.assessment.answers import Scores
from services.stats.assessment.door import Door

A_PERIOD: Final = Query(
    "", json_schema_extra={"pattern": "^([2-8][0-9]{3}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?)?$"}
)
WEIGHTS: Final = Query(
    "",
    max_length=1000,
    json_schema_extra={
        "pattern": r"^([a-z_]{1,40}:[0-9]{1,6}(\.[0-9]{1,4})?(,[a-z_]{1,40}:[0-9]{1,6}(\.[0-9]{1,4})?)*)?$"
    },
)


def routes(door: Door) -> APIRouter:
    """The one call, `GET /v1/assessment`."""
    router = new_router()

    @router.get("/v1/assessment", openapi_extra=described(who="staff", answer=Scores))
    async def assessment(request: Request, period: str = A_PERIOD, weights: str = WEIGHTS) -> Response:
        """The scores 考核 of units over a period (the present year when none is named), each part with its working.

        All of them to supervisors, the best first; to clerks and leaders that of the own unit. A supervisor may try other
        `weights` (`on_time:40,reply:10`, named as in the policy's `[assessment]`): each unit then says what it comes to `before`
        by those in force. Nothing of it is kept. A year whose bulletin is issued is `frozen` with it: neither late facts nor new
        weights change it, and what is tried is reckoned from the frozen figures.
        """
        return await door.scores(request, period, weights)

    return router
