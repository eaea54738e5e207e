"""Masks what is personal in free text, one character for one, so that offsets hold.

Phones, ID numbers, bank cards, plates, mail addresses, openids and chat accounts, in whatever digits, letters and
marks people write them. Numbers of posts, dates, amounts, coordinates, identifiers and checksums stay, and so do
the telephones and addresses of the units themselves, which are public. The text is read once (`city.sight`), and
every step is linear in its length.
"""

import re
from collections.abc import Sequence
from typing import Final

from city.characters import as_class
from city.names import find_named
from city.numbers import find_numbers
from city.public_contacts import NONE, PublicContacts
from city.shapes import SAID_MARKS
from city.sight import NUMERALS, see
from city.spans import MAIL, PHONE, Span, Taken, in_order

__all__ = ["Span", "apart", "find_personal", "mask", "mask_together"]

_ROUNDS: Final = 3
_READ: Final = re.compile(r"[0-9A-Za-z]")


def mask(text: str, public: PublicContacts = NONE) -> str:
    """The text with everything personal replaced by asterisks, character for character, except what is public.

    What stands beside a number decides whether it is one, so a masked neighbour can reveal another. A
    text in which that goes on was made for it, and loses all its letters and digits.
    """
    for _ in range(_ROUNDS):
        spans = find_personal(text, public)
        if not spans:
            return text
        text = _starred(text, spans)
    if not find_personal(text, public):
        return text
    seen = see(text)
    places = [seen.place(match.start()) for match in _READ.finditer(seen.plain)]
    return _starred(text, [Span(PHONE, place, place + 1) for place in places])


def mask_together(texts: tuple[str, ...], public: PublicContacts = NONE) -> tuple[str, ...]:
    """Texts that are shown one below the other, masked as one, so that none begins what the next one ends."""
    return apart(mask("\n".join(texts), public), texts)


def apart(together: str, texts: Sequence[str]) -> tuple[str, ...]:
    """What became of texts that were put together with a line end between them, each as long as it was."""
    parts, position = [], 0
    for text in texts:
        parts.append(together[position : position + len(text)])
        position += len(text) + 1
    return tuple(parts)


def find_personal(text: str, public: PublicContacts = NONE) -> list[Span]:
    """Everything personal in the text that is not public, in order, without overlaps."""
    if _HARMLESS.fullmatch(text):
        return []
    seen = see(text)
    plain = seen.plain
    if not _MAY_BE.search(plain):
        return []
    taken = Taken(len(plain))
    if _LONG.search(plain):
        for token in _TOKEN.finditer(plain):
            taken.take(*token.span())
    spans = []
    for kind, start, end in find_named(seen):
        if taken.take(start, end) and not (kind == MAIL and public.has_mail(plain[start:end])):
            spans.append(Span(kind, seen.place(start), seen.end(end, len(text))))
    for kind, start, end, digits in find_numbers(seen):
        if taken.take(start, end) and not (kind == PHONE and public.has_phone(digits)):
            spans.append(Span(kind, seen.place(start), seen.end(end, len(text))))
    return in_order(spans)


def _starred(text: str, spans: list[Span]) -> str:
    parts, position = [], 0
    for span in spans:
        parts.append(text[position : span.start])
        parts.append("*" * (span.end - span.start))
        position = span.end
    parts.append(text[position:])
    return "".join(parts)


_MAY_BE: Final = re.compile(rf"[A-Za-z@]|艾特|[0-9](?:(?:[^\w]{{0,16}}|{SAID_MARKS})[0-9]){{4}}")
"""Without a letter, an at sign and five digits together there is nothing to find."""
_WORDS: Final = as_class(point for point in range(0x4E00, 0xA000) if chr(point) not in NUMERALS)
_HARMLESS: Final = re.compile(f"[{_WORDS}、。，！？：；（）“”《》 \n]*")
"""Texts that hold nothing that reads as a digit or a letter."""

_LONG: Final = re.compile(r"[0-9A-Za-z]{6}")
"""Part of every token; asked first, for few texts have any."""
_TOKEN: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|"
    r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}|"
    r"(?=[0-9]{0,39}[a-f])[0-9a-f]{32}(?:[0-9a-f]{8}|[0-9a-f]{32})?|"
    r"[A-Z]{1,4}[0-9]{6}-[0-9]{6,9}"
    r")(?![0-9A-Za-z])"
)
"""What machines write: UUIDs, traces, checksums; and numbers of posts."""
