"""Makes a model from labelled posts: NB-SVM on hashed n-grams, calibrated and given its threshold on held-out folds.

The labelled posts themselves go into the file as well, as weighted n-grams: doubtful posts ask those nearest to them.

Needs scikit-learn and scipy (the extra `train`); judging needs neither.

Without neighbours, accuracy is .9175, macro-F1 .9125, top 2 .9845; with them .9214, .9168, .9854.
What was tried on 5,674 real posts in seven classes and is not here, since it gained nothing: words
beside characters, bagging, an ensemble, a small neural net, doubling the title, down-weighting
doubtful labels; and, judged over five folds by one to three seeds (macro-F1 .911, top 2 .983 without them):
triples of characters, no bound on the buckets, the square root of counts, other lengths, multinomial
and one-against-rest logistic regression, one machine for each pair of classes (the regressions and pairs .891 to .908 alone), and
any of them averaged with the machine (at most .0003 of macro-F1 and .0006 of top 2).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.router.core.learning.features import BITS, HASHING, buckets, normal
from services.router.core.learning.model import MOST_BYTES, MOST_FEATURES, Header, Model, pack
from services.router.core.learning.neighbours import NeighbourIndex, Neighbours, doubtful, strongest

LEAST_POSTS: Final = 3
"""Posts in which a bucket must occur; rarer ones are dropped from score and length (else macro-F1 falls to .875)."""
SMOOTHING: Final = 0.1
SIGN: Final = 0.5
"""Share of the ratio's sign added to it."""
COST: Final = 1.0
"""Of the SVM: with 0.3 macro-F1 falls by .002, with 3 nothing changes (cross-validation, three seeds)."""
FOLDS: Final = 5
AUTOMATIC: Final = 0.96
"""Accuracy promised for posts assigned without a person."""
MARGIN: Final = 0.003
"""The threshold is set for so much more than is promised, since held-out folds are a sample, too."""
SUREST: Final = 20
"""Held-out posts that must stand above the threshold: of labels drawn by lot a few surest ones are right by chance."""
KNOTS: Final = 33
"""Points of the calibration line."""
SLOPE: Final = 0.001
CLOSE: Final = 0.8
"""One post in five is so doubtful, and three quarters of the wrong ones are among them. With .3 as much is
right, but accuracy of the surest 85 % falls by .003: what the neighbours say must reach all that are unsure."""
STORED: Final = 128
"""N-grams kept of a labelled post, those of the greatest weight; with 64 half of the gain is lost."""
ASKED: Final = 48
NEAREST: Final = 15
SHARE: Final = 0.5
"""Between 10 and 20 posts and between .4 and .8 accuracy changes no more than by another draw of the folds; with
.7 and more the confidence of doubtful posts is overstated."""
_BETWEEN: Final = re.compile(r"[\W\d_]+")
"""Posts that differ in punctuation and figures only are copies."""


class Row(Struct, frozen=True):
    """A labelled post."""

    title: str
    text: str
    label: str
    group: str = ""
    """Posts of one group are copies of each other: they are never split between folds. Empty: those of the same letters."""


def too_few(rows: Sequence[Row]) -> dict[str, int]:
    """Labels that no class can be made of, with their posts: fewer than `FOLDS` groups of copies."""
    groups: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(row.label, set()).add(_group(row))
    posts = Counter(row.label for row in rows)
    return {label: posts[label] for label in sorted(groups) if len(groups[label]) < FOLDS}


def fit(rows: Sequence[Row], *, seed: int) -> bytes:
    """A model file from labelled posts; the same rows in the same order and the same seed give the same file.

    Labels that are `too_few` are left out. Raises ValueError when fewer than two classes are left.
    """
    left_out = too_few(rows)
    rows = [row for row in rows if row.label not in left_out]
    classes = tuple(sorted({row.label for row in rows}))
    if len(classes) < 2:
        raise ValueError(f"至少要有两个类别,每类不少于 {FOLDS} 帖 at least two classes of {FOLDS} posts")
    counts = _count([normal(row.title, row.text) for row in rows])
    labels = np.array([classes.index(row.label) for row in rows])
    scores = _held_out(counts, labels, len(classes), folds(rows, seed), seed)
    sharpness = _sharpness(scores, labels)
    shares = _softmax(scores * sharpness)
    best, right = shares.max(axis=1), shares.argmax(axis=1) == labels
    knots = _calibrated(best, right)
    linear = _Linear(counts, labels, len(classes), seed)
    kept, idf, weights = linear.folded()
    scale = np.abs(weights).max(axis=0) / 32767 + 1e-12
    header = Header(
        classes=classes,
        hashing=HASHING,
        settings={"least_posts": LEAST_POSTS, "smoothing": SMOOTHING, "sign": SIGN, "cost": COST},
        features=len(kept),
        rows=len(rows),
        sharpness=sharpness,
        knots=knots,
        threshold=_threshold(_chances(knots, best), right),
        promised=AUTOMATIC,
        bias=tuple(map(float, linear.bias)),
        scale=tuple(map(float, scale)),
        neighbours=linear.neighbours,
    )
    return pack(header, kept, idf, np.round(weights / scale).astype(np.int16), linear.stored)


