"""Signing in without a password, as anyone of any unit: only on a stack that says it is a demonstration.

Someone who has never seen the system posts as a citizen, takes the post's number, and is at the desk of the
unit that holds it with one click. The accounts are of a source of their own: no password opens them, and on a
portal that is no demonstration their sessions are none.
"""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from fronts.portal.forms import number_of, read_form
from fronts.portal.services import Answer
from fronts.portal.staff.roles import HOMES, SEATS, Seat
from fronts.portal.staff.sessions import Session
from fronts.portal.staff.site import StaffHere, StaffSite
from fronts.portal.staff.visits import open_session
from fronts.portal.store import Account

SOURCE: Final = "demo"
"""The source of these accounts."""
LOOKED_AT: Final = 100
"""Open cases that are counted, so that units with something to do come first."""


_BY_CODE: Final = {seat.code: seat for seat in SEATS}


async def offer(site: StaffSite) -> dict[str, Any] | None:
    """What the sign-in page shows of it; None on a portal that is no demonstration."""
    if not site.settings.demo_sign_in:
        return None
    units = site.pages.profile.departments
    watcher = Account("demo-supervisor", "", units[0].supervisor or units[0].code, "supervisor", SOURCE)
    token = site.signer.token(watcher.staff)
    listed = await site.services.read_as(
        token, "intake", "/v1/cases", state="open", limit=str(LOOKED_AT)
    )
    counts = dict.fromkeys((unit.code for unit in units), 0)
    for row in listed.body["cases"] if listed.ok else ():
        if row["department"] in counts:
            counts[row["department"]] += 1
    order = sorted(units, key=lambda unit: -counts[unit.code])
    return {"seats": SEATS, "units": [(unit.code, unit.name, counts[unit.code]) for unit in order]}


router = APIRouter(include_in_schema=False)
"""`/staff/demo`."""


@router.post("/staff/demo")
async def sit_down(request: Request, site: StaffHere) -> Response:
    """Turn into somebody else, at once."""
    form = await read_form(request)
    session = await open_session(site, request)
    if not site.is_ours(request, form, session):
        return site.refuse(403, "表单已失效,请返回后重新提交。", session)
    seat = _BY_CODE.get(form.one("seat"))
    if seat is None:
        return site.refuse(422, "请选择以谁的身份登录。", session)
    number = number_of(form.one("number"))
    if form.one("number").strip() and not number:
        return site.refuse(404, "没有这个编号的帖子。", session)
    unit = form.one("department")
    if number:
        answer = await site.services.get("intake", "/v1/posts/{number}", number=number)
        if not answer.ok:
            return site.refuse(answer.status, answer.sentence, session)
        if not answer.body["department"] and not seat.above:
            return site.refuse(409, _not_assigned(answer), session)
        unit = answer.body["department"] or unit
    return await _seated(site, session, seat, unit, number)


async def _seated(site: StaffSite, session: Session | None, seat: Seat, unit: str, number: str) -> Response:
    """A session at the seat, in place of the one before."""
    try:
        account = await _account(site, seat, unit)
        if account is None:
            return site.refuse(422, "请选择单位。", session)
        response = RedirectResponse(f"/staff/cases/{number}" if number else HOMES[account.role], 303)
        opened = await site.sessions.open(account)
        if session is not None:
            await site.sessions.close(session.token)
        await site.log.note("signed-in", account.person, account.person, SOURCE)
    except STORAGE_ERRORS:
        return site.refuse(503, "系统暂时不可用,请稍后再试。")
    site.cookies.keep(response, site.cookie, opened.token)
    return response


def _not_assigned(answer: Answer) -> str:
    return f"{answer.body['number']} 还没有交办给单位。稍等片刻再试,或以督查员的身份为它选定单位。"


async def _account(site: StaffSite, seat: Seat, code: str) -> Account | None:
    """The account of a seat, made when it is first taken; None for a unit that is none."""
    profile = site.pages.profile
    if seat.above and code not in profile.department:
        code = profile.departments[0].code
    if code not in profile.department:
        return None
    if seat.above:
        code = profile.department[code].supervisor or code
    person = f"demo-{seat.code}-{code}"[:64]
    await site.store.add(Account(person, f"演示{seat.name}", code, seat.role, SOURCE), site.accounts.now())
    account = await site.store.account(person)
    return account if account is not None and account.source == SOURCE else None
