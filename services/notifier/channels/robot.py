"""The department's group robot (`/cgi-bin/webhook/send`): twenty messages a minute, so notices go out as digests."""

import time
from typing import Any, Final

import httpx2

from services.notifier.channels import Delivery
from services.notifier.store import Outgoing

LINES: Final = 20
"""Notices written out in one message; the others are counted."""

CONTENT_BYTES: Final = 2048
"""Longest text of a message in UTF-8, as WeCom documents it for its group robots."""

INTERVAL_SECONDS: Final = 3.1
"""Real time between two messages to one robot: twenty a minute."""


class Robot:
    """One message for all notices at hand of a department; remembers which robots must rest."""

    def __init__(self, http: httpx2.AsyncClient, base: str) -> None:
        self._http = http
        self._base = base
        self._rest_until: dict[str, float] = {}

    def busy(self) -> list[str]:
        """Departments whose robot must rest now."""
        now = time.monotonic()
        return [department for department, until in self._rest_until.items() if until > now]

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """A digest; all the notices are of one department."""
        department = outgoing[0].notice.department
        self._rest_until[department] = time.monotonic() + INTERVAL_SECONDS
        response = await self._http.post(
            f"{self._base}/cgi-bin/webhook/send",
            params={"key": department},
            json={
                "msgtype": "text",
                "text": {"content": digest([one.notice.text for one in outgoing])},
                # Providers pass over what they do not know. In a header, hundreds of ids would be refused.
                "notice_ids": [one.notice.id for one in outgoing],
            },
        )
        return [_delivery(response)] * len(outgoing)


def digest(texts: list[str]) -> str:
    """The first lines, and how many there are in all; at most CONTENT_BYTES."""
    more = f"\n等共 {len(texts)} 件"
    room = CONTENT_BYTES - len(more.encode())
    shown = texts[:LINES]
    while len(shown) > 1 and len("\n".join(shown).encode()) > room:
        shown = shown[:-1]
    # Cut only where a single line is too long by itself.
    lines = "\n".join(shown).encode()[:room].decode(errors="ignore")
    return lines + more if len(texts) > len(shown) else lines


def _delivery(response: httpx2.Response) -> Delivery:
    answer: dict[str, Any] = response.json()
    code = int(answer.get("errcode", 0))
    if code == 0:
        return Delivery("sent")
    if code == 45009 or response.status_code >= 500:
        return Delivery("later", f"errcode {code}", 10.0)
    return Delivery("failed", f"errcode {code}")
