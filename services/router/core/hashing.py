"""Characters and pairs of neighbouring characters as numbers of 32 bits. Pure, numpy only.

Everything in router that counts or looks up pairs of characters takes the highest bits of these numbers, as
many as its table has room for. A model file depends on them: another hash is another way of hashing.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

ONE: Final = np.uint32(2_654_435_761)
"""Knuth's multiplier, the golden ratio of 2^32."""
TWO: Final = np.uint32(2_246_822_519)
MIX: Final = np.uint32(3_266_489_917)
"""Odd constants of the public-domain hash xxHash32."""

Hashes = NDArray[np.uint32]


def points(text: str) -> Hashes:
    """The code points of a text; a lone surrogate counts as a question mark."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)


def singles(characters: Hashes) -> Hashes:
    """The hash of each character."""
    return characters * ONE


def pair(first: Hashes, second: Hashes) -> Hashes:
    """The hash of each character of one row with the one beside it in the other; the highest bits are the best mixed."""
    mixed: Hashes = first * TWO
    mixed ^= second * ONE
    mixed *= MIX
    return mixed


def pairs(characters: Hashes) -> Hashes:
    """The hash of each character with the next, one fewer than characters."""
    if characters.size < 2:
        return np.empty(0, dtype=np.uint32)
    return pair(characters[:-1], characters[1:])
