"""Training and evaluating from files: what is wrong is told line by line, and the figures are the textbook's."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from services.router.core.learning.model import MAGIC, Model
from wenzheng.model import cross_evaluate, evaluate, load, read_rows, retrain, speed, train
from wenzheng.stack.home import Trouble
from wenzheng.training import Row, fit, folds

pytestmark = pytest.mark.medium

pytest.importorskip("sklearn")

MATTERS = {
    "交通": ("公交车", "站台", "出租车", "班次", "地铁"),
    "教育": ("小学", "老师", "学区", "招生", "学费"),
}


def lines_of(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Made-up posts; every eighth has the words of the other class."""
    lots = random.Random(seed)
    found = []
    for number in range(count):
        label = list(MATTERS)[number % 2]
        words = lots.sample(MATTERS[label if number % 8 else list(MATTERS)[1 - number % 2]], 3)
        found.append({"title": words[0], "text": f"{words[1]},{words[2]}{number}", "label": label})
    return found


def written(file: Path, lines: list[dict[str, Any]]) -> Path:
    raw = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    file.write_bytes(gzip.compress(raw) if file.suffix == ".gz" else raw)
    return file


# -- reading ------------------------------------------------------------------------------------


def test_plain_and_gzipped_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    plain = written(
        tmp_path / "a.jsonl", [{"title": "路灯", "text": "坏了", "label": "城建", "dup_group": 7}]
    )
    packed = written(tmp_path / "b.jsonl.gz", [{"text": "学区", "label": " 教育 "}])

    assert read_rows([plain, packed]) == [Row("路灯", "坏了", "城建", "7"), Row("", "学区", "教育")]


def test_every_wrong_line_is_named_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(
        b'{"text": "x", "label": "a"}\n'
        b"{broken\n"
        b"\n"
        b"[1]\n"
        b'{"text": "  ", "label": "a"}\n'
        b'{"text": "x", "label": 5}\n'
        b'{"text": "\xff", "label": "a"}\n'
        b'{"text": "x", "label": "a", "title": ["t"]}\n'
        b'{"text": "x", "label": "\\ud800"}\n' + b"[" * 100_000
    )

    with pytest.raises(Trouble) as told:
        read_rows([file])

    complaints = str(told.value).split("\n")
    assert [line.split(":")[0] for line in complaints] == [f"第 {n} 行" for n in (2, 4, 5, 6, 7, 8, 9, 10)]
    for part, line in zip(
        ("JSON", "object", "text", "label", "UTF-8", "title", "label", "JSON"), complaints, strict=True
    ):
        assert part in line


def test_twenty_wrong_lines_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    file = written(tmp_path / "posts.jsonl", [{"text": "x"}] * 25)

    with pytest.raises(Trouble) as told:
        read_rows([file])

    complaints = str(told.value).split("\n")
    assert len(complaints) == 21
    assert complaints[19].startswith("第 20 行")
    assert "5" in complaints[20]


def test_of_several_files_the_wrong_one_is_named(tmp_path: Path) -> None:
    good = written(tmp_path / "good.jsonl", [{"text": "x", "label": "a"}])
    bad = written(tmp_path / "bad.jsonl", [{"text": "x"}])

    with pytest.raises(Trouble, match=r"bad\.jsonl 第 1 行"):
        read_rows([good, bad])


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x1f\x8bnot gzip"])
def test_a_file_without_posts_is_told_of(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "posts.jsonl.gz"
    file.write_bytes(content if content.startswith(b"\x1f") else gzip.compress(content))

    with pytest.raises(Trouble):
        read_rows([file])


def test_a_missing_file_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="不能读取"):
        read_rows([tmp_path / "none.jsonl"])
    with pytest.raises(Trouble, match="不能读取"):
        load(tmp_path / "none.model")


# -- training -----------------------------------------------------------------------------------


def test_a_trained_file_is_loaded_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts = written(tmp_path / "posts.jsonl", [*lines_of(80), {"text": "鸟", "label": "农业"}])

    fitted = train([posts], tmp_path / "city.model")

    assert load(tmp_path / "city.model").version == fitted.version
    assert fitted.classes == ("交通", "教育")
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["city.model", "posts.jsonl"]
    told = capsys.readouterr().err
    assert "农业" in told
    assert "1 帖" in told


