"""Dialogues at the desk: written, announced, answered, closed; looked through; what was left open written down as a post.

A supervisor has all of them and is their host, a unit's leader those of the own unit. The guest's unit and those invited answer:
their leaders at once, their clerks once a leader or the host has approved it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens.dialogues import DIALOGUE
from fronts.portal.staff.visits import Visit, visitor

Opener = Annotated[Visit, Depends(visitor("supervisor", "leader"))]
Speaker = Annotated[Visit, Depends(visitor("supervisor", "leader", "clerk"))]

ACTS: Final = {
    "publication": (),
    "answers": ("text", "answers", "speaker"),
    "approval": ("action", "reason"),
    "closing": ("summary", "reason"),
    "moderation": ("action", "reason"),
    "post": ("number",),
}
"""What can be done to a dialogue, the last part of its address at the service, to the fields of its form."""
OF_ONE: Final = {"moderation": "questions", "post": "questions", "approval": "answers"}
"""What is done to one question or answer, and below which part of the address."""
FIELDS: Final = {
    "kind": "形式",
    "title": "标题",
    "guest": "嘉宾",
    "office": "职务",
    "department": "单位",
    "asked_from": "开始提问",
    "begins": "开始",
    "ends": "结束",
    "place": "地点",
    "introduction": "介绍",
}
TIMES: Final = ("asked_from", "begins", "ends")
NAMES: Final = FIELDS | {
    "summary": "小结",
    "reason": "原因",
    "text": "回答",
    "answers": "提问",
    "speaker": "发言人",
    "number": "帖子编号",
    "invited": "受邀单位",
}
"""Fields to their labels."""
INVITED: Final = 5
"""Fields for invited units on the form."""
SPEAKERS: Final = {"guest": "嘉宾", "host": "主持人", "unit": "单位"}

router = APIRouter(include_in_schema=False)
"""`/staff/dialogues` and what lies below it."""


@router.get("/staff/dialogues")
async def dialogues(visit: Speaker) -> Response:
    """Announced ones, and one's own drafts."""
    answer = await visit.read("debate", "/v1/dialogues")
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "dialogues.html",
        dialogues=answer.body["dialogues"],
        **DIALOGUE.shown,
        opens=visit.me.role != "clerk",
    )


@router.post("/staff/dialogues")
async def create(visit: Opener) -> Response:
    """A new draft."""
    return await _save(visit, "/v1/dialogues")


@router.get("/staff/dialogues/new")
async def empty(visit: Opener) -> Response:
    """The empty form."""
    return _form(visit, {})


@router.get("/staff/dialogues/{number}")
async def dialogue(visit: Speaker, number: str) -> Response:
    """A dialogue as it stands, with what can be done now; of a draft the form."""
    return await _dialogue(visit, number)


@router.post("/staff/dialogues/{number}/draft")
async def revise(visit: Opener, number: str) -> Response:
    """A draft written anew."""
    return await _save(visit, "/v1/dialogues/{number}/draft", number=number)


@router.post("/staff/dialogues/{number}/act")
async def act(visit: Speaker, number: str) -> Response:
    """Announce it, say something, approve a clerk's answer, close it, judge a question, name the post that it became."""
    what = visit.form.one("act") if visit.form.one("act") in ACTS else "publication"
    body = {name: visit.form.one(name).strip() for name in ACTS[what]}
    named = {"number": number, "act": what}
    path = "/v1/dialogues/{number}/{act}"
    if what in OF_ONE:
        named |= {"said": OF_ONE[what], "comment": visit.form.one("comment")}
        path = "/v1/dialogues/{number}/{said}/{comment}/{act}"
    answer = await visit.act(path, body, visit.key, "debate", **named)
    if answer.ok:
        return RedirectResponse(f"/staff/dialogues/{number}", 303)
    if answer.status not in (409, 422):
        return visit.refuse(answer.status, answer.sentence)
    return await _dialogue(visit, number, answer.status, answer.sentence_by(NAMES))


