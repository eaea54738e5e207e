"""The boards 咨询投诉, 建言献策, 领导信箱, 热点评议: public, answered posts."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from fronts.portal.citizens.debates import by_topic
from fronts.portal.periods import days_of, month_of
from fronts.portal.site import Here, Site


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
    Board(
        "debates",
        "热点评议",
        ("debate",),
        "网民提出的话题,经审核后公开,不计答复期限;政府提出的议题另有一页。",
    ),
)
ALL: Final = Board("all", "全部答复", (), "已公开答复的帖子,最新答复在前。")
_BY_CODE: Final[Mapping[str, Board]] = {board.code: board for board in (*BOARDS, ALL)}


router = APIRouter(include_in_schema=False)
"""`/boards` and `/boards/{code}`."""


@router.get("/boards")
async def boards() -> Response:
    """Lead to the first board."""
    return RedirectResponse("/boards/all", 308)


@router.get("/boards/{code}")
async def board(
    site: Here,
    code: str,
    q: str = "",
    kind: str = "",
    area: str = "",
    department: str = "",
    month: str = "",
    cursor: str = "",
) -> Response:
    """One page of a board, searched and filtered."""
    chosen = _BY_CODE.get(code)
    if chosen is None:
        return site.pages.refuse(404, "没有这个版块。")
    profile = site.pages.profile
    only = kind if kind in (chosen.kinds or tuple(profile.policy.kinds)) else ""
    asked = {"q": q.strip()[:50], "area": area, "department": department}
    of_month = month_of(month)
    days = days_of(of_month) if of_month else {}
    answer = await site.services.get(
        "intake", "/v1/posts", kind=only or ",".join(chosen.kinds), cursor=cursor, **asked, **days
    )
    topics, debates = await _talked_of(site) if code == "debates" else ({}, {})
    tally = await _tally(site) if code == "suggestions" else None
    kept = {name: value for name, value in {**asked, "kind": only, "month": of_month}.items() if value}
    return site.pages.render(
        "board.html",
        200 if answer.ok else answer.status,
        board=chosen,
        boards=(ALL, *BOARDS),
        asked={**asked, "kind": only, "month": of_month},
        filtered=bool(kept),
        posts=answer.body["posts"] if answer.ok else [],
        problem="" if answer.ok else answer.sentence,
        further=f"/boards/{code}?{urlencode({**kept, 'cursor': answer.cursor})}" if answer.cursor else "",
        first=f"/boards/{code}?{urlencode(kept)}" if kept else f"/boards/{code}",
        later=bool(cursor),
        departments=profile.departments,
        topics=topics.get("topics", []),
        debates=by_topic(debates),
        tally=tally,
    )


async def _talked_of(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """Hot topics, and the debates that were opened; each empty where its service does not answer."""
    return await asyncio.gather(
        site.services.offer("router", "/v1/topics"), site.services.offer("debate", "/v1/debates")
    )


async def _tally(site: Site) -> dict[str, Any] | None:
    """What became of this year's suggestions; None where stats does not say."""
    this_year = f"{site.clock.now():%Y}-01-01"
    figures = await site.services.offer("stats", "/v1/figures", **{"from": this_year, "kind": "suggestion"})
    return figures.get("total")
