"""Training: the same file every time, honest folds, and the accuracy that is promised on real posts."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.router.core.learning import model as made
from services.router.core.learning.model import Model
from tests.services.router.matters import MATTERS, SEED, file, fitted, rows_of
from wenzheng.posts_file import shared_folder
from wenzheng.training import FOLDS, Row, accuracy, fit, folds, no_worse, split, too_few

pytestmark = pytest.mark.medium

pytest.importorskip("sklearn")

LETTERS = (shared_folder() or Path("no-letters")) / "classify_taidi_train.jsonl.gz"


def test_the_same_rows_and_seed_make_the_same_file() -> None:
    assert fit(rows_of(300), seed=SEED) == file()


def test_copies_are_never_split_between_folds_nor_between_learnt_and_held_out() -> None:
    rows = rows_of(200)
    copies = [Row(row.title, row.text + "!!9", row.label) for row in rows[:60]]
    known = [Row("", f"转发{n}", "教育文体", group=str(n % 7)) for n in range(40)]
    every = rows + copies + known

    fold = folds(every, SEED)
    learnt, held_out = split(every, 0.2, SEED)

    assert fold[:60].tolist() == fold[200:260].tolist()
    assert len({(row.group, int(place)) for row, place in zip(known, fold[260:], strict=True)}) == 7
    assert len(learnt) + len(held_out) == len(every)
    for row, copy in zip(rows, copies, strict=False):
        assert (row in held_out) == (copy in held_out)
    assert not {row.group for row in learnt if row.group} & {row.group for row in held_out if row.group}


def test_every_fold_has_posts_of_every_class() -> None:
    rows = rows_of(3 * FOLDS)

    fold = folds(rows, SEED)

    for label in MATTERS:
        assert {int(place) for row, place in zip(rows, fold, strict=True) if row.label == label} == set(
            range(FOLDS)
        )


def test_a_class_of_too_few_different_posts_is_left_out() -> None:
    copies = [Row("", f"同一条信息{n}", "商贸旅游") for n in range(50)]

    data = fit([*rows_of(60), *copies], seed=SEED)

    assert too_few([*rows_of(60), *copies]) == {"商贸旅游": 50}
    assert Model.load(data).classes == fitted().classes
    assert Model.load(data).header.rows == 60


def test_one_class_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="two classes"):
        fit([row for row in rows_of(60) if row.label == "教育文体"], seed=SEED)


def test_posts_with_nothing_in_common_are_nothing_to_learn() -> None:
    rows = [Row("", chr(0x4E00 + n), ("甲", "乙")[n % 2]) for n in range(40)]

    with pytest.raises(ValueError, match="in common"):
        fit(rows, seed=SEED)


def test_copies_under_two_labels_do_not_stop_the_training() -> None:
    doubtful = [Row("", "公交车停在小学门口", label, group="x") for label in MATTERS for _ in range(9)]

    assert Model.load(fit([*rows_of(90), *doubtful], seed=SEED)).classes == fitted().classes


def test_a_worse_model_is_told_from_a_better_one() -> None:
    held_out = rows_of(120, seed=5)
    wrong = [
        Row(row.title, row.text, list(MATTERS)[n % 3 - 1])
        for n, row in enumerate(sorted(rows_of(150), key=lambda row: row.label))
    ]
    worse = fit(wrong, seed=SEED)

    assert no_worse(None, worse, held_out)
    assert no_worse(file(), file(), held_out)
    assert no_worse(worse, file(), held_out)
    assert not no_worse(file(), worse, held_out)


# -- real posts ---------------------------------------------------------------------------------


def real() -> Sequence[Row]:
    if not LETTERS.exists():
        pytest.skip("the real posts are not here")
    with gzip.open(LETTERS, "rt", encoding="utf-8") as lines:
        return [
            Row(raw["title"], raw["text"], raw["label"], raw["dup_group"]) for raw in map(json.loads, lines)
        ]


@pytest.mark.slow
def test_real_posts_are_told_apart_and_the_promised_accuracy_is_kept() -> None:
    learnt, held_out = split(real(), 0.2, SEED)

    data = fit(learnt, seed=SEED)
    model = Model.load(data)
    judged = model.judge([(row.title, row.text) for row in held_out])

    sure = [
        (one.ranked[0][0], row.label)
        for one, row in zip(judged, held_out, strict=True)
        if one.confidence >= model.threshold
    ]
    assert len(data) < made.MOST_BYTES
    assert accuracy(model, held_out) >= 0.91
    assert sum(said == label for said, label in sure) / len(sure) >= 0.96
    assert len(sure) / len(held_out) >= 0.8
