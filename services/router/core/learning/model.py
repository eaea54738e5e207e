"""The learned classifier: a linear model on hashed n-grams, its file, and what it says of a post. Pure, numpy only.

A score is `sum(weight of n-gram * (1 + log count)) / length of the post's TF-IDF vector`, one for each
class; where two are close, the labelled posts most like it add what they were (`neighbours.py`); a
calibrated table turns the best score's share into the chance of being right. The same file and the same
post give the same answer to the bit, alone or among others, so that a decision on record can be computed
again.
"""

import hashlib
import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.router.core.hashing import points
from services.router.core.learning.features import BITS, HASHING, buckets, hashed, normal
from services.router.core.learning.neighbours import NeighbourIndex, Neighbours, doubtful

MAGIC: Final = b"wenzheng-model-1\n"
MOST_BYTES: Final = 8_000_000
MOST_FEATURES: Final = 65_534
"""Buckets a model may keep: their numbers fit 16 bits, which sort at half the cost; rarer ones add nothing."""
CHUNK: Final = 32
"""Posts scored at once: their arrays stay in the processor's cache."""
BEST: Final = 5
"""Classes that a judgement names."""
_DIGITS: Final = 6
_LOGS: Final = np.concatenate(([0.0], 1.0 + np.log(np.arange(1, 10_001)))).astype(np.float32)
"""1 + log count, by count."""
_EXACT_LOGS: Final = np.array([0.0, *(1.0 + math.log(n) for n in range(1, 10_001))])
"""The same in double precision, for the order of reasons."""
_SPACE: Final = np.zeros(0x11_0000, dtype=np.bool_)
_SPACE[[n for n in range(0x1_0000) if chr(n).isspace()]] = True
"""Which characters are spaces; there are none beyond the first plane."""
_TINY: Final = np.float32(1e-12)
_FIRST: Final = np.zeros(1, dtype=np.intp)
_POSTS: Final = ("<u2", "<u2", "<u2", "<f2")
"""How the arrays of labelled posts are stored: n-grams and class of each, row and weight of each n-gram."""


class Damaged(ValueError):
    """These bytes are no model of ours, or were changed on the way."""


