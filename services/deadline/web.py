"""The deadline of a case as citizens and staff read it: counted day by day, with everything that moved it."""

from collections.abc import Callable
from typing import Any, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.web import with_etag
from city.explain import explain
from city.profile import Profile
from services.deadline.core.case import Case
from services.deadline.core.clock import clock, ledger


class Cases(Protocol):
    """Looks up a case by its number."""

    async def case(self, number: str) -> Case | None: ...


def account(case: Case, profile: Profile, now: Any) -> dict[str, Any]:
    """Due date, days, pauses, extensions, ladder and ledger of a case, for people."""
    made = clock(case, profile)
    if made is None:
        return {"number": case.number, "clock": None, "reason": "此类帖子不计时限"}
    until = made.stop or max(now, made.start)
    name = profile.department_name
    return {
        "number": case.number,
        "clock": case.clock_name,
        "start": made.start,
        "due": made.due,
        "first_due": made.first_due,
        "provisional": made.provisional,
        "counted": [
            {"day": day.day, "counts": day.counts, "reason": day.reason, "text": text}
            for day, text in zip(made.counted, explain(made.counted), strict=True)
        ],
        "pauses": [
            {"question": p.question, "from": p.start, "to": p.end, "answered": p.answered, "due": p.due_after}
            for p in made.pauses
        ],
        "extensions": [
            {
                "extension": e.id,
                "at": e.approved_at,
                "reason": e.reason,
                "new_date": e.new_date,
                "progress": e.progress,
                "department": e.department,
                "promise_broken": e.id in case.said.broken,
            }
            for e in case.extensions
        ],
        "ladder": list(case.said.escalated),
        "missed": case.said.missed,
        "stopped": made.stop,
        "in_time": made.in_time if made.stop is not None else None,
        "held": [
            {"holder": held.holder, "name": _holder(held.holder, name), "minutes": held.minutes}
            for held in ledger(case, made, until, profile.working_time)
        ],
    }


def _holder(holder: str, name: Any) -> str:
    special = {"citizen": "等待网民补充", "meeting": "交办会", "router": "待交办"}
    if holder.startswith("leader:"):
        return f"{name(holder[7:])}(领导审阅)"
    return special.get(holder) or str(name(holder))


def routes(cases: Cases, city: Callable[[], Profile], time: Clock) -> APIRouter:
    """`GET /v1/deadlines/{number}`; `city` gives the profile as it has been amended."""
    router = APIRouter()

    @router.get("/v1/deadlines/{number}")
    async def deadline(number: str, request: Request) -> Response:
        """How the deadline of a case was counted, and where its time went."""
        case = await cases.case(number)
        if case is None or case.received_at is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        return with_etag(request, account(case, city(), time.now()))

    return router
