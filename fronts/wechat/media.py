"""WeChat's media server: what people send is fetched there by its MediaId (`GET /cgi-bin/media/get`), for three days.

It answers with the picture itself, or with a JSON body that says why not, both under status 200.
"""

from typing import Any, Final

import httpx2
import msgspec
import structlog

from fronts.wechat.interface import EXPIRED, Access, NoToken

_GONE: Final = 40007
"""An invalid MediaId: one of another account, or one that is over."""
_BUSY: Final = (-1, 45009, 45011)
"""The provider is busy, was asked too often today, or within this minute: it may be asked again."""
_BEGINNINGS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
"""Of JPEG, PNG and WebP; intake looks further."""
_log = structlog.get_logger()


class Refused(Exception):
    """The picture will not come; the sentence says why, for a person."""


class Later(Exception):
    """The picture may come when it is asked for again; the argument says why, for the log."""


class Media:
    """Fetches pictures of the account, each of at most so many megabytes (1,048,576 bytes)."""

    def __init__(self, http: httpx2.AsyncClient, access: Access, megabytes: int) -> None:
        self._http = http
        self._access = access
        self._megabytes = megabytes

    async def picture(self, media: str) -> bytes:
        """A picture. Raises Refused and Later."""
        try:
            token = await self._access.token()
            data, code = await self._get(media, token)
            if code in EXPIRED:
                data, code = await self._get(media, await self._access.token(refused=token))
        except NoToken as problem:
            raise Later(f"no access token, errcode {problem}") from problem
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as problem:
            # The address holds the token: it is no part of what is logged.
            raise Later(type(problem).__name__) from problem
        if code in _BUSY or code in EXPIRED:
            raise Later(f"errcode {code}")
        if code == _GONE:
            raise Refused("图片已经过期或取不到,请重新发送")
        if code:
            _log.warning("a picture was not handed out", errcode=code)
            raise Refused("微信没有给出这张图片,请重新发送")
        return data

    async def _get(self, media: str, token: str) -> tuple[bytes, int]:
        """The picture and 0, or nothing and the provider's error code. Raises Refused, Later and httpx2.HTTPError."""
        asked = {"access_token": token, "media_id": media}
        async with self._http.stream(
            "GET", f"{self._access.url}/cgi-bin/media/get", params=asked
        ) as response:
            if response.status_code != 200:
                raise Later(f"status {response.status_code}")
            data = await self._read(response)
        if data.startswith(b"{"):
            return b"", _code_of(data)
        if data.startswith(_BEGINNINGS):
            return data, 0
        if response.headers.get("content-type", "").startswith("image/"):
            raise Refused("只收 JPEG、PNG、WebP 图片")
        raise Later("neither a picture nor an error")

    async def _read(self, response: httpx2.Response) -> bytes:
        """At most what a file may have, whatever the headers say. Raises Refused."""
        most, data = self._megabytes * 1024 * 1024, bytearray()
        declared = response.headers.get("content-length", "")
        if not declared.isdecimal() or int(declared) <= most:
            async for part in response.aiter_bytes():
                data += part
                if len(data) > most:
                    break
            else:
                return bytes(data)
        raise Refused(f"图片太大,每张最大 {self._megabytes} MB")


def _code_of(data: bytes) -> int:
    """The error code of a JSON body. Raises Later for one without."""
    try:
        told: Any = msgspec.json.decode(data)
    except (ValueError, RecursionError) as problem:
        raise Later("neither a picture nor an error") from problem
    code = told.get("errcode") if isinstance(told, dict) else None
    if not isinstance(code, int) or code == 0:
        raise Later("an error without a code")
    return code