async def _dialogue(visit: Visit, number: str, status: int = 200, problem: str = "") -> Response:
    found = await visit.read("debate", "/v1/dialogues/{number}", number=number)
    if not found.ok:
        return visit.refuse(found.status, found.sentence)
    if found.body["state"] == "draft":
        return _form(visit, found.body, status, problem)
    role, unit = visit.me.role, visit.me.department
    hosts, guests = role == "supervisor", found.body["department"] == unit
    speaks = hosts or guests or unit in found.body["invited"]
    judged: dict[str, list[dict[str, Any]]] = {}
    for standing in ("held", "shown", "hidden") if hosts else ():
        judged[standing] = await _listed(visit, number, "moderation", "comments", standing)
    prepared: dict[str, list[dict[str, Any]]] = {}
    for standing in ("held", "hidden") if speaks else ():
        prepared[standing] = await _listed(visit, number, "answers", "answers", standing)
    questions = {
        which: [one for one in await _asked(visit, number, which) if one["text"]]
        for which in (("open", "answered") if speaks else ("open",))
    }
    return visit.render(
        "dialogue.html",
        status,
        dialogue=found.body,
        **DIALOGUE.shown,
        speakers=_speakers(hosts, guests),
        judged=judged,
        prepared=prepared,
        left=questions["open"],
        answered=questions.get("answered", []),
        own=hosts or (guests and role == "leader"),
        speaks=speaks,
        prepares=role == "clerk",
        enters=hosts,
        problem=problem,
        typed=visit.form,
    )


def _speakers(hosts: bool, guests: bool) -> dict[str, str]:
    """In whose names somebody speaks: an invited unit in its own alone."""
    codes = SPEAKERS if hosts else ("guest", "unit") if guests else ("unit",)
    return {code: SPEAKERS[code] for code in codes}


async def _listed(visit: Visit, number: str, what: str, name: str, standing: str) -> list[dict[str, Any]]:
    path = "/v1/dialogues/{number}/{what}"
    read = await visit.read("debate", path, number=number, what=what, standing=standing)
    found: list[dict[str, Any]] = read.body.get(name, [])
    return found


async def _asked(visit: Visit, number: str, which: str) -> list[dict[str, Any]]:
    """Fifty questions, those with most voices first, as everybody reads them."""
    query = {"order": "supported", "limit": "50", "which": which}
    path = "/v1/dialogues/{number}/questions"
    read = await visit.site.services.get("debate", path, number=number, **query)
    found: list[dict[str, Any]] = read.body.get("comments", [])
    return found


async def _save(visit: Visit, path: str, number: str = "") -> Response:
    body: dict[str, Any] = {name: visit.form.one(name).strip() for name in FIELDS}
    for name in TIMES:
        # Browsers leave out the seconds.
        body[name] = re.sub(r"(T\d\d:\d\d)$", r"\1:00", body[name])
    codes = {unit.name: unit.code for unit in visit.profile.departments}
    typed = [name.strip() for name in visit.form.all("invited")]
    body["invited"] = [codes.get(name, name) for name in typed if name]
    if visit.me.role == "leader":
        body["department"] = visit.me.department
    named = {"number": number} if number else {}
    answer = await visit.act(path, body, visit.key, "debate", **named)
    if answer.ok:
        return RedirectResponse(f"/staff/dialogues/{answer.body['id']}", 303)
    if answer.status not in (409, 422):
        return visit.refuse(answer.status, answer.sentence)
    return _form(visit, body | {"id": number}, answer.status, answer.sentence_by(NAMES))


def _form(visit: Visit, dialogue: Mapping[str, Any], status: int = 200, problem: str = "") -> Response:
    empty = {"id": "", "department": visit.me.department, "invited": ()}
    kept = dict.fromkeys(FIELDS, "") | empty | dict(dialogue)
    invited = [visit.profile.department_name(code) for code in kept["invited"]]
    if not problem:
        kept |= {name: _local(visit, str(kept[name])) for name in TIMES}
    return visit.render(
        "dialogue_form.html",
        status,
        dialogue=kept,
        **DIALOGUE.shown,
        units=visit.profile.departments,
        opens_for_all=visit.me.role == "supervisor",
        invited=[*invited, *[""] * (INVITED - len(invited))],
        problem=problem,
    )


def _local(visit: Visit, instant: str) -> str:
    """An instant as a form has it, in city time."""
    if not instant:
        return ""
    return datetime.fromisoformat(instant).astimezone(visit.profile.zone).strftime("%Y-%m-%dT%H:%M")
