"""The operator's outbox: notices that wait, arrived or failed, and why; what failed goes out once more; each channel's month."""

import re
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff.notice_words import AUDIENCES, CHANNELS, KINDS, STATES, month_rows, why
from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 50
"""Notices on a page."""
_NOTICE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Operator = Annotated[Visit, Depends(visitor("operator"))]

router = APIRouter(include_in_schema=False)
"""`/staff/outbox` and `/staff/outbox/resend`."""


@router.get("/staff/outbox")
async def outbox(
    visit: Operator, state: str = "waiting", channel: str = "", day: str = "", again: str = ""
) -> Response:
    """Notices of one state, of one channel or all; those that arrived are of one day, today unless it is named."""
    done = f"已重新排队 {again} 条。" if again.isascii() and again.isdecimal() and len(again) < 4 else ""
    return await _page(visit, state, channel, day, done=done)


@router.post("/staff/outbox/resend")
async def resend(visit: Operator) -> Response:
    """What was chosen of the failed ones, or all that the page showed, goes out once more."""
    form = visit.form
    chosen = [each for each in form.all("shown" if "all" in form else "chosen") if _NOTICE.fullmatch(each)]
    channel = form.one("channel")
    if not chosen:
        return await _page(visit, "failed", channel, "", 422, problem="没有选择通知。")
    body = {"notices": chosen[:PAGE]}
    answer = await visit.act("/v1/outbox/resend", body, visit.key, "notifier")
    if not answer.ok:
        return await _page(visit, "failed", channel, "", answer.status, problem=answer.sentence)
    kept = f"&channel={channel}" if channel in CHANNELS else ""
    return RedirectResponse(f"/staff/outbox?state=failed{kept}&again={len(answer.body['notices'])}", 303)


async def _page(
    visit: Visit, state: str, channel: str, day: str, status: int = 200, done: str = "", problem: str = ""
) -> Response:
    state = state if state in STATES else "waiting"
    channel = channel if channel in CHANNELS else ""
    chosen = _day(day) or visit.now().date()
    query = {"state": state, "limit": str(PAGE)}
    query |= {"channel": channel} if channel else {}
    query |= {"day": chosen.isoformat()} if state == "sent" else {}
    answer = await visit.read("notifier", "/v1/outbox", **query)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    found: dict[str, Any] = answer.body
    return visit.render(
        "outbox.html",
        status,
        notices=[notice | {"why": why(notice)} for notice in found["notices"]],
        waiting=found["waiting"],
        months=month_rows(found["months"]),
        full=len(found["notices"]) == PAGE,
        chosen={"state": state, "channel": channel, "day": chosen.isoformat()},
        states=STATES,
        channels=CHANNELS,
        audiences=AUDIENCES,
        subjects=KINDS,
        done=done,
        problem=problem,
    )


def _day(text: str) -> date | None:
    """The day that was typed; None for what is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found < date.max else None
