"""Signing in with a password, and signing out."""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from chassis.web.limits import client_key
from fronts.portal.clients import client
from fronts.portal.forms import number_of, read_form
from fronts.portal.staff import demonstration, devices
from fronts.portal.staff.accounts import Trying
from fronts.portal.staff.judging import Busy
from fronts.portal.staff.roles import HOMES
from fronts.portal.staff.sessions import Session
from fronts.portal.staff.site import StaffHere, StaffSite
from fronts.portal.staff.visits import ANY_STAGE, Visit, open_session, visitor
from fronts.portal.store import Account

WRONG: Final = "工号、密码或动态码不正确。连续五次不正确,账号锁定十五分钟。"
"""One sentence whatever was wrong: it tells nobody which accounts exist or are locked."""

router = APIRouter(include_in_schema=False)
"""`/staff`, `/staff/sign-in` and `/staff/sign-out`."""


@dataclass(frozen=True)
class Asked:
    """What the page of signing in shows."""

    problem: str = ""
    person: str = ""
    """As it was typed."""
    next: str = ""
    """Where to go afterwards."""
    number: str = ""
    """The post that a visitor of a demonstration comes from."""


def back_to(path: str, account: Account) -> str:
    """Where to go after signing in: back to a staff page, never to another site."""
    return path if re.fullmatch(r"/staff/[A-Za-z0-9/_-]{1,80}", path) else HOMES.get(account.role, "/staff")


@router.get("/staff")
@router.get("/staff/")
async def home(visit: Annotated[Visit, Depends(visitor(*HOMES))]) -> Response:
    """The first page of a role."""
    return RedirectResponse(HOMES[visit.me.role], 303)


@router.get("/staff/sign-in")
async def sign_in_form(request: Request, site: StaffHere, next: str = "", number: str = "") -> Response:
    """The form; who is signed in goes on instead."""
    session = await open_session(site, request)
    # In a demonstration a citizen's page leads here with its post's number: somebody else takes over.
    changes = session is not None and session.account.source == demonstration.SOURCE and number
    if session is not None and not changes:
        return RedirectResponse(back_to(next, session.account), 303)
    return await _page(request, site, 200, Asked(next=next, number=number), session)


@router.post("/staff/sign-in")
async def sign_in(request: Request, site: StaffHere) -> Response:
    """Open a session for who knows the password and has the second factor."""
    form = await read_form(request)
    person, next_ = form.one("person").strip(), form.one("next")
    if not site.is_ours(request, form, None):
        return await _page(request, site, 403, Asked("页面已失效,请再试一次。", person, next_))
    try:
        account = await site.accounts.recognise(
            person, form.one("password"), form.one("code"), _trying(request, site, person)
        )
        if account is None:
            return await _page(request, site, 401, Asked(WRONG, person, next_))
        return await enter(request, site, account, RedirectResponse(back_to(next_, account), 303))
    except Busy as busy:
        problem = "尝试次数太多,请稍后再试。" if busy.own else "现在登录的人太多,请稍后再试。"
        response = await _page(request, site, 429 if busy.own else 503, Asked(problem, person, next_))
        response.headers["Retry-After"] = str(busy.seconds)
        return response
    except STORAGE_ERRORS:
        return site.refuse(503, "系统暂时不可用,请稍后再试。")


async def enter(request: Request, site: StaffSite, account: Account, response: Response) -> Response:
    """The response with a session of the account; whoever was signed in at this browser before is so no longer."""
    session = await site.sessions.open(account)
    await site.sessions.close(site.cookies.read(request, site.cookie))
    await site.log.note("signed-in", account.person, account.person, account.source)
    cookies = site.cookies
    cookies.keep(response, site.cookie, session.token)
    cookies.forget(response, site.before)
    if account.source == "local":
        device = site.devices.cookie(account.person)
        cookies.keep(response, devices.COOKIE, device, path=devices.PATH, seconds=devices.SECONDS)
    return response


@router.post("/staff/sign-out")
async def sign_out(visit: Annotated[Visit, Depends(visitor(stage=ANY_STAGE))]) -> Response:
    """End the session on the server; with `everywhere` every session of the person."""
    if "everywhere" in visit.form:
        await visit.site.accounts.sign_out(visit.me.person, visit.me.person)
    else:
        await visit.site.sessions.close(visit.session.token)
        await visit.site.log.note("signed-out", visit.me.person, visit.me.person)
    response = RedirectResponse("/staff/sign-in", 303)
    visit.site.cookies.forget(response, visit.site.cookie)
    return response


def _trying(request: Request, site: StaffSite, person: str) -> Trying:
    """Who tries: a browser in which the person has signed in before, else the address."""
    device = site.devices.device(site.cookies.read(request, devices.COOKIE), person)
    return Trying(device, known=True) if device else Trying(client_key(client()))


async def _page(
    request: Request, site: StaffSite, status: int, asked: Asked, session: Session | None = None
) -> Response:
    before = site.cookies.read(request, site.before) or secrets.token_urlsafe(32)
    response = site.render(
        "sign-in.html",
        session,
        status=status,
        number=number_of(asked.number),
        problem=asked.problem,
        person=asked.person[:64],
        next=asked.next,
        before=site.before_form(before),
        oidc=site.provider is not None,
        demo=await demonstration.offer(site),
    )
    site.cookies.keep(response, site.before, before)
    return response
