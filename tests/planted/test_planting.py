"""A test notices a bug where it fails with it and passes without it."""

from pathlib import Path

import pytest

from tests.planted.__main__ import Unsound, passes_without

pytestmark = pytest.mark.medium


def _copy(folder: Path, asserted: str) -> Path:
    (folder / "test_it.py").write_text(f"def test_it():\n    assert {asserted}\n", encoding="utf-8")
    return folder


def test_a_test_that_fails_without_the_bug_as_well_is_no_witness(tmp_path: Path) -> None:
    with pytest.raises(Unsound, match="::test_it fails without the bug, too"):
        passes_without(_copy(tmp_path, "False"), "test_it.py::test_it")


@pytest.mark.parametrize("noticed", ["test_it.py::test_it", "test_it.py::test_it (hangs)"])
def test_one_that_passes_without_the_bug_is_a_witness(tmp_path: Path, noticed: str) -> None:
    passes_without(_copy(tmp_path, "True"), noticed)
