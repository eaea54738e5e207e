"""Signing in at the city's identity provider."""

import secrets
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from fronts.portal.forms import read_form
from fronts.portal.staff.accounts import AccountRefused
from fronts.portal.staff.provider import Distrusted, Provider
from fronts.portal.staff.roles import HOMES, LOCAL_ROLES
from fronts.portal.staff.sessions import hashed, same
from fronts.portal.staff.signin import enter
from fronts.portal.staff.site import StaffHere, StaffSite
from fronts.portal.store import Account

BACK: Final = "/staff/oidc/back"
UNDER_WAY: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
FAILED: Final = "统一身份认证没有成功,请重新登录。"

router = APIRouter(include_in_schema=False)
"""`/staff/oidc/start`, `/staff/oidc/back` and `/staff/oidc/logout`."""


@router.get("/staff/oidc/start")
async def start(site: StaffHere) -> Response:
    """Send somebody to the provider."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    now = site.accounts.now()
    try:
        address = await _provider(site).address(_redirect(site), state, nonce, verifier)
        await site.store.begin(hashed(state), nonce, verifier, now, now - UNDER_WAY)
    except (Distrusted, *STORAGE_ERRORS):
        return site.refuse(503, "统一身份认证暂时不可用,请稍后再试。")
    response = RedirectResponse(address, 303)
    # Lax: the way back begins at the provider, and a strict cookie would stay at home.
    site.cookies.keep(response, _cookie(site), state, same_site="lax")
    return response


@router.get(BACK)
async def back(request: Request, site: StaffHere, state: str = "", code: str = "", iss: str = "") -> Response:
    """The provider sends somebody back with a code, once, to the browser that was sent."""
    response = await _sign_in(request, site, state, code, iss)
    site.cookies.forget(response, _cookie(site))
    return response


@router.post("/staff/oidc/logout")
async def sign_out(request: Request, site: StaffHere) -> Response:
    """The provider says that somebody is signed out, or has no account any more: every session of theirs ends.

    It comes from the provider's own server, without a browser, so no form of ours is asked for: the token is signed.
    """
    form = await read_form(request)
    try:
        person = await _provider(site).signed_out(form.one("logout_token"))
    except Distrusted as distrusted:
        await site.log.note("distrusted", detail=str(distrusted))
        return JSONResponse({"error": "invalid_request"}, 400)
    account = await site.store.account(person)
    if account is not None and account.source == "oidc":
        await site.accounts.sign_out(person, "统一身份认证")
    return Response(status_code=200)


async def _sign_in(request: Request, site: StaffSite, state: str, code: str, iss: str) -> Response:
    if not state or not same(site.cookies.read(request, _cookie(site)), state):
        return site.refuse(403, FAILED)
    begun = await site.store.finish(hashed(state), site.accounts.now() - UNDER_WAY)
    # RFC 9207: an answer that names another issuer is somebody else's.
    if begun is None or not code or iss not in ("", site.settings.oidc_issuer):
        return site.refuse(403, FAILED)
    try:
        claims = await _provider(site).claims(code, _redirect(site), *begun)
    except Distrusted as distrusted:
        await site.log.note("distrusted", detail=str(distrusted))
        return site.refuse(403, FAILED)
    try:
        account = await _account(site, claims)
    except AccountRefused as refused:
        await site.log.note("sign-in-refused", detail=f"统一身份认证:{refused}")
        return site.refuse(403, f"您已通过统一身份认证,但不能使用工作台:{refused}。")
    # A page and no redirect: what a navigation from the provider leads to is sent no strict cookie.
    return await enter(request, site, account, site.render("welcome.html", home=HOMES[account.role]))


async def _account(site: StaffSite, claims: dict[str, Any]) -> Account:
    """The account of who was vouched for, as the provider describes it now. Raises AccountRefused."""
    person = str(claims["sub"])
    name = str(claims.get("name") or claims.get("preferred_username") or person)[:30]
    role = str(claims.get(site.settings.oidc_role_claim, ""))
    department = str(claims.get(site.settings.oidc_department_claim, ""))
    if role in LOCAL_ROLES:
        raise AccountRefused("这个角色只能使用本地账号")
    site.accounts.check(person, name, department, role)
    await site.store.add(Account(person, name, department, role, "oidc"), site.accounts.now())
    account = await site.store.account(person)
    if account is None or account.source != "oidc":
        raise AccountRefused("这个工号是本地账号")
    if account.disabled:
        raise AccountRefused("账号已停用")
    if await site.store.place(person, name, department, role):
        await site.log.note("rights-changed", person, person, f"{department} {role}")
    return Account(person, name, department, role, "oidc")


def _provider(site: StaffSite) -> Provider:
    assert site.provider is not None, "these pages are joined where there is a provider"
    return site.provider


def _redirect(site: StaffSite) -> str:
    return f"{site.settings.address}{BACK}"


def _cookie(site: StaffSite) -> str:
    return site.cookies.name("wenzheng-oidc")
