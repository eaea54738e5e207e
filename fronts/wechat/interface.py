"""The account's interface at WeChat: where it is, and the access token under which it answers."""

import asyncio
import time
from typing import Final

import httpx2
from msgspec import Struct

EXPIRED: Final = (40001, 40014, 42001)
"""The token is another by now, is none, or is too old."""
_EARLY_SECONDS: Final = 60.0
"""A token is not used in its last minute."""


class Interface(Struct, frozen=True):
    """Where the account's interface is, and by which credential."""

    url: str
    app_id: str
    secret: str


class NoToken(Exception):
    """WeChat gave none; the argument is its error code."""


class Access:
    """Keeps the access token for as long as it holds. Real time.

    `stable_token` without `force_refresh` gives the token that notifier has: it is not taken away from it.
    """

    def __init__(self, http: httpx2.AsyncClient, interface: Interface) -> None:
        self.url = interface.url
        self._http = http
        self._interface = interface
        self._token = ""
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def token(self, refused: str = "") -> str:
        """The token; `refused` is one that WeChat has just refused. Raises NoToken, httpx2.HTTPError, ValueError."""
        async with self._asking:
            if not self._token or self._token == refused or time.monotonic() >= self._until:
                await self._ask()
            return self._token

    async def _ask(self) -> None:
        body = {
            "grant_type": "client_credential",
            "appid": self._interface.app_id,
            "secret": self._interface.secret,
            "force_refresh": False,
        }
        given = (await self._http.post(f"{self.url}/cgi-bin/stable_token", json=body)).json()
        if not isinstance(given, dict) or "access_token" not in given:
            raise NoToken(given.get("errcode") if isinstance(given, dict) else None)
        self._token = str(given["access_token"])
        self._until = time.monotonic() + float(given.get("expires_in", 0)) - _EARLY_SECONDS
