"""Dialogues (在线访谈, 面对面交流会, 任前公示, 述职述廉): which there are, asking, and the transcript."""

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from fronts.portal.citizens import forums
from fronts.portal.visits import Anyone

STATES: Final = {
    "draft": "草稿",
    "announced": "预告",
    "asking": "征集提问",
    "held": "进行中",
    "ended": "已结束,待公布实录",
    "closed": "已公布实录",
}
"""A dialogue's state to what people read."""
OCCASIONS: Final = {
    "interview": "在线访谈",
    "meeting": "面对面交流会",
    "appointment": "任前公示",
    "report": "述职述廉",
}
"""Kind of dialogue to its name."""
TOLD: Final = 100
"""Entries on a page of a transcript."""
DIALOGUE: Final = forums.Pages(
    name="dialogue",
    said="questions",
    missing="没有这次对话。",
    wrong={"text": "提问", "phone": "手机号码"},
    names={"states": STATES, "occasions": OCCASIONS},
)

router = APIRouter(include_in_schema=False)
"""`/dialogues`, `/my/dialogues` and what lies below them."""


@router.get("/dialogues")
async def dialogues(visit: Anyone) -> Response:
    """All that are announced."""
    answer = await visit.site.services.get("debate", "/v1/dialogues")
    return visit.site.pages.render(
        "dialogues.html",
        200 if answer.ok else answer.status,
        dialogues=answer.body["dialogues"] if answer.ok else [],
        states=STATES,
        occasions=OCCASIONS,
        problem="" if answer.ok else answer.sentence,
    )


@router.get("/dialogues/{identity}")
async def dialogue(
    visit: Anyone, identity: str, order: str = "", cursor: str = "", done: str = ""
) -> Response:
    """Who answers and when, what was asked, and the form for who has proved no telephone."""
    asked = {"order": order, "cursor": cursor, "done": done}
    return await forums.page(visit, DIALOGUE, identity, asked)


@router.get("/dialogues/{identity}/transcript")
async def transcript(visit: Anyone, identity: str, cursor: str = "") -> Response:
    """A page of what was said, in the order of the event."""
    path = "/v1/dialogues/{identity}"
    said = found = await visit.site.services.get("debate", path, identity=identity)
    if found.ok:
        query = {"limit": str(TOLD)} | ({"cursor": cursor} if cursor else {})
        said = await visit.site.services.get("debate", path + "/transcript", identity=identity, **query)
    if not said.ok:
        return visit.refuse(said.status, said.sentence)
    place = f"/dialogues/{identity}/transcript"
    return visit.site.pages.render(
        "transcript.html",
        dialogue=found.body,
        said=said.body["said"],
        place=place,
        later=bool(cursor),
        further=f"{place}?{urlencode({'cursor': said.cursor})}" if said.cursor else "",
        **DIALOGUE.shown,
    )


@router.post("/dialogues/{identity}/questions")
async def ask(visit: Anyone, identity: str) -> Response:
    """Somebody asks, with a number that is merely typed."""
    return await forums.speak(visit, DIALOGUE, identity)


@router.get("/my/dialogues/{identity}")
async def own(visit: Anyone, identity: str, order: str = "", cursor: str = "", done: str = "") -> Response:
    """The same for who has proved a telephone, with the own questions and what became of them."""
    asked = {"order": order, "cursor": cursor, "done": done}
    return await forums.own(visit, DIALOGUE, identity, asked)


@router.post("/my/dialogues/{identity}")
async def act(visit: Anyone, identity: str) -> Response:
    """Ask, support a question, take one back."""
    return await forums.act(visit, DIALOGUE, identity)
