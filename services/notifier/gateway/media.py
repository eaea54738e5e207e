"""WeChat's media server: what a telephone sends is kept under a MediaId and handed out to the account that got it.

Written from the provider's document (获取临时素材): the picture itself, or `errcode` and `errmsg` in its place, both under 200.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEPT_SECONDS: Final = 3 * 24 * 3600.0
"""Real time; 临时素材 are kept for three days."""
MOST_BYTES: Final = 10 * 1024 * 1024
"""Of a picture."""
MOST: Final = 200
"""Pictures that are kept here; the oldest goes first."""
_TYPES: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"))
"""How a picture that a telephone can send begins."""
_WORDS: Final = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40007: "invalid media_id",
    41001: "access_token missing",
    41004: "media_id missing",
    42001: "access_token expired",
    45009: "reach max api daily quota limit",
}


class Picture(Struct, frozen=True):
    """A picture that somebody sent. `at`: monotonic seconds."""

    data: bytes
    kind: str
    at: float


class Media:
    """All pictures. `wrong_token`: the error code that a token deserves, 0 for the right one; `step`: what the script has for a call."""

    def __init__(
        self,
        wrong_token: Callable[[str], int],
        step: Callable[[], dict[str, Any]] = dict,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wrong_token = wrong_token
        self._step = step
        self._now = now
        self._pictures: dict[str, Picture] = {}

    def keep(self, data: bytes) -> str:
        """The MediaId of a picture; empty for what a telephone would not send."""
        kind = next((kind for beginning, kind in _TYPES if data.startswith(beginning)), "")
        if not kind or len(data) > MOST_BYTES:
            return ""
        identity = secrets.token_urlsafe(48)
        self._pictures[identity] = Picture(data, kind, self._now())
        while len(self._pictures) > MOST:
            del self._pictures[next(iter(self._pictures))]
        return identity

    def routes(self) -> list[Route]:
        """`GET /cgi-bin/media/get`."""
        return [Route("/cgi-bin/media/get", self.get)]

    async def get(self, request: Request) -> Response:
        """`GET /cgi-bin/media/get?access_token=…&media_id=…`."""
        step = self._step()
        if step.get("down"):
            return Response(status_code=503)
        await asyncio.sleep(float(step.get("delay", 0)))
        query = request.query_params
        code = self._wrong_token(query["access_token"]) if query.get("access_token") else 41001
        code = code or step.get("code", 0)
        if not code and not query.get("media_id"):
            code = 41004
        picture = self._pictures.get(query.get("media_id", ""))
        if not code and (picture is None or self._now() - picture.at > KEPT_SECONDS):
            code = 40007
        if step.get("lose"):
            return Response(status_code=504)
        if code or picture is None:
            return JSONResponse({"errcode": code, "errmsg": _WORDS.get(code, "scripted")})
        name = f"{query['media_id']}.{picture.kind.partition('/')[2]}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(picture.data, media_type=picture.kind, headers=headers)
