"""What WeChat says became of notices that notifier sent: read from its events, and handed to notifier.

WeChat brings an event up to three times, until it is answered: what notifier does not take is not answered. Nothing of it is kept here.
"""

from typing import Any, Final, Protocol

import httpx2
import structlog
from msgspec import Struct, to_builtins

from fronts.wechat.messages import tree_of

SECONDS: Final = 4.0
"""WeChat waits five."""
MOST: Final = 100
"""Receipts that notifier takes at once; an event has a few."""
_log = structlog.get_logger()


class Receipt(Struct, frozen=True):
    """What became of one message."""

    message: str
    """WeChat's number of it."""
    arrived: bool
    reason: str = ""
    """Why not, in WeChat's words."""


class NotTaken(Exception):
    """Notifier did not take the receipts now."""


class Taker(Protocol):
    """Whoever is to know."""

    async def hand(self, receipts: tuple[Receipt, ...]) -> None:
        """Hand receipts in. Raises NotTaken."""


def receipts_of(body: bytes) -> tuple[Receipt, ...]:
    """The receipts in an event: one of a template message, or some of subscription messages. Raises Unreadable.

    A template message's `Status` is `success`, `failed:user block` or `failed: system failed`.
    """
    root = tree_of(body)
    found = [
        (each.findtext("MsgID", ""), each.findtext("ErrorCode", "") == "0", each.findtext("ErrorStatus", ""))
        for event in root.iter("SubscribeMsgSentEvent")
        for each in event.iter("List")
    ]
    status = root.findtext("Status", "").strip()
    if status:
        found.append((root.findtext("MsgID", ""), status == "success", status))
    return tuple(
        Receipt(message, arrived, "" if arrived else reason[:200])
        for message, arrived, reason in found
        if message.isascii() and message.isdecimal() and len(message) <= 32
    )[:MOST]


class Receipts:
    """Notifier's door for them."""

    def __init__(self, http: httpx2.AsyncClient, notifier: str, token: str) -> None:
        """`notifier` is the address of its interfaces; without a token of ours nothing is handed in."""
        self._http = http
        self._notifier = notifier
        self._token = token

    async def hand(self, receipts: tuple[Receipt, ...]) -> None:
        if not receipts or not self._token:
            return
        body: dict[str, Any] = {"channel": "wechat", "receipts": to_builtins(receipts)}
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = await self._http.post(
                f"{self._notifier}/v1/receipts", json=body, headers=headers, timeout=SECONDS
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            _log.warning("receipts not taken", reason=type(problem).__name__)
            raise NotTaken from problem
        if answer.status_code != 202:
            _log.warning("receipts not taken", status=answer.status_code)
            raise NotTaken
