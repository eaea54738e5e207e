"""Debates: which there are, what was said, saying something, and what was decided."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from fronts.portal.citizens import forums
from fronts.portal.visits import Anyone

STATES: Final = {
    "draft": "草稿",
    "open": "进行中",
    "ended": "已截止,待公布结论",
    "closed": "已公布结论",
}
"""A debate's state to what people read."""
DEBATE: Final = forums.Pages(
    name="debate",
    said="comments",
    missing="没有这个议题。",
    wrong={"text": "发言", "phone": "手机号码", "answers": "回应"},
    names={"states": STATES},
)

router = APIRouter(include_in_schema=False)
"""`/debates`, `/my/debates` and what lies below them."""


@router.get("/debates")
async def debates(visit: Anyone) -> Response:
    """All that are published."""
    answer = await visit.site.services.get("debate", "/v1/debates")
    return visit.site.pages.render(
        "debates.html",
        200 if answer.ok else answer.status,
        debates=answer.body["debates"] if answer.ok else [],
        states=STATES,
        problem="" if answer.ok else answer.sentence,
    )


@router.get("/debates/{identity}")
async def debate(
    visit: Anyone, identity: str, order: str = "", cursor: str = "", answer: str = "", done: str = ""
) -> Response:
    """What is asked, what was said, and the form for who has proved no telephone."""
    asked = {"order": order, "cursor": cursor, "answer": answer, "done": done}
    return await forums.page(visit, DEBATE, identity, asked)


@router.post("/debates/{identity}/comments")
async def comment(visit: Anyone, identity: str) -> Response:
    """Somebody says something, with a number that is merely typed."""
    return await forums.speak(visit, DEBATE, identity)


@router.get("/my/debates/{identity}")
async def own(
    visit: Anyone,
    identity: str,
    order: str = "",
    cursor: str = "",
    answer: str = "",
    done: str = "",
) -> Response:
    """The same for who has proved a telephone, with what they said and what became of it."""
    asked = {"order": order, "cursor": cursor, "answer": answer, "done": done}
    return await forums.own(visit, DEBATE, identity, asked)


@router.post("/my/debates/{identity}")
async def act(visit: Anyone, identity: str) -> Response:
    """Say something, support a comment, take one back."""
    return await forums.act(visit, DEBATE, identity)


def by_topic(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Hot topic to the newest debate that was opened from it; `answer` is the list of debates, or nothing."""
    return {one["topic"]: one for one in reversed(answer.get("debates", [])) if one["topic"]}
