"""The pairs of several posts in one order, so that who holds a pair is found by halving. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.router.core.topics.text import Pairs

_HALF: Final = np.uint64(32)


class OrderedPairs:
    """All pairs of some posts in order of size, and beside each the place of its post among them, in order, too."""

    __slots__ = ("holders", "pairs", "posts")

    def __init__(self, of_each: Sequence[Pairs]) -> None:
        """`of_each` has the different pairs of each post."""
        self.posts = len(of_each)
        holders = np.repeat(np.arange(self.posts, dtype=np.uint64), [pairs.size for pairs in of_each])
        # One sort of both together: sorting numbers is several times faster than finding out their order.
        both = (np.concatenate(of_each).astype(np.uint64) << _HALF) | holders
        both.sort()
        self.pairs: Pairs = (both >> _HALF).astype(np.uint32)
        self.holders: NDArray[np.uint32] = both.astype(np.uint32)

    def forget(self, holder: int) -> None:
        """Leave out all that one post holds."""
        stays = self.holders != holder
        self.pairs, self.holders = self.pairs[stays], self.holders[stays]

    def held(self, pairs: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each of these pairs, where in `holders` its holders begin and how many they are."""
        first = np.searchsorted(self.pairs, pairs)
        return first, np.searchsorted(self.pairs, pairs, side="right") - first

    def weighed(self, pairs: Pairs, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each post holds of these different pairs, by their weights."""
        first, many = self.held(pairs)
        places = np.repeat(first - (np.cumsum(many) - many), many) + np.arange(int(many.sum()))
        return np.bincount(self.holders[places], np.repeat(weights, many), self.posts).astype(np.float64)
