"""Staff write a post down for a caller (代录): from the telephone, the counter, a letter or a dialogue.

It is the caller's post, and nobody's who wrote it down: its contact is sealed like any other, and no staff token opens
anything of it. A caller with a mobile proves that number to see it (`web/proving.py`), and staff are not told its query
code; a caller without one is handed the code, which is told once, with the receipt, and kept nowhere.
"""

from typing import Final

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.engine.answers import IdempotencyKey
from chassis.identity import uuid7
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.headers import idempotency_key
from chassis.web.keyed import of_staff
from chassis.web.responses import Json
from city.publication import Publish
from services.intake import bodies
from services.intake.core import requests as ask
from services.intake.core.answers import EntryReceipt
from services.intake.core.case import Case
from services.intake.web import examples
from services.intake.web.door import Door, made_ready
from services.intake.web.posting import digest, submission

ENTERING: Final = ("clerk", "supervisor")
"""The roles that write down for callers."""

# As with a post that its author sent, what is kept for a repeat holds no query code.
_keep = msgspec.msgpack.Encoder()
_kept = msgspec.msgpack.Decoder(tuple[str, str, bool])


def routes(router: APIRouter, door: Door) -> None:
    """`POST /v1/cases`."""
    offered = {"kind": tuple(door.profile.policy.posted)}

    @router.post(
        "/v1/cases",
        status_code=202,
        summary="Staff write a post down for a caller.",
        openapi_extra=described(
            body=bodies.EnteredPost, who="staff", answer=EntryReceipt, example=examples.ENTERED
        ),
    )
    async def enter(request: Request) -> Response:
        """代录. By a clerk or a supervisor. The receipt is for the caller; with a mobile it holds no query code."""
        actor = door.actor(request, *ENTERING)
        door.limits.check("acts", actor.person)
        key = idempotency_key(request.headers.get("idempotency-key"))
        raw = await read_body(request)
        subject, drawn = uuid7(), await door.numbers.draw()

        def ready(publish: Publish) -> tuple[ask.Submit, str]:
            post = decode_body(raw, bodies.EnteredPost, offered)
            submitted = submission(door, publish, subject, post, drawn, post.origin, actor.person)
            return submitted, digest(door, raw, post)

        submitted, same = await made_ready(door, raw, ready, actor.person)
        proves = "sms" in submitted.channels

        def keep(answers: list[object]) -> bytes:
            case = answers[0]
            assert isinstance(case, Case)
            return _keep.encode((subject, case.number, proves))

        named = IdempotencyKey(of_staff(actor.person), request.url.path, key, same)
        kept = await door.desk.submit([(subject, submitted)], uuid7(), keep, named)
        return Json(_receipt(door, *_kept.decode(kept)), 202)


def _receipt(door: Door, subject: str, number: str, proves: bool) -> EntryReceipt:
    return {
        "number": number,
        "query_code": "" if proves else door.secrets.query_code(subject),
        "links": {"self": f"/v1/posts/{number}", "deadline": f"/v1/deadlines/{number}"},
        "proved_by": "telephone" if proves else "code",
    }
