"""Reading: which debates there are, what was said as far as anyone may see it, and what one said oneself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.problem import HttpRefused
from chassis.tokens import Staff
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import client_of
from chassis.web.responses import Json
from services.debate.core import answers, views
from services.debate.store import Moment, Place, Which
from services.debate.web.door import DEBATES, DIALOGUES, MODERATOR, OPENS, SPEAKS, Door, Kind, seen

PAGE: Final = 50
TOLD: Final = 500
"""Most entries on a page of a transcript."""
_ORDER: Final = {"open": 0, "held": 0, "asking": 1, "announced": 2, "ended": 3, "closed": 4, "draft": 5}
Order = Literal["newest", "supported"]
Line = TypeVar("Line", answers.Listed, answers.ListedDialogue)


def routes(router: APIRouter, door: Door) -> None:
    """`GET /v1/debates`, `GET /v1/dialogues`, and what lies below them."""
    _debates(router, door)
    _dialogues(router, door)
    _comments(router, door)
    _questions(router, door)
    _transcript(router, door)
    for kind in (DEBATES, DIALOGUES):
        _mine(router, door, kind)


def _debates(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/debates",
        summary="Debates, open ones first.",
        openapi_extra=described(who="anyone or staff", answer=answers.Debates),
    )
    async def debates(request: Request) -> Response:
        """Those that are published; for those who open them, their drafts as well."""
        door.limits.check("reads", client_of(request))
        staff = _staff(door, request, *OPENS)
        kept = seen(await door.debates.all(), staff)
        ids, now = [one for one, _ in kept], door.clock.now()
        figures, held = await door.debates.figures(ids), await _held(door, staff, ids)
        found = [
            views.listed(one, debate, figures[one], door.profile, now, held.get(one, 0))
            for one, debate in kept
        ]
        return with_etag(request, answers.Debates(_in_order(found)))

    @router.get(
        "/v1/debates/{id}",
        summary="A debate with its figures, and what units stated.",
        openapi_extra=described(who="anyone or staff", answer=answers.Whole),
    )
    async def debate(id: str, request: Request) -> Response:
        """Everything but what people said, which comes page by page."""
        door.limits.check("reads", client_of(request))
        found = await door.debate(id, _staff(door, request, *OPENS))
        figures = (await door.debates.figures([id]))[id]
        stated = await door.debates.statements(id)
        return with_etag(request, views.whole(id, found, figures, stated, door.profile, door.clock.now()))


def _dialogues(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/dialogues",
        summary="Dialogues, open ones first.",
        openapi_extra=described(who="anyone or staff", answer=answers.Dialogues),
    )
    async def dialogues(request: Request, waiting: bool = False) -> Response:
        """Those that are announced; for those who open them, their drafts as well. `waiting`: those with answers to approve."""
        door.limits.check("reads", client_of(request))
        staff = _staff(door, request, *SPEAKS)
        kept = seen(await door.debates.dialogues(), staff)
        counts: Mapping[str, int] = {}
        if staff is not None:
            unit = "" if staff.role == MODERATOR else staff.department
            running = [one for one, each in kept if each.step == "open"]
            counts = await door.debates.waiting(running, unit)
        if waiting:
            kept = [(one, each) for one, each in kept if counts.get(one)]
        ids, now = [one for one, _ in kept], door.clock.now()
        figures, held = await door.debates.figures(ids), await _held(door, staff, ids)
        left_open = await door.debates.left_open(ids) if _moderates(staff) else {}
        found = [
            views.listed_dialogue(
                one,
                each,
                figures[one],
                door.profile,
                now,
                waiting=counts.get(one, 0),
                held=held.get(one, 0),
                left_open=left_open.get(one, 0),
            )
            for one, each in kept
        ]
        return with_etag(request, answers.Dialogues(_in_order(found)))

    @router.get(
        "/v1/dialogues/{id}",
        summary="A dialogue with its times and figures.",
        openapi_extra=described(who="anyone or staff", answer=answers.WholeDialogue),
    )
    async def dialogue(id: str, request: Request) -> Response:
        """Everything but what was asked and said."""
        door.limits.check("reads", client_of(request))
        found = await door.dialogue(id, _staff(door, request, *SPEAKS))
        figures, now = (await door.debates.figures([id]))[id], door.clock.now()
        return with_etag(request, views.whole_dialogue(id, found, figures, door.profile, now))


async def _held(door: Door, staff: Staff | None, forums: list[str]) -> Mapping[str, int]:
    """What waits for this reader to be looked through, by forum."""
    return await door.debates.held(forums) if _moderates(staff) else {}


def _moderates(staff: Staff | None) -> bool:
    return staff is not None and staff.role == MODERATOR


def _comments(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/debates/{id}/comments",
        summary="What people said, with the answers to it.",
        openapi_extra=described(answer=answers.Comments),
    )
    async def comments(
        id: str, request: Request, order: Order = "newest", cursor: str = "", limit: int = 20
    ) -> Response:
        """What is hidden or withdrawn keeps its place, without a word of it, where somebody answered it."""
        return await _page(door, DEBATES, id, request, order, cursor, limit)


def _questions(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/dialogues/{id}/questions",
        summary="What people asked, with the answers to it.",
        openapi_extra=described(answer=answers.Comments),
    )
    async def questions(
        id: str,
        request: Request,
        order: Order = "newest",
        cursor: str = "",
        limit: int = 20,
        which: Which = "all",
    ) -> Response:
        """All, those that nobody answered, or those that were answered."""
        return await _page(door, DIALOGUES, id, request, order, cursor, limit, which)


def _mine(router: APIRouter, door: Door, kind: Kind) -> None:
    @router.get(
        kind.path + "/{id}/mine",
        summary="What the holder of a pass said here.",
        openapi_extra=described(who="holder", answer=answers.Mine),
    )
    async def mine(id: str, request: Request) -> Response:
        """With what became of it, and why; and which of others' the holder supports."""
        door.limits.check("reads", client_of(request))
        person = door.must_hold(request, id)
        guest = views.guest(await door.forum(kind, id))
        said = await door.debates.of_person(id, person)
        under = await door.debates.under([one for one, _ in said])
        rows = tuple(views.said(one, comment, "author", door.profile, under, guest) for one, comment in said)
        return Json(answers.Mine(rows, tuple(await door.debates.supported(id, person))))


