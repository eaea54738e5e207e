"""The operator's page: whose accounts there are; to disable one, enable it again, or end its sessions."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff.accounts import AccountRefused
from fronts.portal.staff.visits import Visit, visitor

Operator = Annotated[Visit, Depends(visitor("operator"))]

CHANGES: Final = {
    "disable": "已停用,这个账号的登录已全部结束。",
    "enable": "已启用。",
    "sign-out": "这个账号的登录已全部结束。",
}
"""What can be done to an account, and what the page says afterwards."""

router = APIRouter(include_in_schema=False)
"""`/staff/accounts` and `/staff/accounts/change`."""


@router.get("/staff/accounts")
async def accounts(visit: Operator, q: str = "", done: str = "") -> Response:
    """All accounts, or those whose id, name or unit holds what is looked for."""
    return await _page(visit, q.strip()[:30], done=CHANGES.get(done, ""))


@router.post("/staff/accounts/change")
async def change(visit: Operator) -> Response:
    """Disable or enable one account, or end its sessions."""
    person, what, kept = visit.form.one("person"), visit.form.one("change"), visit.site.accounts
    try:
        if what not in CHANGES:
            raise AccountRefused("请选择要做什么")
        if person == visit.me.person and what == "disable":
            raise AccountRefused("不能停用自己的账号")
        match what:
            case "disable":
                await kept.disable(person, visit.me.person)
            case "enable":
                await kept.enable(person, visit.me.person)
            case _:
                await kept.sign_out(person, visit.me.person)
    except AccountRefused as refused:
        return await _page(visit, "", 422, problem=f"{refused}。")
    return RedirectResponse(f"/staff/accounts?done={what}", 303)


async def _page(visit: Visit, q: str, status: int = 200, done: str = "", problem: str = "") -> Response:
    units = {unit.code: unit.name for unit in visit.profile.departments}
    listed = await visit.site.accounts.listed()
    return visit.render(
        "accounts.html",
        status,
        accounts=[
            account
            for account in listed
            if q in account.person or q in account.name or q in units.get(account.department, "")
        ],
        units=units,
        q=q,
        done=done,
        problem=problem,
    )
