"""Which posts of the window hold enough of a fingerprint, looked up by its pairs and not post by post. Pure."""

from collections import deque
from typing import Final

import numpy as np

from services.router.core.topics.fingerprint import BELONGS, ROUNDING, Fingerprint, Scale, WindowPost
from services.router.core.topics.ordered import OrderedPairs
from services.router.core.topics.text import Pairs

BLOCK: Final = 512
"""Posts whose pairs are put in order together."""


class _Block:
    """Some posts of the window and their pairs in order."""

    __slots__ = ("last", "ordered", "turns")

    def __init__(self, posts: list[WindowPost]) -> None:
        self.ordered = OrderedPairs([post.pairs for post in posts])
        self.turns = np.array([post.turn for post in posts])
        self.last = posts[-1].turn

    def forget(self, turn: int) -> None:
        for holder in np.flatnonzero(self.turns == turn).tolist():
            self.ordered.forget(holder)

    def holding(self, fingerprint: Fingerprint) -> list[int]:
        """Turns of the posts that hold enough weight of it."""
        heavy = self.ordered.weighed(fingerprint.core, fingerprint.weights) >= BELONGS - ROUNDING
        turns: list[int] = self.turns[heavy].tolist()
        return turns


class Holders:
    """The posts by the pairs they hold.

    The newest stand as they came; `BLOCK` of them become a block. A fingerprint has at most `CORE` pairs, which few posts hold:
    asking each block for these costs a twentieth of reading all pairs of the window.
    """

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self._blocks: deque[_Block] = deque()
        self._newest: list[WindowPost] = []

    def add(self, post: WindowPost) -> None:
        """Keep the newest post of the window; one without pairs holds nothing."""
        if post.pairs.size:
            self._newest.append(post)
        if len(self._newest) >= BLOCK:
            self._blocks.append(_Block(self._newest))
            self._newest = []

    def forget(self, post: WindowPost) -> None:
        """Let go of all that one post holds, at once."""
        for block in self._blocks:
            block.forget(post.turn)
        self._newest = [other for other in self._newest if other is not post]

    def expire(self, turn: int) -> None:
        """The posts up to this turn have left the window: let go of the blocks that hold none but them."""
        while self._blocks and self._blocks[0].last <= turn:
            self._blocks.popleft()

    def holding(self, fingerprint: Fingerprint) -> list[int]:
        """Turns of posts that hold so much of a fingerprint that they may belong, oldest first.

        Some may have left the window: a block goes when its last post does.
        """
        turns = [turn for block in self._blocks for turn in block.holding(fingerprint)]
        if self._newest:
            sizes = np.array([post.pairs.size for post in self._newest])
            whole: Pairs = np.concatenate([post.pairs for post in self._newest])
            may = self._scale.may_belong(whole, np.cumsum(sizes) - sizes, fingerprint)
            turns += [self._newest[n].turn for n in np.flatnonzero(may).tolist()]
        return turns
