"""Signing in at the city's identity provider."""

import secrets
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from fronts.portal.staff.accounts import AccountRefused
from fronts.portal.staff.provider import Distrusted, Provider
from fronts.portal.staff.sessions import hashed, same
from fronts.portal.staff.visits import Arrival, Arriving

BACK: Final = "/staff/oidc/back"
UNDER_WAY: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
FAILED: Final = "统一身份认证没有成功,请重新登录。"

router = APIRouter(include_in_schema=False)
"""`/staff/oidc/start`, `/staff/oidc/back` and `/staff/oidc/logout`."""


@router.get("/staff/oidc/start")
async def start(come: Arriving) -> Response:
    """Send somebody to the provider."""
    site = come.site
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    now = site.accounts.now()
    try:
        address = await _provider(come).address(_redirect(come), state, nonce, verifier)
        await site.store.begin(hashed(state), nonce, verifier, now, now - UNDER_WAY)
    except (Distrusted, *STORAGE_ERRORS):
        return site.refuse(503, "统一身份认证暂时不可用,请稍后再试。")
    response = RedirectResponse(address, 303)
    # Lax: the way back begins at the provider, and a strict cookie would stay at home.
    site.cookies.keep(response, _cookie(come), state, same_site="lax")
    return response


@router.get(BACK)
async def back(come: Arriving, state: str = "", code: str = "", iss: str = "") -> Response:
    """The provider sends somebody back with a code, once, to the browser that was sent."""
    response = await _sign_in(come, state, code, iss)
    come.site.cookies.forget(response, _cookie(come))
    return response


@router.post("/staff/oidc/logout")
async def sign_out(come: Arriving) -> Response:
    """The provider says that somebody is signed out, or has no account any more: every session of theirs ends.

    It comes from the provider's own server, without a browser, so no form of ours is asked for: the token is signed.
    """
    site = come.site
    try:
        person = await _provider(come).signed_out(come.form.one("logout_token"))
    except Distrusted as distrusted:
        await site.log.note("distrusted", detail=str(distrusted))
        return JSONResponse({"error": "invalid_request"}, 400)
    account = await site.store.account(person)
    if account is not None and account.source == "oidc":
        await site.accounts.sign_out(person, "统一身份认证")
    return Response(status_code=200)


async def _sign_in(come: Arrival, state: str, code: str, iss: str) -> Response:
    site = come.site
    if not state or not same(come.cookie(_cookie(come)), state):
        return site.refuse(403, FAILED)
    begun = await site.store.finish(hashed(state), site.accounts.now() - UNDER_WAY)
    # RFC 9207: an answer that names another issuer is somebody else's.
    if begun is None or not code or iss not in ("", site.settings.oidc_issuer):
        return site.refuse(403, FAILED)
    try:
        claims = await _provider(come).claims(code, _redirect(come), *begun)
    except Distrusted as distrusted:
        await site.log.note("distrusted", detail=str(distrusted))
        return site.refuse(403, FAILED)
    try:
        account = await site.accounts.vouched(**_described(come, claims))
    except AccountRefused as refused:
        await site.log.note("sign-in-refused", detail=f"统一身份认证:{refused}")
        return site.refuse(403, f"您已通过统一身份认证,但不能使用工作台:{refused}。")
    # A page and no redirect: what a navigation from the provider leads to is sent no strict cookie.
    return await site.enter(come.request, account, site.render("welcome.html", home=site.home(account)))


def _described(come: Arrival, claims: dict[str, Any]) -> dict[str, str]:
    """Who was vouched for, in the provider's words."""
    person, settings = str(claims["sub"]), come.site.settings
    return {
        "person": person,
        "name": str(claims.get("name") or claims.get("preferred_username") or person)[:30],
        "role": str(claims.get(settings.oidc_role_claim, "")),
        "department": str(claims.get(settings.oidc_department_claim, "")),
    }


def _provider(come: Arrival) -> Provider:
    assert come.site.provider is not None, "these pages are joined where there is a provider"
    return come.site.provider


def _redirect(come: Arrival) -> str:
    return f"{come.site.settings.address}{BACK}"


def _cookie(come: Arrival) -> str:
    return come.site.cookies.name("wenzheng-oidc")
