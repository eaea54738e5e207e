"""Which posts are nearly the same: MinHash bands find candidates, shared character pairs give the score. Pure.

Three tables of fixed width, a column for each post kept, so that nothing grows with what has been seen:
hashes of MinHash bands (long posts), a bit for each hashed pair (short queries), and each post's pairs.
All pairs are hashed to 16 bits; a post of 300 characters then mistakes about one pair in two hundred.
"""

import re
from datetime import datetime
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from rensa import RMinHash

from services.router.core import hashing
from services.router.core.hashing import ONE, points

LONGEST: Final = 1000
"""Characters of a post that are compared; what follows is not looked at."""
BANDS: Final = 64
ROWS: Final = 3
"""64 bands of 3: of posts sharing a Jaccard of .35, .5 and .1 it finds .94, .9998 and .06 (1 - (1 - j^3)^64)."""
SEED: Final = 20110601
SHORT: Final = 120
"""A text of at most this many character pairs is a search: candidates are found by its rarest pairs, and scored by how much of
the text they hold."""
LOOKED_UP: Final = 24
"""The rarest pairs of a search that are looked up."""
CHECKED: Final = 48
"""Candidates compared pair by pair, best first."""
RARE: Final = 4
"""A pair that fewer posts hold weighs as one that this many hold: a slip of the pen must not outweigh the matter."""
UNSEEN: Final = 0.5
"""Weight of a query's pair that no post has, against a rare one's: most are seams between two words."""

_HASHES: Final = 1 << 16
_BITS: Final = 1 << 12
_FIRST: Final = 256
"""Columns there is room for at first; doubled until the capacity."""
_MARKS: Final = re.compile(r"[\W_]+")
_WIDE: Final = np.uint64(0x9E37_79B9_7F4A_7C15)
"""The golden ratio of 2^64: spreads 16 bits over the 64 MinHash wants."""


class Alike(Struct, frozen=True):
    """A post that says nearly the same; score 0 to 1."""

    key: str
    score: float


