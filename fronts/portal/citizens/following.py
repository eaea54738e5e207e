"""Following one's own post with number and query code: how it stands, and everything its author can do.

The code is typed into a form and travels in forms only: never in an address, a cookie or a log.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens import due_calendar, life
from fronts.portal.citizens.boards import plain_number
from fronts.portal.pages import Pages
from fronts.portal.services import Answer


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
            "您留下的姓名、电话、邮箱和未遮盖的原文会被永久删除,承办单位也看不到。",
            "同一电话发过的其他帖子中的个人信息一并删除。",
            "删除后不再能通知您;帖子本身和统计数字不变。",
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


def routes(pages: Pages, now: due_calendar.Now) -> APIRouter:
    """`/follow`."""
    router = APIRouter(include_in_schema=False)
    services = pages.services

    @router.get("/follow")
    async def form(number: str = "") -> Response:
        return _form(_tidy(number))

    @router.post("/follow")
    async def follow(request: Request) -> Response:
        given = await pages.form(request)
        number, code = _tidy(given.get("number", "")), _tidy(given.get("code", "")).replace("-", "")
        if not number:
            return _form("", 422, "请填写编号。")
        plain_number(number)
        if not code:
            return await _without_code(number)
        act = given.get("act", "")
        if act in GRAVE and "sure" not in given:
            return pages.render(
                "sure.html", number=number, code=code, act=act, grave=GRAVE[act], key=uuid.uuid4().hex
            )
        done: Answer | None = None
        if act in DONE:
            body = _body(act, given)
            done = await services.post(f"/v1/posts/{number}/{act}", body, given.get("key", ""), code)
        case = await services.get("intake", f"/v1/posts/{number}", code)
        if not case.ok:
            return _form(number, case.status, case.sentence)
        return await _case(number, code, case.body, act, done, given)

    def _form(number: str, status: int = 200, problem: str = "") -> Response:
        example = f"{pages.profile.number_prefix}{now():%y%m%d}-000001"
        return pages.render("follow.html", status, number=number, problem=problem, example=example)

    async def _without_code(number: str) -> Response:
        """Anybody may see the public page; a wrong number is said here, where it was typed."""
        found = await services.get("intake", f"/v1/posts/{number}")
        if found.ok:
            return RedirectResponse(f"/posts/{number}", 303)
        return _form(
            number, found.status, "没有这个编号的帖子,请核对。" if found.status == 404 else found.sentence
        )

    async def _case(
        number: str, code: str, case: dict[str, Any], act: str, done: Answer | None, given: Mapping[str, str]
    ) -> Response:
        found = await services.get("deadline", f"/v1/deadlines/{number}")
        deadline = found.body if found.ok else None
        due = (deadline or {}).get("due") or case["due"] or ""
        shown = case if not case["moderation"] else case | {"text": ""}
        refused = done is not None and not done.ok
        return pages.render(
            "case.html",
            done.status if done is not None and refused else 200,
            case=case,
            code=code,
            key=uuid.uuid4().hex,
            problem=done.sentence if done is not None and refused else "",
            done=DONE[act] if done is not None and done.ok else "",
            typed={act: given.get("text", "")} if refused else {},
            deadline=deadline,
            steps=life.line(shown, pages.profile.policy),
            next=life.following(shown, due, pages.profile.policy),
            talk=talk(case),
            weeks=due_calendar.weeks(deadline, now().date()) if deadline else [],
            days_left=due_calendar.days_left(deadline, now().date()) if deadline else None,
            weekdays=due_calendar.WEEKDAYS,
        )

    return router


def talk(case: Mapping[str, Any]) -> list[dict[str, str]]:
    """What was said, in order of time: questions, answers, follow-ups, replies and ratings."""
    grades = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
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
    return sorted(said, key=lambda one: one["at"])


def _body(act: str, given: Mapping[str, str]) -> dict[str, Any]:
    """A form as intake wants it."""
    text = given.get("text", "")
    match act:
        case "answers" | "follow-ups":
            return {"text": text}
        case "reopenings":
            return {"reason": text}
        case "ratings":
            grade = given.get("grade", "")
            return {"grade": int(grade) if grade.isdecimal() and len(grade) == 1 else 0} | (
                {"text": text} if text else {}
            )
        case _:
            return {}


def _tidy(typed: str) -> str:
    """A number or code as it is printed: people type spaces and small letters."""
    return "".join(typed.split()).upper()
