"""What pages of debates and of dialogues share: speaking with a number or with a pass, support, and what is read.

`/debates/…` and `/dialogues/…` know nobody: who speaks there types a number. `/my/debates/…` and `/my/dialogues/…` are the same
pages for who has proved a telephone (the session's cookie is sent to `/my` alone): each act carries a pass for this one
debate or dialogue, and no number.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens import mine
from fronts.portal.visits import Visit

STANDINGS: Final = {"held": "待审核", "shown": "已公开", "hidden": "不予公开", "withdrawn": "已撤回"}
ORDERS: Final = {"newest": "最新", "supported": "最多支持"}
DONE: Final = {
    "held": "已收到,审核后公开。",
    "shown": "已收到,现在所有人都能看到。",
    "support": "已支持。",
    "withdrawal": "已撤回。",
}
"""What was done to what is said of it."""


@dataclass(frozen=True)
class Pages:
    """The pages of one kind of forum."""

    name: str
    """What its template calls it; its pages and calls lie below the plural."""
    said: str
    """The last part of the address below which stands what people say."""
    missing: str
    wrong: Mapping[str, str]
    """Fields of what people say to their labels."""
    names: Mapping[str, Mapping[str, str]]
    """Names that its templates need besides those of what is said: of its states, and what else it has."""

    @property
    def path(self) -> str:
        """Of its pages; its calls have `/v1` before it."""
        return f"/{self.name}s"

    @property
    def call(self) -> str:
        """The path of one at the service."""
        return "/v1" + self.path + "/{identity}"

    @property
    def shown(self) -> dict[str, Any]:
        """What its templates call things, on the pages of citizens and at the desk."""
        return {"standings": STANDINGS, **self.names}


async def speak(visit: Visit, pages: Pages, identity: str) -> Response:
    """Somebody says something, with a number that is merely typed."""
    typed = visit.form
    path = f"{pages.call}/{pages.said}"
    body = _spoken(visit) | {"phone": typed.one("phone").strip()[:100]}
    sent = await visit.site.services.post(path, body, typed.one("key"), service="debate", identity=identity)
    if sent.ok:
        return RedirectResponse(f"{pages.path}/{identity}?done={sent.body['standing']}", 303)
    return await _refused(visit, pages, identity, sent.status, sent.sentence_by(pages.wrong))


async def own(visit: Visit, pages: Pages, identity: str, asked: Mapping[str, str]) -> Response:
    """The page for who has proved a telephone, with what they said and what became of it."""
    given = await _pass(visit, pages, identity)
    if isinstance(given, Response):
        return given
    return await page(visit, pages, identity, asked, given)


async def act(visit: Visit, pages: Pages, identity: str) -> Response:
    """Say something, support what another said, take one's own back; with a pass."""
    typed = visit.form
    given = await _pass(visit, pages, identity)
    if isinstance(given, Response):
        return given
    path, what = f"{pages.call}/{pages.said}", typed.one("act")
    named, body = {"identity": identity}, dict[str, Any]()
    if what in ("support", "withdrawal"):
        path += "/{comment}/{what}"
        named |= {"comment": typed.one("comment"), "what": what}
    else:
        what, body = "comment", _spoken(visit)
    sent = await visit.site.services.act_as(given, path, body, visit.key, "debate", **named)
    if sent.ok or sent.kind == "already-supported":
        done = sent.body["standing"] if what == "comment" else what
        return RedirectResponse(f"/my{pages.path}/{identity}?done={done}", 303)
    return await _refused(visit, pages, identity, sent.status, sent.sentence_by(pages.wrong), given)


async def page(
    visit: Visit,
    pages: Pages,
    identity: str,
    asked: Mapping[str, str],
    given: str = "",
    status: int = 200,
    problem: str = "",
) -> Response:
    """A debate or a dialogue, with a page of what was said there; `given` is the reader's pass."""
    site, path = visit.site, pages.call
    found = await site.services.get("debate", path, identity=identity)
    if not found.ok:
        return site.pages.refuse(found.status, found.sentence)
    order = asked.get("order") if asked.get("order") in ORDERS else "newest"
    cursor = asked.get("cursor", "")
    query = {"order": str(order)} | ({"cursor": cursor} if cursor else {})
    comments = await site.services.get("debate", f"{path}/{pages.said}", identity=identity, **query)
    if not comments.ok:
        return site.pages.refuse(comments.status, comments.sentence)
    own: Mapping[str, Any] = {}
    if given:
        read = await site.services.read_as(given, "debate", f"{path}/mine", identity=identity)
        own = read.body if read.ok else {}
    said = comments.body["comments"]
    place = f"{'/my' if given else ''}{pages.path}/{identity}"
    return site.pages.render(
        f"{pages.name}.html",
        status,
        **{pages.name: found.body},
        **pages.shown,
        comments=said,
        place=place,
        order=order,
        orders=ORDERS,
        further=f"{place}?{urlencode({'order': order, 'cursor': comments.cursor})}"
        if comments.cursor
        else "",
        later=bool(cursor),
        signed=bool(given),
        mine=own.get("comments", []),
        supported=own.get("supported", []),
        answered=next((one for one in said if one["id"] == asked.get("answer") and one["text"]), None),
        done=DONE.get(asked.get("done", ""), ""),
        problem=problem,
        typed=visit.form,
        key=uuid.uuid4().hex,
    )


async def _pass(visit: Visit, pages: Pages, identity: str) -> str | Response:
    """A pass for this place; else the page on which a telephone is proved, which leads back."""
    back = f"/my{pages.path}/{identity}"
    return await mine.pass_for(visit, identity, back, pages.missing)


async def _refused(
    visit: Visit, pages: Pages, identity: str, status: int, problem: str, given: str = ""
) -> Response:
    """The page once more, with what was typed and why it was not taken."""
    asked = {"answer": visit.form.one("answers")}
    return await page(visit, pages, identity, asked, given, status, problem)


def _spoken(visit: Visit) -> dict[str, Any]:
    answers = visit.form.one("answers")[:64]
    return {"text": visit.form.one("text")} | ({"answers": answers} if answers else {})
