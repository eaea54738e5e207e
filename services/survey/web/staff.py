"""What staff do with a survey: write it, publish it, end it, look through texts, publish the result."""

import asyncio
import re
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec.structs import replace

from chassis import problem
from chassis.identity import uuid7
from chassis.problem import HttpRefused
from chassis.vault import new_key
from chassis.web.aside import aside
from chassis.web.bodies import decode_body, in_city_time, read_body
from chassis.web.described import described
from chassis.web.responses import Json
from city import named
from city.normal import length, shows_nothing, written, written_line
from contracts.surveys import Question, Questionnaire
from services.survey.core import answers, views
from services.survey.core import requests as ask
from services.survey.core.tally import tally
from services.survey.web import examples
from services.survey.web.door import Door

TITLE, INTRO, LINE = 100, 2_000, 200
"""Characters of a title, of an introduction, and of a question or option."""
PAGE: Final = 200
"""Most texts on a page."""
_PLACE: Final = re.compile(r"[0-9]{0,7}")
"""Of a text among all of a survey; empty for the first."""


def routes(router: APIRouter, door: Door) -> None:
    """For a supervisor."""
    _writing(router, door)
    _ending(router, door)
    _texts(router, door)


def _writing(router: APIRouter, door: Door) -> None:
    drafted = described(answer=answers.Stands, body=ask.DraftBody, who="staff", example=examples.DRAFT)

    @router.post("/v1/surveys", status_code=202, summary="Staff write a survey.", openapi_extra=drafted)
    async def draft(request: Request) -> Response:
        """A draft, which nobody but staff sees."""
        return await _draft(door, request, uuid7())

    @router.post(
        "/v1/surveys/{id}/draft",
        status_code=202,
        summary="Staff write a draft anew.",
        openapi_extra=drafted,
    )
    async def revise(id: str, request: Request) -> Response:
        """Until it is published."""
        door.supervisor(request)
        await door.survey(id, staff=True)
        return await _draft(door, request, id)

    @router.post(
        "/v1/surveys/{id}/publication",
        status_code=202,
        summary="Staff publish a draft.",
        openapi_extra=described(
            answer=answers.Stands, body=ask.ReasonBody, who="staff", example={}, optional=True
        ),
    )
    async def publish(id: str, request: Request) -> Response:
        """From now on people answer, and the questions do not change."""
        staff = door.supervisor(request)
        await door.survey(id, staff=True)
        raw = await read_body(request)
        decode_body(raw or b"{}", ask.ReasonBody)
        signing, public = await asyncio.to_thread(door.new_keys)
        asked = ask.Publish(staff.person, public.decode(), signing, new_key())
        return await door.act(request, staff, raw, [(id, asked)], lambda _: answers.Stands(id, "open"))

    @router.get(
        "/v1/surveys/{id}/invitations",
        summary="The invitation codes.",
        openapi_extra=described(who="staff", media="text/csv"),
    )
    async def invitations(id: str, request: Request) -> Response:
        """One a line, to be printed and handed out; whoever holds the list could answer with each of them."""
        door.supervisor(request)
        survey = await door.survey(id, staff=True)
        codes = (door.entitlements.invitation(id, n + 1) for n in range(survey.invitations))
        return Response("\ufeff邀请码\r\n" + "".join(f"{code}\r\n" for code in codes), media_type="text/csv")


async def _draft(door: Door, request: Request, identity: str) -> Response:
    staff = door.supervisor(request)
    raw = await read_body(request)
    body = decode_body(raw, ask.DraftBody)
    asked = ask.Draft(await aside(partial(_questionnaire, door, body)), body.invitations)
    # The id of a repeat is the first one's: the desk keeps what it answered.
    return await door.act(
        request, staff, raw, [(identity, asked)], lambda _: answers.Stands(identity, "draft")
    )


def _ending(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/surveys/{id}/closing",
        status_code=202,
        summary="Staff end a survey.",
        openapi_extra=described(
            answer=answers.Stands, body=ask.ReasonBody, who="staff", example=examples.REASON, optional=True
        ),
    )
    async def close(id: str, request: Request) -> Response:
        """No more answers; the key that opens them is told on the log. Before its time it needs a reason."""
        staff = door.supervisor(request)
        await door.survey(id, staff=True)
        raw = await read_body(request)
        reason = written(decode_body(raw or b"{}", ask.ReasonBody).reason)
        keys = await door.surveys.keys(id)
        asked = ask.Close(staff.person, door.profile.published(reason).texts[0], keys[1] if keys else b"")
        return await door.act(
            request,
            staff,
            raw,
            [(id, asked)],
            lambda kept: answers.Stands(id, "closed", kept.answers),
        )

    @router.post(
        "/v1/surveys/{id}/result",
        status_code=202,
        summary="Staff publish the result.",
        openapi_extra=described(
            answer=answers.Stands, body=ask.ReasonBody, who="staff", example={}, optional=True
        ),
    )
    async def result(id: str, request: Request) -> Response:
        """All answers are opened and counted; the figures are said once."""
        staff = door.supervisor(request)
        survey = await door.survey(id, staff=True)
        raw = await read_body(request)
        decode_body(raw or b"{}", ask.ReasonBody)
        opened = await door.opened(id) if survey.step == "closed" else []
        assert survey.questionnaire is not None
        figures = await aside(partial(tally, survey.questionnaire, [ballot for _, ballot in opened]))
        asked = ask.PublishResult(staff.person, len(opened), await door.surveys.tokens(id), figures)
        return await door.act(
            request,
            staff,
            raw,
            [(id, asked)],
            lambda kept: answers.Stands(id, "counted", kept.answers),
        )