def _transcript(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/dialogues/{id}/transcript",
        summary="What was said, in the order of the event.",
        openapi_extra=described(answer=answers.Transcript),
    )
    async def transcript(id: str, request: Request, cursor: str = "", limit: int = TOLD) -> Response:
        """Words to all, and answered questions where they were answered first. It grows while the dialogue is held."""
        door.limits.check("reads", client_of(request))
        guest, limit = views.guest(await door.dialogue(id)), max(1, min(limit, TOLD))
        found = await door.debates.transcript(id, _told_after(door, cursor), limit)
        under = await door.debates.under([one for _, one, comment in found if not comment.department])
        rows = [views.said(one, comment, "anyone", door.profile, under, guest) for _, one, comment in found]
        headers = {}
        if len(found) == limit:
            moment, spoken = found[-1][0]
            headers = _further(request, door.cursor.write([moment.isoformat(), spoken]))
        return with_etag(request, answers.Transcript(tuple(rows)), **headers)


async def _page(
    door: Door,
    kind: Kind,
    id: str,
    request: Request,
    order: Order,
    cursor: str,
    limit: int,
    which: Which = "all",
) -> Response:
    door.limits.check("reads", client_of(request))
    guest = views.guest(await door.forum(kind, id))
    limit = max(1, min(limit, PAGE))
    supported = order == "supported"
    found = await door.debates.page(id, supported, _after(door, cursor), limit, which)
    under = await door.debates.under([one for one, _ in found])
    rows = [views.said(one, comment, "anyone", door.profile, under, guest) for one, comment in found]
    headers = {}
    if len(found) == limit:
        one, last = found[-1]
        headers = _further(request, door.cursor.write([str(last.supports if supported else 0), one]))
    return with_etag(request, answers.Comments(tuple(rows)), **headers)


def _further(request: Request, cursor: str) -> dict[str, str]:
    """The header that leads to the next page."""
    return {"Link": f'<{request.url.include_query_params(cursor=cursor)}>; rel="next"'}


def _in_order(found: list[Line]) -> tuple[Line, ...]:
    """Open ones first, and the newest: ids begin with the time at which they were drawn."""
    found.sort(key=lambda line: line.id, reverse=True)
    found.sort(key=lambda line: _ORDER[line.state])
    return tuple(found)


def _staff(door: Door, request: Request, *roles: str) -> Staff | None:
    return door.staff(request, *roles) if "authorization" in request.headers else None


def _of_another_list() -> HttpRefused:
    """The mark is one of ours, of a list in another order."""
    return HttpRefused(400, "cursor", "翻页标记不正确", "请从第一页重新开始。")


def _after(door: Door, cursor: str) -> Place | None:
    if not cursor:
        return None
    number, last = door.cursor.read(cursor)
    if not number.isdigit():
        raise _of_another_list()
    return int(number), last


def _told_after(door: Door, cursor: str) -> Moment | None:
    if not cursor:
        return None
    moment, last = door.cursor.read(cursor)
    if moment.isdigit():
        raise _of_another_list()
    return datetime.fromisoformat(moment), last
