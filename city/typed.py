"""What people type to find or to prove something: numbers of posts, query codes, one-time codes, words to search for.

Each comes to the form in which it is stored, however it was typed: full-width, with other dashes, blanks, unseen
characters or letters that look like digits. What is not such a thing stays something that matches nothing.
"""

import re
import unicodedata
from typing import Final

from city.characters import BLANKS
from city.normal import normal_form

LONGEST: Final = 64
"""Characters of a number or code that are looked at; the longest has 14."""
LONGEST_SEARCH: Final = 50
"""Characters of the normal form of a search."""
_LOOKALIKES: Final = str.maketrans("OIL", "011")
"""Letters that Crockford's base 32 leaves out, because they look like these digits."""
_NEITHER_LETTER_NOR_DIGIT: Final = re.compile(r"[^0-9A-Z]+")
_PARTING: Final = re.compile(f"[{BLANKS}\n.·_\u2010-\u2015\u2212-]")
_NUMBER: Final = (
    re.compile(r"([A-Z]{1,4})([0-9OIL]{6})([0-9OIL]{6})"),
    re.compile(r"([A-Z]{1,4}?)([0-9OIL]{6})([0-9OIL]{7,9})"),
)
"""Prefix of the city, day, and what was drawn; a day that draws more than a million has longer numbers."""
_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")


def case_number(text: str) -> str:
    """The number of a post as it is stored, `SQ261127-000001`; what is none comes back in capitals, as a plain line."""
    return number_of(text) or _squeezed(text)


def number_of(text: str) -> str:
    """The number of a post as it is stored; empty for what cannot be one."""
    squeezed = _squeezed(text)
    for pattern in _NUMBER:
        match = pattern.fullmatch(squeezed)
        if match is not None:
            prefix, day, drawn = match.groups()
            return f"{prefix}{day.translate(_LOOKALIKES)}-{drawn.translate(_LOOKALIKES)}"
    return ""


def query_code(text: str) -> str:
    """The query code as it is stored: Crockford's base 32 in capitals, O read as 0, I and L as 1. Always ASCII."""
    return _squeezed(text).translate(_LOOKALIKES)


def code_of(text: str) -> str:
    """The query code that was meant; empty for what cannot be one."""
    code = query_code(text)
    return code if _CODE.fullmatch(code) else ""


def one_time_code(text: str) -> str:
    """The digits of a one-time code (TOTP) in ASCII, blanks and marks left out; empty when it holds anything else."""
    digits = _PARTING.sub("", normal_form(text[:LONGEST]))
    if not digits.isdecimal():
        return ""
    return "".join(str(unicodedata.decimal(digit)) for digit in digits)


def search_words(text: str) -> str:
    """What a person searches for, in the normal form of the texts that are searched; cut, never refused."""
    return normal_form(text[: 4 * LONGEST_SEARCH])[:LONGEST_SEARCH].strip()


def _squeezed(text: str) -> str:
    """Letters and digits alone, in ASCII capitals."""
    return _NEITHER_LETTER_NOR_DIGIT.sub("", normal_form(text[:LONGEST]).upper())
