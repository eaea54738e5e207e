"""What the posts of a topic share: a fingerprint of weighted character pairs, and what a post holds of it. Pure."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.router.core.topics.ordered import OrderedPairs
from services.router.core.topics.text import BITS, NOTHING, Pairs, each_once, names, sequence

Weights = NDArray[np.float32]

PRIOR: Final = 100.0
"""Posts without a pair that are added to the count of all others: little seen, little believed."""
LIFT: Final = 2.5
"""log of how much likelier a pair must be in a topic than elsewhere to count, and taken off its weight."""
HEAVIEST: Final = 5.0
CORE: Final = 80
"""Pairs of a fingerprint."""
LEAST_POSTS: Final = 3
OFTEN: Final = 0.15
"""Share of a topic's posts, three at the least, that must hold a pair of its fingerprint."""
REST: Final = 0.15
"""Within a piece, the heaviest pair counts in full and the others by so much."""
PIECES: Final = 2
BELONGS: Final = 5.9
"""Weight of a fingerprint a post must hold to belong."""
MATTER: Final = 1.5
"""Of that, the weight besides names: a place alone is no matter."""
NAMELESS: Final = 7.0
"""Weight a post that holds no name of the topic must hold, at least."""
NAMELESS_USUAL: Final = 0.33
"""And so much of what its posts usually hold."""
CHANCE: Final = 80
"""Characters of a nameless post that hold a weight of 1 by chance."""
CHANCE_NAMED: Final = 200
NAME: Final = 2.0
"""Weight of a pair that may be of the topic's name."""
EXCLUSIVE: Final = 0.35
"""Share of the window's posts with a topic's name that must be the topic's own. With .6, a dozen posts on other matters of
its place left a campaign of 55 without a name, and so unfound."""
CALLED: Final = 0.25
"""A pair is part of a name if the segmenter tags it so in at least this share of the posts that hold it: it is often wrong."""
ROUNDING: Final = 1e-3
"""How far a sum in double precision may be below the same sum in single precision."""


class WindowPost:
    """What is kept of a post of the window."""

    __slots__ = (
        "_named",
        "area",
        "at",
        "key",
        "number",
        "pairs",
        "place",
        "sequence",
        "text",
        "topic",
        "turn",
    )

    def __init__(
        self, turn: int, key: str, number: str, at: datetime, area: str, place: str, text: str
    ) -> None:
        self.turn, self.key, self.number, self.at, self.area, self.place = turn, key, number, at, area, place
        self.text = text
        self.sequence: Pairs = sequence(text)
        self.pairs: Pairs = each_once(self.sequence)
        self.topic: str = ""
        self._named: tuple[frozenset[int], tuple[frozenset[int], ...]] | None = None

    @property
    def named(self) -> frozenset[int]:
        """Its pairs that stand in names."""
        return self._read()[0]

    @property
    def places(self) -> tuple[frozenset[int], ...]:
        """The pairs of each place it names."""
        return self._read()[1]

    def is_here(self, name: frozenset[int]) -> bool:
        """Whether it names a place by some of these pairs."""
        return any(place & name for place in self.places)

    def is_elsewhere(self, name: frozenset[int]) -> bool:
        """Whether it names places, none of them by any of these pairs."""
        return bool(self.places) and not self.is_here(name)

    def _read(self) -> tuple[frozenset[int], tuple[frozenset[int], ...]]:
        if self._named is None:
            numbers = self.sequence.tolist()
            spans, placed = names(self.text)
            there = tuple(frozenset(numbers[n] for n in span) - {NOTHING} for span in placed)
            called = frozenset(numbers[n] for span in spans for n in span) - {NOTHING}
            self._named = called.union(*there), there
        return self._named


class Fingerprint(Struct, frozen=True):
    """What posts of a topic hold more often than others do, heaviest first."""

    core: Pairs
    weights: Weights
    held: NDArray[np.int64]
    """How many of the posts hold each pair."""
    named: NDArray[np.bool_]
    """Which pairs are of its name."""

    @property
    def thread(self) -> int:
        """How many posts hold the commonest pair of the name."""
        return int(self.held[self.named].max(initial=0))


