"""Dialogues at the desk: written, announced, answered, closed; looked through; what was left open written down as a post.

A supervisor has all of them and is their host, a unit's leader those of the own unit.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens.dialogues import OCCASIONS, STATES
from fronts.portal.citizens.forums import STANDINGS, sentence
from fronts.portal.keyed import fresh_key, in_address
from fronts.portal.staff.visits import Visit, visitor

Opener = Annotated[Visit, Depends(visitor("supervisor", "leader"))]

ACTS: Final = {
    "publication": (),
    "answers": ("text", "answers", "speaker"),
    "closing": ("summary", "reason"),
    "moderation": ("action", "reason"),
    "post": ("number",),
}
"""What can be done to a dialogue, the last part of its address at the service, to the fields of its form."""
OF_QUESTIONS: Final = ("moderation", "post")
"""What is done to one question."""
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
}
"""Fields to their labels."""
SPEAKERS: Final = {"guest": "嘉宾", "host": "主持人", "unit": "单位"}

router = APIRouter(include_in_schema=False)
"""`/staff/dialogues` and what lies below it."""


@router.get("/staff/dialogues")
async def dialogues(visit: Opener) -> Response:
    """Announced ones, and one's own drafts."""
    answer = await visit.read("debate", "/v1/dialogues")
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "dialogues.html", dialogues=answer.body["dialogues"], states=STATES, occasions=OCCASIONS
    )


@router.post("/staff/dialogues")
async def create(visit: Opener) -> Response:
    """A new draft."""
    return await _save(visit, "/v1/dialogues", "")


@router.get("/staff/dialogues/new")
async def empty(visit: Opener) -> Response:
    """The empty form."""
    return _form(visit, {})


@router.get("/staff/dialogues/{number}")
async def dialogue(visit: Opener, number: str) -> Response:
    """A dialogue as it stands, with what can be done now; of a draft the form."""
    return await _dialogue(visit, in_address(number))


@router.post("/staff/dialogues/{number}/draft")
async def revise(visit: Opener, number: str) -> Response:
    """A draft written anew."""
    return await _save(visit, f"/v1/dialogues/{in_address(number)}/draft", in_address(number))


@router.post("/staff/dialogues/{number}/act")
async def act(visit: Opener, number: str) -> Response:
    """Announce it, say something, close it, let a question be read or hide it, name the post that it became."""
    number, what = in_address(number), visit.form.one("act")
    what = what if what in ACTS else "publication"
    body = {name: visit.form.one(name).strip() for name in ACTS[what]}
    path = f"/v1/dialogues/{number}/{what}"
    if what in OF_QUESTIONS:
        path = f"/v1/dialogues/{number}/questions/{in_address(visit.form.one('comment'))}/{what}"
    answer = await visit.act(path, body, visit.key, "debate")
    if answer.ok:
        return RedirectResponse(f"/staff/dialogues/{number}", 303)
    if answer.status not in (409, 422):
        return visit.refuse(answer.status, answer.sentence)
    return await _dialogue(visit, number, answer.status, sentence(answer, NAMES))


async def _dialogue(visit: Visit, number: str, status: int = 200, problem: str = "") -> Response:
    path = f"/v1/dialogues/{number}"
    found = await visit.read("debate", path)
    if not found.ok:
        return visit.refuse(found.status, found.sentence)
    if found.body["state"] == "draft":
        return _form(visit, found.body, status, problem)
    hosts = visit.me.role == "supervisor"
    judged: dict[str, list[dict[str, Any]]] = {}
    for standing in ("held", "shown", "hidden") if hosts else ():
        read = await visit.read("debate", f"{path}/moderation", standing=standing)
        judged[standing] = read.body.get("comments", [])
    asked = {"order": "supported", "limit": "50", "which": "open"}
    left = await visit.site.services.get("debate", f"{path}/questions", **asked)
    return visit.render(
        "dialogue.html",
        status,
        dialogue=found.body,
        states=STATES,
        occasions=OCCASIONS,
        standings=STANDINGS,
        speakers=SPEAKERS if hosts else {code: SPEAKERS[code] for code in ("guest", "unit")},
        judged=judged,
        left=[one for one in left.body.get("comments", []) if one["text"]],
        own=hosts or found.body["department"] == visit.me.department,
        enters=hosts,
        problem=problem,
        typed=visit.form,
        key=fresh_key(),
    )


async def _save(visit: Visit, path: str, number: str) -> Response:
    body: dict[str, Any] = {name: visit.form.one(name).strip() for name in FIELDS}
    for name in TIMES:
        # Browsers leave out the seconds.
        body[name] = re.sub(r"(T\d\d:\d\d)$", r"\1:00", body[name])
    if visit.me.role == "leader":
        body["department"] = visit.me.department
    answer = await visit.act(path, body, visit.key, "debate")
    if answer.ok:
        return RedirectResponse(f"/staff/dialogues/{answer.body['id']}", 303)
    if answer.status not in (409, 422):
        return visit.refuse(answer.status, answer.sentence)
    return _form(visit, body | {"id": number}, answer.status, sentence(answer, NAMES))


def _form(visit: Visit, dialogue: Mapping[str, Any], status: int = 200, problem: str = "") -> Response:
    kept = dict.fromkeys(FIELDS, "") | {"id": "", "department": visit.me.department} | dict(dialogue)
    if not problem:
        kept |= {name: _local(visit, str(kept[name])) for name in TIMES}
    return visit.render(
        "dialogue_form.html",
        status,
        dialogue=kept,
        occasions=OCCASIONS,
        units=visit.profile.departments if visit.me.role == "supervisor" else (),
        problem=problem,
        key=fresh_key(),
    )


def _local(visit: Visit, instant: str) -> str:
    """An instant as a form has it, in city time."""
    if not instant:
        return ""
    return datetime.fromisoformat(instant).astimezone(visit.profile.zone).strftime("%Y-%m-%dT%H:%M")
