"""The duty list alone against letters whose class is known, and items nothing would reach."""

import gzip
import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from city.profile import Profile
from wenzheng.posts_file import shared_folder
from wenzheng.tools.duty_check import Letter, MappingError, evaluate, read_letters, read_mapping, unreachable

ROOT = Path(__file__).resolve().parents[2]
CITY = ROOT / "cities" / "suqian"
PROFILE = Profile.load(CITY)
SEVEN = ROOT / "deploy" / "examples" / "seven_classes.toml"
LETTERS = (shared_folder() or Path("no-letters")) / "classify_taidi_train.jsonl.gz"


def in_other_half(letter: Letter) -> bool:
    """The half whose letters were not read when the words of the list were chosen."""
    return int(sha256(letter.group.encode()).hexdigest(), 16) % 2 == 1


# -- evaluation -------------------------------------------------------------------------------


def test_letters_are_counted_by_the_class_of_the_unit_put_first() -> None:
    classes = read_mapping(SEVEN, PROFILE)

    told = evaluate(
        PROFILE,
        [
            Letter("小区自来水发黄,水压低", "城乡建设"),
            Letter("出租车拒载,不打表", "交通运输"),
            Letter("化工厂偷排废水", "交通运输"),
            Letter("法院立案难", "城乡建设"),
            Letter("。", "城乡建设"),
        ],
        classes,
    )

    assert (told.letters, told.accuracy, told.silent) == (5, 2 / 5, 1 / 5)
    assert {each.name: (each.letters, each.precision, each.recall) for each in told.classes} == {
        "城乡建设": (3, 1.0, 1 / 3),
        "交通运输": (2, 1.0, 1 / 2),
    }
    assert told.macro_f1 == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert ("交通运输", "环境保护", "environment-02", 1) in told.mistaken


def test_no_letters_give_no_figures() -> None:
    told = evaluate(PROFILE, [], read_mapping(SEVEN, PROFILE))

    assert (told.letters, told.macro_f1, told.accuracy, told.classes) == (0, 0.0, 0.0, ())


def test_a_single_item_may_belong_to_another_class_than_its_unit(tmp_path: Path) -> None:
    file = tmp_path / "classes.toml"
    file.write_text('[a]\nunits = ["gas"]\n[b]\nitems = ["gas-03"]\n', encoding="utf-8")

    told = evaluate(PROFILE, [Letter("停气", "a"), Letter("燃气费", "b")], read_mapping(file, PROFILE))

    assert told.accuracy == 1


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_letters_are_read_from_lines(tmp_path: Path, packed: bool) -> None:
    line = json.dumps(
        {"text": "停水", "label": "城乡建设", "title": "", "dup_group": "g1"}, ensure_ascii=False
    )
    file = tmp_path / ("letters.jsonl.gz" if packed else "letters.jsonl")
    file.write_bytes(gzip.compress(line.encode()) if packed else line.encode())

    assert list(read_letters(file)) == [Letter("停水", "城乡建设", group="g1")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('[a]\nunits = ["moon"]', "moon 不存在"),
        ('[a]\nitems = ["moon-1"]', "moon-1 不存在"),
        ('[a]\nunits = ["gas"]\n[b]\nunits = ["gas"]', "gas 既属 a 又属 b"),
        ('[a]\ncolour = ["gas"]', "应只有 units 与 items"),
        ("a = 1", "应只有 units 与 items"),
        ("", "没有任何类别"),
        ("[", "classes.toml"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "classes.toml"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(MappingError, match=complaint):
        read_mapping(file, PROFILE)


@pytest.mark.slow
@pytest.mark.skipif(not LETTERS.exists(), reason="the letters are not here")
def test_without_training_the_other_half_of_the_letters_is_told_apart() -> None:
    told = evaluate(PROFILE, filter(in_other_half, read_letters(LETTERS)), read_mapping(SEVEN, PROFILE))

    assert told.letters > 2000
    assert told.macro_f1 >= 0.80


# -- reaching ---------------------------------------------------------------------------------


def test_every_item_of_the_citys_own_list_can_be_reached() -> None:
    assert unreachable(CITY) == []


def test_an_item_whose_words_say_more_of_another_unit_is_told_with_its_line(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(CITY, city)
    with (city / "duties.csv").open("a", encoding="utf-8") as lines:
        lines.write("audit-99,audit,另一事项,停气?|漏气?,条例,both\n")

    (complaint,) = unreachable(city)

    assert (complaint.file, complaint.line) == ("duties.csv", len(PROFILE.duties) + 2)
    assert "audit-99 永远选不到" in complaint.reason
    assert "gas" in complaint.reason
