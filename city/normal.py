"""The normal form of what people type, made once at the door; everything after compares and shows that form.

It is NFKC and simplified characters, save that Chinese punctuation stays Chinese: a post typed with ordinary
punctuation is shown as it was typed.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from opencc import OpenCC  # type: ignore[import-untyped, unused-ignore]

_SPACES: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r"\n{3,}")
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f]")
_UNPUNCTUATED: Final = re.compile("[^，！？：；（）％～…]+")
"""NFKC would turn these marks into ASCII ones, which no Chinese reader expects."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def normal_form(text: str) -> str:
    """NFKC, Chinese punctuation kept, simplified characters, single spaces, no invisible marks; lines are kept.

    Full-width digits become plain ones, so that whatever looks like a number is found as one. Done once
    or twice, it is the same.
    """
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _SURROGATE.sub("", text)
        if not unicodedata.is_normalized("NFKC", text):
            text = _UNPUNCTUATED.sub(_compatible, text)
        text = _simplified(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()


def _compatible(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found.group())


def unstorable(text: str) -> str:
    """Why PostgreSQL would refuse the text, in Chinese; empty when it would not."""
    if "\0" in text:
        return "含有空字符 U+0000"
    if not text.isascii() and _SURROGATE.search(text):
        return "含有不完整的字符(孤立的代理码位)"
    return ""


def _simplifier() -> Callable[[str], str]:
    """Traditional to simplified by OpenCC's tables, looked up in one pass.

    OpenCC's own converter needs half a millisecond for 300 characters and recurses once for each word;
    this one leaves simplified text alone after one search.
    """
    converter = OpenCC("t2s")
    characters: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for _, _, table in converter.dict_cache.values():
        for key, value in table.items():
            (characters if len(key) == 1 else phrases)[key] = value.split(" ")[0]
    # 么 is the everyday simplified character, too: left alone, or every third post would take the slow way.
    characters.pop("么", None)
    changed = {
        here
        for key, value in {**characters, **phrases}.items()
        for here, there in zip(key, value.ljust(len(key)), strict=False)
        if here != there
    }
    ordered = sorted(phrases, key=len, reverse=True)
    changed.discard("么")
    common = "".join(sorted(here for here in changed if here <= "\uffff"))
    touched = re.compile(f"[{common}\U00010000-\U0010ffff]")
    heads = re.escape("".join(sorted({key[0] for key in phrases})))
    words = re.compile(f"(?=[{heads}])(?:{'|'.join(map(re.escape, ordered))})|[{''.join(sorted(changed))}]")
    both = {**characters, **phrases}

    def simplified(text: str) -> str:
        if not touched.search(text):
            return text
        return words.sub(lambda found: both.get(found.group(), found.group()), text)

    return simplified


_simplified: Final = _simplifier()
"""Read once, before the first request: 14 ms."""
