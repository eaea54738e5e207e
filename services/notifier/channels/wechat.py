"""WeChat: subscription messages of an account (`/cgi-bin/message/subscribe/bizsend`) or a mini-program (`…/subscribe/send`), or template
messages of an account (`…/template/send`)."""

import asyncio
import time
from typing import Any, Final, Literal
from urllib.parse import urlencode

import httpx2
from msgspec import Struct

from city.templates import OWN, Template
from services.notifier.channels import (
    Delivery,
    address_of,
    answer_of,
    link_of,
    seconds_to_midnight,
    unanswered,
)
from services.notifier.channels.filling import InCity, places_of, spread
from services.notifier.outgoing import Outgoing

_PATHS: Final = {
    "subscription": "subscribe/bizsend",
    "template": "template/send",
    "mini-program": "subscribe/send",
}
_EXPIRED: Final = (40001, 42001)
_QUOTA: Final = 45009
_BUSY: Final = (-1, 45011)
"""The provider is busy, or asked too often within a minute."""
_FINAL: Final = {
    43101: "用户未订阅",
    43004: "用户未关注",
    40003: "openid 无效",
    40037: "模板无效",
    41030: "小程序没有这个页面",
    47003: "字段不符",
}


class WeChatAccount(Struct, frozen=True):
    """Which account or mini-program sends, and by which template."""

    url: str
    app_id: str
    secret: str
    template: Template = OWN["wechat-subscription"]
    site: str = ""
    """Address of the pages, to which a tap on the message leads."""
    way: Literal["subscription", "template", "mini-program"] = "subscription"
    """What it may send."""
    page: str = ""
    """Of a mini-program: the page to which a tap on the message leads."""
    city: InCity = InCity()


class WeChat:
    """One owner of the access token; it is fetched when needed and once more when it has expired."""

    def __init__(self, http: httpx2.AsyncClient, account: WeChatAccount) -> None:
        self._http = http
        self._account = account
        self._token = ""
        self._token_until = 0.0
        self._fetching = asyncio.Lock()

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """One call each: the provider takes one recipient at a time."""
        return [await self._send(notice) for notice in outgoing]

    async def _send(self, outgoing: Outgoing) -> Delivery:
        openid = address_of(outgoing)
        if openid is None:
            return Delivery("failed", "openid")
        code, number = 0, ""
        for fresh in (False, True):
            token = await self._access_token(fresh)
            if not token:
                return Delivery("later", "no access token")
            response = await self._http.post(
                f"{self._account.url}/cgi-bin/message/{_PATHS[self._account.way]}",
                params={"access_token": token},
                json=self._message(openid, outgoing),
            )
            answered = answer_of(response)
            if answered is None:
                return unanswered(response)
            code, number = answered.errcode, str(answered.msgid or "")
            if code not in _EXPIRED:
                break
        if code == 0:
            return Delivery("sent", message=number)
        if code in _EXPIRED or code in _BUSY:
            return Delivery("later", f"errcode {code}")
        if code == _QUOTA:
            # Empty until the day is over: the next channel, where there is one, is sooner.
            return Delivery("later", "当日额度已满", seconds_to_midnight())
        return Delivery("failed", _FINAL.get(code, f"errcode {code}"))

    def _message(self, openid: str, outgoing: Outgoing) -> dict[str, Any]:
        template, link = self._account.template, self._page(outgoing)
        fields = spread(template, places_of(outgoing, self._account.city))
        return {
            "touser": openid,
            "template_id": template.id,
            **({"url" if self._account.way == "template" else "page": link} if link else {}),
            # Of two template messages of one id and person within ten minutes the provider sends one; with a subscription message
            # it passes over what it does not know, and the fake gateway tells arrivals apart by it.
            "client_msg_id": outgoing.notice.id,
            "data": {name: {"value": value} for name, value in fields.items()},
        }

    def _page(self, outgoing: Outgoing) -> str:
        """Where a tap on the message leads; empty for nowhere. A mini-program opens its own pages and no address of the web."""
        account = self._account
        if account.way != "mini-program":
            return link_of(account.site, outgoing)
        stop = outgoing.stop_token if outgoing.notice.follower else ""
        named = {"number": outgoing.number, "stop": stop}
        query = urlencode({name: value for name, value in named.items() if value})
        return f"{account.page}?{query}" if account.page and query else account.page

    async def _access_token(self, fresh: bool) -> str:
        async with self._fetching:
            if fresh or time.monotonic() >= self._token_until:
                response = await self._http.post(
                    f"{self._account.url}/cgi-bin/stable_token",
                    json={
                        "grant_type": "client_credential",
                        "appid": self._account.app_id,
                        "secret": self._account.secret,
                        "force_refresh": fresh,
                    },
                )
                answer = response.json()
                self._token = str(answer.get("access_token", ""))
                self._token_until = time.monotonic() + float(answer.get("expires_in", 0)) - 60
            return self._token