class Judgement(Struct, frozen=True):
    """What the model says of one post."""

    ranked: tuple[tuple[str, float], ...]
    """Class and calibrated chance, best first, at most five."""
    confidence: float
    """The chance that the first is right."""


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model file says about itself before its arrays."""

    classes: tuple[str, ...]
    hashing: str
    settings: dict[str, float]
    """How it was fitted, by name."""
    features: int
    """Buckets kept."""
    rows: int
    """Labelled posts it was made from."""
    sharpness: float
    """Factor of the scores in the softmax, fitted on held-out folds."""
    knots: tuple[tuple[float, float], ...]
    """Best share before calibration to chance of being right, both ascending; between two knots a straight line."""
    threshold: float
    """Confidence from which a post is assigned without a person."""
    promised: float
    """Accuracy promised above the threshold."""
    bias: tuple[float, ...]
    scale: tuple[float, ...]
    """By class: what one step of the stored weights is worth."""
    neighbours: Neighbours | None = None
    """Of the labelled posts that doubtful posts ask; files made before there were any have none."""


def pack(
    header: Header,
    kept: NDArray[np.uint32],
    idf: NDArray[np.float32],
    weights: NDArray[np.int16],
    posts: Sequence[NDArray[Any]] = (),
) -> bytes:
    """A model file: header, buckets kept (ascending), their IDF, their weights by class; SHA-256 first.

    `posts` are four arrays when the header has `neighbours`: n-grams and class of each labelled post, then
    row and weight of each n-gram, one post after another. Raises ValueError when it would be larger than 8 MB.
    """
    described = msgspec.json.encode(header)
    body = b"".join(
        (
            len(described).to_bytes(4, "little"),
            described,
            kept.astype("<u4").tobytes(),
            idf.astype("<f2").tobytes(),
            np.ascontiguousarray(weights.astype("<i2")).tobytes(),
            *(
                array.astype(kind).tobytes()
                for array, kind in zip(posts, _POSTS if posts else (), strict=True)
            ),
        )
    )
    whole = MAGIC + hashlib.sha256(body).digest() + body
    if len(whole) > MOST_BYTES:
        raise ValueError(f"a model of {len(whole)} bytes is larger than {MOST_BYTES}")
    return whole


class Model:
    """A model as it judges; immutable."""

    def __init__(
        self,
        header: Header,
        version: str,
        kept: NDArray[np.uint32],
        idf: NDArray[np.float32],
        weights: Any,
        index: NeighbourIndex | None,
    ) -> None:
        self.header = header
        self.version = version
        """The first twelve digits of the file's SHA-256."""
        self.classes = header.classes
        self.threshold = header.threshold
        # Row 0 stands for every bucket that was dropped: it adds nothing to score or length.
        self._row = np.zeros(1 << BITS, dtype=np.uint16)
        self._row[kept] = np.arange(1, len(kept) + 1, dtype=np.uint16)
        table = np.zeros((len(kept) + 1, len(header.classes) + 1), dtype=np.float32)
        table[1:, :-1] = weights.astype(np.float32) * np.asarray(header.scale, dtype=np.float32)
        table[1:, -1] = idf.astype(np.float32)
        self._table = table
        self._bias = np.asarray(header.bias, dtype=np.float32)
        self._shares = [knot[0] for knot in header.knots]
        self._index = index

    @staticmethod
    def load(data: bytes) -> "Model":
        """The model of a file's bytes. Raises Damaged, saying what is wrong."""
        if not data.startswith(MAGIC):
            raise Damaged("不是模型文件,或是别的版本 not a model file of this version")
        digest, body = data[len(MAGIC) : len(MAGIC) + 32], data[len(MAGIC) + 32 :]
        if hashlib.sha256(body).digest() != digest:
            raise Damaged("模型文件已损坏,校验和不符 the checksum does not match")
        place = 4 + int.from_bytes(body[:4], "little")
        try:
            header = msgspec.json.decode(body[4:place], type=Header)
        except (msgspec.DecodeError, ValueError) as problem:
            raise Damaged(f"模型文件头不能读取 the header cannot be read: {problem}") from problem
        if header.hashing != HASHING:
            raise Damaged(f"特征算法 {header.hashing} 不是 {HASHING} made by another way of hashing")
        count, classes = header.features, len(header.classes)
        neighbours = header.neighbours
        arrays = place + count * (6 + 2 * classes)
        more = 4 * (neighbours.posts + neighbours.entries) if neighbours is not None else 0
        if not 0 < count <= MOST_FEATURES or len(body) != arrays + more:
            raise Damaged("模型文件长度不符 its length is not the one the header tells")
        kept = np.frombuffer(body, "<u4", count, place)
        idf = np.frombuffer(body, "<f2", count, place + 4 * count).astype(np.float32)
        weights = np.frombuffer(body, "<i2", count * classes, place + 6 * count)
        if wrong := _contradiction(header) or _disorder(kept, idf):
            raise Damaged(f"模型文件自相矛盾 it contradicts itself: {wrong}")
        index = _index(header, neighbours, body[arrays:]) if neighbours is not None else None
        return Model(header, digest.hex()[:12], kept, idf, weights.reshape(count, classes), index)

    def judge(self, posts: Sequence[tuple[str, str]]) -> list[Judgement]:
        """What it says of each (title, text)."""
        found: list[Judgement] = []
        for begin in range(0, len(posts), CHUNK):
            forms = [normal(title, text) for title, text in posts[begin : begin + CHUNK]]
            found += [self._judgement(scores) for scores in self.scores(forms)]
        return found

    def scores(self, forms: Sequence[str]) -> list[list[float]]:
        """Scores of normal forms, in the order of `classes`. Each form is summed by itself, in one order."""
        if len(forms) == 1 and forms[0]:
            # The same steps without the borders: half the cost, for a post that comes alone.
            return self._alone(self._row.take(buckets(forms[0])))
        single, pair, borders = hashed(forms)
        rows = np.zeros(2 * len(single), dtype=np.uint16)
        rows[0::2] = self._row.take(single)
        rows[1:-1:2] = self._row.take(pair)
        # What a border is part of means nothing: row 0, which adds nothing.
        rows[2 * borders] = rows[2 * borders + 1] = rows[2 * borders - 1] = 0
        ends = 2 * (borders + 1)
        begin = 0
        # A stable sort of 16 bits is a radix sort: a third of the cost of the other.
        for end in ends.tolist():
            rows[begin:end].sort(kind="stable")
            begin = end
        changes = np.empty(len(rows), dtype=bool)
        np.not_equal(rows[1:], rows[:-1], out=changes[:-1])
        changes[ends - 1] = True
        last = np.flatnonzero(changes)
        starts = np.zeros(len(forms), dtype=np.intp)
        starts[1:] = np.searchsorted(last, ends[:-1])
        return self._summed(rows, last, starts)

    def _alone(self, rows: NDArray[np.uint16]) -> list[list[float]]:
        """Scores of one form from the rows of its n-grams."""
        # Row 0 comes first here too, as it does behind a border: numpy adds floats in another order
        # when there is one number less, and the last bit would differ from the form's among others.
        ordered = np.zeros(len(rows) + 1, dtype=np.uint16)
        ordered[1:] = rows
        ordered.sort(kind="stable")
        changes = np.empty(len(ordered), dtype=bool)
        np.not_equal(ordered[1:], ordered[:-1], out=changes[:-1])
        changes[-1] = True
        return self._summed(ordered, np.flatnonzero(changes), _FIRST)

    def _summed(
        self, rows: NDArray[np.uint16], last: NDArray[np.intp], starts: NDArray[np.intp]
    ) -> list[list[float]]:
        """Scores from rows in order: where each run of equal rows ends, and at which run each form begins."""
        counts = last.copy()
        counts[1:] -= last[:-1]
        counts[0] += 1
        told = rows.take(last)
        values = self._table.take(told, axis=0)
        values *= _LOGS.take(counts, mode="clip")[:, None]
        lengths = values[:, -1]
        lengths *= lengths
        sums = np.add.reduceat(values, starts, axis=0)
        sums[:, -1] = np.sqrt(np.maximum(sums[:, -1], _TINY))
        scores: list[list[float]] = (sums[:, :-1] / sums[:, -1:] + self._bias).tolist()
        index, neighbours = self._index, self.header.neighbours
        if index is not None and neighbours is not None:
            ends = [*starts[1:].tolist(), len(told)]
            for n, own in enumerate(scores):
                if doubtful(own, neighbours.close):
                    mine = slice(ends[n - 1] if n else 0, ends[n])
                    scores[n] = index.added(own, told[mine], np.sqrt(lengths[mine]) / sums[n, -1])
        return scores

    def read(self, title: str, text: str) -> "Read":
        """What it says of one post, as `judge` does, and what it can say of its reasons."""
        form = normal(title, text)
        if not form:
            return Read(self, "", "", np.zeros(0, dtype=np.uint16), self._judgement(self.scores([""])[0]))
        rows = self._row.take(buckets(form))
        return Read(self, f"{title}\n{text}", form, rows[len(form) :], self._judgement(self._alone(rows)[0]))

    def spoke(self, rows: NDArray[np.uint16], label: str) -> NDArray[np.float32]:
        """What each row adds to a class it knows."""
        added: NDArray[np.float32] = self._table[rows, self.classes.index(label)]
        return added

    def _judgement(self, scores: list[float]) -> Judgement:
        top = max(scores)
        shares = [math.exp(self.header.sharpness * (score - top)) for score in scores]
        total = sum(shares)
        order = sorted(range(len(shares)), key=scores.__getitem__, reverse=True)[:BEST]
        best = shares[order[0]] / total
        chance = self.chance(best)
        # The others share what the first leaves, none of them more than the first has.
        rest = (1.0 - chance) / max(1.0 - best, 1e-12) / total
        ranked = [(self.classes[order[0]], round(chance, _DIGITS))]
        ranked += [(self.classes[n], round(min(chance, shares[n] * rest), _DIGITS)) for n in order[1:]]
        return Judgement(tuple(ranked), ranked[0][1])

    def chance(self, share: float) -> float:
        """The calibrated chance of being right for the best share."""
        knots = self.header.knots
        place = bisect_right(self._shares, share)
        if place == 0:
            return knots[0][1]
        if place == len(knots):
            return knots[-1][1]
        (left, low), (right, high) = knots[place - 1], knots[place]
        return low + (high - low) * (share - left) / (right - left)


