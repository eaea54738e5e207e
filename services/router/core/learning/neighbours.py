"""The nearest neighbours of a doubtful post among the labelled ones: what the posts most like it were. Pure, numpy only.

Where two classes claim a post almost alike, a linear score has said all it knows of single n-grams;
posts that share many of them with it still tell which of the two it is. On 5,674 real posts, over ten folds
drawn twice, this adds .004 to accuracy and macro-F1; one post in five asks.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

_TINY: Final = 1e-12


class Neighbours(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model file says of its labelled posts, and how they are asked."""

    posts: int
    entries: int
    """N-grams of all of them together."""
    close: float
    """A post asks when its two best scores are nearer to each other than this."""
    asked: int
    """Its n-grams that are looked up, at most, those of the greatest weight."""
    nearest: int
    """Posts that answer: those most like it."""
    share: float
    """What their answer adds to the scores, over all classes together."""


class NeighbourIndex:
    """The labelled posts by n-gram, as an inverted index; immutable."""

    def __init__(
        self,
        numbers: Neighbours,
        classes: int,
        features: int,
        lengths: NDArray[Any],
        labels: NDArray[Any],
        rows: NDArray[Any],
        weights: NDArray[Any],
    ) -> None:
        """`lengths` and `labels` by post; `rows` (1 to `features`) and `weights` of all posts, one post after another."""
        self._numbers = numbers
        self._classes = classes
        self._labels = labels.astype(np.intp)
        order = np.argsort(rows, kind="stable")
        self._posts = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[order]
        self._weights = weights.astype(np.float32)[order]
        self._lengths = np.bincount(rows, minlength=features + 1)
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._counting = np.arange(len(rows))

    def added(self, scores: Sequence[float], rows: NDArray[Any], weights: NDArray[Any]) -> list[float]:
        """The scores of a post with what its like were added; `rows` are its n-grams, each once, with their weights."""
        rows, weights = strongest(rows, weights, self._numbers.asked)
        starts, lengths = self._starts.take(rows), self._lengths.take(rows)
        ends = lengths.cumsum()
        places = np.repeat(starts - ends + lengths, lengths)
        places += self._counting[: len(places)]
        likeness = np.bincount(
            self._posts.take(places),
            weights=self._weights.take(places) * np.repeat(weights, lengths),
            minlength=len(self._labels),
        )
        least = np.partition(likeness, -self._numbers.nearest)[-self._numbers.nearest]
        # Posts as like as the last one answer too: which of them came first must not matter.
        nearest = (likeness >= max(least, _TINY)).nonzero()[0]
        spoken = np.bincount(self._labels[nearest], weights=likeness[nearest] ** 2, minlength=self._classes)
        factor = self._numbers.share / max(float(spoken.sum()), _TINY)
        return [score + factor * more for score, more in zip(scores, spoken.tolist(), strict=True)]


def doubtful(scores: Sequence[float], close: float) -> bool:
    """Whether the two best scores are nearer than `close`."""
    first, second = sorted(scores)[-2:][::-1]
    return first - second < close


def strongest(rows: NDArray[Any], weights: NDArray[Any], most: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The `most` of the greatest weight, in their order; more when several weigh as much as the last of them."""
    if len(rows) <= most:
        return rows, weights
    taken = (weights >= np.partition(weights, -most)[-most]).nonzero()[0]
    return rows[taken], weights[taken]