class Common(Struct, frozen=True):
    """What some posts hold more often than others do, before anybody has looked which of it are names."""

    core: Pairs
    weights: Weights
    held: NDArray[np.int64]
    may_name: NDArray[np.bool_]
    """Heavy enough and the posts' own: of a name, if it reads like one."""
    of_all: OrderedPairs
    """The pairs of all the posts."""

    @property
    def heavy(self) -> list[int]:
        """Places of the posts that hold enough of it to be weighed."""
        return np.flatnonzero(self.of_all.weighed(self.core, self.weights) >= BELONGS - ROUNDING).tolist()

    def named_by(self, posts: Sequence[WindowPost]) -> Fingerprint:
        """With the names: of those that may be, the pairs that read like one in enough of the posts that hold them."""
        named = self.may_name.copy()
        may_be = np.flatnonzero(named)
        pairs = self.core[may_be]
        first, many = (each.tolist() for each in self.of_all.held(pairs))
        for n, pair, begin, left in zip(may_be.tolist(), pairs.tolist(), first, many, strict=True):
            missing = CALLED * left
            # Reading where names stand in a post is slow: no more posts are read than settle the matter.
            for holder in self.of_all.holders[begin : begin + left].tolist():
                if missing <= 0 or left < missing:
                    break
                missing -= pair in posts[holder].named
                left -= 1
            named[n] = missing <= 0
        return Fingerprint(self.core, self.weights, self.held, named)


def common_of(
    posts: Sequence[WindowPost], counts: NDArray[np.int32], total: int, present: NDArray[np.int32]
) -> Common:
    """What the posts have in common, given how many of all `total` posts, and of the window's, hold each pair."""
    many = len(posts)
    of_all = OrderedPairs([post.pairs for post in posts])
    # In order, a pair that so many posts hold stands so many places before itself; few do, and only these are counted.
    least = max(LEAST_POSTS, ceil(OFTEN * many))
    often = of_all.pairs[least - 1 :]
    pairs, more = np.unique(often[often == of_all.pairs[: often.size]], return_counts=True)
    held = more + (least - 1)
    others = np.maximum(counts[pairs] - held, 0) + 0.5
    rate = others / (max(total - many, 0) + PRIOR)
    lift = np.log(held / (many + 1) / rate)
    weights = np.minimum(lift - LIFT, HEAVIEST) * np.sqrt(np.minimum(1, 2 * held / many))
    good = np.flatnonzero(weights > 0)
    good = good[np.argsort(-weights[good], kind="stable")[:CORE]]
    pairs, weights, held = pairs[good], weights[good].astype(np.float32), held[good]
    may_name = (weights >= NAME) & (held >= EXCLUSIVE * present[pairs])
    return Common(pairs, weights, held, may_name, of_all)


