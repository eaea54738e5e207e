"""A post as topics read it: its form, its character pairs, and which of them stand in names. Pure."""

import re
from typing import Final

import numpy as np
import rjieba
from numpy.typing import NDArray

Pairs = NDArray[np.uint32]

LONGEST: Final = 500
"""Characters of a post that are looked at, title first."""
BITS: Final = 20
"""Pairs are hashed to 2^20 numbers."""
NOTHING: Final = 0
"""The number of a pair with a mark or a space in it."""
STEM: Final = 3
"""Characters before the ending of a place that are read as its name: with more, the words before a short name
would be taken for it, and posts about many places would seem to name one."""

_LINK: Final = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+", re.IGNORECASE)
_ENDS: Final = (
    *(
        "小区",
        "花园",
        "家园",
        "新村",
        "公寓",
        "广场",
        "大厦",
        "新城",
        "名城",
        "国际",
        "雅苑",
        "佳苑",
        "嘉园",
        "号楼",
    ),
    *(
        "社区",
        "街道",
        "大道",
        "工业园",
        "开发区",
        "公园",
        "工地",
        "工厂",
        "市场",
        "商场",
        "超市",
        "酒店",
        "水库",
    ),
    *(
        "学校",
        "小学",
        "中学",
        "幼儿园",
        "医院",
        "地铁站",
        "栋",
        "幢",
        "路",
        "街",
        "巷",
        "镇",
        "乡",
        "村",
        "县",
    ),
    *("桥", "苑", "城", "湾", "郡", "轩", "阁"),
)
"""What names of places end in."""
_PROPER: Final = ("nr", "ns", "nt", "nz")
"""The dictionary's tags of names of people, places, bodies and other things."""
_JOINING: Final = ("n", "a", "b", "j", "m", "q", "x", "z", "g")
"""Tags of words that may stand in a name before its ending, as may any word no dictionary has; "our" in
"our estate" names none."""
_ONE: Final = np.uint32(2_654_435_761)
"""Knuth's multiplier, the golden ratio of 2^32."""
_TWO: Final = np.uint32(2_246_822_519)
_MIX: Final = np.uint32(3_266_489_917)
"""Odd constants of the public-domain hash xxHash32."""


def form(title: str, text: str) -> str:
    """Title and text in lower case, without addresses of pages, a space for every mark."""
    whole = f"{title} {text}" if title and title not in text else text
    if "." in whole:
        whole = _LINK.sub(" ", whole)
    return "".join([sign if sign.isalnum() else " " for sign in whole[:LONGEST].lower()])


def sequence(written: str) -> Pairs:
    """The numbers of the pairs of a form in order, NOTHING where a mark or space is."""
    points = np.frombuffer(written.encode("utf-32-le", "replace"), dtype=np.uint32)
    if points.size < 2:
        return np.empty(0, dtype=np.uint32)
    mixed: Pairs = ((points[:-1] * _TWO) ^ (points[1:] * _ONE)) * _MIX >> np.uint32(32 - BITS)
    gap = points == ord(" ")
    mixed[gap[:-1] | gap[1:]] = NOTHING
    return mixed


def names(written: str) -> tuple[list[range], list[range]]:
    """Where names stand, and where places: spans of pairs.

    Names are those of the dictionary and nouns no dictionary has; a place is such a name with a place's
    ending, or what stands before an ending, with the pair that joins them.
    """
    called: list[range] = []
    placed: list[range] = []
    here, stem = 0, 0
    for word, tag in rjieba.tag(written):
        after = here + len(word)
        known = len(word) < 2 or not tag.startswith("n") or rjieba.has_word(word)
        if word in _ENDS and stem < here:
            placed.append(range(max(stem, here - STEM), here))
        elif not known or (len(word) > 1 and tag.startswith(_PROPER)):
            called.append(range(here, after - 1))
            if word.endswith(_ENDS):
                placed.append(range(here, after - 1))
        joins = tag.startswith(_JOINING) or word == "里" or (len(word) > 1 and not rjieba.has_word(word))
        if not word.strip() or not joins:
            stem = after
        here = after
    return called, placed
