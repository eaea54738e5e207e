"""Looks for thousands of words in all that is kept, in one reading of it."""

from collections import defaultdict
from typing import Final

import numpy as np

END: Final = 4
"""Bytes of a word by which it is looked for: its last ones, since telephones begin alike."""
_SPREAD, _KEPT = np.uint32(2654435761), np.uint32(12)


def found(held: bytes, secrets: dict[bytes, str]) -> set[bytes]:
    """Which of these, of four bytes at least, stand in it. All are looked for in one reading: there are thousands in a long run."""
    ends = defaultdict[bytes, list[bytes]](list)
    for secret in secrets:
        ends[secret[-END:]].append(secret)
    marked = np.zeros(1 << 20, dtype=bool)
    marked[_places(np.frombuffer(b"".join(ends), dtype="<u4"))] = True
    met: set[bytes] = set()
    for first in range(min(END, len(held) - END + 1)):
        words = np.frombuffer(held, dtype="<u4", offset=first, count=(len(held) - first) // END)
        for at in np.flatnonzero(marked[_places(words)]).tolist():
            end = first + END * at + END
            met.update(one for one in ends.get(held[end - END : end], ()) if held.endswith(one, 0, end))
    return met


def _places(words: "np.typing.NDArray[np.uint32]") -> "np.typing.NDArray[np.uint32]":
    """Where words are marked: spread over twenty bits, so that few others share a place."""
    return (words * _SPREAD) >> _KEPT
