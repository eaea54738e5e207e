"""The catalogue of planted bugs fits the code: every place is there once, and every bug could be written."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.parsing import parsed
from tests.planted.catalogue import AREAS, ROOT, Bug, Moved, bugs

CATALOGUE = bugs()


def test_there_are_enough_of_them_in_every_area() -> None:
    count = Counter(bug.area for bug in CATALOGUE)

    assert sum(count.values()) >= 120
    assert [area for area in AREAS if count[area] < 5] == []


@pytest.mark.parametrize("area", AREAS)
def test_the_place_of_each_stands_there_once_and_so_do_its_tests(area: str) -> None:
    for bug in CATALOGUE:
        if bug.area == area:
            text = (ROOT / bug.file).read_text(encoding="utf-8")
            assert bug.planted(text) != text
            assert bug.why
            assert bug.tests
            assert [test for test in bug.tests if not (ROOT / test.partition("::")[0]).exists()] == []


@pytest.mark.medium
@pytest.mark.parametrize("area", AREAS)
def test_what_is_planted_can_be_read(area: str) -> None:
    for bug in CATALOGUE:
        if bug.area == area and bug.file.endswith(".py"):
            parsed(bug.planted((ROOT / bug.file).read_text(encoding="utf-8")))


def test_a_bug_is_planted_in_a_copy_of_its_file_alone(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("a = 1\nb = 2\n")

    Bug("engine", "code.py", "b = 2", "b = 3", "", ()).plant(tmp_path)

    assert (tmp_path / "code.py").read_text() == "a = 1\nb = 3\n"


def test_where_every_near_test_needs_broker_or_database_they_are_run() -> None:
    needs = re.compile(r"^pytestmark = .*mark\.real", re.MULTILINE)

    def real(test: str) -> bool:
        path = ROOT / test.partition("::")[0]
        return path.is_file() and bool(needs.search(path.read_text(encoding="utf-8")))

    assert [bug.name for bug in CATALOGUE if not bug.real and all(real(test) for test in bug.tests)] == []


def test_no_two_are_the_same() -> None:
    names = Counter(bug.name for bug in CATALOGUE)

    assert [name for name, count in names.items() if count > 1] == []


def test_a_bug_whose_place_has_moved_says_so(tmp_path: Path) -> None:
    (tmp_path / "moved.py").write_text("a = 1\n")

    with pytest.raises(Moved, match="its place stands 0 times"):
        Bug("engine", "moved.py", "b = 1", "b = 2", "", ()).plant(tmp_path)
