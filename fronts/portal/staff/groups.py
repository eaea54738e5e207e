"""Near-duplicates put together and taken apart: each keeps its clock, the lead's reply answers them all."""

import asyncio
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from city.typed import number_of
from fronts.portal.staff.case import read_case
from fronts.portal.staff.similar import similar
from fronts.portal.staff.visits import Visit, visitor

MOST: Final = 50
"""Posts that one form puts together."""

Supervisor = Annotated[Visit, Depends(visitor("supervisor"))]

router = APIRouter(include_in_schema=False)
"""`/staff/cases/{number}/group` and `/staff/cases/{number}/ungroup`."""


@router.get("/staff/cases/{number}/group")
async def group_form(visit: Supervisor, number: str) -> Response:
    """What is similar, to be chosen from."""
    return await _page(visit, number)


@router.post("/staff/cases/{number}/group")
async def group(visit: Supervisor, number: str) -> Response:
    """Put the chosen posts under this one."""
    if number_of(number) != number:
        return visit.refuse(404, "没有这个编号的帖子。")
    key = visit.key
    typed = [*visit.form.all("number"), *re.split(r"[\s,，、;；]+", visit.form.one("more"))]
    typed = [each for each in dict.fromkeys(typed) if each.strip()][:MOST]
    wrong = [each for each in typed if not number_of(each)]
    others = [each for each in dict.fromkeys(map(number_of, typed)) if each not in ("", number)]
    if not others or wrong:
        problem = f"{wrong[0].strip()} 不是帖子编号。" if wrong else "请选择或填写要并入的帖子。"
        return await _page(visit, number, 422, problem)
    answer = await visit.act("/v1/groups", {"numbers": [number, *others], "lead": number}, f"{key}-group")
    if not answer.ok:
        again = key if answer.status >= 500 else ""
        return await _page(visit, number, answer.status, answer.sentence, again)
    return RedirectResponse(f"/staff/cases/{number}?done=group", 303)


@router.post("/staff/cases/{number}/ungroup")
async def ungroup(visit: Supervisor, number: str) -> Response:
    """Take `member` out of its group; `number` is the page one is on."""
    member, group = number_of(visit.form.one("member")), visit.form.one("group")
    path = "/v1/groups/{group}/members/{member}"
    answer = await visit.remove(path, f"{visit.key}-ungroup", group=group, member=member)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return RedirectResponse(f"/staff/cases/{number}?done=ungroup", 303)


async def _page(visit: Visit, number: str, status: int = 200, problem: str = "", key: str = "") -> Response:
    case = await read_case(visit, number)
    if "group" not in case["allowed"] or case["group"] is not None:
        return visit.refuse(409, "此帖现在不能作为主帖并案。")
    alike = await similar(visit.site.services, case)
    path = "/v1/cases/{number}"
    read = await asyncio.gather(*(visit.read("intake", path, number=each.number) for each in alike))
    return visit.render(
        "group.html",
        status,
        case=case,
        candidates=[
            (each, answer.body, _fits(answer.body)) for each, answer in zip(alike, read) if answer.ok
        ],
        chosen=visit.form.all("number"),
        more=visit.form.one("more"),
        problem=problem,
        key=key,
    )


def _fits(case: dict[str, Any]) -> bool:
    return case["group"] is None and "group" in case["allowed"]
