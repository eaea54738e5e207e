"""Rounds of 督查 and 回访 at work: a sample is drawn, each case looked through or called, put right by its unit, and the round ended."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from city.typed import case_number
from fronts.portal.staff.visits import Visit, visitor

Reader = Annotated[Visit, Depends(visitor("clerk", "leader", "supervisor", "mayor", "auditor"))]
Supervisor = Annotated[Visit, Depends(visitor("supervisor"))]
Unit = Annotated[Visit, Depends(visitor("clerk", "leader"))]

STATES: Final = {"open": "进行中", "ended": "已结束或终止", "all": "全部"}
FORMS: Final = {"inspection": "督查", "callback": "回访"}
CONTACTS: Final = {"reached": "接通", "unreached": "未接通", "refused": "接通但不愿回答"}
SOLVED: Final = {"solved": "已解决", "partly": "部分解决", "unsolved": "未解决"}
SATISFIED: Final = {"yes": "满意", "no": "不满意"}
OUTCOMES: Final = {"accepted": "整改合格", "returned": "退回再整改", "failed": "未整改"}

_ACT: Final = "/v1/inspections/{identity}/{act}"

router = APIRouter(include_in_schema=False)
"""`/staff/inspections` and what lies below it."""


@router.get("/staff/inspections")
async def rounds(visit: Reader, state: str = "open", form: str = "") -> Response:
    """Those the reader is shown; the centre opens one here."""
    return await _listed(visit, 200, "", state, form)


@router.post("/staff/inspections")
async def opening(visit: Supervisor) -> Response:
    """The centre opens a round."""
    typed = visit.form
    body = {
        "form": typed.one("form-of-round"),
        "period": typed.one("period").strip(),
        "size": whole(typed.one("size")) or 0,
        "department": typed.one("unit"),
    }
    answer = await visit.act("/v1/inspections", body, visit.key, "stats")
    if answer.ok:
        return RedirectResponse(f"/staff/inspections/{answer.body['id']}", 303)
    if answer.status in (409, 422):
        return await _listed(visit, answer.status, answer.sentence, "open", "")
    return visit.refuse(answer.status, answer.sentence)


@router.get("/staff/inspections/{identity}")
async def one(visit: Reader, identity: str) -> Response:
    """A round: how it was drawn, its figures, its cases."""
    return await _round(visit, identity, 200, "")


@router.post("/staff/inspections/{identity}/closing")
async def closing(visit: Supervisor, identity: str) -> Response:
    """The centre ends it."""
    return await _ended(visit, identity, "closing")


@router.post("/staff/inspections/{identity}/stopping")
async def stopping(visit: Supervisor, identity: str) -> Response:
    """The centre gives it up."""
    return await _ended(visit, identity, "stopping")


@router.get("/staff/inspections/{identity}/cases/{case}")
async def case_of_round(visit: Reader, identity: str, case: str) -> Response:
    """A case of a round, with what the reader can do about it."""
    return await _case(visit, identity, case, 200, "", "")


@router.post("/staff/inspections/{identity}/cases/{case}/finding")
async def finding(visit: Supervisor, identity: str, case: str) -> Response:
    """The centre looked it through."""
    more = {"faults": visit.form.all("fault"), "working_days": whole(visit.form.one("working_days"))}
    return await _acted(visit, identity, case, "finding", more)


@router.post("/staff/inspections/{identity}/cases/{case}/correction")
async def correction(visit: Unit, identity: str, case: str) -> Response:
    """The unit says what it did."""
    return await _acted(visit, identity, case, "correction", {})


@router.post("/staff/inspections/{identity}/cases/{case}/judgement")
async def judgement(visit: Supervisor, identity: str, case: str) -> Response:
    """The centre judges it."""
    more = {"outcome": visit.form.one("outcome"), "working_days": whole(visit.form.one("working_days"))}
    return await _acted(visit, identity, case, "judgement", more)


@router.post("/staff/inspections/{identity}/cases/{case}/call")
async def call(visit: Supervisor, identity: str, case: str) -> Response:
    """The centre called its citizen."""
    more = {
        "contact": visit.form.one("contact"),
        "solved": visit.form.one("solved") or None,
        "satisfied": {"yes": True, "no": False}.get(visit.form.one("satisfied")),
    }
    return await _acted(visit, identity, case, "call", more)


@router.post("/staff/inspections/{identity}/cases/{case}/contact")
async def contact(visit: Supervisor, identity: str, case: str) -> Response:
    """The contact of the citizen who is to be called: asked for by a button, shown once, kept by nobody."""
    number = case_number(case)
    given = await visit.act(_ACT, {"case": number}, visit.key, "stats", identity=identity, act="contact")
    if given.ok:
        told = {"token": given.body["token"]}
        given = await visit.act("/v1/cases/{number}/contact", told, visit.key, number=number)
    if given.ok:
        return await _case(visit, identity, case, 200, "", "", given.body)
    if given.status in (403, 409, 422):
        return await _case(visit, identity, case, given.status, given.sentence, "contact")
    return visit.refuse(given.status, given.sentence)


def whole(typed: str) -> int | None:
    """A number somebody typed; none where nothing or something else stands."""
    return int(typed) if re.fullmatch(r"[0-9]{1,4}", typed.strip()) else None


def progress(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The counts of a round that its form has, with their names."""
    names = {
        "inspection": {
            "inspected": "已检查",
            "sound": "符合要求",
            "faulty": "有问题",
            "accepted": "整改合格",
            "failed": "未整改",
            "overdue": "整改逾期",
        },
        "callback": {
            "called": "已拨打",
            "reached": "接通",
            "unreached": "未接通",
            "refused": "不愿回答",
            "solved": "已解决",
            "partly": "部分解决",
            "unsolved": "未解决",
            "satisfied": "满意",
        },
    }[found["form"]]
    counts = found["figures"]
    return [("抽取", counts.get("drawn", 0)), *((name, counts.get(code, 0)) for code, name in names.items())]