class Read:
    """A post as a model has read it: its judgement, and which of its characters told."""

    def __init__(
        self, model: Model, source: str, form: str, pair_rows: NDArray[np.uint16], judgement: Judgement
    ) -> None:
        self._model, self._source, self._form, self._rows = model, source, form, pair_rows
        self.judgement = judgement

    def telling(self, label: str, count: int = 5) -> tuple[tuple[str, int], ...]:
        """The pairs of characters that spoke most for a class, as they stand in the post; the strongest first.

        Offsets count in `title + "\n" + text`, as everywhere where reasons are shown. A pair that occurs
        twice is told once, where it stands first; pairs do not overlap. At most `count`; none for a class
        the model does not know.
        """
        if label not in self._model.classes or not len(self._rows):
            return ()
        places, kinds, seen = self._pairs
        weights = self._model.spoke(self._rows, label)
        able = np.flatnonzero(seen & (weights > 0))
        _, first, often = np.unique(kinds[able], return_index=True, return_counts=True)
        first = able[first]
        spoke = weights[first].astype(np.float64) * _EXACT_LOGS.take(often, mode="clip")
        found: dict[int, str] = {}
        for offset in places[first[np.lexsort((first, -spoke))]].tolist():
            if len(found) == count:
                break
            if offset - 1 not in found and offset + 1 not in found:
                found[offset] = self._source[offset : offset + 2]
        return tuple((pair, offset) for offset, pair in found.items())

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.intp], NDArray[np.uint64], NDArray[np.bool_]]:
        """Where each pair of the form stands, which pair it is, and whether the reader sees it as one.

        A pair across a space or the title's end is not seen as one.
        """
        characters = points(self._source)
        if len(self._source.lower()) == len(self._source):
            places = np.flatnonzero(~_SPACE[characters])
        else:
            lowered = [(one, n) for n, whole in enumerate(self._source) for one in whole.lower()]
            places = np.array([n for one, n in lowered if not one.isspace()], dtype=np.intp)
        form = points(self._form).astype(np.uint64)
        kinds = (form[:-1] << np.uint64(32)) | form[1:]
        return places[:-1], kinds, places[1:] == places[:-1] + 1


