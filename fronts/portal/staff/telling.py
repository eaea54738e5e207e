"""How an inbox is told (通知方式): channel, at once or once an hour, and the addresses that its readers proved."""

from typing import Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from city.typed import one_time_code
from fronts.portal.staff.visits import Visit, visitor

WAYS: Final = {"robot": "群机器人", "sms": "手机短信", "mail": "邮件"}
PACES: Final = {"at-once": "随时通知", "hourly": "每小时汇总一次"}
DONE: Final = {
    "chosen": "已保存,从下一条通知起生效。",
    "sent": "验证码已发出,请在下面填写收到的 6 位数字。",
    "proved": "已验证,现在可以选用。",
}
"""What was done, and what the page says afterwards."""
DIGITS: Final = 6
"""Of a code."""

router = APIRouter(include_in_schema=False)
"""`/staff/notices` and what is sent from there."""


@router.get("/staff/notices")
async def notices(visit: Visit = Depends(visitor()), done: str = "") -> Response:
    """How one's own inbox is told."""
    return await _page(visit, done=DONE.get(done, ""))


@router.post("/staff/notices/choice")
async def choose(visit: Visit = Depends(visitor())) -> Response:
    """Channel and pace."""
    body = {"channel": visit.form.one("channel"), "pace": visit.form.one("pace")}
    if body["channel"] not in WAYS or body["pace"] not in PACES:
        return await _page(visit, 422, problem="请选择通知渠道和时间。")
    answer = await visit.act("/v1/inbox/choice", body, visit.key, "notifier")
    if not answer.ok:
        return await _page(visit, answer.status, problem=answer.reasons)
    await _note(visit, f"{WAYS[body['channel']]},{PACES[body['pace']]}")
    return RedirectResponse("/staff/notices?done=chosen", 303)


@router.post("/staff/notices/address")
async def address(visit: Visit = Depends(visitor())) -> Response:
    """An address, to which a code is sent."""
    form = visit.form
    given = {name: form.one(name).strip() for name in ("channel", "address", "secret")}
    if given["channel"] not in WAYS or not given["address"]:
        return await _page(visit, 422, problem="请选择种类并填写号码或地址。", given=given)
    given = {"channel": given["channel"], "address": given["address"][:300], "secret": given["secret"][:100]}
    answer = await visit.act("/v1/inbox/addresses", given, visit.key, "notifier")
    if not answer.ok:
        return await _page(visit, answer.status, problem=answer.reasons, given=given)
    await _note(visit, f"验证码发往{WAYS[given['channel']]} {answer.body['trial']['shown']}")
    return RedirectResponse("/staff/notices?done=sent#proof", 303)


@router.post("/staff/notices/proof")
async def prove(visit: Visit = Depends(visitor())) -> Response:
    """The code that came."""
    code = one_time_code(visit.form.one("code"))
    if len(code) != DIGITS:
        return await _page(visit, 422, problem="验证码是 6 位数字。")
    answer = await visit.act("/v1/inbox/proofs", {"code": code}, visit.key, "notifier")
    if not answer.ok:
        return await _page(visit, answer.status, problem=answer.reasons)
    await _note(visit, "验证了一个地址")
    return RedirectResponse("/staff/notices?done=proved", 303)


async def _note(visit: Visit, detail: str) -> None:
    """Who changed where a unit is told; the address itself is no part of it."""
    await visit.site.log.note(
        "telling-changed", visit.me.person, f"{visit.me.department} {visit.me.role}", detail
    )


async def _page(
    visit: Visit,
    status: int = 200,
    done: str = "",
    problem: str = "",
    given: dict[str, str] | None = None,
) -> Response:
    answer = await visit.read("notifier", "/v1/inbox")
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    inbox: dict[str, Any] = answer.body
    shown = {each["channel"]: each["shown"] for each in inbox["addresses"]}
    return visit.render(
        "telling.html",
        status,
        inbox=inbox,
        shown=shown,
        unit=visit.profile.department_name(inbox["department"]),
        ways=[
            (code, name, code in shown or (code == "robot" and inbox["unit_robot"]))
            for code, name in WAYS.items()
        ],
        way_names=WAYS,
        paces=PACES,
        given=given or {},
        done=done,
        problem=problem,
    )
