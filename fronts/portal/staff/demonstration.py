"""Signing in without a password, as anyone of any unit: only on a stack that says it is a demonstration.

Someone who has never seen the system posts as a citizen, takes the post's number, and is at the desk of the
unit that holds it with one click. The accounts are of a source of their own: no password opens them, and on a
portal that is no demonstration their sessions are none.
"""

from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from chassis.tokens import Staff
from city.profile import Profile
from city.typed import number_of
from fronts.portal.staff.roles import SEATS, Seat
from fronts.portal.staff.visits import Arrival, Arriving

SOURCE: Final = "demo"
"""The source of these accounts."""
LOOKED_AT: Final = 100
"""Open cases that are counted, so that units with something to do come first."""


_BY_CODE: Final = {seat.code: seat for seat in SEATS}


async def offer(come: Arrival) -> dict[str, Any] | None:
    """What the sign-in page shows of it; None on a portal that is no demonstration."""
    site = come.site
    if not site.settings.demo_sign_in:
        return None
    units = site.pages.profile.departments
    watcher = Staff("demo-supervisor", units[0].supervisor or units[0].code, "supervisor")
    token = site.signer.token(watcher)
    listed = await site.services.read_as(token, "intake", "/v1/cases", state="open", limit=str(LOOKED_AT))
    counts = dict.fromkeys((unit.code for unit in units), 0)
    for row in listed.body["cases"] if listed.ok else ():
        if row["department"] in counts:
            counts[row["department"]] += 1
    order = sorted(units, key=lambda unit: -counts[unit.code])
    return {"seats": SEATS, "units": [(unit.code, unit.name, counts[unit.code]) for unit in order]}


router = APIRouter(include_in_schema=False)
"""`/staff/demo`."""


@router.post("/staff/demo")
async def sit_down(come: Arriving) -> Response:
    """Turn into somebody else, at once."""
    site, form, session = come.site, come.form, come.session
    if not come.is_ours(session):
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
            return site.refuse(409, _not_assigned(answer.body["number"]), session)
        unit = answer.body["department"] or unit
    return await _seated(come, seat, unit, number)


async def _seated(come: Arrival, seat: Seat, unit: str, number: str) -> Response:
    """A session at the seat, in place of the one before."""
    site = come.site
    unit = _unit_of(seat, unit, site.pages.profile)
    try:
        person = f"demo-{seat.code}-{unit}"[:64]
        account = await site.accounts.seated(person, f"演示{seat.name}", unit, seat.role) if unit else None
        if account is None:
            return site.refuse(422, "请选择单位。", come.session)
        onward = RedirectResponse(f"/staff/cases/{number}" if number else site.home(account), 303)
        return await site.enter(come.request, account, onward)
    except STORAGE_ERRORS:
        return site.refuse(503, "系统暂时不可用,请稍后再试。")


def _not_assigned(number: str) -> str:
    return f"{number} 还没有交办给单位。稍等片刻再试,或以督查员的身份为它选定单位。"


def _unit_of(seat: Seat, code: str, profile: Profile) -> str:
    """Whose seat it is, where this unit was chosen; empty for a unit that is none."""
    if seat.above and code not in profile.department:
        code = profile.departments[0].code
    if code not in profile.department:
        return ""
    return profile.department[code].supervisor or code if seat.above else code