def no_worse(old: bytes | None, new: bytes, held_out: Sequence[Row]) -> bool:
    """Whether the new model is at least as often right as the old on posts neither has seen."""
    if old is None:
        return True
    return accuracy(Model.load(new), held_out) >= accuracy(Model.load(old), held_out)


def accuracy(model: Model, rows: Sequence[Row]) -> float:
    """Share of posts whose first class is the right one."""
    judged = model.judge([(row.title, row.text) for row in rows])
    right = sum(one.ranked[0][0] == row.label for one, row in zip(judged, rows, strict=True))
    return right / max(1, len(rows))


def split(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to learn from and rows held out (about `share` of the groups); copies stay together."""
    inside: list[Row] = []
    outside: list[Row] = []
    for row in rows:
        place = int.from_bytes(hashlib.sha256(f"{seed}/{_group(row)}".encode()).digest()[:8], "big") / 2**64
        (outside if place < share else inside).append(row)
    return inside, outside


# -- the linear model -----------------------------------------------------------------------------


class _Linear:
    """NB-SVM: TF-IDF scaled by each class's log-ratio, one linear SVM for each class against the rest."""

    def __init__(self, counts: Any, labels: NDArray[Any], classes: int, seed: int) -> None:
        from sklearn.svm import LinearSVC

        present = np.asarray((counts > 0).sum(axis=0)).ravel()
        self._kept = np.flatnonzero(present >= LEAST_POSTS)
        if not len(self._kept):
            raise ValueError("帖子太短或太少,没有共同的字词 the posts have nothing in common to learn from")
        room = min(MOST_FEATURES, MOST_BYTES * 7 // 10 // (6 + 2 * classes))
        if len(self._kept) > room:
            common = np.argsort(-present[self._kept], kind="stable")[:room]
            self._kept = np.sort(self._kept[common])
        self._idf = (np.log((1 + counts.shape[0]) / (1 + present[self._kept])) + 1).astype(np.float32)
        vectors = self._vectors(counts)
        self.weights = np.zeros((len(self._kept), classes))
        self.bias = np.zeros(classes)
        for number in range(classes):
            mine = labels == number
            if mine.all() or not mine.any():
                # Copies of several labels took the class out of these folds: nothing is known of it here.
                self.bias[number] = 1.0 if mine.all() else -1.0
                continue
            ratio = self._ratio(vectors, mine)
            machine = LinearSVC(C=COST, class_weight="balanced", random_state=seed, max_iter=5000)
            machine.fit(vectors.multiply(ratio).tocsr(), mine)
            self.weights[:, number] = machine.coef_[0] * ratio
            self.bias[number] = machine.intercept_[0]
        left = MOST_BYTES * 9 // 10 - len(self._kept) * (6 + 2 * classes)
        self.stored = _stored(vectors, labels, left)
        self.neighbours = Neighbours(
            posts=len(self.stored[0]),
            entries=len(self.stored[2]),
            close=CLOSE,
            asked=ASKED,
            nearest=min(NEAREST, len(self.stored[0])),
            share=SHARE,
        )

    def scores(self, counts: Any) -> Any:
        vectors = self._vectors(counts)
        scores = vectors @ self.weights + self.bias
        index = NeighbourIndex(self.neighbours, len(self.bias), len(self._kept), *self.stored)
        for number in range(len(scores)):
            if doubtful(scores[number], CLOSE):
                rows, weights = _entries(vectors, number)
                scores[number] = index.added(scores[number], rows, weights)
        return scores

    def folded(self) -> tuple[Any, Any, Any]:
        """Buckets kept, their IDF, and their weights with the IDF folded in."""
        return self._kept.astype(np.uint32), self._idf, self.weights * self._idf[:, None]

    def _vectors(self, counts: Any) -> Any:
        from sklearn.preprocessing import normalize

        taken = counts[:, self._kept].astype(np.float64).tocsr()
        taken.data = 1.0 + np.log(taken.data)
        return normalize(taken.multiply(self._idf).tocsr())

    @staticmethod
    def _ratio(vectors: Any, mine: NDArray[Any]) -> Any:
        p = SMOOTHING + np.asarray(vectors[mine].sum(axis=0)).ravel()
        q = SMOOTHING + np.asarray(vectors[~mine].sum(axis=0)).ravel()
        ratio = np.log((p / p.sum()) / (q / q.sum()))
        return ratio + SIGN * np.sign(ratio)


def _entries(vectors: Any, number: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows, counted from 1, and weights of one post."""
    begin, end = vectors.indptr[number], vectors.indptr[number + 1]
    return vectors.indices[begin:end].astype(np.intp) + 1, vectors.data[begin:end]


def _stored(vectors: Any, labels: NDArray[Any], room: int) -> tuple[NDArray[Any], ...]:
    """Labelled posts as the file keeps them, in at most `room` bytes: the last ones, when not all find room."""
    lengths, rows, weights = [], [], []
    for number in reversed(range(len(labels))):
        its_rows, its_weights = strongest(*_entries(vectors, number), STORED)
        room -= 4 + 4 * len(its_rows)
        if room < 0:
            break
        lengths.append(len(its_rows))
        rows.append(its_rows)
        weights.append(its_weights)
    told = labels[::-1][: len(lengths)]
    return np.array(lengths), told, np.concatenate(rows), np.concatenate(weights)


def _count(forms: Sequence[str]) -> Any:
    """Counts of every bucket in every normal form, as a sparse matrix."""
    from scipy.sparse import csr_matrix

    found = [buckets(form) for form in forms]
    ends = np.cumsum([0, *map(len, found)])
    ones = np.ones(ends[-1], dtype=np.int32)
    counts = csr_matrix((ones, np.concatenate(found).astype(np.int64), ends), shape=(len(forms), 1 << BITS))
    counts.sum_duplicates()
    return counts


# -- calibration ----------------------------------------------------------------------------------


def _group(row: Row) -> str:
    if row.group:
        return row.group
    form = normal(row.title, row.text)
    return "letters of " + (_BETWEEN.sub("", form) or form)


def folds(rows: Sequence[Row], seed: int, many: int = FOLDS) -> NDArray[Any]:
    """Which of `many` folds each row is in: copies together, every class spread evenly."""
    labels: dict[str, str] = {}
    for row in rows:
        labels.setdefault(_group(row), row.label)
    drawn = sorted(
        labels, key=lambda group: (labels[group], hashlib.sha256(f"fold {seed}/{group}".encode()).digest())
    )
    place = {group: number % many for number, group in enumerate(drawn)}
    return np.array([place[_group(row)] for row in rows])


def _held_out(counts: Any, labels: NDArray[Any], classes: int, fold: NDArray[Any], seed: int) -> NDArray[Any]:
    """Scores of every post by a model that was made without its fold."""
    scores = np.zeros((len(labels), classes))
    for number in range(FOLDS):
        inside, outside = fold != number, fold == number
        scores[outside] = _Linear(counts[inside], labels[inside], classes, seed).scores(counts[outside])
    return scores


def _softmax(scores: NDArray[Any]) -> NDArray[Any]:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _sharpness(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """The factor under which the softmax of held-out scores is most likely."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(labels))

    def loss(factor: float) -> float:
        return float(-np.log(_softmax(scores * factor)[rows, labels] + 1e-12).mean())

    return round(float(minimize_scalar(loss, bounds=(0.1, 50.0), method="bounded").x), 6)


def _calibrated(best: NDArray[Any], right: NDArray[Any]) -> tuple[tuple[float, float], ...]:
    """Isotonic regression of being right on the best share, read off at quantiles of the shares."""
    from sklearn.isotonic import IsotonicRegression

    isotonic = IsotonicRegression(y_min=0.02, y_max=0.998, out_of_bounds="clip").fit(best, right)
    order = np.argsort(best, kind="stable")
    parts = np.array_split(order, KNOTS)
    shares = [float(best[part].mean()) for part in parts if len(part)]
    chances = [float(isotonic.predict(best[part]).mean()) for part in parts if len(part)]
    knots: dict[float, float] = {}
    for share, chance in zip(shares, np.maximum.accumulate(chances), strict=True):
        # A slight slope, lest posts of unlike shares be told apart by nothing where the isotonic line is level.
        knots[round(share, 6)] = round(float(chance) + SLOPE * (share - 0.5), 6)
    return tuple(sorted(knots.items()))


def _chances(knots: tuple[tuple[float, float], ...], best: NDArray[Any]) -> NDArray[Any]:
    chances = np.interp(best, [knot[0] for knot in knots], [knot[1] for knot in knots])
    return np.asarray(chances).round(6)


def _threshold(chances: NDArray[Any], right: NDArray[Any]) -> float:
    """The lowest confidence from which held-out posts were right often enough; 1 when there is none."""
    order = np.argsort(-chances, kind="stable")
    surest = chances[order]
    accurate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last = np.append(surest[1:] < surest[:-1], True)
    many = np.arange(1, len(order) + 1) >= SUREST
    enough = np.flatnonzero(last & many & (accurate >= AUTOMATIC + MARGIN))
    return float(surest[enough[-1]]) if len(enough) else 1.0
