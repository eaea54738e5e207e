"""The end of notices by a link: who holds a post's token need not know its query code."""

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.identity import uuid7
from chassis.vault import FOLLOWER_LENGTH
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.limits import client_of
from chassis.web.responses import Json
from city.typed import case_number
from services.intake.core import requests as ask
from services.intake.core.answers_on_telling import Unsubscribed
from services.intake.web import examples
from services.intake.web.door import Door


def routes(router: APIRouter, door: Door) -> None:
    """`POST /v1/unsubscriptions`."""

    @router.post(
        "/v1/unsubscriptions",
        status_code=202,
        summary="Whoever holds the link of a notice ends the notices about its post.",
        openapi_extra=described(
            body=ask.Unsubscription, answer=Unsubscribed, example=examples.UNSUBSCRIPTION, keyed=False
        ),
    )
    async def unsubscribe(request: Request) -> Response:
        """Answered alike whatever number and token are, so that nobody learns which exist. Twice is once."""
        door.limits.check("acts", client_of(request))
        given = decode_body(await read_body(request), ask.Unsubscription)
        number = case_number(given.number)
        wanted = _wanted(door, number, given.token)
        subject = await door.cases.subject(number) if wanted is not None else None
        if subject is not None:
            await door.desk.submit([(subject, wanted)], uuid7(), lambda _: b"")
        return Json(Unsubscribed(state="taken"), 202)


def _wanted(door: Door, number: str, token: str) -> ask.Asked[ask.Preference] | ask.Unfollow | None:
    """What the holder of a token ends: as author, or as one of those who follow; None for a token that is none."""
    follower = token[:FOLLOWER_LENGTH]
    as_author = hmac.compare_digest(door.links.stop_token(number).encode(), token.encode())
    if hmac.compare_digest(door.links.follower_token(number, follower).encode(), token.encode()):
        return ask.Unfollow(follower)
    return ask.Asked("preference", ask.AUTHOR, ask.Preference("none")) if as_author else None
