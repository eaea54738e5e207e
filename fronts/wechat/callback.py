"""The door at which WeChat knocks: `GET` proves the address, `POST` brings a message and takes the answer along."""

import time
from typing import Final

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.bodies import read_file
from chassis.web.routing import new_router
from fronts.wechat import messages
from fronts.wechat.desk import Desk
from fronts.wechat.envelope import Envelope, Forged
from fronts.wechat.receipts import NotTaken, Taker, receipts_of

PATH: Final = "/callback"
BODY_LIMIT: Final = 64 * 1024
"""Bytes; a text of 2,048 bytes, sealed, is below 5 KiB."""
_NOTHING: Final = "success"
"""What WeChat reads when there is nothing to say."""
_log = structlog.get_logger()


def routes(envelope: Envelope, desk: Desk, receipts: Taker | None = None) -> APIRouter:
    """`GET /callback`, `POST /callback`; `receipts` is told what became of notices."""
    router = new_router(in_description=False)

    @router.get(PATH)
    async def echo(signature: str = "", timestamp: str = "", nonce: str = "", echostr: str = "") -> Response:
        """The echo that shows WeChat whose address this is."""
        _checked(envelope, signature, timestamp, nonce)
        return PlainTextResponse(echostr)

    @router.post(PATH)
    async def message(
        request: Request,
        signature: str = "",
        timestamp: str = "",
        nonce: str = "",
        msg_signature: str = "",
    ) -> Response:
        """One message, answered within five seconds; a repeat is answered as the first."""
        body = await read_file(request, BODY_LIMIT)
        try:
            if envelope.secure:
                ciphertext = messages.ciphertext_of(body)
                _checked(envelope, msg_signature, timestamp, nonce, ciphertext)
                body = _opened(envelope, ciphertext)
            else:
                _checked(envelope, signature, timestamp, nonce)
            heard, account = messages.message_of(body)
        except messages.Unreadable as failure:
            raise HttpRefused(400, "unreadable", problem.TITLES[400], str(failure)) from failure
        if heard.kind in ("delivered", "reported"):
            await _handed_in(receipts, body)
        if heard.kind == "reported":
            return PlainTextResponse(_NOTHING)
        said = await desk.answer(heard)
        if not said:
            return PlainTextResponse(_NOTHING)
        at = int(time.time())
        answer = messages.answer(heard.person, account, at, said)
        if envelope.secure:
            sealed = envelope.sealed(answer)
            answer = messages.envelope(sealed, envelope.signed(str(at), nonce, sealed), str(at), nonce)
        return Response(answer, media_type="application/xml")

    return router


async def _handed_in(receipts: Taker | None, body: bytes) -> None:
    """Raises HttpRefused 503 for receipts that were not taken: WeChat brings them again."""
    if receipts is None:
        return
    try:
        await receipts.hand(receipts_of(body))
    except NotTaken as failure:
        raise problem.plain(503, "回执暂时送不到。") from failure


def _checked(envelope: Envelope, given: str, timestamp: str, nonce: str, ciphertext: str = "") -> None:
    """Raises HttpRefused 403 for what WeChat did not sign for this account."""
    try:
        envelope.check(given, timestamp, nonce, ciphertext)
    except Forged as failure:
        raise _forged(failure) from failure


def _opened(envelope: Envelope, ciphertext: str) -> bytes:
    try:
        return envelope.opened(ciphertext)
    except Forged as failure:
        raise _forged(failure) from failure


def _forged(failure: Forged) -> HttpRefused:
    _log.warning("callback refused", reason=str(failure))
    return HttpRefused(403, "forged", "签名不正确", "消息应由微信以本账号的令牌签名。")
