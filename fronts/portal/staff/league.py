"""The league table 通报 of a period, and what each unit has to answer for in a month."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.definitions import definitions
from fronts.portal.periods import days_so_far, month_of, period_of
from fronts.portal.staff.beside import beside
from fronts.portal.staff.counted import OF_THE_CITY, address
from fronts.portal.staff.visits import Visit, visitor

_FAULTS: Final = ("late", "overdue", "broken")

ORIGIN_NAMES: Final = {
    "online": "网上",
    "telephone": "电话",
    "counter": "窗口",
    "letter": "来信",
    "dialogue": "对话",
}

COMPARED: Final = {
    "reply_rate": "回复率",
    "on_time_rate": "按时率",
    "satisfaction": "满意度",
    "solved_rate": "解决率",
    "first_word_rate": "初步回复率",
    "response_rate": "响应率",
    "dispatch_rate": "按时交办率",
    "meeting_rate": "交办会按时率",
}
"""Shares that are set beside those of other periods."""

FURTHER: Final = {
    "instant_closings": "即时办结",
    "held_hours": "办理用时(小时)",
    "response_hours": "响应 中位小时",
    "late_dispatches": "交办超时",
    "follow_ups": "追问",
    "follow_ups_answered": "已答追问",
    "second_replied": "二次已复",
    "second_on_time": "二次按时",
    "second_overdue": "二次超期",
    "promises": "承诺办结",
    "promises_kept": "承诺已兑现",
    "sent_back": "答复退回",
    "instructions": "批示",
    "instructions_in_time": "批示按时反馈",
    "instructions_late": "批示超期",
}
"""Figures of a table of their own, and their heads."""

BEYOND: Final = 1440
"""What stats tells of a time beyond its last step."""
LONGEST: Final = {"response_hours": 240}
"""The last step but one of each kind, in hours; of the others:"""
LONGEST_OTHER: Final = 1434


def hours_told(kind: str, hours: float | None) -> str:
    """A median of hours as a table shows it; one beyond the last step has no number of its own."""
    if hours is None:
        return "—"
    return f"{hours:g}" if hours < BEYOND else f">{LONGEST.get(kind, LONGEST_OTHER)}"


router = APIRouter(include_in_schema=False)
"""`/staff/league` and `/staff/faults`."""


@router.get("/staff/league")
async def league(visit: Annotated[Visit, Depends(visitor())], month: str = "") -> Response:
    """Every unit's figures of a month or a longer period, for whoever works on cases: a unit sees the table that judges it."""
    period = period_of(month) or f"{visit.now():%Y-%m}"
    answer = await visit.site.services.get("stats", "/v1/league", period=period)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    with_others = (
        period,
        answer.body["compared_with"]["before"],
        answer.body["compared_with"]["year_before"],
    )
    figures, *others = await asyncio.gather(
        *(
            visit.site.services.offer("stats", "/v1/figures", **days_so_far(one, visit.now()))
            for one in with_others
        )
    )
    return visit.render(
        "league.html",
        league=answer.body,
        month=period,
        compared=COMPARED,
        further=FURTHER,
        hours=hours_told,
        definitions=definitions(await visit.site.services.offer("stats", "/open")),
        origins=figures.get("origins"),
        by_area=figures.get("areas"),
        by_kind=figures.get("kinds"),
        by_duty=figures.get("duties"),
        beside=beside(figures, others),
        unit_names={unit.code: unit.name for unit in visit.profile.departments},
        kind_names={code: kind.name for code, kind in visit.profile.policy.kinds.items()},
        everywhere=visit.me.role in OF_THE_CITY,
        cases_of=address,
        origin_names=ORIGIN_NAMES,
    )


@router.get("/staff/faults")
async def faults(visit: Annotated[Visit, Depends(visitor("supervisor"))], month: str = "") -> Response:
    """The units with something to answer for, most of it first."""
    chosen = month_of(month) or f"{visit.now():%Y-%m}"
    answer = await visit.site.services.get("stats", "/v1/league", month=chosen)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    rows = [_faults_of(row) for row in answer.body["departments"]]
    rows = [row for row in rows if any(row[name] for name in (*_FAULTS, "returns", "reopened"))]
    rows.sort(key=lambda row: (-sum(row[name] for name in _FAULTS), row["code"]))
    return visit.render("faults.html", rows=rows, month=chosen)


def _faults_of(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"],
        "received": row["received"],
        "late": row["replied"] - row["on_time"],
        "overdue": row["overdue"],
        "broken": row["broken_promises"],
        "returns": row["returns"],
        "reopened": row["reopened"],
    }
