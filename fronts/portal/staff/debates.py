"""Debates at the desk: written, published, answered officially, closed with what was decided; and looked through.

A supervisor has all of them, a unit's leader those of the own unit; what people say is looked through by supervisors alone.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens.debates import DEBATE
from fronts.portal.staff.visits import Visit, visitor

Opener = Annotated[Visit, Depends(visitor("supervisor", "leader"))]

ACTS: Final = {
    "publication": (),
    "closing": ("summary", "decision", "reason"),
    "statements": ("text", "answers"),
    "moderation": ("action", "reason"),
}
"""What can be done to a debate, the last part of its address at the service, to the fields of its form."""
FIELDS: Final = {
    "title": "标题",
    "question": "问题",
    "background": "背景",
    "ends": "截止",
    "department": "单位",
}
NAMES: Final = FIELDS | {
    "summary": "大家说了什么",
    "decision": "决定了什么",
    "reason": "原因",
    "text": "回应",
    "answers": "回应的发言",
    "topic.name": "热点",
}
"""Fields to their labels."""

router = APIRouter(include_in_schema=False)
"""`/staff/debates` and what lies below it."""


@router.get("/staff/debates")
async def debates(visit: Opener) -> Response:
    """Published ones, one's own drafts, and hot topics from which one may be opened."""
    answer = await visit.read("debate", "/v1/debates")
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "debates.html", debates=answer.body["debates"], topics=await _topics(visit), **DEBATE.shown
    )


@router.post("/staff/debates")
async def create(visit: Opener) -> Response:
    """A new draft."""
    return await _save(visit, "/v1/debates")


@router.get("/staff/debates/new")
async def empty(visit: Opener, topic: str = "") -> Response:
    """The empty form; `topic` is the hot topic from which it is opened."""
    return await _form(visit, {"topic": {"id": topic}} if topic else {})


@router.get("/staff/debates/{number}")
async def debate(visit: Opener, number: str) -> Response:
    """A debate as it stands, with what can be done now; of a draft the form."""
    return await _debate(visit, number)


@router.post("/staff/debates/{number}/draft")
async def revise(visit: Opener, number: str) -> Response:
    """A draft written anew."""
    return await _save(visit, "/v1/debates/{number}/draft", number=number)


@router.post("/staff/debates/{number}/act")
async def act(visit: Opener, number: str) -> Response:
    """Publish it, state something, close it, let a comment be read or hide it."""
    what = visit.form.one("act") if visit.form.one("act") in ACTS else "publication"
    body = {name: visit.form.one(name) for name in ACTS[what]}
    named = {"number": number, "act": what}
    path = "/v1/debates/{number}/{act}"
    if what == "moderation":
        named["comment"] = visit.form.one("comment")
        path = "/v1/debates/{number}/comments/{comment}/{act}"
    answer = await visit.act(path, body, visit.key, "debate", **named)
    if answer.ok:
        return RedirectResponse(f"/staff/debates/{number}", 303)
    if answer.status not in (409, 422):
        return visit.refuse(answer.status, answer.sentence)
    return await _debate(visit, number, answer.status, answer.sentence_by(NAMES))


async def _debate(visit: Visit, number: str, status: int = 200, problem: str = "") -> Response:
    answer = await visit.read("debate", "/v1/debates/{number}", number=number)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    if answer.body["state"] == "draft":
        return await _form(visit, answer.body, status, problem)
    moderates = visit.me.role == "supervisor"
    judged: dict[str, list[dict[str, Any]]] = {}
    for standing in ("held", "shown", "hidden") if moderates else ():
        path = "/v1/debates/{number}/moderation"
        waiting = await visit.read("debate", path, number=number, standing=standing)
        judged[standing] = waiting.body.get("comments", [])
    path = "/v1/debates/{number}/comments"
    said = await visit.site.services.get("debate", path, number=number, limit="50")
    own = moderates or answer.body["department"] == visit.me.department
    return visit.render(
        "debate.html",
        status,
        debate=answer.body,
        **DEBATE.shown,
        judged=judged,
        closes=own,
        problem=problem,
        typed=visit.form,
        comments=[one for one in said.body.get("comments", []) if one["text"]],
    )


async def _save(visit: Visit, path: str, number: str = "") -> Response:
    form, topic = visit.form, visit.form.one("topic")
    body: dict[str, Any] = {name: form.one(name).strip() for name in FIELDS}
    # Browsers leave out the seconds.
    body["ends"] = re.sub(r"(T\d\d:\d\d)$", r"\1:00", body["ends"])
    if visit.me.role == "leader":
        body["department"] = visit.me.department
    if topic:
        body["topic"] = await _topic(visit, topic, number)
    named = {"number": number} if number else {}
    answer = await visit.act(path, body, visit.key, "debate", **named)
    if answer.ok:
        return RedirectResponse(f"/staff/debates/{answer.body['id']}", 303)
    if answer.status not in (409, 422):
        return visit.refuse(answer.status, answer.sentence)
    return await _form(visit, body | {"id": number}, answer.status, answer.sentence_by(NAMES))


async def _form(visit: Visit, debate: Mapping[str, Any], status: int = 200, problem: str = "") -> Response:
    ends = str(debate.get("ends", ""))
    if ends and not problem:
        ends = datetime.fromisoformat(ends).astimezone(visit.profile.zone).strftime("%Y-%m-%dT%H:%M")
    chosen = debate.get("topic") or {}
    topics = {topic["topic"]: _name(topic) for topic in await _topics(visit)}
    if chosen.get("id") and chosen.get("name"):
        topics.setdefault(chosen["id"], chosen["name"])
    blank = {"id": "", "title": "", "question": "", "background": "", "department": visit.me.department}
    return visit.render(
        "debate_form.html",
        status,
        debate=blank | dict(debate),
        ends=ends,
        topics=topics,
        topic=chosen.get("id", ""),
        units=visit.profile.departments if visit.me.role == "supervisor" else (),
        problem=problem,
    )


async def _topics(visit: Visit) -> list[dict[str, Any]]:
    """The hot topics that stand; none where router does not answer in time."""
    found: list[dict[str, Any]] = (await visit.site.services.offer("router", "/v1/topics")).get("topics", [])
    return found


async def _topic(visit: Visit, identity: str, number: str) -> dict[str, Any] | None:
    """The chosen topic with its name and posts, as it stands or as the draft kept it; None when it is neither."""
    for topic in await _topics(visit):
        if topic["topic"] == identity:
            posts = [post["number"] for post in topic["posts"]][:20]
            return {"id": identity, "name": _name(topic), "posts": posts}
    draft = await visit.read("debate", "/v1/debates/{number}", number=number) if number else None
    kept = draft.body.get("topic") if draft is not None else None
    return dict(kept) if kept and kept["id"] == identity else None


def _name(topic: Mapping[str, Any]) -> str:
    return "、".join(topic["words"])[:60]
