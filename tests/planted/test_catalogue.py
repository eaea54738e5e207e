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


@pytest.mark.parametrize("bug", CATALOGUE, ids=lambda bug: bug.name)
def test_its_place_stands_there_once_and_what_is_planted_can_be_read(bug: Bug, tmp_path: Path) -> None:
    (tmp_path / bug.file).parent.mkdir(parents=True)
    (tmp_path / bug.file).write_text((ROOT / bug.file).read_text(encoding="utf-8"), encoding="utf-8")

    bug.plant(tmp_path)

    planted = (tmp_path / bug.file).read_text(encoding="utf-8")
    assert planted != (ROOT / bug.file).read_text(encoding="utf-8")
    if bug.file.endswith(".py"):
        parsed(planted)
    assert bug.why
    assert bug.tests
    assert [test for test in bug.tests if not (ROOT / test.partition("::")[0]).exists()] == []


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
