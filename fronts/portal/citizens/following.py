"""Following one's own post with number and query code: how it stands, and everything its author can do.

The code is typed into a form and stands in no address and no log. What was sent is answered with a redirect to the case,
so that going back and loading again repeat nothing: the browser keeps the code meanwhile, in a cookie of that case alone.
Each form carries a key, so that one sent twice is done once.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from city.typed import code_of, number_of
from fronts.portal.attached_files import passed_on
from fronts.portal.citizens import life
from fronts.portal.pages import GRADES, SOLVED_NAMES, in_time
from fronts.portal.visits import Anyone, Visit, WithFiles

_Files = Sequence[Mapping[str, Any]]
_Promise = Mapping[str, Any] | None

POST: Final = "/v1/posts/{number}"
"""At intake."""
KEPT_SECONDS: Final = 1800
"""How long a browser opens a case without the code being typed again; each look begins it anew."""
_CODE: Final = "wenzheng-case"
_DONE: Final = "wenzheng-done"
"""What was just done, until it has been said."""
NOT_HERE: Final = "请输入查询码:这台设备没有保留,或浏览器不接受本站的 Cookie。"
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
            "您在此帖留下的姓名、电话、邮箱、位置、附件和未遮盖的原文会被永久删除,承办单位也看不到。",
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
    "appeal": "已申诉,督查会再看一次,结果会在这里显示。",
    "erasure": "个人信息已删除。",
    "preference": "通知方式已更改。",
}

router = APIRouter(include_in_schema=False)
"""`/follow` and `/follow/{number}`."""


@router.get("/follow")
async def form(visit: Anyone, number: str = "") -> Response:
    """Where number and code are typed."""
    return _form(visit, number_of(number))


@router.post("/follow")
async def follow(visit: WithFiles) -> Response:
    """Lead to the case, having done what was asked for on it; what cannot be undone is asked about once more."""
    typed = visit.form
    number, code = number_of(typed.one("number")), code_of(typed.one("code"))
    if not typed.one("number").strip():
        return _form(visit, "", 422, "请填写编号。")
    if not number:
        return _form(visit, typed.one("number")[:40], 404, "没有这个编号的帖子,请核对。")
    act = typed.one("act")
    if act == "leave":
        return _put_away(visit, number)
    if not typed.one("code").strip():
        return await _without_code(visit, number)
    if not code:
        return _form(visit, number, 403, WRONG_CODE)
    if act in GRAVE and "sure" not in typed:
        return _lead_to(visit, f"{_path(number)}/{act}", number, code)
    told = await _acted(visit, number, code, act) if act in DONE else _Told()
    if told.done:
        return _lead_to(visit, _path(number), number, code, act)
    case = await visit.site.services.get("intake", POST, code, number=number)
    if not case.ok:
        return _form(visit, number, case.status, case.sentence)
    if not told.problem:
        return _lead_to(visit, _path(number), number, code)
    return await _case(visit, code, case.body, told)


@router.get("/follow/{number}")
async def case(visit: Anyone) -> Response:
    """The case, in the browser that was given its code; elsewhere the form for number and code."""
    site, number, code = visit.site, visit.number, code_of(visit.cookie(_CODE))
    if not code:
        return _form(visit, number, 403, NOT_HERE)
    found = await site.services.get("intake", POST, code, number=number)
    if not found.ok:
        return _form(visit, number, found.status, found.sentence)
    done = visit.cookie(_DONE)
    response = await _case(visit, code, found.body, _Told(done=DONE.get(done, "")))
    site.cookies.keep(response, _CODE, code, path=_path(number), seconds=KEPT_SECONDS)
    if done:
        site.cookies.forget(response, _DONE, path=_path(number))
    return response


@router.get("/follow/{number}/{act}")
async def sure(visit: Anyone, act: str) -> Response:
    """Asks once more before what cannot be undone."""
    number, code = visit.number, code_of(visit.cookie(_CODE))
    if act not in GRAVE:
        return visit.refuse(404, "没有这个页面。")
    if not code:
        return _form(visit, number, 403, NOT_HERE)
    return visit.site.pages.render(
        "sure.html", number=number, code=code, act=act, grave=GRAVE[act], key=uuid.uuid4().hex
    )


@router.get("/follow/{number}/attachments/{file}")
async def attached(visit: Anyone, file: str) -> Response:
    """A file of one's own case, in the browser that was given its code."""
    number, code = visit.number, code_of(visit.cookie(_CODE))
    if not code:
        return visit.refuse(403, NOT_HERE)
    return await passed_on(visit, "posts", number, file, {"X-Query-Code": code})


class _Told(NamedTuple):
    """What the page of a case says of the act before it."""

    status: int = 200
    problem: str = ""
    done: str = ""
    typed: Mapping[str, str] = {}
    """Act to what was typed, when it was refused."""
    expired: bool = False
    """The tickets of the files that came with it are worth nothing any more."""


