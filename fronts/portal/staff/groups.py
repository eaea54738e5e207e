"""Near-duplicates put together and taken apart: each keeps its clock, the lead's reply answers them all."""

import asyncio
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff.cases import checked_key, fresh_key, identity_of, read_case
from fronts.portal.staff.desk import Desk, Visit, checked_number, guard
from fronts.portal.staff.similar import similar

MOST: Final = 50
"""Posts that one form puts together."""


def routes(desk: Desk) -> APIRouter:
    """`/staff/cases/{number}/group` and `/staff/cases/{number}/ungroup`."""
    router = APIRouter(include_in_schema=False)
    supervisor = guard(desk, "supervisor")

    @router.get("/staff/cases/{number}/group")
    async def group_form(visit: Annotated[Visit, Depends(supervisor)], number: str) -> Response:
        return await group_page(visit, number)

    async def group_page(
        visit: Visit, number: str, status: int = 200, problem: str = "", key: str = ""
    ) -> Response:
        found = await read_case(visit, number)
        if "group" not in found["allowed"] or found["group"] is not None:
            return visit.refuse(409, "此帖现在不能作为主帖并案。")
        alike = await similar(desk.services, found)
        read = await asyncio.gather(*(visit.read("intake", f"/v1/cases/{one.number}") for one in alike))
        return visit.render(
            "group.html",
            status,
            case=found,
            candidates=[
                (one, answer.body, _fits(answer.body)) for one, answer in zip(alike, read) if answer.ok
            ],
            chosen=visit.form.all("number"),
            more=visit.form.one("more"),
            problem=problem,
            key=key or fresh_key(),
        )

    @router.post("/staff/cases/{number}/group")
    async def group(visit: Annotated[Visit, Depends(supervisor)], number: str) -> Response:
        if checked_number(number) != number:
            return visit.refuse(404, "没有这个编号的帖子。")
        key = checked_key(visit.form.one("key"))
        typed = [*visit.form.all("number"), *re.split(r"[\s,，、;；]+", visit.form.one("more"))]
        others = list(dict.fromkeys(one.strip().upper() for one in typed if one.strip()))
        others = [one for one in others if one != number][:MOST]
        wrong = [one for one in others if checked_number(one) is None]
        if not others or wrong:
            problem = f"{wrong[0]} 不是帖子编号。" if wrong else "请选择或填写要并入的帖子。"
            return await group_page(visit, number, 422, problem)
        answer = await visit.act("/v1/groups", {"numbers": [number, *others], "lead": number}, f"{key}-group")
        if not answer.ok:
            return await group_page(
                visit, number, answer.status, answer.sentence, key if answer.status >= 500 else ""
            )
        return RedirectResponse(f"/staff/cases/{number}?done=group", 303)

    @router.post("/staff/cases/{number}/ungroup")
    async def ungroup(visit: Annotated[Visit, Depends(supervisor)], number: str) -> Response:
        """`number` is the page one is on, `member` the post that is taken out."""
        member, group = checked_number(visit.form.one("member")), identity_of(visit.form.one("group"))
        if checked_number(number) != number or member is None or not group:
            return visit.refuse(404, "没有这个编号的帖子。")
        key = checked_key(visit.form.one("key"))
        answer = await visit.remove(f"/v1/groups/{group}/members/{member}", f"{key}-ungroup")
        if not answer.ok:
            return visit.refuse(answer.status, answer.sentence)
        return RedirectResponse(f"/staff/cases/{number}?done=ungroup", 303)

    return router


def _fits(case: dict[str, Any]) -> bool:
    return case["group"] is None and "group" in case["allowed"]
