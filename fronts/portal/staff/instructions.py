"""The ledger of city leaders' instructions (批示台账): what waits for a report, is overdue, waits to be judged, or is done."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.staff.followed import figures, standing
from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 20
STATES: Final = (
    ("open", "待反馈"),
    ("overdue", "超期"),
    ("reported", "待审阅"),
    ("accepted", "已办结"),
)
_ASKED: Final = {
    "open": "instructed",
    "overdue": "instruction_overdue",
    "reported": "instruction_reported",
    "accepted": "instruction_accepted",
}
"""A state of the page to that of intake's list."""
_HELD: Final = {
    "open": ("given", "read", "in_hand"),
    "overdue": ("given", "read", "in_hand"),
    "reported": ("reported",),
    "accepted": ("accepted",),
}
"""The states of an instruction that stand under it; a case may have several instructions."""

router = APIRouter(include_in_schema=False)
"""`/staff/instructions`."""


@router.get("/staff/instructions")
async def instructions(
    visit: Annotated[Visit, Depends(visitor("mayor", "supervisor"))],
    state: str = "open",
    whose: str = "",
    cursor: str = "",
) -> Response:
    """A page of the ledger: a leader's own instructions, or (`whose=all`, and for supervisors) everybody's."""
    chosen = state if state in _ASKED else "open"
    own = visit.me.role == "mayor" and whose != "all"
    by = visit.me.person if own else ""
    query = {"state": _ASKED[chosen], "instructed_by": by}
    answer, counted = await asyncio.gather(
        visit.read("intake", "/v1/cases", cursor=cursor, limit=str(PAGE), **query),
        visit.read("intake", "/v1/instructions/figures", instructed_by=by),
    )
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    now = visit.now()
    rows = [
        {"case": case, "one": one, "standing": standing(one, visit.profile, now)}
        for case in answer.body["cases"]
        for one in case["instructions_given"]
        if one["state"] in _HELD[chosen] and by in ("", one["by"]) and (chosen != "overdue" or one["overdue"])
    ]
    return visit.render(
        "instructions.html",
        rows=rows,
        figures=figures(counted.body) if counted.ok else None,
        states=STATES,
        state=chosen,
        whose="" if own else "all",
        next=answer.cursor,
    )
