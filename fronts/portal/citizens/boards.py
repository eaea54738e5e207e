"""The boards 咨询投诉, 建言献策, 领导信箱, 热点评议: public, answered posts; and the page of one post, for anybody."""

import uuid
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fronts.portal.citizens import due_calendar, life
from fronts.portal.pages import SECURITY, Pages, Unfit

_NEIGHBOUR: Final = "wenzheng-neighbour"
_YEAR: Final = 365 * 24 * 3600


class Board(NamedTuple):
    """A board: which kinds of posts it holds, and what it is for."""

    code: str
    name: str
    kinds: tuple[str, ...]
    about: str


BOARDS: Final = (
    Board("service", "咨询投诉", ("consult", "complaint"), "问政策、问办事,反映身边的问题。"),
    Board("suggestions", "建言献策", ("suggestion",), "为城市出主意、提建议。"),
    Board("mailbox", "领导信箱", ("mailbox",), "写给市领导的信,由承办单位答复。"),
    Board("debates", "热点评议", ("debate",), "大家关心的事一起评议;发言经审核后公开,不计答复期限。"),
)
ALL: Final = Board("all", "全部答复", (), "已公开答复的帖子,最新答复在前。")
_BY_CODE: Final[Mapping[str, Board]] = {board.code: board for board in (*BOARDS, ALL)}


def routes(pages: Pages, now: due_calendar.Now, secure: bool) -> APIRouter:
    """`/boards/{code}`, `/posts/{number}` and support for a neighbour's post."""
    router = APIRouter(include_in_schema=False)
    services = pages.services

    @router.get("/boards")
    async def first() -> Response:
        return RedirectResponse("/boards/all", 308)

    @router.get("/boards/{code}")
    async def board(
        code: str, q: str = "", kind: str = "", area: str = "", department: str = "", cursor: str = ""
    ) -> Response:
        found = _BY_CODE.get(code)
        if found is None:
            return pages.refuse(404, "没有这个版块。")
        chosen = kind if kind in (found.kinds or tuple(pages.profile.policy.kinds)) else ""
        asked = {"q": q.strip()[:50], "area": area, "department": department}
        answer = await services.get(
            "intake", "/v1/posts", kind=chosen or ",".join(found.kinds), cursor=cursor, **asked
        )
        topics = await services.offer("router", "/v1/topics") if code == "debates" else {}
        kept = {name: value for name, value in {**asked, "kind": chosen}.items() if value}
        return pages.render(
            "board.html",
            200 if answer.ok else answer.status,
            board=found,
            boards=(ALL, *BOARDS),
            asked={**asked, "kind": chosen},
            filtered=bool(kept),
            posts=answer.body["posts"] if answer.ok else [],
            problem="" if answer.ok else answer.sentence,
            further=f"/boards/{code}?{urlencode({**kept, 'cursor': answer.cursor})}" if answer.cursor else "",
            first=f"/boards/{code}?{urlencode(kept)}" if kept else f"/boards/{code}",
            later=bool(cursor),
            departments=pages.profile.departments,
            topics=topics.get("topics", []),
        )

    @router.get("/posts/{number}")
    async def post(number: str, supported: str = "") -> Response:
        case = await services.get("intake", f"/v1/posts/{plain_number(number)}")
        if not case.ok:
            return pages.refuse(case.status, "没有这个编号的帖子。" if case.status == 404 else case.sentence)
        deadline = await services.get("deadline", f"/v1/deadlines/{plain_number(number)}")
        clock = deadline.body if deadline.ok else None
        due = (clock or {}).get("due") or case.body["due"] or ""
        return pages.render(
            "public_post.html",
            case=case.body,
            deadline=clock,
            steps=life.line(case.body, pages.profile.policy),
            next=life.following(case.body, due, pages.profile.policy),
            weeks=due_calendar.weeks(clock, now().date()) if clock else [],
            days_left=due_calendar.days_left(clock, now().date()) if clock else None,
            weekdays=due_calendar.WEEKDAYS,
            supported=bool(supported),
        )

    @router.post("/posts/{number}/support")
    async def support(number: str, request: Request) -> Response:
        """One voice a browser: the key is the same each time, and another for every post."""
        neighbour = request.cookies.get(_NEIGHBOUR, "")
        if not (neighbour.isalnum() and neighbour.isascii() and len(neighbour) == 32):
            neighbour = uuid.uuid4().hex
        key = blake2b(f"{neighbour}/{number}".encode(), digest_size=16).hexdigest()
        answer = await services.post(f"/v1/posts/{plain_number(number)}/supports", {}, key)
        response: Response
        if request.headers.get("hx-request"):
            html = pages.html("supported_part.html", answer=answer, number=number)
            response = HTMLResponse(html, 200, SECURITY)
        elif answer.ok:
            response = RedirectResponse(f"/posts/{plain_number(number)}?supported=1", 303)
        else:
            response = pages.refuse(answer.status, answer.sentence)
        response.set_cookie(
            _NEIGHBOUR,
            neighbour,
            max_age=_YEAR,
            path="/posts",
            secure=secure,
            httponly=True,
            samesite="strict",
        )
        return response

    return router


def plain_number(number: str) -> str:
    """A number as it may stand in an address of a service. Raises Unfit 404 for what cannot be one."""
    if not (0 < len(number) <= 40 and number.isascii() and number.replace("-", "").isalnum()):
        raise Unfit(404, "没有这个编号的帖子。")
    return number
