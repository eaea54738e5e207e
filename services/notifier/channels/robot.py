"""The department's group robot (`/cgi-bin/webhook/send`): twenty messages a minute, so notices go out as digests."""

import time
from collections.abc import Iterable
from typing import Any

import httpx2

from services.notifier.channels import Delivery
from services.notifier.store import Outgoing

LINES = 20
"""Notices written out in one message; the others are counted."""

INTERVAL_SECONDS = 3.1
"""Real time between two messages to one robot: twenty a minute."""


class Robot:
    """One message per department and batch; remembers which robots must rest."""

    def __init__(self, http: httpx2.AsyncClient, base: str) -> None:
        self._http = http
        self._base = base
        self._rest_until: dict[str, float] = {}

    def busy(self) -> list[str]:
        """Departments whose robot must rest now."""
        now = time.monotonic()
        return [department for department, until in self._rest_until.items() if until > now]

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """A digest for each department among the notices."""
        per_department: dict[str, list[int]] = {}
        for index, one in enumerate(outgoing):
            per_department.setdefault(one.notice.department, []).append(index)
        found: list[Delivery] = [Delivery("unknown")] * len(outgoing)
        for department, indexes in per_department.items():
            delivery = await self._digest(department, [outgoing[index] for index in indexes])
            for index in indexes:
                found[index] = delivery
        return found

    async def _digest(self, department: str, outgoing: list[Outgoing]) -> Delivery:
        self._rest_until[department] = time.monotonic() + INTERVAL_SECONDS
        response = await self._http.post(
            f"{self._base}/cgi-bin/webhook/send",
            params={"key": department},
            json={"msgtype": "text", "text": {"content": _text(outgoing)}},
            headers={"X-Notice-Ids": ",".join(one.notice.id for one in outgoing)},
        )
        answer: dict[str, Any] = response.json()
        code = int(answer.get("errcode", 0))
        if code == 0:
            return Delivery("sent")
        if code == 45009 or response.status_code >= 500:
            return Delivery("later", f"errcode {code}", 10.0)
        return Delivery("failed", f"errcode {code}")


def _text(outgoing: list[Outgoing]) -> str:
    lines: Iterable[str] = (one.notice.text for one in outgoing[:LINES])
    more = f"\n等共 {len(outgoing)} 件" if len(outgoing) > LINES else ""
    return "\n".join(lines) + more