def _index(header: Header, neighbours: Neighbours, data: bytes) -> NeighbourIndex:
    """The labelled posts behind a model's other arrays. Raises Damaged when they cannot be."""
    counts = (neighbours.posts, neighbours.posts, neighbours.entries, neighbours.entries)
    begins = (0, 2 * counts[0], 4 * counts[0], 4 * counts[0] + 2 * counts[2])
    lengths, labels, rows, weights = (
        np.frombuffer(data, kind, count, begin)
        for kind, count, begin in zip(_POSTS, counts, begins, strict=True)
    )
    whole = (
        0 < neighbours.nearest <= neighbours.posts
        and neighbours.asked > 0
        and int(lengths.sum()) == neighbours.entries
        and int(labels.max()) < len(header.classes)
        and (not neighbours.entries or 0 < int(rows.min()) <= int(rows.max()) <= header.features)
        and bool(np.isfinite(weights).all())
    )
    if not whole:
        raise Damaged("模型文件自相矛盾 it contradicts itself: labelled posts")
    return NeighbourIndex(neighbours, len(header.classes), header.features, lengths, labels, rows, weights)


def _contradiction(header: Header) -> str:
    """What in a header cannot be; empty when it holds."""
    if len(header.classes) < 2 or len(set(header.classes)) < len(header.classes):
        return "classes"
    if not len(header.bias) == len(header.scale) == len(header.classes):
        return "bias, scale"
    if not header.knots or any(left >= right for (left, _), (right, _) in pairwise(header.knots)):
        return "knots"
    chances = [chance for _, chance in header.knots]
    if sorted(chances) != chances or chances[0] < 0.0 or chances[-1] > 1.0:
        return "knots"
    return ""


def _disorder(kept: NDArray[np.uint32], idf: NDArray[np.float32]) -> str:
    """What in the arrays cannot be; empty when they hold."""
    if np.any(kept[1:] <= kept[:-1]) or kept[-1] >= 1 << BITS:
        return "buckets"
    return "" if np.isfinite(idf).all() else "idf"
