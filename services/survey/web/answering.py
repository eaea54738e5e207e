"""Answering: what is asked, a token for each person, and an answer for each token. No call gets both person and answer."""

import hashlib
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec.structs import replace

from chassis import problem
from chassis.blind import is_signed, sign_blindly
from chassis.identity import uuid7
from chassis.problem import HttpRefused
from chassis.vault import seal
from chassis.web.aside import aside, paced
from chassis.web.bodies import decode_body, read_body
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import client_key, client_of
from chassis.web.responses import Json
from city.normal import length, shows_nothing, written
from city.profile import Profile
from contracts.decision import FieldError
from contracts.surveys import Answer
from services.survey.core import answers, views
from services.survey.core import questionnaire as asked
from services.survey.core import requests as ask
from services.survey.core.states import Survey, ballot_of
from services.survey.core.tally import Opened
from services.survey.web import examples
from services.survey.web.door import BOX, Door, encode

_ORDER: Final = {"open": 0, "ended": 1, "closed": 2, "counted": 3, "draft": 4}


def routes(router: APIRouter, door: Door) -> None:
    """What anyone may call."""
    _reading(router, door)
    _writing(router, door)


def _reading(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/surveys",
        summary="Surveys, open ones first.",
        openapi_extra=described(who="anyone or staff", answer=answers.Surveys),
    )
    async def surveys(request: Request) -> Response:
        """Published surveys; for a supervisor the drafts as well."""
        door.limits.check("reads", client_of(request))
        staff, now = door.is_staff(request), door.clock.now()
        found = [
            views.listed(identity, survey, now)
            for identity, survey in await door.surveys.all()
            if staff or survey.step != "draft"
        ]
        # Ids begin with the time at which they were drawn: the newest first.
        found.sort(key=lambda line: line.id, reverse=True)
        found.sort(key=lambda line: _ORDER[line.state])
        return with_etag(request, answers.Surveys(tuple(found)))

    @router.get(
        "/v1/surveys/{id}",
        summary="A survey with its questions.",
        openapi_extra=described(who="anyone or staff", answer=answers.Whole),
    )
    async def survey(id: str, request: Request) -> Response:
        """What one needs to answer it, the key that signs tokens included."""
        door.limits.check("reads", client_of(request))
        staff = door.is_staff(request)
        return with_etag(request, views.whole(id, await door.survey(id, staff), door.clock.now(), staff))


def _writing(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/surveys/{id}/tokens",
        summary="A person is given a token, blindly signed, once.",
        openapi_extra=described(
            answer=answers.Token, body=ask.TokenBody, example=examples.TOKEN, keyed=False, refused=(403,)
        ),
    )
    async def token(id: str, request: Request) -> Response:
        """The same request again gets the same signature; another one by the same person is refused (409)."""
        door.limits.check("supports", client_of(request))
        body = decode_body(await read_body(request), ask.TokenBody)
        survey = await door.survey(id)
        voter = _entitled(door, id, survey, body.entitled_by)
        keys = await door.surveys.keys(id)
        assert keys is not None, "a survey that is published has keys"
        try:
            signature = await aside(partial(sign_blindly, keys[0], body.blinded))
        except ValueError as failure:
            raise problem.wrong_field("blinded", "不是这份问卷的凭证申请") from failure
        given = ask.GiveToken(id, hashlib.sha256(body.blinded).hexdigest())
        await door.desk.submit([(id, ask.Entitle()), (voter, given)], uuid7(), lambda _: b"")
        return Json(answers.Token(signature))

    @router.post(
        "/v1/surveys/{id}/ballots",
        status_code=202,
        summary="Somebody answers, with a token.",
        openapi_extra=described(
            answer=answers.Received,
            body=ask.AnswerBody,
            example=examples.ANSWERS,
            keyed=False,
            refused=(403,),
        ),
    )
    async def ballot(id: str, request: Request) -> Response:
        """The first answer of a token stands; a second one is refused (409 `already-counted`)."""
        door.limits.check("posts", client_of(request))
        raw = await read_body(request)
        body = decode_body(raw, ask.AnswerBody)
        survey = await door.survey(id)
        if not is_signed(survey.public_key.encode(), body.token, body.signature):
            raise HttpRefused(403, "not-entitled", "凭证无效", "请从问卷首页重新开始。")
        assert survey.questionnaire is not None
        opened = await paced(
            partial(_made_ready, door.profile, body.answers), len(raw), client_key(client_of(request))
        )
        asked.check_answers(survey.questionnaire, opened.answers)
        subject = ballot_of(id, body.token)
        keys = await door.surveys.keys(id)
        assert keys is not None, "a survey that is published has keys"
        box = seal(keys[1], {BOX: encode(opened).decode()}, subject)
        cast = ask.Cast(id, body.token, body.signature, box)
        await door.desk.submit([(id, ask.Count()), (subject, cast)], uuid7(), lambda _: b"")
        return Json(answers.Received(True), 202)


def _entitled(door: Door, identity: str, survey: Survey, given: str) -> str:
    """The voter's subject. Raises HttpRefused 422."""
    assert survey.questionnaire is not None
    try:
        if survey.questionnaire.audience == "invited":
            return door.entitlements.by_invitation(identity, given, survey.invitations)
        if survey.questionnaire.proven:
            return door.entitlements.by_pass(identity, given, door.real_now())
        return door.entitlements.by_phone(identity, given)
    except ValueError as failure:
        raise problem.wrong_field("entitled_by", str(failure)) from failure


def _made_ready(city: Profile, given: tuple[Answer, ...]) -> Opened:
    """The answers with their texts masked, and the questions whose text a person must look at first.

    Raises HttpRefused 422 for a text that is too long or holds a word that may not be published at all.
    """
    ready, held = list[Answer](), list[str]()
    for answer in given:
        text = "" if shows_nothing(written(answer.text)) else written(answer.text)
        if length(text) > asked.TEXT:
            raise problem.wrong_field(answer.question, f"最多 {asked.TEXT} 个字")
        published = city.published(text)
        if published.verdict.outcome == "block":
            named = "、".join(published.verdict.found)
            raise HttpRefused(
                422,
                "blocked",
                "内容含有不能发布的词语",
                errors=(FieldError(answer.question, f"请修改后再提交:{named}"),),
            )
        if published.verdict.outcome == "hold":
            held.append(answer.question)
        ready.append(replace(answer, text=published.texts[0]))
    return Opened(tuple(ready), tuple(held))
