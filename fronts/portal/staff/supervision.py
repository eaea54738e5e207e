"""The supervisor's desk over the whole city, the league table, the accountability record, the city leaders' reports."""

import asyncio
import re
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.staff import reasons
from fronts.portal.staff.acts import DONE
from fronts.portal.staff.cases import fresh_key, with_standing
from fronts.portal.staff.desk import Desk, Visit, guard

PAGE: Final = 50
WITH_REASONS: Final = 10
"""Cases on a page that shows the router's candidates for each."""
REPORTS: Final = 20

STATES: Final = (
    ("open", "在办"),
    ("held", "待选定单位"),
    ("returned", "退回"),
    ("meeting", "交办会"),
    ("moderation", "待审核"),
    ("overdue", "已超时"),
    ("received", "待交办"),
    ("assigned", "待受理"),
    ("accepted", "办理中"),
    ("asked", "待补充"),
    ("to_approve", "待审批"),
    ("reopened", "重新办理"),
    ("replied", "已回复"),
    ("rated", "已评价"),
    ("all", "全部"),
)
_REASONED: Final = ("held", "returned", "meeting")


def routes(desk: Desk) -> APIRouter:
    """`/staff/supervision`, `/staff/league`, `/staff/accountability`, `/staff/reports`."""
    router = APIRouter(include_in_schema=False)
    profile = desk.pages.profile
    supervisor = guard(desk, "supervisor")
    above = guard(desk, "supervisor", "mayor")
    mayor = guard(desk, "mayor")

    @router.get("/staff/supervision")
    async def supervision(
        visit: Annotated[Visit, Depends(supervisor)],
        state: str = "open",
        department: str = "",
        kind: str = "",
        area: str = "",
        q: str = "",
        cursor: str = "",
        done: str = "",
    ) -> Response:
        chosen = {
            "state": state if state in dict(STATES) else "open",
            "department": department if department in profile.department else "",
            "kind": kind if kind in profile.policy.kinds else "",
            "area": area if any(area == d.area_code for d in profile.divisions) else "",
            "q": q[:50],
        }
        reasoned = chosen["state"] in _REASONED
        answer = await visit.read(
            "intake", "/v1/cases", cursor=cursor, limit=str(WITH_REASONS if reasoned else PAGE), **chosen
        )
        if not answer.ok:
            return visit.refuse(answer.status, answer.sentence)
        rows = with_standing(answer.body["cases"], profile, desk.clock.now())
        if reasoned:
            rows = list(await asyncio.gather(*(explained(visit, row) for row in rows)))
        return visit.render(
            "supervision.html",
            rows=rows,
            states=STATES,
            chosen=chosen,
            units=profile.departments,
            next=answer.cursor,
            done=DONE.get(done, ""),
            key=fresh_key(),
        )

    async def explained(visit: Visit, row: dict[str, Any]) -> dict[str, Any]:
        """A row with the router's best three and the returns so far."""
        answer = await visit.read("router", f"/v1/assignments/{row['number']}")
        decisions = reasons.decisions_of(answer.body, profile) if answer.ok else ()
        best = next((d.candidates for d in reversed(decisions) if d.candidates), ())
        returns = [
            {
                "unit": profile.department_name(one["department"]),
                "duty": profile.duty[one["duty_item"]].name
                if one["duty_item"] in profile.duty
                else one["duty_item"],
                "owner": profile.department_name(profile.duty[one["duty_item"]].department)
                if one["duty_item"] in profile.duty
                else "",
                "at": one["at"],
            }
            for one in (answer.body["returns"] if answer.ok else ())
        ]
        return row | {"candidates": best, "returns": returns}

    def month_of(given: str) -> str:
        """The month asked for, or the present one."""
        return given if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", given) else f"{desk.clock.now():%Y-%m}"

    @router.get("/staff/league")
    async def league(visit: Annotated[Visit, Depends(above)], month: str = "") -> Response:
        answer = await desk.services.get("stats", "/v1/league", month=month_of(month))
        if not answer.ok:
            return visit.refuse(answer.status, answer.sentence)
        return visit.render("league.html", league=answer.body, month=month_of(month))

    @router.get("/staff/accountability")
    async def accountability(visit: Annotated[Visit, Depends(supervisor)], month: str = "") -> Response:
        answer = await desk.services.get("stats", "/v1/league", month=month_of(month))
        if not answer.ok:
            return visit.refuse(answer.status, answer.sentence)
        rows = [
            {
                "code": row["code"],
                "name": row["name"],
                "received": row["received"],
                "late": row["replied"] - row["on_time"],
                "overdue": row["overdue"],
                "broken": row["broken_promises"],
                "returns": row["returns"],
                "reopened": row["reopened"],
            }
            for row in answer.body["departments"]
        ]
        faults = ("late", "overdue", "broken")
        rows = [row for row in rows if any(row[name] for name in (*faults, "returns", "reopened"))]
        rows.sort(key=lambda row: (-sum(row[name] for name in faults), row["code"]))
        return visit.render("accountability.html", rows=rows, month=month_of(month))

    @router.get("/staff/reports")
    async def reports(visit: Annotated[Visit, Depends(mayor)], after: str = "", number: str = "") -> Response:
        try:
            place = (datetime.fromisoformat(after), number) if after else None
        except ValueError:
            place = None
        if place is not None and place[0].tzinfo is None:
            place = None
        found = await desk.store.reports(place, REPORTS)
        zone = profile.zone
        return visit.render(
            "reports.html",
            reports=[
                {
                    "number": report.number,
                    "at": report.reported.astimezone(zone).isoformat(),
                    "title": report.title,
                    "text": report.text,
                }
                for report in found
            ],
            last=found[-1] if len(found) == REPORTS else None,
        )

    return router
