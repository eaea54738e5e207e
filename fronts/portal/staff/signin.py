"""Signing in with a password, and signing out."""

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from chassis.tokens import ROLES
from city.typed import number_of
from fronts.portal.staff import demonstration
from fronts.portal.staff.judging import Busy
from fronts.portal.staff.visits import ANY_STAGE, Arrival, Arriving, Visit, visitor

WRONG: Final = "工号、密码或动态码不正确。连续五次不正确,账号锁定十五分钟。"
"""One sentence whatever was wrong: it tells nobody which accounts exist or are locked."""

UNSENT: Final = "登录已结束,刚才填写的没有提交;登录后请重新填写。"

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


def back_to(path: str, home: str) -> str:
    """Where to go after signing in: back to a staff page, never to another site; else to the first page of one's role."""
    return path if re.fullmatch(r"/staff/[A-Za-z0-9/_-]{1,80}", path) else home


@router.get("/staff")
@router.get("/staff/")
async def home(visit: Annotated[Visit, Depends(visitor(*ROLES))]) -> Response:
    """The first page of a role."""
    return RedirectResponse(visit.site.home(visit.me), 303)


@router.get("/staff/sign-in")
async def sign_in_form(come: Arriving, next: str = "", number: str = "", unsent: str = "") -> Response:
    """The form; who is signed in goes on instead. `unsent`: a form came when the session had ended."""
    session = come.session
    # In a demonstration a citizen's page leads here with its post's number: somebody else takes over.
    changes = session is not None and session.account.source == demonstration.SOURCE and number
    if session is not None and not changes:
        return RedirectResponse(back_to(next, come.site.home(session.account)), 303)
    return await _page(
        come, 200, Asked(UNSENT if unsent else "", next=next, number=number), seated=session is not None
    )


@router.post("/staff/sign-in")
async def sign_in(come: Arriving) -> Response:
    """Open a session for who knows the password and has the second factor."""
    site, form = come.site, come.form
    person, next_ = form.one("person").strip(), form.one("next")
    if not come.is_ours():
        return await _page(come, 403, Asked("页面已失效,请再试一次。", person, next_))
    try:
        account = await site.accounts.recognise(
            person, form.one("password"), form.one("code"), site.trying(come.request, person)
        )
        if account is None:
            return await _page(come, 401, Asked(WRONG, person, next_))
        onward = RedirectResponse(back_to(next_, site.home(account)), 303)
        return await site.enter(come.request, account, onward)
    except Busy as busy:
        problem = "尝试次数太多,请稍后再试。" if busy.own else "现在登录的人太多,请稍后再试。"
        response = await _page(come, 429 if busy.own else 503, Asked(problem, person, next_))
        response.headers["Retry-After"] = str(busy.seconds)
        return response
    except STORAGE_ERRORS:
        return site.refuse(503, "系统暂时不可用,请稍后再试。")


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


async def _page(come: Arrival, status: int, asked: Asked, seated: bool = False) -> Response:
    """The page; `seated`: somebody has a seat of a demonstration, and may take another."""
    site = come.site
    before = come.cookie(site.before) or secrets.token_urlsafe(32)
    response = site.render(
        "sign-in.html",
        come.session if seated else None,
        status=status,
        number=number_of(asked.number),
        problem=asked.problem,
        person=asked.person[:64],
        next=asked.next,
        before=site.before_form(before),
        oidc=site.provider is not None,
        demo=await demonstration.offer(come),
    )
    site.cookies.keep(response, site.before, before)
    return response