def _texts(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/surveys/{id}/texts",
        summary="What people wrote.",
        openapi_extra=described(who="staff", answer=answers.Texts, refused=(409,)),
    )
    async def texts(
        id: str,
        request: Request,
        standing: answers.Standing | None = None,
        cursor: str = "",
        limit: int = PAGE,
    ) -> Response:
        """After the end, in an order of their own; each with whether it is shown, and whether a word list held it.

        `standing` chooses those that wait for a moderator (`held`), are shown or hidden; without it all are listed. At most
        200 a page (`limit`); `Link` leads to the next one.
        """
        door.supervisor(request)
        survey = await door.survey(id, staff=True)
        if survey.step not in ("closed", "counted"):
            raise HttpRefused(409, "sealed", "现在不能这样做", "问卷结束后才能看到填写的文字。")
        if not _PLACE.fullmatch(cursor):
            raise HttpRefused(400, "cursor", "翻页标记不正确", "请从第一页重新开始。")
        page = max(1, min(limit, PAGE))
        found, further = views.written(survey, await door.texts(id), standing, int(cursor or 0), page)
        next_page = f'<{request.url.include_query_params(cursor=further)}>; rel="next"'
        return Json(found, headers={"Link": next_page} if further else {})

    @router.post(
        "/v1/surveys/{id}/texts",
        status_code=202,
        summary="Staff show or hide a text.",
        openapi_extra=described(answer=answers.Judged, body=ask.TextBody, who="staff", example=examples.TEXT),
    )
    async def judge(id: str, request: Request) -> Response:
        """The figures stay as they are."""
        staff = door.supervisor(request)
        survey = await door.survey(id, staff=True)
        raw = await read_body(request)
        body = decode_body(raw, ask.TextBody)
        known = await door.texts(id) if survey.step in ("closed", "counted") else []
        if survey.step in ("closed", "counted") and not any(
            (t.ballot, t.question) == (body.ballot, body.question) for t in known
        ):
            raise problem.plain(404, "没有这段文字。")
        reason = door.profile.published(written(body.reason)).texts[0]
        asked = ask.JudgeText(body.ballot, body.question, body.shown, reason, staff.person)
        return await door.act(request, staff, raw, [(id, asked)], lambda _: answers.Judged(id, body.shown))


def _questionnaire(door: Door, body: ask.DraftBody) -> Questionnaire:
    """The questionnaire with its texts made fit to be read by all. Raises HttpRefused 422."""

    def line(text: str, field: str, limit: int = LINE) -> str:
        kept = written_line(text)
        if length(kept) > limit:
            raise problem.wrong_field(field, f"最多 {limit} 个字")
        return "" if shows_nothing(kept) else door.profile.published(kept).texts[0]

    def question(n: int, given: Question) -> Question:
        place = f"questions.{n}"
        return replace(
            given,
            id=line(given.id, f"{place}.id", 20),
            title=line(given.title, f"{place}.title"),
            options=tuple(line(option, f"{place}.options") for option in given.options),
            low=line(given.low, f"{place}.low", 20),
            high=line(given.high, f"{place}.high", 20),
            unit=_unit(given.unit, f"{place}.unit", door),
        )

    title = line(body.title, "title", TITLE)
    if not title:
        raise problem.wrong_field("title", "不能为空")
    intro = written(body.intro)
    if length(intro) > INTRO:
        raise problem.wrong_field("intro", f"最多 {INTRO} 个字")
    return Questionnaire(
        title,
        door.profile.published(intro).texts[0],
        body.audience,
        in_city_time(body.ends, door.profile.zone, "ends"),
        tuple(question(n, given) for n, given in enumerate(body.questions)),
        body.review_of,
        body.proven,
    )


def _unit(called: str, field: str, door: Door) -> str:
    """The code of the unit that a question grades, by code or name. Raises HttpRefused 422."""
    try:
        return named.unit(door.profile, called)
    except named.NotNamed as unknown:
        raise problem.wrong_field(field, str(unknown)) from unknown
