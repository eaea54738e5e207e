"""The hot route: a citizen posts."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from fastapi import APIRouter

from chassis.engine.answers import IdempotencyKey
from chassis.identity import uuid7
from chassis.problem import plain
from chassis.web.asgi import Receive, Scope, Send, answer
from chassis.web.bodies import decode_body, raw_body
from chassis.web.described import described
from chassis.web.headers import idempotency_key
from chassis.web.keyed import body_hash
from chassis.web.responses import answer_problem, as_refused
from city.publication import Publish
from contracts.posts import Origin
from services.intake import bodies
from services.intake.core import requests as ask
from services.intake.core.answers import Receipt
from services.intake.core.attachments import attachments_of
from services.intake.core.case import Case
from services.intake.store import seal_post
from services.intake.web import examples
from services.intake.web.door import Door, encode, made_ready, nobody
from services.intake.web.tickets import opened, said_again

PATH: Final = "/v1/posts"

# The query code follows from the post id and must not be stored: what is kept for a repeat is id and number.
_keep = msgspec.msgpack.Encoder()
_kept = msgspec.msgpack.Decoder(tuple[str, str])


def hot_route(door: Door) -> Callable[[Scope, Receive, Send], Awaitable[int]]:
    """`POST /v1/posts`, as raw ASGI: half the cost of the framework's way."""
    offered = {"kind": tuple(door.profile.policy.posted)}

    async def post(scope: Scope, receive: Receive, send: Send) -> int:
        try:
            headers = dict(scope["headers"])
            client = (scope.get("client") or ("-",))[0]
            door.limits.check("posts", client)
            key = idempotency_key(headers.get(b"idempotency-key", b"").decode("latin-1"))
            body = await raw_body(scope, receive)
            subject = uuid7()
            drawn = await door.numbers.draw()

            def ready(publish: Publish) -> tuple[ask.Submit, str]:
                post = decode_body(body, bodies.Post, offered)
                return submission(door, publish, subject, post, drawn), digest(door, body, post)

            request, named = await made_ready(door, body, ready, client)
            if request.channels:
                # Whoever is written to has not asked for it: anybody can type a number.
                door.limits.check("contacts_an_hour", client)
            kept = await door.desk.submit(
                [(subject, request)],
                cause=uuid7(),
                encode=lambda answers: _keep.encode((subject, _number(answers))),
                idempotency=IdempotencyKey(nobody(client, key), PATH, key, named),
            )
            subject, number = _kept.decode(kept)
        except Exception as failure:  # noqa: BLE001  every failure becomes a problem document
            return await answer_problem(send, as_refused(failure))
        receipt: Receipt = {
            "number": number,
            "query_code": door.secrets.query_code(subject),
            "links": {"self": f"/v1/posts/{number}", "deadline": f"/v1/deadlines/{number}"},
        }
        location = [(b"content-type", b"application/json"), (b"location", f"/v1/posts/{number}".encode())]
        return await answer(send, 202, encode(receipt), location)

    return post


def submission(
    door: Door,
    publish: Publish,
    subject: str,
    post: bodies.Post,
    drawn: int,
    origin: Origin = "online",
    entered_by: str = "",
) -> ask.Submit:
    """The request that the rule meets: texts masked, and sealed as they were written."""
    personal, point = bodies.personal_of(post), bodies.point_of(post, door.profile.policy.points)
    given = opened(door.secrets, post.attachments, door.real_now().timestamp())
    published = publish(
        personal["title"], personal["text"], personal.get("place", ""), *(one.name for one in given)
    )
    title, text, place, *names = published.texts
    identity = personal.get("phone") or personal.get("openid")
    return ask.Submit(
        kind=post.kind,
        title=title,
        text=text,
        area=post.area,
        place=place,
        public=post.public,
        hide_name=post.hide_name,
        citizen=door.secrets.citizen(identity) if identity else subject,
        drawn=drawn,
        verdict=published.verdict,
        channels=bodies.channels_of(personal),
        addressee=post.addressee,
        origin=origin,
        entered_by=entered_by,
        attachments=attachments_of(given, names),
        **seal_post(personal, subject, given, point),
    )


def digest(door: Door, body: bytes, post: bodies.Post) -> str:
    """The hash by which a repeat of a post is known."""
    if not post.attachments:
        return body_hash(body)
    return body_hash(said_again(post, opened(door.secrets, post.attachments, door.real_now().timestamp())))


def _number(answers: list[object]) -> str:
    case = answers[0]
    assert isinstance(case, Case)
    return case.number


def routes(router: APIRouter, door: Door) -> None:
    """Documents the hot route, which is served in front of the framework."""

    @router.post(
        PATH,
        status_code=202,
        summary="A citizen posts.",
        openapi_extra=described(body=bodies.Post, answer=Receipt, example=examples.POST),
    )
    async def post() -> None:
        raise plain(500)