async def _ended(visit: Visit, identity: str, act: str) -> Response:
    body = {"text": visit.form.one("text")}
    done = await visit.act(_ACT, body, visit.key, "stats", identity=identity, act=act)
    if done.ok:
        return RedirectResponse(f"/staff/inspections/{identity}", 303)
    if done.status in (409, 422):
        return await _round(visit, identity, done.status, done.sentence, act)
    return visit.refuse(done.status, done.sentence)


async def _acted(visit: Visit, identity: str, case: str, act: str, more: dict[str, Any]) -> Response:
    number = case_number(case)
    body = {"case": number, "text": visit.form.one("text"), **more}
    done = await visit.act(_ACT, body, visit.key, "stats", identity=identity, act=act)
    if done.ok:
        return RedirectResponse(f"/staff/inspections/{identity}/cases/{number}", 303)
    if done.status in (409, 422):
        return await _case(visit, identity, case, done.status, done.sentence, act)
    return visit.refuse(done.status, done.sentence)


async def _listed(visit: Visit, status: int, problem: str, state: str, form: str) -> Response:
    chosen = state if state in STATES else "open"
    known = form if form in FORMS else ""
    answer = await visit.read("stats", "/v1/inspections", state=chosen, form=known)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "inspections.html",
        status,
        rounds=answer.body["rounds"],
        left_off=answer.body["left_off"],
        state=chosen,
        states=STATES,
        form=known,
        forms=FORMS,
        month=f"{visit.now():%Y-%m}",
        units=[(unit.code, unit.name) for unit in visit.profile.departments],
        typed=visit.form,
        problem=problem,
    )


async def _round(visit: Visit, identity: str, status: int, problem: str, act: str = "") -> Response:
    """The page; after a refusal with what was typed for the act."""
    answer = await visit.read("stats", "/v1/inspections/{identity}", identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "round.html",
        status,
        round=answer.body,
        progress=progress(answer.body),
        refused=act,
        typed=visit.form,
        problem=problem,
    )


async def _case(
    visit: Visit,
    identity: str,
    case: str,
    status: int,
    problem: str,
    act: str,
    contact: Mapping[str, Any] | None = None,
) -> Response:
    answer = await visit.read("stats", "/v1/inspections/{identity}", identity=identity)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    number = case_number(case)
    items = answer.body["items"]
    item = next((one for one in items if one["case"] == number), None)
    if item is None:
        return visit.refuse(404, "本轮没有这个帖子。")
    following = items[items.index(item) + 1 :]
    return visit.render(
        "round_case.html",
        status,
        round=answer.body,
        item=item,
        contact=contact,
        waiting=next((one["case"] for one in following if one["standing"] == "waiting"), ""),
        working_days=visit.profile.policy.inspection.correction_working_days,
        contacts=CONTACTS,
        solved=SOLVED,
        satisfied=SATISFIED,
        outcomes=OUTCOMES,
        refused=act,
        typed=visit.form,
        problem=problem,
    )
