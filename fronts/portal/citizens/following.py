"""Following one's own post with number and query code: how it stands, and everything its author can do.

The code is typed into a form and travels in forms only: never in an address or a log. Each form carries a key, so
that one sent twice, by going back or by two clicks, is done once.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens import due_calendar, life
from fronts.portal.forms import Form, read_form
from fronts.portal.pages import GRADES, in_time
from fronts.portal.services import Answer
from fronts.portal.site import Here, Site
from fronts.portal.typed import code_of, number_of

WRONG_CODE: Final = "查询码不正确;请核对受理时给出的查询码。"


class Grave(NamedTuple):
    """An act that is asked about once more."""

    title: str
    button: str
    meaning: tuple[str, ...]


GRAVE: Final[Mapping[str, Grave]] = {
    "withdrawal": Grave(
        "撤回此帖", "确认撤回", ("撤回后不再办理,也不再计时。", "撤回不能恢复;需要时可以重新发帖。")
    ),
    "erasure": Grave(
        "删除个人信息",
        "确认删除",
        (
            "您在此帖留下的姓名、电话、邮箱和未遮盖的原文会被永久删除,承办单位也看不到。",
            "此帖不再公开显示;统计数字不变。",
            "您的其他帖子不受影响,可以分别删除。",
            "删除后不再能就此帖通知您。",
            "删除不能恢复。",
        ),
    ),
}

DONE: Final[Mapping[str, str]] = {
    "answers": "已补充,承办单位会继续办理。",
    "follow-ups": "已追问,承办单位会看到。",
    "ratings": "已评价,谢谢。",
    "reopenings": "已申请重新办理,由另一位承办人办理。",
    "withdrawal": "已撤回。",
    "erasure": "个人信息已删除。",
}

router = APIRouter(include_in_schema=False)
"""`/follow`."""


@router.get("/follow")
async def form(site: Here, number: str = "") -> Response:
    """Where number and code are typed."""
    return _form(site, number_of(number))


@router.post("/follow")
async def follow(request: Request, site: Here) -> Response:
    """Show the case, do what was asked for on it, or ask once more before what cannot be undone."""
    typed = await read_form(request)
    number, code = number_of(typed.one("number")), code_of(typed.one("code"))
    if not typed.one("number").strip():
        return _form(site, "", 422, "请填写编号。")
    if not number:
        return _form(site, typed.one("number")[:40], 404, "没有这个编号的帖子,请核对。")
    if not typed.one("code").strip():
        return await _without_code(site, number)
    if not code:
        return _form(site, number, 403, WRONG_CODE)
    act = typed.one("act")
    if act in GRAVE and "sure" not in typed:
        return site.pages.render(
            "sure.html", number=number, code=code, act=act, grave=GRAVE[act], key=uuid.uuid4().hex
        )
    done: Answer | None = None
    if act in DONE:
        path = f"/v1/posts/{number}/{act}"
        done = await site.services.post(path, _body(act, typed), typed.one("key"), code)
    case = await site.services.get("intake", f"/v1/posts/{number}", code)
    if not case.ok:
        return _form(site, number, case.status, case.sentence)
    return await _case(site, code, case.body, act, done, typed)


def _form(site: Site, number: str, status: int = 200, problem: str = "") -> Response:
    example = f"{site.pages.profile.number_prefix}{site.clock.now():%y%m%d}-000001"
    return site.pages.render("follow.html", status, number=number, problem=problem, example=example)


async def _without_code(site: Site, number: str) -> Response:
    """Anybody may see the public page; a wrong number is said here, where it was typed."""
    answer = await site.services.get("intake", f"/v1/posts/{number}")
    if answer.ok:
        return RedirectResponse(f"/posts/{number}", 303)
    sentence = "没有这个编号的帖子,请核对。" if answer.status == 404 else answer.sentence
    return _form(site, number, answer.status, sentence)


async def _case(
    site: Site, code: str, case: dict[str, Any], act: str, done: Answer | None, typed: Form
) -> Response:
    answer = await site.services.get("deadline", f"/v1/deadlines/{case['number']}")
    deadline = with_reasons(answer.body, case) if answer.ok else None
    due = (deadline or {}).get("due") or case["due"] or ""
    shown = case if not case["moderation"] else case | {"text": ""}
    refused = done is not None and not done.ok
    today = site.clock.now().date()
    policy = site.pages.profile.policy
    return site.pages.render(
        "case.html",
        done.status if done is not None and refused else 200,
        case=case,
        code=code,
        key=uuid.uuid4().hex,
        problem=done.sentence if done is not None and refused else "",
        done=DONE[act] if done is not None and done.ok else "",
        typed={act: typed.one("text")} if refused else {},
        deadline=deadline,
        steps=life.line(shown, policy),
        next=life.following(shown, due, policy),
        talk=talk(case),
        weeks=due_calendar.weeks(deadline, today) if deadline else [],
        days_left=due_calendar.days_left(deadline, today) if deadline else None,
        weekdays=due_calendar.WEEKDAYS,
    )


def with_reasons(deadline: dict[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    """The deadline with what was written for each extension: of a post that is not public only intake tells its author."""
    written = {wish["extension_id"]: wish for wish in case.get("extensions", ())}
    told = [
        extension
        | {name: written.get(extension["extension"], extension)[name] for name in ("reason", "progress")}
        for extension in deadline.get("extensions", ())
    ]
    return deadline | {"extensions": told}


def talk(case: Mapping[str, Any]) -> list[dict[str, str]]:
    """What was said, in order of time: questions, answers, follow-ups, replies and ratings."""
    grades = dict(GRADES)
    said: list[dict[str, str]] = []

    def add(at: str, who: str, what: str, text: str) -> None:
        said.append({"at": at, "who": who, "what": what, "text": text})

    unit = str(case["department_name"] or "承办单位")
    for question in case["questions"]:
        add(question["at"], "unit", f"{unit}请您补充", question["text"])
        if question["answered_at"]:
            add(question["answered_at"], "citizen", "您的补充", question["answer"])
    for one in case["follow_ups"]:
        add(one["at"], "citizen", "您的追问", one["text"])
    for reply in case["replies"]:
        add(reply["at"], "unit", f"{reply['department_name']}的答复", reply["text"])
    for rating in case["ratings"]:
        add(rating["at"], "citizen", f"您的评价:{grades[rating['grade']]}", rating["text"])
    return in_time(said)


def _body(act: str, form: Form) -> dict[str, Any]:
    """A form as intake wants it."""
    text = form.one("text")
    match act:
        case "answers" | "follow-ups":
            return {"text": text}
        case "reopenings":
            return {"reason": text}
        case "ratings":
            grade = form.one("grade")
            return {"grade": int(grade) if grade.isdecimal() and len(grade) == 1 else 0} | (
                {"text": text} if text else {}
            )
        case _:
            return {}
