"""What a moderator does: looks through what people say, lets it be read, hides it."""

from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.responses import Json
from services.debate.core import answers, views
from services.debate.core import requests as ask
from services.debate.core.states import COMMENT, Comment
from services.debate.core.visibility import visible
from services.debate.web import examples
from services.debate.web.door import DEBATES, DIALOGUES, MODERATOR, Door, Kind, by

MOST: Final = 100
"""Comments on a moderator's page."""


def routes(router: APIRouter, door: Door) -> None:
    """For a supervisor: a unit does not look through what is said of it."""
    for kind in (DEBATES, DIALOGUES):
        _waiting(router, door, kind)
        _moderation(router, door, kind)


def _waiting(router: APIRouter, door: Door, kind: Kind) -> None:
    @router.get(
        kind.path + "/{id}/moderation",
        summary="What waits for a moderator, or was judged.",
        openapi_extra=described(who="staff", answer=answers.Judged),
    )
    async def waiting(
        id: str, request: Request, standing: Literal["held", "shown", "hidden"] = "held"
    ) -> Response:
        """A hundred of one standing: of what waits the oldest, of all others the newest."""
        staff = door.staff(request, MODERATOR)
        await door.forum(kind, id, staff)
        found = await door.debates.to_judge(id, standing, MOST)
        rows = [
            views.said(one, comment, "moderator", door.profile)
            for one, comment in found
            if _is_listed(comment)
        ]
        return Json(answers.Judged(tuple(rows)))


def _moderation(router: APIRouter, door: Door, kind: Kind) -> None:
    @router.post(
        f"{kind.path}/{{id}}/{kind.said}/{{comment}}/moderation",
        status_code=202,
        summary="A moderator lets a comment be read, or hides it.",
        openapi_extra=described(
            answer=answers.Received, body=ask.ModerationBody, who="staff", example=examples.MODERATION
        ),
    )
    async def moderate(id: str, comment: str, request: Request) -> Response:
        """At any time, after the closing too. An official statement can be hidden as well."""
        staff = door.staff(request, MODERATOR)
        raw = await read_body(request)
        body = decode_body(raw, ask.ModerationBody)
        await door.check_comment(kind, id, comment)
        reason = door.made_ready(body.reason, "reason", ask.REASON, empty=True).texts[0]
        asked = ask.Moderate(id, body.action == "release", reason, staff.person)

        def told(found: list[object]) -> answers.Received:
            kept = found[0]
            assert isinstance(kept, Comment)
            assert kept.standing
            return answers.Received(comment, kept.standing)

        return await door.act(request, by(staff), raw, [(COMMENT + comment, asked)], told)


def _is_listed(comment: Comment) -> bool:
    return "listed" in visible(comment, "moderator")