class SimilarIndex:
    """The newest posts, at most `capacity` of them; the oldest makes room. Raises ValueError for no room."""

    def __init__(self, capacity: int = 50_000) -> None:
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._capacity = capacity
        self._slots: dict[str, int] = {}
        self._keys: list[str | None] = []
        self._pairs: list[bytes] = []
        self._free: list[int] = []
        self._times: NDArray[np.float64] = np.empty(0)
        self._bands: NDArray[np.uint32] = np.empty((BANDS, 0), dtype=np.uint32)
        self._bits: NDArray[np.uint8] = np.empty((_BITS, 0), dtype=np.uint8)
        self._counts: NDArray[np.uint32] = np.zeros(_HASHES, dtype=np.uint32)
        self._marks: NDArray[np.float32] = np.zeros(_HASHES, dtype=np.float32)
        self._grow(min(_FIRST, capacity))

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: str) -> bool:
        return key in self._slots

    def add(self, key: str, text: str, at: datetime) -> None:
        """Keep a post, instead of one of the same key; one older than all of a full index is not kept."""
        self.remove(key)
        pairs = _pairs(text)
        if not pairs.size:
            return
        moment = at.timestamp()
        if len(self._slots) >= self._capacity:
            oldest = int(np.argmin(self._times))
            gone = self._keys[oldest]
            if gone is None or self._times[oldest] > moment:
                return
            self.remove(gone)
        if not self._free:
            self._grow(min(self._capacity, 2 * len(self._keys)))
        slot = self._free.pop()
        self._slots[key] = slot
        self._keys[slot] = key
        self._pairs[slot] = pairs.tobytes()
        self._times[slot] = moment
        self._bands[:, slot] = _bands(pairs)
        self._bits[pairs % _BITS, slot >> 3] |= np.uint8(128 >> (slot & 7))
        self._counts[pairs] += np.uint32(1)

    def remove(self, key: str) -> None:
        """Forget a post; nothing happens when it is not kept."""
        slot = self._slots.pop(key, None)
        if slot is None:
            return
        pairs = np.frombuffer(self._pairs[slot], dtype=np.uint16)
        self._counts[pairs] -= np.uint32(1)
        self._bits[pairs % _BITS, slot >> 3] &= np.uint8(255 ^ (128 >> (slot & 7)))
        self._times[slot] = np.inf
        self._keys[slot] = None
        self._pairs[slot] = b""
        self._free.append(slot)

    def find(self, text: str, limit: int = 5, at_least: float = 0.35) -> list[Alike]:
        """The posts most alike, best first, at most `limit` of them and none below `at_least`.

        The score is the share of character pairs both have (Jaccard); for a short text, if that is more,
        the share of its pairs the post has, rare pairs weighing more.
        """
        return self._find(_pairs(text), limit, at_least)

    def like(self, key: str, limit: int = 5, at_least: float = 0.35) -> list[Alike]:
        """The other posts most like one that is kept; none for a post that is not."""
        slot = self._slots.get(key)
        if slot is None:
            return []
        found = self._find(np.frombuffer(self._pairs[slot], dtype=np.uint16), limit + 1, at_least)
        return [alike for alike in found if alike.key != key][:limit]

    def _find(self, pairs: NDArray[np.uint16], limit: int, at_least: float) -> list[Alike]:
        if not pairs.size or not self._slots or limit < 1:
            return []
        candidates = self._by_bands(pairs)
        weights = np.ones(len(pairs), dtype=np.float32)
        query = len(pairs) <= SHORT
        if query:
            counts = self._counts[pairs]
            weights = np.log1p(len(self._slots) / np.maximum(counts, RARE)).astype(np.float32)
            weights[counts == 0] *= UNSEEN
            candidates |= self._by_rare_pairs(pairs, weights)
        self._marks[pairs] = weights
        total = float(weights.sum())
        found = []
        for slot in candidates:
            key = self._keys[slot]
            if key is None:
                continue
            theirs = np.frombuffer(self._pairs[slot], dtype=np.uint16)
            shared = self._marks[theirs]
            both = int(np.count_nonzero(shared))
            score = both / (len(pairs) + len(theirs) - both)
            if query:
                score = max(score, float(shared.sum()) / total)
            if score >= at_least:
                found.append(Alike(key, min(1.0, score)))
        self._marks[pairs] = 0
        found.sort(key=lambda alike: (-alike.score, alike.key))
        return found[:limit]

    def _by_bands(self, pairs: NDArray[np.uint16]) -> set[int]:
        agreeing = (self._bands == _bands(pairs)[:, None]).sum(axis=0, dtype=np.uint8)
        return _best(agreeing)

    def _by_rare_pairs(self, pairs: NDArray[np.uint16], weights: NDArray[np.float32]) -> set[int]:
        """Posts that hold most of the weight of the query's rarest pairs; pairs no post has are left out."""
        known = np.flatnonzero(self._counts[pairs])
        rarest = known[np.argsort(-weights[known], kind="stable")[:LOOKED_UP]]
        held = np.zeros(len(self._keys), dtype=np.uint16)
        for here in rarest:
            row = np.unpackbits(self._bits[int(pairs[here]) % _BITS], count=len(held))
            held += row * np.uint16(16 * weights[here])
        return _best(held)

    def _grow(self, columns: int) -> None:
        """Room for more columns, a multiple of eight bits each row."""
        before = len(self._keys)
        bands = np.zeros((BANDS, columns), dtype=np.uint32)
        bands[:, :before] = self._bands
        bits = np.zeros((_BITS, (columns + 7) // 8), dtype=np.uint8)
        bits[:, : self._bits.shape[1]] = self._bits
        times = np.full(columns, np.inf)
        times[:before] = self._times
        self._bands, self._bits, self._times = bands, bits, times
        self._keys += [None] * (columns - before)
        self._pairs += [b""] * (columns - before)
        self._free = [*self._free, *range(columns - 1, before - 1, -1)]


def _pairs(text: str) -> NDArray[np.uint16]:
    """Hashes of the character pairs of the letters and digits of a text, each once, in order of size."""
    form = _MARKS.sub("", text[: 2 * LONGEST].lower())[:LONGEST]
    if len(form) == 1:
        form += form
    hashes = (hashing.pairs(points(form)) >> np.uint32(16)).astype(np.uint16)
    # A stable sort of 16 bits is a radix sort.
    hashes.sort(kind="stable")
    first = np.empty(hashes.size, dtype=np.bool_)
    first[:1] = True
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return hashes[first]


def _bands(pairs: NDArray[np.uint16]) -> NDArray[np.uint32]:
    spread = pairs.astype(np.uint64) * _WIDE
    ends = np.array([0, spread.size], dtype=np.uint64)
    digests = RMinHash.digest_matrix_from_flat_token_hashes(spread, ends, BANDS * ROWS, SEED).to_rows()[0]
    rows = np.array(digests, dtype=np.uint32).reshape(BANDS, ROWS)
    hashes = np.zeros(BANDS, dtype=np.uint32)
    for row in range(ROWS):
        hashes = (hashes ^ rows[:, row]) * ONE
        hashes ^= hashes >> np.uint32(15)
    return hashes


def _best(points: NDArray[np.uint8] | NDArray[np.uint16]) -> set[int]:
    """The columns with the most points, those with none left out."""
    some = np.flatnonzero(points)
    if some.size > CHECKED:
        some = some[np.argpartition(points[some], -CHECKED)[-CHECKED:]]
    return set(some.tolist())
