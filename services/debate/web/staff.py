"""What staff do with a debate or a dialogue: write, publish, speak, close it; and hand over what a dialogue left open."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.identity import uuid7
from chassis.problem import HttpRefused
from chassis.tokens import Staff
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.keyed import of_staff
from contracts.debates import HotTopic, Matter
from contracts.dialogues import Occasion
from services.debate.core import answers
from services.debate.core import requests as ask
from services.debate.core.rights import MAY
from services.debate.core.states import COMMENT, Comment
from services.debate.web import examples
from services.debate.web.door import DEBATES, DIALOGUES, OPENS, Door, Kind, received, unit_of

WAITS: Final = "待本单位分管领导或主持人审核"
"""Why a prepared answer is not read yet."""
Written = TypeVar("Written", ask.DraftBody, ask.OccasionBody)


def routes(router: APIRouter, door: Door) -> None:
    """For supervisors, and for leaders of units."""
    _drafts(router, door, DEBATES, ask.DraftBody, examples.DRAFT, _matter)
    _publishing(router, door, DEBATES)
    _stating(router, door)
    _closing(router, door)
    _drafts(router, door, DIALOGUES, ask.OccasionBody, examples.OCCASION, _occasion)
    _publishing(router, door, DIALOGUES)
    _answering(router, door)
    _ending(router, door)
    _entering(router, door)


def _drafts(
    router: APIRouter,
    door: Door,
    kind: Kind,
    shape: type[Written],
    example: dict[str, Any],
    matter: Callable[[Door, Staff, Written], Matter | Occasion],
) -> None:
    """How forums of one kind are written; `matter` makes its texts fit to be read by all."""
    drafted = described(answer=answers.Stands, body=shape, who="staff", example=example)

    async def written(request: Request, staff: Staff, identity: str) -> Response:
        raw = await read_body(request)
        asked = ask.Draft(matter(door, staff, decode_body(raw, shape)))
        # The id of a repeat is the first one's: the desk keeps what it answered.
        stands = answers.Stands(identity, "draft")
        return await door.act(
            request, of_staff(staff.person), raw, [(kind.subject(identity), asked)], lambda _: stands
        )

    @router.post(kind.path, status_code=202, summary="Staff write one: a draft.", openapi_extra=drafted)
    async def draft(request: Request) -> Response:
        """A draft, which nobody sees but supervisors and the unit's leaders."""
        return await written(request, door.staff(request, *OPENS), uuid7())

    @router.post(
        kind.path + "/{id}/draft",
        status_code=202,
        summary="Staff write a draft anew.",
        openapi_extra=drafted,
    )
    async def revise(id: str, request: Request) -> Response:
        """Until it is published."""
        return await written(request, (await door.own(request, kind, id))[0], id)


def _publishing(router: APIRouter, door: Door, kind: Kind) -> None:
    """How forums of one kind are published."""

    @router.post(
        kind.path + "/{id}/publication",
        status_code=202,
        summary="Staff publish a draft.",
        openapi_extra=described(
            answer=answers.Stands, body=ask.OpenBody, who="staff", example={}, optional=True
        ),
    )
    async def publish(id: str, request: Request) -> Response:
        """From now on people take part, and what was announced does not change."""
        staff, _ = await door.own(request, kind, id)
        raw = await read_body(request)
        decode_body(raw or b"{}", ask.OpenBody)
        inputs = [(kind.subject(id), ask.Open(staff.person))]
        return await door.act(
            request, of_staff(staff.person), raw, inputs, lambda _: answers.Stands(id, "open")
        )


def _closing(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/debates/{id}/closing",
        status_code=202,
        summary="Staff close a debate with what was decided.",
        openapi_extra=described(
            answer=answers.Stands, body=ask.CloseBody, who="staff", example=examples.CLOSING
        ),
    )
    async def close(id: str, request: Request) -> Response:
        """Nobody says anything more. Before its time it needs a reason."""
        staff, _ = await door.own(request, DEBATES, id)
        raw = await read_body(request)
        body = decode_body(raw, ask.CloseBody)
        asked = ask.Close(
            summary=door.made_ready(body.summary, "summary", ask.STATEMENT).texts[0],
            decision=door.made_ready(body.decision, "decision", ask.STATEMENT).texts[0],
            reason=door.made_ready(body.reason, "reason", ask.REASON, empty=True).texts[0],
            by=staff.person,
        )
        return await door.act(
            request, of_staff(staff.person), raw, [(id, asked)], lambda _: answers.Stands(id, "closed")
        )


def _stating(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/debates/{id}/statements",
        status_code=202,
        summary="A unit states something officially.",
        openapi_extra=described(
            answer=answers.Received, body=ask.StatementBody, who="staff", example=examples.STATEMENT
        ),
    )
    async def state(id: str, request: Request) -> Response:
        """Under the name of the unit of who sends it: to all, or in answer to a comment; until the debate is closed."""
        staff = door.staff(request, *OPENS)
        raw = await read_body(request)
        body = decode_body(raw, ask.StatementBody)
        await door.debate(id)
        if body.answers:
            await door.check_comment(DEBATES, id, body.answers)
        text = door.made_ready(body.text, "text", ask.STATEMENT).texts[0]
        said = ask.State(id, staff.department, text, body.answers, staff.person)
        return await _stated(door, DEBATES, request, staff, raw, said)


