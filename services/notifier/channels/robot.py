"""The units' group robots, WeCom's and DingTalk's: twenty messages a minute, so notices go out as digests."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Final

import httpx2

from services.notifier.channels import Delivery, code_of, link_of, unanswered
from services.notifier.core.wording import one_line
from services.notifier.outgoing import DIGEST, Outgoing
from services.notifier.settings import Robot as Account

LINES: Final = 20
"""Notices written out in one message; the others are counted."""

CONTENT_BYTES: Final = 2048
"""Longest text of a message in UTF-8, as WeCom documents it for its group robots."""

INTERVAL_SECONDS: Final = 3.1
"""Real time between two messages to one robot: twenty a minute."""

PROVIDERS: Final = {"wecom": "https://qyapi.weixin.qq.com", "dingtalk": "https://oapi.dingtalk.com"}

_BUSY: Final = (45009, 130101, 660026)
"""Asked too often: WeCom's code, and DingTalk's."""


class Robot:
    """One message for all notices at hand of a department; remembers which robots must rest.

    Without `accounts` every department has a WeCom robot whose key is its code: the fake gateway's.
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        base: str,
        accounts: Mapping[str, Account] | None = None,
        site: str = "",
    ) -> None:
        """`site` is the address of the pages, with which links begin; without it there are none."""
        self._http = http
        self._base = base
        self._accounts = accounts
        self._site = site
        self._rest_until: dict[str, float] = {}

    def busy(self) -> list[str]:
        """Departments whose robot must rest now."""
        now = time.monotonic()
        return [department for department, until in self._rest_until.items() if until > now]

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """A digest; all the notices are of one department."""
        department = outgoing[0].notice.department
        account = _own(outgoing[0]) or self._account(department)
        if account is None:
            return [Delivery("failed", "本单位没有机器人")] * len(outgoing)
        self._rest_until[department] = time.monotonic() + INTERVAL_SECONDS
        path, parameters = _address(account)
        response = await self._http.post(
            f"{account.url or self._base or PROVIDERS[account.kind]}{path}",
            params=parameters,
            json={
                "msgtype": "text",
                "text": {"content": _content(outgoing, self._site)},
                # Providers pass over what they do not know. In a header, hundreds of ids would be refused.
                "notice_ids": [notice.notice.id for notice in outgoing if notice.notice.id],
            },
        )
        return [_delivery(response)] * len(outgoing)

    def has(self, department: str) -> bool:
        """Whether the operator has given the department a robot."""
        return self._account(department) is not None

    def _account(self, department: str) -> Account | None:
        if self._accounts is None:
            return Account("wecom", department)
        return self._accounts.get(department)


def dingtalk_sign(secret: str, milliseconds: int) -> str:
    """DingTalk's signature of an instant; the request's parameters carry both."""
    mac = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def digest(texts: list[str]) -> str:
    """The first lines, a line for each notice, and how many there are in all; at most CONTENT_BYTES."""
    more = f"\n等共 {len(texts)} 件"
    room = CONTENT_BYTES - len(more.encode())
    shown = [one_line(text) for text in texts[:LINES]]
    while len(shown) > 1 and len("\n".join(shown).encode()) > room:
        shown = shown[:-1]
    # Cut only where a single line is too long by itself.
    lines = "\n".join(shown).encode()[:room].decode(errors="ignore")
    return lines + more if len(texts) > len(shown) else lines


def _own(outgoing: Outgoing) -> Account | None:
    """The robot that the inbox chose; None for the unit's."""
    contact = outgoing.contact
    if "key" not in contact:
        return None
    return Account(
        "dingtalk" if contact["kind"] == "dingtalk" else "wecom", contact["key"], contact["secret"]
    )


def _content(outgoing: list[Outgoing], site: str) -> str:
    """What one notice is by itself when it was made up of several before; else a line for each.

    A post is found by its number; what has a page and no number is led to by a link.
    """
    if len(outgoing) == 1 and outgoing[0].notice.kind == DIGEST:
        return outgoing[0].notice.text
    links = ["" if each.number else link_of(site, each) for each in outgoing]
    return digest([f"{each.notice.text} {link}" for each, link in zip(outgoing, links, strict=True)])


def _address(account: Account) -> tuple[str, dict[str, str]]:
    if account.kind == "wecom":
        return "/cgi-bin/webhook/send", {"key": account.key}
    now = time.time_ns() // 1_000_000
    signed = {"timestamp": str(now), "sign": dingtalk_sign(account.secret, now)} if account.secret else {}
    return "/robot/send", {"access_token": account.key, **signed}


def _delivery(response: httpx2.Response) -> Delivery:
    code = code_of(response)
    if code is None:
        return unanswered(response)
    if code == 0:
        return Delivery("sent")
    if code in _BUSY or response.status_code >= 500:
        return Delivery("later", f"errcode {code}", 10.0)
    return Delivery("failed", f"errcode {code}")
