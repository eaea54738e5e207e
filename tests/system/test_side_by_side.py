"""Shares of small tests: as heavy as one another, each file in one of them, and a failure in any is a failure."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.side_by_side import NOTHING_CHOSEN, chosen, shares
from tests.stack import ROOT


def _files(folder: Path, sizes: list[int]) -> list[Path]:
    found = [folder / f"test_{n}.py" for n in range(len(sizes))]
    for file, size in zip(found, sizes, strict=True):
        file.write_text("#" * size)
    return found


def test_every_file_is_in_one_share_and_each_folder_is_dealt_out_evenly(tmp_path: Path) -> None:
    (tmp_path / "dear").mkdir()
    dear = _files(tmp_path / "dear", [90, 60, 30])
    files = [*dear, *_files(tmp_path, [900, 500, 400, 300, 200, 100, 50, 10])]

    for count in (1, 2, 3, 12):
        found = shares(files, count)

        assert len(found) == count
        assert sorted(file for share in found for file in share) == sorted(files)
    for share in shares(files, 2):
        assert sum(file.stat().st_size for file in share if file in dear) == 90
        assert 1200 <= sum(file.stat().st_size for file in share if file not in dear) <= 1260


def test_a_file_that_the_marks_leave_out_is_in_none(tmp_path: Path) -> None:
    dear, cheap = _files(tmp_path, [0, 0])
    dear.write_text("pytestmark = pytest.mark.slow\n")
    (tmp_path / "stack.py").write_text("")

    assert chosen([tmp_path], "not slow") == [cheap]
    assert chosen([dear, cheap], "") == [dear, cheap]


@pytest.mark.medium
def test_one_failure_in_any_share_is_told_and_is_a_failure_of_all(tmp_path: Path) -> None:
    whole, broken, empty = _files(tmp_path, [0, 0, 0])
    whole.write_text("def test_it() -> None: ...\n")
    broken.write_text("def test_it() -> None:\n    assert 1 == 2\n")

    def told(*files: Path) -> tuple[int, str]:
        command = [sys.executable, "-m", "tests.side_by_side", "2", "-m", "not slow", *map(str, files)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        return done.returncode, done.stdout

    code, said = told(whole, broken)
    assert code == 1
    assert "assert 1 == 2" in said
    assert "1 passed" in said
    assert told(whole, empty)[0] == 0, f"a share with no test in it ends with {NOTHING_CHOSEN}"
