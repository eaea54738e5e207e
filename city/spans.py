"""What is found to be personal in a text: kind, place, and the number itself."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

Kind = str
"""phone, id (identity card, passport, permit), card (bank), plate, mail, openid or chat (QQ, WeChat account)."""

PHONE: Final = "phone"
ID: Final = "id"
CARD: Final = "card"
PLATE: Final = "plate"
MAIL: Final = "mail"
OPENID: Final = "openid"
CHAT: Final = "chat"


class Span(Struct, frozen=True):
    """Something personal from `start` to `end`."""

    kind: Kind
    start: int
    end: int


class Taken:
    """Which places of a reading belong to something already."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)

    def take(self, start: int, end: int) -> bool:
        """Takes the places; False when one of them is taken."""
        if 1 in self._taken[start:end]:
            return False
        self._taken[start:end] = b"\1" * (end - start)
        return True

    def free(self, start: int, end: int) -> bool:
        """Whether none of the places is taken."""
        return 1 not in self._taken[start:end]


def in_order(spans: Iterable[Span]) -> list[Span]:
    """The spans as they stand in the text."""
    return sorted(spans, key=lambda span: span.start)
