"""The inbox of a unit: its cases by working time left, several of them accepted at once, any of them found."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from city.typed import number_of
from fronts.portal.staff.acts import DONE
from fronts.portal.staff.lines import lines_of
from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 50
"""Cases on a page of the inbox."""

STATES: Final = (
    ("open", "在办"),
    ("assigned", "待受理"),
    ("accepted", "办理中"),
    ("asked", "待补充"),
    ("reopened", "重新办理"),
    ("to_approve", "待审批"),
    ("returned", "退回中"),
    ("overdue", "已超期"),
    ("followed_up", "待答追问"),
    ("instructed", "批示待反馈"),
    ("instruction_overdue", "批示超期"),
    ("undecided", "建议待定是否采纳"),
    ("unfulfilled", "建议采纳待落实"),
    ("replied", "已回复"),
    ("rated", "已评价"),
    ("all", "全部"),
)

router = APIRouter(include_in_schema=False)
"""`/staff/cases`, `/staff/cases/accept` and `/staff/find`."""


@router.get("/staff/cases")
async def inbox(
    visit: Annotated[Visit, Depends(visitor("clerk", "leader"))],
    state: str = "open",
    kind: str = "",
    q: str = "",
    cursor: str = "",
    done: str = "",
) -> Response:
    """One page of the unit's cases."""
    chosen = {
        "state": state if state in dict(STATES) else "open",
        "kind": kind if kind in visit.profile.policy.kinds else "",
        "q": q[:50],
    }
    return await _page(visit, chosen, cursor, done, [])


@router.post("/staff/cases/acceptance")
async def accept_many(visit: Annotated[Visit, Depends(visitor("clerk"))]) -> Response:
    """Take on the cases that were chosen; the page says which could not be."""
    form = visit.form
    numbers = [n for n in dict.fromkeys(form.all("number")) if number_of(n) == n][:PAGE]
    key = visit.key

    async def accept(number: str) -> str:
        path = "/v1/cases/{number}/acceptance"
        answer = await visit.act(path, {}, f"{key[:24]}-{number}"[:64], number=number)
        return "" if answer.ok else f"{number}:{answer.sentence}"

    problems = await visit.each(numbers, accept)
    if not numbers:
        problems = ["没有选择帖子"]
    if problems:
        return await _page(visit, {"state": "open", "kind": "", "q": ""}, "", "", problems)
    return RedirectResponse("/staff/cases?done=bulk", 303)


@router.get("/staff/find")
async def find(visit: Annotated[Visit, Depends(visitor())], number: str = "") -> Response:
    """To the case of a number, however it was typed."""
    plain = number_of(number)
    if not plain:
        return visit.refuse(404, "没有这个编号的帖子。")
    return RedirectResponse(f"/staff/cases/{plain}", 303)


async def _page(
    visit: Visit, chosen: dict[str, str], cursor: str, done: str, problems: list[str]
) -> Response:
    answer = await visit.read("intake", "/v1/cases", cursor=cursor, limit=str(PAGE), **chosen)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "inbox.html",
        409 if problems else 200,
        lines=lines_of(answer.body["cases"], visit.me.staff, visit.profile, visit.now()),
        states=STATES,
        **chosen,
        next=answer.cursor,
        first=not cursor,
        done=DONE.get(done, ""),
        problems=problems,
    )
