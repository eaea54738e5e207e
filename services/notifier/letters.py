"""Codes for telephones: a front end carries the letter in which intake sealed one, and it goes out at once.

A code is no notice: it is about no post, nobody else hears of it, and it is worth nothing in five minutes. So it stands
in no table and on no topic; the key of the letter lies in the vault, where intake put it and takes it away. That a letter
went out stands in `letter_sent`, which all instances share: who claims its row sends it.
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Annotated, Final, Protocol, TypedDict

import asyncpg
import httpx2
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec import Meta, Struct

from chassis import problem
from chassis.problem import HttpRefused
from chassis.vault import unseal
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.limits import Limits, client_of
from chassis.web.responses import Json
from chassis.web.routing import new_router
from services.notifier.channels import Delivery

_KEY: Final = """
select key from vault.code_key where code = $1::text and asked_at > clock_timestamp() - interval '5 minutes'"""
# A letter that no key opens any more needs no row: each claim takes those of an hour ago away.
_CLAIM: Final = """
with old as (delete from letter_sent where claimed_at < clock_timestamp() - interval '1 hour' and code <> $1::text)
insert into letter_sent (code) values ($1::text) on conflict do nothing returning true"""
_GIVE_BACK: Final = "delete from letter_sent where code = $1::text"
_log = structlog.get_logger()


class Letter(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/letters`: what intake's `POST /v1/codes` gave."""

    letter: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Sent(TypedDict):
    """The code is on its way, or went before."""

    sent: bool


class LetterKeys(Protocol):
    """The keys of letters, and which of them somebody sends."""

    async def of(self, code: str) -> bytes | None:
        """The key; None when it is used, too old, or was never there."""

    async def claim(self, code: str) -> bool:
        """Whether it is for this instance to send the letter: for one alone, and once."""

    async def give_back(self, code: str) -> None:
        """It did not go out: who hands it in again may have it sent."""


class PostgresLetterKeys:
    """In schema `vault`, and the table `letter_sent`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def of(self, code: str) -> bytes | None:
        key: bytes | None = await self._pool.fetchval(_KEY, code)
        return key

    async def claim(self, code: str) -> bool:
        return bool(await self._pool.fetchval(_CLAIM, code))

    async def give_back(self, code: str) -> None:
        await self._pool.execute(_GIVE_BACK, code)


class MemoryLetterKeys:
    """The twin, on intake's."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys
        self._claimed: set[str] = set()

    async def of(self, code: str) -> bytes | None:
        return self._keys.get(code)

    async def claim(self, code: str) -> bool:
        claimed = code not in self._claimed
        self._claimed.add(code)
        return claimed

    async def give_back(self, code: str) -> None:
        self._claimed.discard(code)


class Texts(Protocol):
    """Sends a code by text message."""

    async def send_code(self, phone: str, code: str) -> Delivery: ...


def routes(keys: LetterKeys, texts: Texts, limits: Limits) -> APIRouter:
    """`POST /v1/letters`."""
    router = new_router()

    @router.post(
        "/v1/letters",
        status_code=202,
        openapi_extra=described(body=Letter, example={"letter": "01985c3e.AAAA"}, answer=Sent, keyed=False),
    )
    async def letter(request: Request) -> Response:
        """Send the code that a letter of intake's holds to the telephone that it names; each letter once."""
        limits.check("sign_in", client_of(request))
        body = decode_body(await read_body(request), Letter)
        code, _, box = body.letter.partition(".")
        contents = _opened(await keys.of(code), box, code)
        if contents is None:
            raise problem.plain(404, "没有这封信,或已过期。")
        if not await keys.claim(code):
            return Json({"sent": True}, 202)
        try:
            delivery = await texts.send_code(contents["phone"], contents["code"])
        except (httpx2.HTTPError, ValueError):
            # The answer was lost: it may have arrived, and is not worth a second message. Who waits asks for another.
            delivery = Delivery("unknown")
        if delivery.state in ("later", "failed"):
            await keys.give_back(code)
            _log.warning("code not sent", reason=delivery.reason)
            raise HttpRefused(
                503, "not-sent", "短信暂时发不出", "请稍后再试。", retry_after=problem.COME_AGAIN
            )
        return Json({"sent": True}, 202)

    return router


def _opened(key: bytes | None, box: str, code: str) -> dict[str, str] | None:
    """What a letter holds; None for one that no key opens."""
    if key is None:
        return None
    try:
        return unseal(key, urlsafe_b64decode(box.encode()), code)
    except ValueError:
        return None
