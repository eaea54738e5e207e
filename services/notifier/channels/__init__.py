"""The ways out: each channel speaks its provider's protocol and says what became of a notice."""

import re
from typing import Final, Literal, Protocol
from urllib.parse import quote

from msgspec import Struct

from services.notifier.store import Outgoing

FIELD: Final = {"wechat": "openid", "sms": "phone", "mail": "mail"}
"""Channel to the field of the contact it needs."""

_RIGHT: Final = {
    "openid": re.compile(r"[A-Za-z0-9_-]{6,64}", re.ASCII),
    "phone": re.compile(r"\+?[0-9]{5,15}", re.ASCII),
    # Nothing that ends a header, separates addresses or quotes: what is mailed to is one address and no more.
    "mail": re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,255}"),
}


class Delivery(Struct, frozen=True):
    """What became of one attempt."""

    state: Literal["sent", "failed", "later", "unknown"]
    """unknown: the answer was lost, so it may have arrived; later: it did not arrive, try again."""
    reason: str = ""
    seconds: float = 0.0
    """The provider's own word on when to try again; 0: later each time."""


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


def stop_link_of(site: str, outgoing: Outgoing) -> str:
    """The page that ends the notices about the post; empty where the site's address is not set."""
    if not (site and outgoing.number and outgoing.stop_token):
        return ""
    return f"{site}/stop/{quote(outgoing.number, safe='')}/{outgoing.stop_token}"


def link_of(site: str, outgoing: Outgoing) -> str:
    """The page at which the author follows the post; empty where the site's address is not set."""
    return f"{site}/follow?number={quote(outgoing.number, safe='')}" if site and outgoing.number else ""
