"""How many posts hold each pair of characters, and which of them are the newest: tables of fixed size. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.router.core.topics.fingerprint import PRIOR, WindowPost
from services.router.core.topics.text import BITS

MEMORY: Final = 40_000
"""Posts after which counts are halved: what is common changes slowly. Posts that left the window as a topic's
are not counted: a matter that goes on for weeks must not become an everyday one."""
NEWEST: Final = 16
"""Posts remembered of each pair, the newest ones, from which topics are born."""
FOLDED: Final = 18
"""Their table has 2^18 rows, so that some pairs share one."""
RARE: Final = 0.02
"""A pair in a larger share of all posts leads to no neighbours."""
LOOKED_UP: Final = 128
NEAR: Final = 10.0
"""Weight two posts must share to be neighbours."""


class PairCounts:
    """What has been said in the city, pair by pair."""

    def __init__(self) -> None:
        self.counts: NDArray[np.int32] = np.zeros(1 << BITS, dtype=np.int32)
        """Posts that held each pair, those of long ago for less."""
        self.total = 0
        """Posts that were counted, in the same measure."""
        self.present: NDArray[np.int32] = np.zeros(1 << BITS, dtype=np.int32)
        """Posts of the window that hold each pair."""
        self._newest: NDArray[np.int32] = np.zeros((1 << FOLDED, NEWEST), dtype=np.int32)

    def add(self, post: WindowPost) -> None:
        """Count a post that comes into the window."""
        rows = post.pairs & np.uint32((1 << FOLDED) - 1)
        # The row's newest stands at its count's place, so that the oldest of NEWEST is written over.
        self._newest[rows, self.counts[post.pairs] % NEWEST] = post.turn
        self.present[post.pairs] += 1
        self.counts[post.pairs] += 1
        self.total += 1
        if self.total >= MEMORY:
            self.counts >>= 1
            self.total >>= 1

    def leave(self, post: WindowPost, *, forget: bool) -> None:
        """A post leaves the window; `forget`: as if it had never been counted."""
        self.present[post.pairs] -= 1
        if forget:
            self.counts[post.pairs] = np.maximum(self.counts[post.pairs] - 1, self.present[post.pairs])
            self.total -= 1

    def near(self, post: WindowPost, oldest: int) -> list[int]:
        """Turns of others, from the oldest on, that share several rare pairs with the newest post; the nearest first."""
        counts = self.counts[post.pairs]
        able = (counts >= 3) & (counts <= max(RARE * self.total, 8))
        pairs, counts = post.pairs[able], counts[able]
        if pairs.size > LOOKED_UP:
            rarest = np.argsort(counts, kind="stable")[:LOOKED_UP]
            pairs, counts = pairs[rarest], counts[rarest]
        weights = np.log((self.total + PRIOR) / counts)
        held = self._newest[pairs & np.uint32((1 << FOLDED) - 1)] - oldest
        sums = np.bincount(
            np.maximum(held, -1).ravel() + 1, np.repeat(weights, NEWEST), post.turn - oldest + 2
        )[1:]
        near = np.flatnonzero(sums >= NEAR)
        near = near[np.argsort(-sums[near], kind="stable")]
        return [turn for turn in (near + oldest).tolist() if turn != post.turn]
