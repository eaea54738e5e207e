"""Behind `wenzheng train`, `evaluate` and `model`: labelled posts in, a model file out, its figures, its change-over."""

import gzip
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from chassis.tokens import Staff, sign
from city.normal import unstorable
from services.router.core.learning.model import Damaged, Judgement, Model
from wenzheng.stack.home import Home, Trouble
from wenzheng.training import Row, accuracy, fit, folds, no_worse, split, too_few

BINS: Final = 15
"""Bins of the calibration error."""
COVERAGES: Final = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
FOLD_FIGURES: Final = ("macro_f1", "accuracy", "top_2")
"""What of each fold of a cross-evaluation goes into mean and standard deviation."""
COMPLAINTS: Final = 20
"""Wrong lines that are named; the rest are counted."""
SPEED_POSTS: Final = 2000
ROUNDS: Final = 3
HELD_OUT: Final = 0.2
"""Share of the rows on which a retrained model is compared with the one in force."""
SEED: Final = 20110601
"""Of the folds: the first day of the report's month."""


def read_rows(files: Sequence[Path]) -> list[Row]:
    """Labelled posts: lines of JSON with `text`, `label` and, if known, `title` and `dup_group`.

    Raises Trouble naming every wrong line (the first twenty) and counting the rest.
    """
    rows: list[Row] = []
    wrong: list[str] = []
    for file in files:
        try:
            raw = file.read_bytes()
            raw = gzip.decompress(raw) if file.suffix == ".gz" else raw
        except (OSError, EOFError) as problem:
            raise Trouble(f"不能读取 {file}:{problem}。 The file cannot be read.") from problem
        for number, line in enumerate(raw.split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                rows.append(_row(line))
            except ValueError as problem:
                where = f"{file} " if len(files) > 1 else ""
                wrong.append(f"{where}第 {number} 行: {problem}")
    if wrong:
        more = (
            f"\n另有 {len(wrong) - COMPLAINTS} 行有误。 And {len(wrong) - COMPLAINTS} more."
            if len(wrong) > COMPLAINTS
            else ""
        )
        raise Trouble("\n".join(wrong[:COMPLAINTS]) + more)
    if not rows:
        raise Trouble("文件中没有帖子。 There is no post in the files.")
    return rows


def _row(line: bytes) -> Row:
    try:
        raw = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("不是 UTF-8 not UTF-8") from None
    except ValueError as problem:
        raise ValueError(f"不是 JSON not JSON: {problem}") from None
    except RecursionError:
        raise ValueError("不是 JSON:嵌套太深 not JSON: nested too deeply") from None
    if not isinstance(raw, dict):
        raise ValueError("不是 JSON 对象 not an object")
    for name in ("text", "label"):
        if not isinstance(raw.get(name), str) or not raw[name].strip():
            raise ValueError(f"缺少 {name},或不是文字 no {name}, or not a string")
    for name in ("title", "dup_group"):
        if not isinstance(raw.get(name) or "", str | int):
            raise ValueError(f"{name} 不是文字 {name} is not a string")
    if bad := unstorable(raw["label"]):
        raise ValueError(f"label {bad} label cannot be written")
    return Row(
        str(raw.get("title") or ""), raw["text"], raw["label"].strip(), str(raw.get("dup_group") or "")
    )


def train(files: Sequence[Path], out: Path) -> Model:
    """Fit a model on labelled files and write it; labels too rare to learn are told on the error stream.

    Raises Trouble for what a person can put right.
    """
    return train_rows(read_rows(files), out)


def train_rows(rows: Sequence[Row], out: Path) -> Model:
    """As `train`, from rows that were read already."""
    for label, posts in too_few(rows).items():
        print(f"略去类别 {label}:只有 {posts} 帖,太少。 Left out, too few posts: {label}.", file=sys.stderr)
    try:
        data = fit(rows, seed=SEED)
    except ImportError as problem:
        raise Trouble(
            "训练需要 scikit-learn 和 scipy:pip install 'wenzheng[train]'。 Training needs the extra `train`."
        ) from problem
    except ValueError as problem:
        raise Trouble(f"不能训练:{problem}。 It cannot be trained.") from problem
    fitted = Model.load(data)
    fresh = out.with_name(f"{out.name}.new")
    fresh.write_bytes(data)
    fresh.replace(out)
    return fitted


def read_file(file: Path) -> bytes:
    """The bytes of a model file. Raises Trouble when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as problem:
        raise Trouble(f"不能读取 {file}:{problem}。 The file cannot be read.") from problem


def load(file: Path) -> Model:
    """The model of a file. Raises Trouble when it is none."""
    try:
        return Model.load(read_file(file))
    except Damaged as problem:
        raise Trouble(f"{file}:{problem}。") from problem


class Outcome(Struct, frozen=True):
    """What came of a retraining."""

    data: bytes
    learnt: int
    held_out: int
    new_accuracy: float
    old_accuracy: float | None
    no_worse: bool


def retrain(rows: Sequence[Row], old: bytes | None) -> Outcome:
    """A new model from four fifths of the rows, beside the old one on the fifth that is held out.

    Raises Trouble when the rows are too few to learn from.
    """
    learnt, held_out = split(rows, HELD_OUT, SEED)
    try:
        new = fit(learnt, seed=SEED)
    except ValueError as problem:
        raise Trouble(f"不能训练:{problem}。 It cannot be trained.") from problem
    return Outcome(
        new,
        len(learnt),
        len(held_out),
        accuracy(Model.load(new), held_out),
        None if old is None else accuracy(Model.load(old), held_out),
        no_worse(old, new, held_out),
    )


# -- evaluation -----------------------------------------------------------------------------------


def evaluate(model: Model, rows: Sequence[Row]) -> dict[str, Any]:
    """How the model does on labelled posts it has not seen.

    A label the model does not know counts as a class it never gets right. `coverage` pairs the share
    of posts assigned automatically, surest first, with the accuracy among them.
    """
    judged = model.judge([(row.title, row.text) for row in rows])
    automatic = np.array([one.confidence >= model.threshold for one in judged])
    found = _figures(judged, [row.label for row in rows], automatic)
    return {"model": model.version, **found, "threshold": model.threshold}


def cross_evaluate(rows: Sequence[Row], many: int, seed: int) -> dict[str, Any]:
    """How `train` does on posts it has not seen, every row judged once: by a model made without its fold of `many`.

    Each model is fitted, calibrated and given its threshold on the other folds only; copies are never split.
    The figures are those of all judgements together, with mean and standard deviation of the folds' own beside
    them. They stand for a model made from `(many - 1) / many` of the rows; one made from all does a little better.
    Raises ValueError as `fit` does.
    """
    fold = folds(rows, seed, many)
    judged: list[Judgement] = []
    automatic: list[bool] = []
    labels: list[str] = []
    each: list[dict[str, Any]] = []
    for number in range(many):
        inside = [row for row, here in zip(rows, fold, strict=True) if here != number]
        outside = [row for row, here in zip(rows, fold, strict=True) if here == number]
        model = Model.load(fit(inside, seed=seed))
        said = model.judge([(row.title, row.text) for row in outside])
        sure = [one.confidence >= model.threshold for one in said]
        told = [row.label for row in outside]
        each.append(_figures(said, told, np.array(sure)))
        judged, automatic, labels = judged + said, automatic + sure, labels + told
    by_fold = {name: [one[name] for one in each] for name in FOLD_FIGURES}
    return {
        **_figures(judged, labels, np.array(automatic)),
        "folds": many,
        "mean_of_folds": {name: _round(np.mean(values)) for name, values in by_fold.items()},
        "deviation_of_folds": {name: _round(np.std(values, ddof=1)) for name, values in by_fold.items()},
    }


def _figures(
    judged: Sequence[Judgement], labels: Sequence[str], automatic: NDArray[np.bool_]
) -> dict[str, Any]:
    said = [one.ranked[0][0] for one in judged]
    right = np.array([label == first for label, first in zip(labels, said, strict=True)])
    sure = np.array([one.confidence for one in judged])
    classes = [_class(name, labels, said) for name in sorted(set(labels))]
    order = np.argsort(-sure, kind="stable")
    accurate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    return {
        "posts": len(labels),
        "macro_f1": _round(sum(one["f1"] for one in classes) / len(classes)),
        "accuracy": _round(right.mean()),
        "top_2": _round(np.mean([_among(one, label, 2) for one, label in zip(judged, labels, strict=True)])),
        "classes": classes,
        "automatic_share": _round(automatic.mean()),
        "automatic_accuracy": _round(right[automatic].mean()) if automatic.any() else None,
        "coverage": [
            {"share": share, "accuracy": _round(accurate[max(0, int(share * len(order)) - 1)])}
            for share in COVERAGES
        ],
        "calibration_error": _round(_calibration_error(sure, right)),
    }


def speed(model: Model, rows: Sequence[Row], beside_jieba: bool = True) -> dict[str, Any]:
    """Posts a second of one core's time, in a batch and one by one, the best of three rounds.

    With `beside_jieba`, and where jieba is installed, also what `jieba.lcut` alone does with the same posts,
    and how many times faster the whole judgement is. Reading the posts is not counted.
    """
    posts = [(row.title, row.text) for row in rows[:SPEED_POSTS]]
    batch = _rate(lambda: model.judge(posts), len(posts))
    single = _rate(lambda: [model.judge([post]) for post in posts], len(posts))
    found: dict[str, Any] = {"batch_posts_per_s": round(batch), "single_posts_per_s": round(single)}
    if not beside_jieba:
        return found
    try:
        with warnings.catch_warnings():
            # jieba 0.42.1 imports what setuptools no longer likes to see.
            warnings.simplefilter("ignore")
            import jieba
    except ImportError:
        return found
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    words = _rate(lambda: [jieba.lcut(title + text) for title, text in posts], len(posts))
    found["jieba_lcut_posts_per_s"] = round(words)
    found["batch_times_jieba"] = round(batch / words, 1)
    found["single_times_jieba"] = round(single / words, 1)
    return found


def _rate(work: Callable[[], object], count: int) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return count / max(best, 1e-9)


def _class(name: str, labels: Sequence[str], said: Sequence[str]) -> dict[str, Any]:
    both = sum(label == name == first for label, first in zip(labels, said, strict=True))
    rows, named = labels.count(name), said.count(name)
    return {
        "class": name,
        "rows": rows,
        "precision": _round(both / named if named else 0.0),
        "recall": _round(both / rows if rows else 0.0),
        "f1": _round(2 * both / (rows + named) if rows + named else 0.0),
    }


def _among(judged: Judgement, label: str, best: int) -> bool:
    return label in [name for name, _ in judged.ranked[:best]]


def _calibration_error(sure: Any, right: Any) -> float:
    """Expected calibration error: |confidence - accuracy| by equal bins of confidence, weighted by their posts."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    parts = [bins == number for number in range(BINS)]
    return float(
        sum(abs(sure[part].mean() - right[part].mean()) * part.mean() for part in parts if part.any())
    )


def _round(value: Any) -> float:
    return round(float(value), 4)


# -- change-over ----------------------------------------------------------------------------------


class Operator:
    """The models of a running system, as an operator changes them."""

    def __init__(self, home: Home) -> None:
        services = home.read_state()["services"]
        self._router, self._intake = services["router"], services["intake"]
        key = home.secret_file("token-private.pem").read_bytes()
        self._bearer = {"Authorization": f"Bearer {sign(key, Staff('command', 'supervision', 'operator'))}"}

    def models(self) -> dict[str, Any]:
        """The models stored, oldest first, and the change-overs so far."""
        found: dict[str, Any] = self._call("GET", f"{self._router}/v1/models")
        return found

    def store(self, data: bytes) -> Model:
        """Give router a file to keep, by its checksum; the same file twice is kept once."""
        try:
            model = Model.load(data)
        except Damaged as problem:
            raise Trouble(f"{problem}。") from problem
        self._call("PUT", f"{self._router}/v1/models/{sha256(data).hexdigest()}", content=data)
        return model

    def activate(self, version: str, checksum: str, threshold: float) -> None:
        """From now on, in every partition in its order, the router decides with this model (none: the duty list alone)."""
        body = {"version": version, "checksum": checksum, "threshold": threshold}
        self._call("POST", f"{self._intake}/v1/city/model", json=body)

    def active(self) -> bytes | None:
        """The file of the model in force, or None when the duty list judges alone."""
        turns = self.models()["activated"]
        if not turns or not turns[-1]["checksum"]:
            return None
        found: bytes = self._send("GET", f"{self._router}/v1/models/{turns[-1]['checksum']}").content
        return found

    def previous(self) -> dict[str, Any]:
        """What was in force before the present model. Raises Trouble when there was no change-over."""
        turns = self.models()["activated"]
        if not turns:
            raise Trouble("还没有启用过模型。 No model was ever activated.")
        return turns[-2] if len(turns) > 1 else {"version": "", "checksum": "", "threshold": 0.0}

    def _call(self, method: str, url: str, **more: Any) -> Any:
        return self._send(method, url, **more).json()

    def _send(self, method: str, url: str, **more: Any) -> httpx2.Response:
        headers = self._bearer | {"Idempotency-Key": uuid4().hex}
        try:
            answer = httpx2.request(method, url, headers=headers, timeout=30, **more)
        except httpx2.HTTPError as problem:
            raise Trouble(
                f"服务没有应答:{problem}。 The service does not answer; wenzheng status"
            ) from problem
        if answer.status_code >= 400:
            told = answer.json()
            fields = ";".join(f"{error['field']} {error['reason']}" for error in told.get("errors", []))
            raise Trouble(f"没有被接受:{told.get('title', '')} {told.get('detail', '')} {fields}".strip())
        return answer
