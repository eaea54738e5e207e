"""Signing in and out, changing the password, binding the second factor."""

import io
import re
import secrets
from typing import Annotated, Final

import segno
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from chassis.web.responses import STORAGE_ERRORS
from fronts.portal.pages import SECURITY
from fronts.portal.staff import demonstration, totp
from fronts.portal.staff.accounts import Unfit
from fronts.portal.staff.desk import HOMES, Desk, Form, Turned, Visit, checked_number, guard
from fronts.portal.staff.sessions import Session
from fronts.portal.store import Account

WRONG: Final = "工号、密码或动态码不正确。连续五次不正确,账号锁定十五分钟。"
"""One sentence whatever was wrong: it tells nobody which accounts exist or are locked."""


def back_to(path: str, account: Account) -> str:
    """Where to go after signing in: back to a staff page, never to another site."""
    return path if re.fullmatch(r"/staff/[A-Za-z0-9/_-]{1,80}", path) else HOMES.get(account.role, "/staff")


def routes(desk: Desk) -> APIRouter:
    """`/staff`, `/staff/sign-in`, `/staff/sign-out`, `/staff/password`, `/staff/enrol`."""
    router = APIRouter(include_in_schema=False)
    any_stage = guard(desk, stage="any")
    enrolling = guard(desk, stage="/staff/enrol")

    async def sign_in_page(
        request: Request,
        status: int,
        problem: str,
        given: Form,
        next_: str,
        number: str = "",
        session: Session | None = None,
    ) -> Response:
        cookie = request.cookies.get(desk.before, "") or secrets.token_urlsafe(32)
        response = desk.render(
            "sign-in.html",
            session,
            status=status,
            number=checked_number(number) or "",
            problem=problem,
            person=given.one("person")[:64],
            next=next_,
            before=desk.before_form(cookie),
            oidc=bool(desk.settings.oidc_issuer),
            demo=await demonstration.offer(desk),
        )
        desk.put_cookie(response, desk.before, cookie)
        return response

    @router.get("/staff")
    @router.get("/staff/")
    async def home(visit: Annotated[Visit, Depends(guard(desk))]) -> Response:
        return RedirectResponse(HOMES[visit.me.role], 303)

    @router.get("/staff/sign-in")
    async def sign_in_form(request: Request, next: str = "", number: str = "") -> Response:
        session = await desk.session(request)
        # In a demonstration a citizen's page leads here with its post's number: somebody else takes over.
        changes = session is not None and session.account.source == demonstration.SOURCE and number
        if session is not None and not changes:
            return RedirectResponse(back_to(next, session.account), 303)
        return await sign_in_page(request, 200, "", Form({}), next, number, session)

    @router.post("/staff/sign-in")
    async def sign_in(request: Request) -> Response:
        form = await desk.form(request)
        next_ = form.one("next")
        if not desk.is_ours(request, form, None):
            return await sign_in_page(request, 403, "页面已失效,请再试一次。", form, next_)
        try:
            account = await desk.accounts.recognise(
                form.one("person").strip(), form.one("password"), form.one("code")
            )
            if account is None:
                return await sign_in_page(request, 401, WRONG, form, next_)
            session = await desk.sessions.open(account)
            # Whoever was signed in at this browser before is so no longer.
            await desk.sessions.close(request.cookies.get(desk.cookie, ""))
        except STORAGE_ERRORS:
            return desk.refuse(503, "系统暂时不可用,请稍后再试。")
        response = RedirectResponse(back_to(next_, account), 303)
        desk.put_cookie(response, desk.cookie, session.token)
        response.delete_cookie(desk.before, path="/")
        return response

    @router.post("/staff/sign-out")
    async def sign_out(visit: Annotated[Visit, Depends(any_stage)]) -> Response:
        await desk.sessions.close(visit.session.token)
        response = RedirectResponse("/staff/sign-in", 303)
        response.delete_cookie(desk.cookie, path="/", secure=desk.settings.secure, httponly=True)
        return response

    @router.get("/staff/password")
    async def password_form(visit: Annotated[Visit, Depends(any_stage)]) -> Response:
        if visit.me.source != "local":
            return visit.refuse(404, "您的账号由统一身份认证管理,请在那里修改密码。")
        return visit.render("password.html", problem="", forced=visit.me.must_change)

    @router.post("/staff/password")
    async def password(visit: Annotated[Visit, Depends(any_stage)]) -> Response:
        form = visit.form
        try:
            if visit.me.source != "local":
                raise Unfit("您的账号由统一身份认证管理")
            if form.one("new") != form.one("again"):
                raise Unfit("两次输入的新密码不一致")
            await desk.accounts.change(visit.me, form.one("old"), form.one("new"))
        except Unfit as unfit:
            return visit.render("password.html", 422, problem=f"{unfit}。", forced=visit.me.must_change)
        session = await desk.sessions.open(visit.me)
        response = RedirectResponse("/staff", 303)
        desk.put_cookie(response, desk.cookie, session.token)
        return response

    @router.get("/staff/enrol")
    async def enrol_form(visit: Annotated[Visit, Depends(enrolling)]) -> Response:
        return await enrol_page(visit, 200, "")

    async def enrol_page(visit: Visit, status: int, problem: str) -> Response:
        try:
            secret = await desk.accounts.secret(visit.me)
        except Unfit as unfit:
            return visit.refuse(409, f"{unfit}。")
        grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return visit.render("enrol.html", status, problem=problem, secret=grouped)

    @router.get("/staff/enrol/code.svg")
    async def enrol_code(visit: Annotated[Visit, Depends(enrolling)]) -> Response:
        """The QR code as a file of its own, so that no style has to be inline."""
        try:
            secret = await desk.accounts.secret(visit.me)
        except Unfit:
            raise Turned(visit.refuse(404, "没有待绑定的动态码。")) from None
        issuer = f"{desk.pages.profile.name}网络问政"
        out = io.BytesIO()
        # `unitless` and a light module colour: it scales, and reads on a dark page, too.
        segno.make(totp.address(secret, issuer, visit.me.person), error="m").save(
            out, kind="svg", scale=6, border=4, light="#fff", xmldecl=False, svgclass=None, lineclass=None
        )
        return Response(out.getvalue(), media_type="image/svg+xml", headers=SECURITY)

    @router.post("/staff/enrol")
    async def enrol(visit: Annotated[Visit, Depends(enrolling)]) -> Response:
        try:
            await desk.accounts.bind(visit.me, visit.form.one("code"))
        except Unfit as unfit:
            return await enrol_page(visit, 422, f"{unfit}。")
        return RedirectResponse("/staff", 303)

    return router
