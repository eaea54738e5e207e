"""Speaking: a comment or a question, a voice for somebody else's, and taking one's own back."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.identity import uuid7
from chassis.problem import HttpRefused
from chassis.web.aside import paced
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.limits import client_key, client_of
from city import contacts
from city.publication import Published
from contracts.decision import FieldError
from services.debate.core import answers
from services.debate.core import requests as ask
from services.debate.core.states import COMMENT, Comment, taking_part, voice_of
from services.debate.web import examples
from services.debate.web.door import DEBATES, DIALOGUES, Door, Kind


def routes(router: APIRouter, door: Door) -> None:
    """What people do."""
    for kind in (DEBATES, DIALOGUES):
        _comment(router, door, kind)
        _support(router, door, kind)
        _withdrawal(router, door, kind)


def _comment(router: APIRouter, door: Door, kind: Kind) -> None:
    debated = kind is DEBATES
    shape: type[ask.CommentBody | ask.QuestionBody] = ask.CommentBody if debated else ask.QuestionBody
    example = examples.COMMENT if debated else examples.QUESTION

    @router.post(
        f"{kind.path}/{{id}}/{kind.said}",
        status_code=202,
        summary="Somebody says something.",
        openapi_extra=described(who="anyone or holder", answer=answers.Received, body=shape, example=example),
    )
    async def comment(id: str, request: Request) -> Response:
        """With a pass, or with a telephone number that is merely typed; both are the same person once."""
        door.limits.check("posts", client_of(request))
        proven = door.holder(request, id)
        raw = await read_body(request)
        body = decode_body(raw, shape)
        await door.forum(kind, id)
        answered = body.answers if isinstance(body, ask.CommentBody) else ""
        if answered:
            await door.check_comment(kind, id, answered)
        person = proven or _typed(door, id, body.phone)
        published = await paced(
            partial(door.made_ready, body.text, "text", ask.COMMENT), len(raw), client_key(client_of(request))
        )
        identity = uuid7()
        said = ask.Comment(
            debate=id,
            person=person,
            text=published.texts[0],
            answers=answered,
            proven=bool(proven),
            held=_held(door, kind, published),
        )
        before = [(COMMENT + answered, ask.BeAnswered(id))] if answered else []
        inputs = [
            (kind.subject(id), ask.Listen()),
            *before,
            (taking_part(person, bool(proven)), ask.TakePart(id)),
            (COMMENT + identity, said),
        ]

        def told(found: list[object]) -> answers.Received:
            kept = found[-1]
            assert isinstance(kept, Comment)
            assert kept.standing
            return answers.Received(identity, kept.standing)

        return await door.act(request, f"person:{person}", raw, inputs, told)


def _support(router: APIRouter, door: Door, kind: Kind) -> None:
    @router.post(
        f"{kind.path}/{{id}}/{kind.said}/{{comment}}/support",
        status_code=202,
        summary="Somebody is of the same mind.",
        openapi_extra=described(
            who="holder", answer=answers.Supported, body=ask.NothingBody, example={}, optional=True
        ),
    )
    async def support(id: str, comment: str, request: Request) -> Response:
        """Once a person, by a telephone that was proved; a second voice is refused (409 `already-supported`)."""
        door.limits.check("supports", client_of(request))
        person = door.must_hold(request, id)
        raw = await _nothing(request)
        await door.check_comment(kind, id, comment)
        inputs = [
            (kind.subject(id), ask.Listen()),
            (COMMENT + comment, ask.Support(id, person)),
            (voice_of(comment, person), ask.GiveVoice(id, comment, person)),
        ]

        def told(found: list[object]) -> answers.Supported:
            kept = found[1]
            assert isinstance(kept, Comment)
            return answers.Supported(comment, kept.supports)

        return await door.act(request, f"person:{person}", raw, inputs, told)


def _withdrawal(router: APIRouter, door: Door, kind: Kind) -> None:
    @router.post(
        f"{kind.path}/{{id}}/{kind.said}/{{comment}}/withdrawal",
        status_code=202,
        summary="Somebody takes an own comment back.",
        openapi_extra=described(
            who="holder",
            answer=answers.Received,
            body=ask.NothingBody,
            example={},
            optional=True,
            refused=(403,),
        ),
    )
    async def withdrawal(id: str, comment: str, request: Request) -> Response:
        """At any time, by a telephone that was proved; its text is shown to nobody any more."""
        door.limits.check("acts", client_of(request))
        person = door.must_hold(request, id)
        raw = await _nothing(request)
        await door.check_comment(kind, id, comment)
        inputs = [(COMMENT + comment, ask.Withdraw(id, person))]
        return await door.act(
            request, f"person:{person}", raw, inputs, lambda _: answers.Received(comment, "withdrawn")
        )


async def _nothing(request: Request) -> bytes:
    raw = await read_body(request)
    decode_body(raw or b"{}", ask.NothingBody)
    return raw


def _typed(door: Door, debate: str, phone: str) -> str:
    """By what the debate knows whoever typed this number. Raises HttpRefused 422."""
    try:
        number = contacts.phone(phone)
    except ValueError as failure:
        raise problem.wrong_field("phone", str(failure)) from failure
    if not number:
        raise problem.wrong_field("phone", "请填写手机号码,或以验证码登录")
    return door.passes.name(debate, door.secrets.citizen(number))


def _held(door: Door, kind: Kind, published: Published) -> str:
    """Why a moderator must look first. Raises HttpRefused 422 for words that may not be published at all."""
    named = "、".join(published.verdict.found)
    if published.verdict.outcome == "block":
        wrong = FieldError("text", f"请修改后再提交:{named}")
        raise HttpRefused(422, "blocked", "内容含有不能发布的词语", errors=(wrong,))
    if published.verdict.outcome == "hold":
        return f"需人工查看:{named}"
    return f"{kind.name}先审后发" if door.profile.policy.kind("debate").moderated else ""
