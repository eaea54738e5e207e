"""The world outside for tests of channels: the gateway, accounts at it, and notices to send."""

from pathlib import Path
from typing import Any

import httpx2
from msgspec.structs import replace

from services.notifier.channels import Delivery
from services.notifier.channels.sms import SmsAccount
from services.notifier.channels.wechat import WeChatAccount
from services.notifier.core.case import Notice
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.outgoing import Outgoing

CONTACT = {"openid": "oABCD1234efgh5678", "phone": "13812345678", "mail": "wang@example.com"}
WECHAT = WeChatAccount("http://gateway", "wx1", "right")
SMS = SmsAccount("http://gateway/sms/", "key", "right", "宿迁问政")

TOKEN = "the token of the tests"
"""Of whoever hands in receipts."""


class City:
    """The gateway and a client of it."""

    def __init__(self, folder: Path) -> None:
        self.gateway = Gateway(Arrivals(folder / "arrivals.jsonl"), key="right")
        self.requests: list[httpx2.Request] = []
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=create(self.gateway)),
            event_hooks={"request": [self._note]},
        )

    async def _note(self, request: httpx2.Request) -> None:
        self.requests.append(request)

    def arrived(self) -> list[str]:
        return [row["text"] for row in self.gateway.arrivals.since(0)]


def outgoing(channel: str, text: str = "您的帖子SQ1已回复", **changes: Any) -> Outgoing:
    audience = "clerk" if channel == "robot" else "citizen"
    notice = Notice("n1", "c", "replied", audience, channel, "water", text)
    return replace(Outgoing("p", notice, 1, False, CONTACT), **changes)


async def sent(channel: Any, *notices: Outgoing) -> Delivery:
    [*_, last] = await channel.send(list(notices))
    assert isinstance(last, Delivery)
    return last
