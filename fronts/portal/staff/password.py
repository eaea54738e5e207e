"""Changing one's own password."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff.accounts import AccountRefused
from fronts.portal.staff.judging import Busy
from fronts.portal.staff.visits import ANY_STAGE, Visit, visitor

AnyStage = Annotated[Visit, Depends(visitor(stage=ANY_STAGE))]

router = APIRouter(include_in_schema=False)
"""`/staff/password`."""


@router.get("/staff/password")
async def password_form(visit: AnyStage) -> Response:
    """The form."""
    if visit.me.source != "local":
        return visit.refuse(404, "您的账号由统一身份认证管理,请在那里修改密码。")
    return visit.render("password.html", problem="", forced=visit.me.must_change)


@router.post("/staff/password")
async def change_password(visit: AnyStage) -> Response:
    """Another password; every session but a new one of this browser ends."""
    form = visit.form
    try:
        if visit.me.source != "local":
            raise AccountRefused("您的账号由统一身份认证管理")
        if form.one("new") != form.one("again"):
            raise AccountRefused("两次输入的新密码不一致")
        await visit.site.accounts.change(visit.me, form.one("old"), form.one("new"))
    except AccountRefused as refused:
        return visit.render("password.html", 422, problem=f"{refused}。", forced=visit.me.must_change)
    except Busy as busy:
        response = visit.refuse(503, "现在登录的人太多,请稍后再试。")
        response.headers["Retry-After"] = str(busy.seconds)
        return response
    return await visit.site.enter(visit.request, visit.me, RedirectResponse("/staff", 303))
