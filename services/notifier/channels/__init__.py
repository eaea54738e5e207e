"""The ways out: each channel speaks its provider's protocol and says what became of a notice."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal, Protocol
from urllib.parse import quote

import httpx2
import msgspec
from msgspec import Struct

from services.notifier.outgoing import Outgoing

FIELD: Final = {"wechat": "openid", "sms": "phone", "mail": "mail"}
"""Channel to the field of the contact it needs."""

_RIGHT: Final = {
    "openid": re.compile(r"[A-Za-z0-9_-]{6,64}", re.ASCII),
    "phone": re.compile(r"\+?[0-9]{5,15}", re.ASCII),
    # Nothing that ends a header, separates addresses or quotes: what is mailed to is one address and no more.
    "mail": re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,255}"),
}


CHINA: Final = timezone(timedelta(hours=8))
"""The providers' days, by which quotas are given and receipts are asked for."""


class Delivery(Struct, frozen=True):
    """What became of one attempt."""

    state: Literal["sent", "failed", "later", "unknown"]
    """unknown: the answer was lost, so it may have arrived; later: it did not arrive, try again."""
    reason: str = ""
    seconds: float = 0.0
    """The provider's own word on when to try again; 0: later each time."""
    message: str = ""
    """The provider's own number of a message that it took, where it tells one: a receipt may name it later."""
    parts: int = 1
    """As how many messages one that was sent is charged."""


class Channel(Protocol):
    """Sends one notice, or several at once where the provider allows it."""

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """One delivery for each, in order."""


def address_of(outgoing: Outgoing) -> str | None:
    """Where the notice goes by its channel; None where the contact holds nothing that is one address.

    Contacts are checked when they are given; what an older check let through must not reach a header.
    """
    field = FIELD[outgoing.notice.channel]
    address = outgoing.contact.get(field, "")
    return address if _RIGHT[field].fullmatch(address) else None


def unanswered(response: httpx2.Response) -> Delivery:
    """What an answer says that is not the provider's own: some machine on the way gave it.

    That a server is not available, or that too much was asked (RFC 9110), says that nothing was done.
    """
    state: Literal["later", "unknown"] = "later" if response.status_code in (429, 503) else "unknown"
    return Delivery(state, f"HTTP {response.status_code}")


def answer_of(response: httpx2.Response) -> "Answer | None":
    """An answer of WeChat's, WeCom's or DingTalk's; None for what is none of theirs."""
    try:
        return msgspec.json.decode(response.content, type=Answer)
    except msgspec.DecodeError:
        return None


def code_of(response: httpx2.Response) -> int | None:
    """The `errcode` of such an answer; None for what is none of theirs."""
    answer = answer_of(response)
    return None if answer is None else answer.errcode


class Answer(Struct, frozen=True):
    """What the three have in common."""

    errcode: int
    """0: taken."""
    msgid: int | str | None = None
    """WeChat's number of a message that it took; some of its interfaces tell none."""


def seconds_to_midnight() -> float:
    """Real seconds until the providers' day is over, and a little more."""
    now = datetime.now(UTC).astimezone(CHINA)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds() + 60


def stop_link_of(site: str, outgoing: Outgoing) -> str:
    """The page that ends the notices about the post; empty where the site's address is not set."""
    if not (site and outgoing.number and outgoing.stop_token):
        return ""
    return f"{site}/stop/{quote(outgoing.number, safe='')}/{outgoing.stop_token}"


def link_of(site: str, outgoing: Outgoing) -> str:
    """The page at which the author follows the post, others read it, or staff work on it; empty without one, or where the site's address is not set."""
    if outgoing.notice.follower:
        page = f"/posts/{quote(outgoing.number, safe='')}" if outgoing.number else ""
        if page and outgoing.notice.channel == "wechat" and outgoing.stop_token:
            # Its fields are too short for a link of their own: the page has it.
            page = f"{page}?stop={outgoing.stop_token}"
    elif outgoing.notice.audience == "citizen":
        page = f"/follow?number={quote(outgoing.number, safe='')}" if outgoing.number else ""
    else:
        page = outgoing.staff_page
    return f"{site}{page}" if site and page else ""
