"""Sign-in of citizens by a code sent to their telephone, and the list of all posts of a number that was proved."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec import Meta

from chassis import problem
from chassis.identity import uuid7
from chassis.problem import HttpRefused
from chassis.vault import new_key, seal
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.headers import bearer
from chassis.web.limits import client_key, client_of
from chassis.web.responses import Json
from city.contacts import LONGEST_PHONE, is_mobile
from city.typed import one_time_code
from services.intake import bodies
from services.intake.core import answers, proving, views
from services.intake.core.proving import Session
from services.intake.core.requests import CODE_POINTS, Body
from services.intake.store.proofs import Code
from services.intake.web.door import Door

PAGE: Final = 50
_TOUCH: Final = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""


class Telephone(Body, frozen=True):
    """`POST /v1/codes`."""

    phone: Annotated[str, Meta(min_length=1, max_length=CODE_POINTS * LONGEST_PHONE)]


class Typed(Body, frozen=True):
    """`POST /v1/sessions`."""

    sign_in: Annotated[str, Meta(min_length=1, max_length=64)]
    code: Annotated[str, Meta(min_length=1, max_length=64)]
    kept: bool = False
    """It is one's own device or account: the session holds for months and not for hours."""


def routes(router: APIRouter, door: Door) -> None:
    """`POST /v1/codes`, `POST /v1/sessions`, `DELETE /v1/sessions/mine`, `GET /v1/my/posts`."""
    _codes(router, door)
    _sessions(router, door)
    _posts(router, door)


def _codes(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/codes",
        status_code=202,
        summary="A code for a telephone.",
        openapi_extra=described(
            body=Telephone, example={"phone": "13900005678"}, answer=answers.CodeGiven, keyed=False
        ),
    )
    async def code(request: Request) -> Response:
        """Any mobile number gets one, whether posts name it or not. `letter` goes to notifier's `POST /v1/letters`.

        One a minute and ten a day to a number; 429 with `Retry-After` beyond that.
        """
        door.limits.check("sign_in", client_of(request))
        body = decode_body(await read_body(request), Telephone)
        phone = bodies.phone_of(body.phone)
        if not is_mobile(phone):
            raise problem.wrong_field("phone", "应为手机号码,验证码以短信发送")
        identity, key, now = uuid7(), new_key(), door.real_now()
        digits = f"{secrets.randbelow(10**proving.DIGITS):0{proving.DIGITS}d}"
        asked = Code(
            identity,
            door.secrets.citizen(phone),
            door.secrets.citizen(client_key(client_of(request))),
            door.secrets.code(identity, digits),
            key,
            now,
        )
        waits = await door.proofs.ask(
            asked, lambda sent, network: proving.wait(sent, network, door.rate_limits, now)
        )
        if waits:
            seconds = int(waits.total_seconds()) + 1
            raise HttpRefused(429, "too-many", "验证码要得太频繁", "请稍后再试。", retry_after=seconds)
        box = seal(key, {"phone": phone, "code": digits}, identity)
        letter = f"{identity}.{urlsafe_b64encode(box).decode()}"
        return Json({"sign_in": identity, "letter": letter, "until": now + proving.LIVES}, 202)


def _sessions(router: APIRouter, door: Door) -> None:
    @router.post(
        "/v1/sessions",
        status_code=201,
        summary="A typed code opens a session.",
        openapi_extra=described(
            body=Typed,
            example={"sign_in": "01985c3e-0000-7000-8000-000000000000", "code": "123456"},
            answer=answers.SessionOpened,
            keyed=False,
            refused=(403,),
        ),
    )
    async def session(request: Request) -> Response:
        """The session's token, to be sent as `Authorization: Bearer …`. What is wrong is not said: code, time or tries."""
        door.limits.check("sign_in", client_of(request))
        body = decode_body(await read_body(request), Typed)
        now = door.real_now()
        kept = await door.proofs.attempt(body.sign_in, now)
        digits = one_time_code(body.code)
        given = door.secrets.code(body.sign_in, digits)
        token = secrets.token_urlsafe(32)
        if (
            kept is None
            or not hmac.compare_digest(given, kept[1])
            or not await door.proofs.open(body.sign_in, hashed(token), Session(kept[0], body.kept, now, now))
        ):
            raise HttpRefused(
                403, "wrong-code", "验证码不正确或已过期", f"最多试 {proving.TRIES} 次;可以重新获取验证码。"
            )
        return Json({"token": token}, 201)

    @router.delete(
        "/v1/sessions/mine",
        summary="Sign out.",
        openapi_extra=described(who="citizen", answer=answers.SessionEnded),
    )
    async def end(request: Request) -> Response:
        """The session is over at once."""
        door.limits.check("sign_in", client_of(request))
        await citizen_of(door, request)
        await door.proofs.close(hashed(bearer(request.headers.get("authorization"))))
        return Json({"ended": True})


def _posts(router: APIRouter, door: Door) -> None:
    @router.get(
        "/v1/my/posts",
        summary="All posts of a proved number.",
        openapi_extra=described(who="citizen", answer=answers.MyPosts),
    )
    async def posts(request: Request, cursor: str = "", limit: int = 20) -> Response:
        """Newest first, over every front end, each with its query code; erased ones are left out."""
        door.limits.check("reads", client_of(request))
        session = await citizen_of(door, request)
        limit = max(1, min(limit, PAGE))
        after: tuple[str, str] | None = None
        if cursor:
            place = door.cursor.read(cursor)
            after = place[0], place[1]
        found = await door.cases.of_citizen(session.citizen, after, limit)
        rows = [
            views.mine(case, door.profile, door.secrets.query_code(subject))
            for subject, case in found
            if not case.erased
        ]
        headers = {}
        if len(found) == limit:
            last = found[-1][1]
            assert last.received_at is not None
            further = door.cursor.write([last.received_at.isoformat(), last.number])
            headers["Link"] = f'<{request.url.include_query_params(cursor=further)}>; rel="next"'
        return Json({"posts": rows}, headers=headers)


async def citizen_of(door: Door, request: Request) -> Session:
    """The session of who asks. Raises HttpRefused 401."""
    token = bearer(request.headers.get("authorization"))
    session = await door.proofs.session(hashed(token)) if token else None
    now = door.real_now()
    if session is None or not proving.holds(session, now):
        raise HttpRefused(401, "unauthenticated", "请先登录", "请以手机验证码登录。")
    if now - session.seen_at >= _TOUCH:
        await door.proofs.seen(hashed(token), now)
    return session


def hashed(token: str) -> bytes:
    """How a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
