"""A post as topics read it: its form, its character pairs, and which of them stand in names. Pure."""

import re
from functools import lru_cache
from typing import Final

import numpy as np
import rjieba
from numpy.typing import NDArray

from services.router.core.hashing import pairs, points
from services.router.core.topics.endings import PLACE_ENDINGS

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
_MARK: Final = re.compile(r"[\W_]")
_PROPER: Final = ("nr", "ns", "nt", "nz")
"""The dictionary's tags of names of people, places, bodies and other things."""
_JOINING: Final = ("n", "a", "b", "j", "m", "q", "x", "z", "g")
"""Tags of words that may stand in a name before its ending, as may any word no dictionary has; "our" in
"our estate" names none."""
_ENDING, _NAME, _PLACE, _APART = 1, 2, 4, 8
"""Of a word: an ending of places; a name; a name that ends as places do; and what no name goes on before."""


def form(title: str, text: str) -> str:
    """Title and text in lower case, without addresses of pages, a space for every mark."""
    whole = f"{title} {text}" if title and title not in text else text
    if "." in whole:
        whole = _LINK.sub(" ", whole)
    return _MARK.sub(" ", whole[:LONGEST].lower())


def sequence(written: str) -> Pairs:
    """The numbers of the pairs of a form in order, NOTHING where a mark or space is."""
    characters = points(written)
    numbers = pairs(characters) >> np.uint32(32 - BITS)
    gap = characters == ord(" ")
    numbers[gap[:-1] | gap[1:]] = NOTHING
    return numbers


def each_once(numbers: Pairs) -> Pairs:
    """The different numbers in order of size, NOTHING left out."""
    ordered = np.sort(numbers)
    first = np.empty(ordered.size, dtype=np.bool_)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    first &= ordered != NOTHING
    return ordered[first]


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
        kind = _kind(word, tag)
        if kind & _ENDING and stem < here:
            placed.append(range(max(stem, here - STEM), here))
        elif kind & _NAME:
            called.append(range(here, after - 1))
            if kind & _PLACE:
                placed.append(range(here, after - 1))
        if kind & _APART:
            stem = after
        here = after
    return called, placed


@lru_cache(maxsize=20_000)
def _kind(word: str, tag: str) -> int:
    """What a word may be in a name; the same words come again and again."""
    known = len(word) < 2 or not tag.startswith("n") or rjieba.has_word(word)
    joins = tag.startswith(_JOINING) or word == "里" or (len(word) > 1 and not rjieba.has_word(word))
    return (
        (_ENDING if word in PLACE_ENDINGS else 0)
        | (_NAME if not known or (len(word) > 1 and tag.startswith(_PROPER)) else 0)
        | (_PLACE if word.endswith(PLACE_ENDINGS) else 0)
        | (_APART if not word.strip() or not joins else 0)
    )
