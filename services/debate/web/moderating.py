"""What is looked through before everybody reads it: what people say, by a moderator; a clerk's answer, by the unit's leader."""

from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.keyed import of_staff
from chassis.web.responses import Json
from services.debate.core import answers, views
from services.debate.core import requests as ask
from services.debate.core.rights import MAY
from services.debate.core.states import COMMENT, Comment
from services.debate.core.visibility import visible
from services.debate.web import examples
from services.debate.web.door import DEBATES, DIALOGUES, MODERATOR, Door, Kind, received

MOST: Final = 100
"""Comments, or prepared answers, on a page."""


def routes(router: APIRouter, door: Door) -> None:
    """What people say is for a supervisor: a unit does not look through what is said of it. What its clerk prepared is its leader's."""
    for kind in (DEBATES, DIALOGUES):
        _waiting(router, door, kind)
        _moderation(router, door, kind)
    _prepared(router, door)
    _approving(router, door)


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
            return received(comment, found[0])

        return await door.act(request, of_staff(staff.person), raw, [(COMMENT + comment, asked)], told)


def _prepared(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/dialogues/{id}/answers",
        summary="Answers that wait for approval, or are not read any more.",
        openapi_extra=described(who="staff", answer=answers.PreparedAnswers),
    )
    async def prepared(id: str, request: Request, standing: Literal["held", "hidden"] = "held") -> Response:
        """A hundred of the own unit's, for the host of all: of what waits the oldest, of what was sent back or hidden the newest."""
        staff, dialogue, part = await door.taking_part(request, id)
        host = part == "host"
        found = await door.debates.to_approve(id, "" if host else staff.department, standing, MOST)
        asked = await door.debates.comments([comment.answers for _, comment in found if comment.answers])
        guest = views.guest(dialogue)
        rows = [
            views.prepared(
                one, comment, "moderator" if host else "unit", asked.get(comment.answers), door.profile, guest
            )
            for one, comment in found
        ]
        return Json(answers.PreparedAnswers(tuple(rows)))


def _approving(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/dialogues/{id}/answers/{comment}/approval",
        status_code=202,
        summary="A leader or the host lets a prepared answer be read, or sends it back.",
        openapi_extra=described(
            answer=answers.Received, body=ask.ApprovalBody, who="staff", example=examples.APPROVAL
        ),
    )
    async def approve(id: str, comment: str, request: Request) -> Response:
        """A leader those of the own unit, the host every one. It is read while the dialogue is not closed and its question is shown."""
        staff, _, part = await door.taking_part(request, id)
        raw = await read_body(request)
        body = decode_body(raw, ask.ApprovalBody)
        found = await door.debates.comment(comment)
        if found is None or found.debate != id or not found.department:
            raise problem.plain(404, "没有这条回答。")
        if "approve" not in MAY[part] or (part != "host" and found.department != staff.department):
            raise HttpRefused(403, "forbidden", "没有此项权限", "由该单位分管领导或主持人审核。")
        reason = door.made_ready(body.reason, "reason", ask.REASON, empty=True).texts[0]
        approved = body.action == "approve"
        answered = [(COMMENT + found.answers, ask.BeAnswered(id))] if approved and found.answers else []
        inputs = [
            (DIALOGUES.subject(id), ask.Judge(found.department, approved)),
            *answered,
            (COMMENT + comment, ask.Approve(id, approved, reason, staff.person)),
        ]

        def told(found: list[object]) -> answers.Received:
            return received(comment, found[-1])

        return await door.act(request, of_staff(staff.person), raw, inputs, told)


def _is_listed(comment: Comment) -> bool:
    return "listed" in visible(comment, "moderator")
