"""The supervisor's desk over the whole city: all cases, and those that wait for a ruling with the router's reasons."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from city.policy import Kind
from city.profile import Profile
from fronts.portal.staff import reasons
from fronts.portal.staff.acts import DONE
from fronts.portal.staff.pending import pending
from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 50
WITH_REASONS: Final = 10
"""Cases on a page that shows the router's candidates for each."""
STATES: Final = (
    ("open", "在办"),
    ("held", "待选定单位"),
    ("returned", "退回"),
    ("meeting", "交办会"),
    ("moderation", "待审核"),
    ("overdue", "已超期"),
    ("received", "待交办"),
    ("assigned", "待受理"),
    ("accepted", "办理中"),
    ("asked", "待补充"),
    ("to_approve", "待审批"),
    ("reopened", "重新办理"),
    ("undecided", "建议待定是否采纳"),
    ("unfulfilled", "建议采纳待落实"),
    ("replied", "已回复"),
    ("rated", "已评价"),
    ("all", "全部"),
)
_REASONED: Final = ("held", "returned", "meeting")
_ANSWERED_FOR: Final = ("open", "received")
"""States in which a kind without a clock (热点评议) would stand before everything that is due: nobody is to answer it."""

router = APIRouter(include_in_schema=False)
"""`/staff/supervision`."""


@router.get("/staff/supervision")
async def supervision(
    visit: Annotated[Visit, Depends(visitor("supervisor"))],
    state: str = "open",
    department: str = "",
    kind: str = "",
    area: str = "",
    q: str = "",
    cursor: str = "",
    done: str = "",
) -> Response:
    """One page of the city's cases; on the first one also what waits beside them."""
    profile = visit.profile
    chosen = {
        "state": state if state in dict(STATES) else "open",
        "department": department if department in profile.department else "",
        "kind": kind if kind in profile.policy.kinds else "",
        "area": area if any(area == d.area_code for d in profile.divisions) else "",
        "q": q[:50],
    }
    reasoned = chosen["state"] in _REASONED
    asked = chosen | {"kind": chosen["kind"] or kinds_asked(profile, chosen["state"])}
    answer = await visit.read(
        "intake", "/v1/cases", cursor=cursor, limit=str(WITH_REASONS if reasoned else PAGE), **asked
    )
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    rows = visit.with_standing(answer.body["cases"])
    if reasoned:
        rows = list(await asyncio.gather(*(_explained(visit, row) for row in rows)))
    return visit.render(
        "supervision.html",
        rows=rows,
        pending=await pending(visit) if chosen["state"] == "open" and not cursor else [],
        states=STATES,
        chosen=chosen,
        left_out=[kind.name for kind in left_out(profile, chosen["state"]).values()],
        units=profile.departments,
        next=answer.cursor,
        done=DONE.get(done, ""),
    )


def left_out(profile: Profile, state: str) -> dict[str, Kind]:
    """The kinds that a list of this state shows only where they are chosen."""
    kinds = profile.policy.posted
    return {code: kind for code, kind in kinds.items() if state in _ANSWERED_FOR and not kind.clock}


def kinds_asked(profile: Profile, state: str) -> str:
    """The kinds of a list in which none was chosen, with commas; empty for all."""
    out = left_out(profile, state)
    return ",".join(code for code in profile.policy.kinds if code not in out) if out else ""


async def _explained(visit: Visit, row: dict[str, Any]) -> dict[str, Any]:
    """A row with the router's best three and the returns so far."""
    answer = await visit.read("router", "/v1/assignments/{number}", number=row["number"])
    decisions = reasons.decisions_of(answer.body, visit.profile) if answer.ok else ()
    best = next((d.candidates for d in reversed(decisions) if d.candidates), ())
    returns = answer.body["returns"] if answer.ok else ()
    return row | {"candidates": best, "returns": [_return_line(visit, each) for each in returns]}


def _return_line(visit: Visit, returned: dict[str, Any]) -> dict[str, str]:
    """Who gave the case back, by which duty, and whose that duty is."""
    profile = visit.profile
    duty = profile.duty.get(returned["duty_item"])
    return {
        "unit": profile.department_name(returned["department"]),
        "duty": duty.name if duty is not None else returned["duty_item"],
        "owner": profile.department_name(duty.department) if duty is not None else "",
        "at": returned["at"],
    }