async def _stated(
    door: Door, kind: Kind, request: Request, staff: Staff, raw: bytes, said: ask.State
) -> Response:
    """Hand in what is said officially, to all or in answer to somebody."""
    identity = uuid7()
    answered = [(COMMENT + said.answers, ask.BeAnswered(said.debate))] if said.answers else []
    attends = ask.Prepare(said.department, said.by) if said.held else ask.Attend()
    inputs = [(kind.subject(said.debate), attends), *answered, (COMMENT + identity, said)]

    def told(found: list[object]) -> answers.Received:
        return received(identity, found[-1])

    return await door.act(request, of_staff(staff.person), raw, inputs, told)


def _matter(door: Door, staff: Staff, body: ask.DraftBody) -> Matter:
    """The matter with its texts made fit to be read by all. Raises HttpRefused 403 or 422."""
    department = unit_of(staff, body.department)
    topic = body.topic and HotTopic(
        body.topic.id, door.line(body.topic.name, "topic.name", ask.TITLE), body.topic.posts
    )
    return Matter(
        title=door.line(body.title, "title", ask.TITLE),
        question=door.line(body.question, "question", ask.QUESTION),
        background=door.made_ready(body.background, "background", ask.BACKGROUND, empty=True).texts[0],
        department=department,
        ends=door.in_city_time(body.ends, "ends"),
        topic=topic or None,
    )


def _answering(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/dialogues/{id}/answers",
        status_code=202,
        summary="Guest, host or unit say something.",
        openapi_extra=described(
            answer=answers.Received, body=ask.AnswerBody, who="staff", example=examples.ANSWER
        ),
    )
    async def answer(id: str, request: Request) -> Response:
        """To all, or in answer to a question that everybody reads; until the dialogue is closed.

        A supervisor is the host. Guest's and invited units' leaders are read at once, their clerks when somebody has approved it.
        """
        staff, found, part = await door.taking_part(request, id)
        raw = await read_body(request)
        body = decode_body(raw, ask.AnswerBody)
        if body.speaker not in MAY[part]:
            raise HttpRefused(403, "forbidden", "没有此项权限", _NOT_ITS_VOICE[body.speaker])
        if body.answers:
            await door.check_comment(DIALOGUES, id, body.answers)
        assert found.matter is not None
        said = ask.State(
            debate=id,
            department=staff.department if body.speaker != "guest" else found.matter.department,
            text=door.made_ready(body.text, "text", ask.STATEMENT).texts[0],
            answers=body.answers,
            by=staff.person,
            speaker="" if body.speaker == "unit" else body.speaker,
            held="" if "answer" in MAY[part] else WAITS,
        )
        return await _stated(door, DIALOGUES, request, staff, raw, said)


_NOT_ITS_VOICE: Final = {
    "host": "主持人的话由督查员发布。",
    "guest": "嘉宾的话由嘉宾的单位发布,受邀单位以本单位名义回答。",
}


def _ending(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/dialogues/{id}/closing",
        status_code=202,
        summary="Staff close a dialogue: its transcript is whole.",
        openapi_extra=described(
            answer=answers.Stands, body=ask.EndBody, who="staff", example=examples.ENDING
        ),
    )
    async def close(id: str, request: Request) -> Response:
        """Nobody says anything more. Before its time it needs a reason."""
        staff, _ = await door.own(request, DIALOGUES, id)
        raw = await read_body(request)
        body = decode_body(raw, ask.EndBody)
        asked = ask.End(
            summary=door.made_ready(body.summary, "summary", ask.STATEMENT).texts[0],
            reason=door.made_ready(body.reason, "reason", ask.REASON, empty=True).texts[0],
            by=staff.person,
        )
        inputs = [(DIALOGUES.subject(id), asked)]
        return await door.act(
            request, of_staff(staff.person), raw, inputs, lambda _: answers.Stands(id, "closed")
        )


def _entering(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/dialogues/{id}/questions/{comment}/post",
        status_code=202,
        summary="Staff name the post that a question became which was left open.",
        openapi_extra=described(
            answer=answers.Received, body=ask.EnteredBody, who="staff", example=examples.ENTERED
        ),
    )
    async def entered(id: str, comment: str, request: Request) -> Response:
        """After the closing, once a question; everybody reads the number."""
        staff, _ = await door.own(request, DIALOGUES, id)
        raw = await read_body(request)
        body = decode_body(raw, ask.EnteredBody)
        await door.check_comment(DIALOGUES, id, comment)
        inputs = [
            (DIALOGUES.subject(id), ask.PassOn()),
            (COMMENT + comment, ask.Enter(id, body.number, staff.person)),
        ]

        def told(found: list[object]) -> answers.Received:
            assert isinstance(found[-1], Comment)
            return answers.Received(comment, "shown")

        return await door.act(request, of_staff(staff.person), raw, inputs, told)


def _occasion(door: Door, staff: Staff, body: ask.OccasionBody) -> Occasion:
    """The occasion with its texts made fit to be read by all. Raises HttpRefused 403 or 422."""
    return Occasion(
        kind=body.kind,
        title=door.line(body.title, "title", ask.TITLE),
        guest=door.line(body.guest, "guest", ask.NAME),
        office=door.line(body.office, "office", ask.NAME),
        department=unit_of(staff, body.department),
        asked_from=door.in_city_time(body.asked_from, "asked_from"),
        begins=door.in_city_time(body.begins, "begins"),
        ends=door.in_city_time(body.ends, "ends"),
        place=door.line(body.place, "place", ask.NAME, empty=True),
        introduction=door.made_ready(body.introduction, "introduction", ask.BACKGROUND, empty=True).texts[0],
        invited=body.invited,
    )