async def _acted(visit: Visit, number: str, code: str, act: str) -> _Told:
    """Do it, and say what became of it."""
    typed = {act: visit.form.one("text")}
    if visit.refused:
        return _Told(422, ";".join(("有附件没有收下", *visit.refused)), typed=typed)
    tickets = [one.ticket for one in visit.attached]
    body = _body(act, visit.form.given()) | ({"attachments": tickets} if tickets else {})
    path, key = POST + "/{act}", visit.form.one("key")
    done = await visit.site.services.post(path, body, key, code, number=number, act=act)
    if done.ok:
        return _Told(done=DONE[act])
    expired = any(error["field"] == "attachments" for error in done.body.get("errors", ()))
    return _Told(done.status, done.sentence, typed=typed, expired=expired)


def _path(number: str) -> str:
    return f"/follow/{number}"


def _lead_to(visit: Visit, path: str, number: str, code: str, done: str = "") -> Response:
    """To a page of the case, whose code the browser keeps for it."""
    response, cookies = RedirectResponse(path, 303), visit.site.cookies
    cookies.keep(response, _CODE, code, path=_path(number), seconds=KEPT_SECONDS)
    if done:
        cookies.keep(response, _DONE, done, path=_path(number), seconds=KEPT_SECONDS)
    return response


def _put_away(visit: Visit, number: str) -> Response:
    """Forget the code on this device, as on one that others use, too."""
    response = RedirectResponse("/follow", 303)
    for name in (_CODE, _DONE):
        visit.site.cookies.forget(response, name, path=_path(number))
    return response


def _form(visit: Visit, number: str, status: int = 200, problem: str = "") -> Response:
    site = visit.site
    example = f"{site.pages.profile.number_prefix}{site.clock.now():%y%m%d}-000001"
    return site.pages.render("follow.html", status, number=number, problem=problem, example=example)


async def _without_code(visit: Visit, number: str) -> Response:
    """Anybody may see the public page; a wrong number is said here, where it was typed."""
    answer = await visit.site.services.get("intake", POST, number=number)
    if answer.ok:
        return RedirectResponse(f"/posts/{number}", 303)
    sentence = "没有这个编号的帖子,请核对。" if answer.status == 404 else answer.sentence
    return _form(visit, number, answer.status, sentence)


async def _case(visit: Visit, code: str, case: dict[str, Any], told: _Told) -> Response:
    site = visit.site
    answer = await site.services.get("deadline", "/v1/deadlines/{number}", number=case["number"])
    deadline = with_reasons(answer.body, case) if answer.ok else None
    shown = case if not case["moderation"] else case | {"text": ""}
    policy = site.pages.profile.policy
    return site.pages.render(
        "case.html",
        told.status,
        case=case,
        code=code,
        key=uuid.uuid4().hex,
        problem=told.problem,
        done=told.done,
        typed=told.typed,
        attached=() if told.expired else visit.attached,
        limits=policy.attachments,
        talk=talk(case),
        **life.course(shown, deadline, policy, site.clock.now().date()),
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


def talk(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was said, in order of time: questions, answers, follow-ups, replies and ratings."""
    grades = dict(GRADES)
    said: list[dict[str, Any]] = []

    def add(at: str, who: str, what: str, text: str, files: _Files = (), promise: _Promise = None) -> None:
        said.append({"at": at, "who": who, "what": what, "text": text, "files": files, "promise": promise})

    unit = str(case["department_name"] or "承办单位")
    for question in case["questions"]:
        add(question["at"], "unit", f"{unit}请您补充", question["text"])
        if question["answered_at"]:
            add(question["answered_at"], "citizen", "您的补充", question["answer"], question["attachments"])
    for one in case["follow_ups"]:
        add(one["at"], "citizen", "您的追问", one["text"], one["attachments"])
        if one["answer"]:
            add(one["answered_at"], "unit", "追问答复", one["answer"])
    for word in case.get("first_words", ()):
        add(word["at"], "unit", f"{word['department_name']}的初步回复(正式答复另行告知)", word["text"])
    for reply in case["replies"]:
        who = reply["in_name_of"] or reply["department_name"]
        add(reply["at"], "unit", f"{who}的答复", reply["text"], reply["attachments"], reply["promise"])
    for rating in case["ratings"]:
        given = [grades[rating["grade"]], *filter(None, [SOLVED_NAMES.get(rating.get("solved"))])]
        add(rating["at"], "citizen", f"您的评价:{'、'.join(given)}", rating["text"])
    return in_time(said)


def _body(act: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """A form as intake wants it."""
    text = typed.get("text", "")
    match act:
        case "answers" | "follow-ups":
            return {"text": text}
        case "reopenings" | "appeal":
            return {"reason": text}
        case "preference":
            return {"channel": typed.get("channel", ""), "at_night": typed.get("at_night", "") == "1"}
        case "ratings":
            grade, solved = typed.get("grade", ""), typed.get("solved", "")
            return (
                {"grade": int(grade) if grade.isdecimal() and len(grade) == 1 else 0}
                | ({"text": text} if text else {})
                | ({"solved": solved} if solved else {})
            )
        case _:
            return {}
