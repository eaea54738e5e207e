"""What people type to find or to prove something: numbers, query codes and one-time codes, as they were meant. Pure.

Somebody who copies `SQ261127-000001` from paper types O for 0, a long dash, full-width characters or none of the
hyphens; a phone's keyboard adds invisible marks. Whatever can have one meaning only is read so.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 80
"""Characters that are looked at; the longest of these is 17."""

_NUMBER: Final = re.compile(r"([A-Z]{1,8})([0-9OIL]{6})-?([0-9OIL]{6,9})")
_OTHER_NUMBER: Final = re.compile(r"[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){1,3}")
_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
_LOOKALIKES: Final = str.maketrans("OIL", "011")
"""Crockford's base 32 reads these as digits; so does everybody who types one of them for the other."""


def number_of(typed: str) -> str:
    """The number of a post as it is written, such as `SQ261127-000001`; empty for what cannot be one."""
    plain = _plain(typed)
    usual = _NUMBER.fullmatch(plain)
    if usual is not None:
        prefix, day, place = usual.groups()
        return f"{prefix}{day.translate(_LOOKALIKES)}-{place.translate(_LOOKALIKES)}"
    return plain if _OTHER_NUMBER.fullmatch(plain) else ""


def code_of(typed: str) -> str:
    """The query code that was meant; empty for what cannot be one."""
    plain = _plain(typed).replace("-", "").translate(_LOOKALIKES)
    return plain if _CODE.fullmatch(plain) else ""


def digits_of(typed: str) -> str:
    """The digits of a one-time code, whatever their script and whatever stands between them.

    Empty when something else was typed than digits, blanks and dashes.
    """
    plain = _plain(typed).replace("-", "")
    digits = [unicodedata.decimal(character, -1) for character in plain]
    return "".join(map(str, digits)) if digits and min(digits) >= 0 else ""


def _plain(typed: str) -> str:
    """Capitals, every dash a hyphen, without blanks and what cannot be seen."""
    text = unicodedata.normalize("NFKC", typed[:LONGEST]).upper()
    return "".join(
        "-" if unicodedata.category(character) == "Pd" or character in "−ー一" else character
        for character in text
        if not character.isspace() and unicodedata.category(character) not in ("Cf", "Cc", "Mn")
    )
