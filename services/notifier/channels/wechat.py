"""WeChat official account: subscription messages (`/cgi-bin/message/subscribe/bizsend`)."""

import asyncio
import time
from typing import Any

import httpx2

from services.notifier.channels import Delivery
from services.notifier.store import Outgoing

FIELD_LENGTH = 20
"""Characters of a field; longer ones are refused (47003)."""

_EXPIRED = (40001, 42001)
_QUOTA = (45009,)
_FINAL = {43101: "用户未订阅", 40003: "openid 无效", 40037: "模板无效", 47003: "字段不符"}


class WeChat:
    """One owner of the access token; it is fetched when needed and once more when it has expired."""

    def __init__(self, http: httpx2.AsyncClient, base: str, app_id: str, secret: str, template: str) -> None:
        self._http = http
        self._base = base
        self._app_id = app_id
        self._secret = secret
        self._template = template
        self._token = ""
        self._token_until = 0.0
        self._fetching = asyncio.Lock()

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """One call each: the provider takes one recipient at a time."""
        return [await self._one(one) for one in outgoing]

    async def _one(self, outgoing: Outgoing) -> Delivery:
        for fresh in (False, True):
            token = await self._access_token(fresh)
            response = await self._http.post(
                f"{self._base}/cgi-bin/message/subscribe/bizsend",
                params={"access_token": token},
                json=self._message(outgoing),
            )
            answer: dict[str, Any] = response.json()
            code = int(answer.get("errcode", 0))
            if code not in _EXPIRED:
                break
        if code == 0:
            return Delivery("sent")
        if code in _QUOTA or code in _EXPIRED or response.status_code >= 500:
            return Delivery("later", f"errcode {code}", 30.0)
        return Delivery("failed", _FINAL.get(code, f"errcode {code}"))

    def _message(self, outgoing: Outgoing) -> dict[str, Any]:
        text = outgoing.notice.text.replace("\n", " ")
        parts = [text[start : start + FIELD_LENGTH] for start in range(0, 3 * FIELD_LENGTH, FIELD_LENGTH)]
        data = {f"thing{n}": {"value": part or "-"} for n, part in enumerate(parts, 1)}
        return {
            "touser": outgoing.contact["openid"],
            "template_id": self._template,
            "client_msg_id": outgoing.notice.id,
            "data": data,
        }

    async def _access_token(self, fresh: bool) -> str:
        async with self._fetching:
            if fresh or time.monotonic() >= self._token_until:
                response = await self._http.post(
                    f"{self._base}/cgi-bin/stable_token",
                    json={
                        "grant_type": "client_credential",
                        "appid": self._app_id,
                        "secret": self._secret,
                        "force_refresh": fresh,
                    },
                )
                answer = response.json()
                self._token = str(answer.get("access_token", ""))
                self._token_until = time.monotonic() + float(answer.get("expires_in", 0)) - 60
            return self._token
