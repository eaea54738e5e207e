"""WeChat's customer-service messages: what the account says to a person unasked, for a while after that person was heard.

Written from the provider's document (客服消息, rules since June 2023): five messages within 48 hours after a message of the
person's, three within a minute after a click on the menu or after following the account.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

AFTER_MESSAGE: Final = (48 * 3600.0, 5)
AFTER_EVENT: Final = (60.0, 3)
"""Real seconds, and how many messages may be sent within them."""
CONTENT_BYTES: Final = 2048
_WORDS: Final = {
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    42001: "access_token expired",
    44004: "empty content",
    45002: "content size out of limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45009: "reach max api daily quota limit",
}


class Customer:
    """What may still be said to whom. `wrong_token` and `step` as of the media server; `shown` puts a message on the telephone."""

    def __init__(
        self,
        wrong_token: Callable[[str], int],
        step: Callable[[], dict[str, Any]] = dict,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wrong_token = wrong_token
        self._step = step
        self._now = now
        self._allowed: dict[str, list[tuple[float, int]]] = {}
        """Person to allowances: until when, and how many messages are left."""
        self.said: list[tuple[str, str]] = []
        """Everything that arrived: person and words."""
        self.shown: Callable[[str, str], None] = lambda person, words: None

    def heard(self, person: str, allowance: tuple[float, int] = AFTER_MESSAGE) -> None:
        """A person wrote, or did something else that lets the account answer for a while."""
        seconds, count = allowance
        # A message begins its own allowance anew; a click adds one, and takes nothing of the other.
        others = [] if allowance == AFTER_MESSAGE else self._running(person)
        self._allowed[person] = [*others, (self._now() + seconds, count)]

    def left(self, person: str) -> None:
        """A person follows the account no more."""
        self._allowed.pop(person, None)

    def routes(self) -> list[Route]:
        """`POST /cgi-bin/message/custom/send`."""
        return [Route("/cgi-bin/message/custom/send", self.send, methods=["POST"])]

    async def send(self, request: Request) -> Response:
        """`POST /cgi-bin/message/custom/send?access_token=…` {touser, msgtype: text, text: {content}}."""
        step, body = self._step(), await request.json()
        if step.get("down"):
            return Response(status_code=503)
        await asyncio.sleep(float(step.get("delay", 0)))
        code = self._wrong_token(request.query_params.get("access_token", "")) or step.get("code", 0)
        person, words = str(body.get("touser", "")), str(body.get("text", {}).get("content", ""))
        code = code or self._refusal(person, words)
        if code:
            return JSONResponse({"errcode": code, "errmsg": _WORDS.get(code, "scripted")})
        self.said.append((person, words))
        self.shown(person, words)
        if step.get("lose"):
            return Response(status_code=504)
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    def _refusal(self, person: str, words: str) -> int:
        """The error code of a message; 0 for one that arrives, which uses one of the allowance."""
        if not person:
            return 40003
        if not words:
            return 44004
        if len(words.encode()) > CONTENT_BYTES:
            return 45002
        running = self._running(person)
        if not running:
            return 45015
        for place, (until, count) in enumerate(running):
            if count:
                running[place] = (until, count - 1)
                self._allowed[person] = running
                return 0
        return 45047

    def _running(self, person: str) -> list[tuple[float, int]]:
        """Allowances that are not over."""
        return [one for one in self._allowed.get(person, []) if one[0] > self._now()]