class Scale:
    """Weighs posts against fingerprints."""

    def __init__(self) -> None:
        self._marks: Weights = np.zeros(1 << BITS, dtype=np.float32)
        self._named: NDArray[np.bool_] = np.zeros(1 << BITS, dtype=np.bool_)

    def may_belong(
        self, pairs: Pairs, starts: NDArray[np.int64], fingerprint: Fingerprint
    ) -> NDArray[np.bool_]:
        """Which posts hold enough of a fingerprint to be weighed; `pairs` are those of one post after the other."""
        self._marks[fingerprint.core] = fingerprint.weights
        sums = np.add.reduceat(self._marks[pairs], starts)
        self._marks[fingerprint.core] = 0
        return sums >= BELONGS

    def could_alone(self, post: WindowPost, common: Common) -> bool:
        """As `could_belong`, for one post: few of its pairs are common ones, so that a plain sum is soonest done."""
        self._marks[common.core] = common.weights
        held = self._marks[post.sequence]
        self._marks[common.core] = 0
        spots = held.nonzero()[0]
        total, pieces, last, seen = 0.0, 0, -9, set[int]()
        top = rest = 0.0
        for spot, weight, pair in zip(
            spots.tolist(), held[spots].tolist(), post.sequence[spots].tolist(), strict=True
        ):
            if pair in seen:
                continue
            seen.add(pair)
            if spot - last > 1:
                total += top + REST * rest
                pieces, top, rest = pieces + 1, weight, 0.0
            else:
                top, rest = max(top, weight), rest + min(top, weight)
            last = spot
        total += top + REST * rest
        return pieces >= PIECES and total >= BELONGS + len(post.text) / CHANCE_NAMED - ROUNDING

    def could_belong(self, posts: Sequence[WindowPost], common: Common) -> NDArray[np.bool_]:
        """Which posts could belong, whatever in their common pairs turns out to be a name."""
        self._marks[common.core] = common.weights
        total, _, pieces = _weighed(posts, self._marks, self._named)
        self._marks[common.core] = 0
        return (total >= _least(posts)) & (pieces >= PIECES)

    def belonging(self, posts: Sequence[WindowPost], fingerprint: Fingerprint, usual: float) -> Weights:
        """What each post holds of a fingerprint; 0 for one that does not belong."""
        names_ = fingerprint.core[fingerprint.named]
        self._marks[fingerprint.core] = fingerprint.weights
        self._named[names_] = True
        total, matter, pieces = _weighed(posts, self._marks, self._named)
        self._marks[fingerprint.core] = 0
        self._named[names_] = False
        length = np.array([len(post.text) for post in posts])
        low = _least(posts)
        high = np.maximum(NAMELESS, NAMELESS_USUAL * usual) + length / CHANCE
        total[(total < low) | (pieces < PIECES) | (matter < MATTER)] = 0
        name = frozenset(names_.tolist())
        for n in np.flatnonzero((total > 0) & (total < high)).tolist():
            if matter[n] == total[n] or posts[n].is_elsewhere(name):
                total[n] = 0
        return total


def _least(posts: Sequence[WindowPost]) -> NDArray[np.float64]:
    """Weight that each post must hold, were it to hold the name: the longer the post, the more it holds by chance."""
    return BELONGS + np.array([len(post.text) for post in posts]) / CHANCE_NAMED


def _weighed(
    posts: Sequence[WindowPost], marks: Weights, named: NDArray[np.bool_]
) -> tuple[Weights, Weights, NDArray[np.int64]]:
    """For each post, the weight of all its marked pieces and of those without a name, and how many there are.

    A piece is a run of marked pairs; a pair counts once in a post, the heaviest of a piece in full.
    """
    many = len(posts)
    if not many:
        return np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)
    gap = np.zeros(1, dtype=np.uint32)
    lengths = np.array([post.sequence.size + 1 for post in posts])
    whole = np.concatenate([part for post in posts for part in (post.sequence, gap)])
    held = marks[whole]
    spots = np.flatnonzero(held)
    if not spots.size:
        return np.zeros(many, np.float32), np.zeros(many, np.float32), np.zeros(many, np.int64)
    holder = np.repeat(np.arange(many), lengths)[spots]
    _, first = np.unique((holder << BITS) | whole[spots], return_index=True)
    first.sort()
    spots, holder = spots[first], holder[first]
    held = held[spots]
    starts = np.flatnonzero(np.diff(spots, prepend=-9) > 1)
    top = np.maximum.reduceat(held, starts)
    piece = top + np.float32(REST) * (np.add.reduceat(held, starts) - top)
    nameless = ~np.logical_or.reduceat(named[whole[spots]], starts)
    of = holder[starts]
    total = np.bincount(of, piece, many).astype(np.float32)
    matter = np.bincount(of[nameless], piece[nameless], many).astype(np.float32)
    return total, matter, np.bincount(of, minlength=many)
