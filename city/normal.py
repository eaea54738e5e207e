"""The normal form of what people type, made once at the door."""

import re
import unicodedata
from functools import cache
from typing import Any

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def normal_form(text: str) -> str:
    """NFKC, simplified characters, single spaces, no invisible marks; lines are kept.

    Full-width digits become plain ones, so that whatever looks like a number is found as one.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = str(_converter().convert(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", text)
    return _LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()


def unstorable(text: str) -> str:
    """Why PostgreSQL would refuse the text, in Chinese; empty when it would not."""
    if "\0" in text:
        return "含有空字符 U+0000"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "含有不完整的字符(孤立的代理码位)"
    return ""
