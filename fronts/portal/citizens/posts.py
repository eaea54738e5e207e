"""One post as anybody may see it, and support for a neighbour's post."""

import uuid
from hashlib import blake2b
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fronts.portal.attached_files import passed_on
from fronts.portal.citizens import life
from fronts.portal.visits import Anyone, Visit

_NEIGHBOUR: Final = "wenzheng-neighbour"
_YEAR: Final = 365 * 24 * 3600
LONGEST_TOKEN: Final = 64
"""Characters of what ends the messages to one who follows, at most."""
CONTACT_SHOWN: Final = 320
"""Characters of what was typed for a contact that are shown again: the longest mail address has no more."""

router = APIRouter(include_in_schema=False)
"""`/posts/{number}`, its files, and `/posts/{number}/support`."""


@router.get("/posts/{number}")
async def post(visit: Anyone, supported: str = "", stop: str = "") -> Response:
    """The page of one post; for whoever comes from a message about it, with the link that ends them (`stop`)."""
    token = stop if stop.isascii() and stop.isalnum() and len(stop) <= LONGEST_TOKEN else ""
    return await _page(visit, supported=supported, stop=token)


async def _page(
    visit: Visit,
    status: int = 200,
    supported: str = "",
    refused: str = "",
    contact: str = "",
    stop: str = "",
) -> Response:
    """The page of one post; with what was typed for a contact, and why it was refused."""
    site, number = visit.site, visit.number
    case = await site.services.get("intake", "/v1/posts/{number}", number=number)
    if not case.ok:
        sentence = "没有这个编号的帖子。" if case.status == 404 else case.sentence
        return site.pages.refuse(case.status, sentence)
    deadline = await site.services.get("deadline", "/v1/deadlines/{number}", number=number)
    clock = deadline.body if deadline.ok else None
    return site.pages.render(
        "public_post.html",
        case=case.body,
        **life.course(case.body, clock, site.pages.profile.policy, site.clock.now().date()),
        status=status,
        supported=supported,
        refused=refused,
        contact=contact,
        stop=stop,
    )


@router.get("/posts/{number}/attachments/{file}")
async def attached(visit: Anyone, file: str) -> Response:
    """A file of a post that anybody may see."""
    return await passed_on(visit, "posts", visit.number, file, {})


@router.post("/posts/{number}/support")
async def support(visit: Anyone) -> Response:
    """One voice a browser: its name is the same each time, and another for every post. A contact brings news of this post."""
    site, number = visit.site, visit.number
    contact = visit.form.one("contact").strip()
    neighbour = visit.cookie(_NEIGHBOUR)
    if not (neighbour.isalnum() and neighbour.isascii() and len(neighbour) == 32):
        neighbour = uuid.uuid4().hex
    voice = _named(f"{neighbour}/{number}")
    body = {"voice": voice} | ({"mail" if "@" in contact else "phone": contact} if contact else {})
    key = _named(f"{voice}/{contact}") if contact else voice
    answer = await site.services.post("/v1/posts/{number}/supports", body, key, number=number)
    response: Response
    if visit.request.headers.get("hx-request"):
        html = site.pages.html("supported_part.html", answer=answer, number=number)
        response = HTMLResponse(html)
    elif answer.ok:
        response = RedirectResponse(f"/posts/{number}?supported={'told' if contact else '1'}", 303)
    elif answer.status == 422:
        response = await _page(visit, 422, refused=answer.sentence, contact=contact[:CONTACT_SHOWN])
    else:
        response = site.pages.refuse(answer.status, answer.sentence)
    site.cookies.keep(response, _NEIGHBOUR, neighbour, path="/posts", seconds=_YEAR)
    return response


def _named(text: str) -> str:
    """A name that follows from a text and tells nothing of it."""
    return blake2b(text.encode(), digest_size=16).hexdigest()