def test_too_few_posts_leave_the_old_file_as_it_was(tmp_path: Path) -> None:
    posts = written(tmp_path / "posts.jsonl", lines_of(4))
    old = tmp_path / "city.model"
    old.write_bytes(b"as it was")

    with pytest.raises(Trouble, match="不能训练"):
        train([posts], old)

    assert old.read_bytes() == b"as it was"


def test_a_damaged_model_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "city.model"
    for content in (b"", b"PK\x03\x04", MAGIC + b"\0" * 99):
        file.write_bytes(content)
        with pytest.raises(Trouble, match="模型文件"):
            load(file)


def test_a_retrained_model_is_compared_on_posts_neither_has_seen() -> None:
    rows = [Row(line["title"], line["text"], line["label"]) for line in lines_of(200)]

    first = retrain(rows, None)
    again = retrain(rows, first.data)

    assert first.learnt + first.held_out == 200
    assert first.old_accuracy is None
    assert first.no_worse
    assert again.data == first.data
    assert again.old_accuracy == again.new_accuracy
    assert again.no_worse


# -- evaluating ---------------------------------------------------------------------------------


def fitted(tmp_path: Path) -> Model:
    return train([written(tmp_path / "posts.jsonl", lines_of(160))], tmp_path / "city.model")


def test_the_figures_are_those_counted_by_hand(tmp_path: Path) -> None:
    model = fitted(tmp_path)
    rows = [
        Row("公交车", "站台,班次", "交通"),
        Row("地铁", "站台,班次", "交通"),
        Row("公交车", "站台,班次", "教育"),
        Row("小学", "老师,学区", "教育"),
        Row("小学", "老师,学区", "从未见过"),
    ]

    told = evaluate(model, rows)

    assert told["posts"] == 5
    assert told["accuracy"] == 0.6
    assert told["top_2"] == 0.8
    by_class = {row["class"]: row for row in told["classes"]}
    assert by_class["交通"] == {"class": "交通", "rows": 2, "precision": 0.6667, "recall": 1.0, "f1": 0.8}
    assert by_class["教育"] == {"class": "教育", "rows": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert by_class["从未见过"]["f1"] == 0.0
    assert told["macro_f1"] == round(1.3 / 3, 4)
    assert [point["share"] for point in told["coverage"]][-1] == 1.0
    assert told["coverage"][-1]["accuracy"] == 0.6
    assert 0.0 <= told["calibration_error"] <= 1.0


def test_the_figures_agree_with_scikit_learn(tmp_path: Path) -> None:
    from sklearn.metrics import accuracy_score, f1_score

    model = fitted(tmp_path)
    rows = [Row(line["title"], line["text"], line["label"]) for line in lines_of(100, seed=9)]

    told = evaluate(model, rows)

    labels = [row.label for row in rows]
    said = [one.ranked[0][0] for one in model.judge([(row.title, row.text) for row in rows])]
    assert told["accuracy"] == round(float(accuracy_score(labels, said)), 4)
    assert told["macro_f1"] == round(float(f1_score(labels, said, average="macro")), 4)


def test_across_folds_every_post_is_judged_once_by_a_model_that_has_not_seen_it() -> None:
    rows = [Row(line["title"], line["text"], line["label"]) for line in lines_of(90)]

    told = cross_evaluate(rows, 3, seed=1)

    right, fold = 0, folds(rows, 1, 3)
    for number in range(3):
        learnt = [row for row, here in zip(rows, fold, strict=True) if here != number]
        unseen = [row for row, here in zip(rows, fold, strict=True) if here == number]
        judged = Model.load(fit(learnt, seed=1)).judge([(row.title, row.text) for row in unseen])
        right += sum(one.ranked[0][0] == row.label for one, row in zip(judged, unseen, strict=True))
    assert (told["posts"], told["folds"]) == (90, 3)
    assert told["accuracy"] == round(right / 90, 4) < 1.0
    assert set(told["mean_of_folds"]) == set(told["deviation_of_folds"]) == {"macro_f1", "accuracy", "top_2"}


def test_speed_is_told_beside_jieba_where_that_is_wanted(tmp_path: Path) -> None:
    model = fitted(tmp_path)
    rows = [Row(line["title"], line["text"], line["label"]) for line in lines_of(64)]

    alone = speed(model, rows, beside_jieba=False)

    assert set(alone) == {"batch_posts_per_s", "single_posts_per_s"}
    pytest.importorskip("jieba")
    beside = speed(model, rows)
    assert beside["jieba_lcut_posts_per_s"] > 0
    assert {"batch_times_jieba", "single_times_jieba"} < set(beside)
