"""The page on security names tests that exist, and leaves out no chapter."""

import re

from tests.stack import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_[a-z0-9_]+)", file.read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", PAGE))

    assert named
    assert named - written == set()


def test_the_page_has_every_chapter_of_the_standard() -> None:
    chapters = set(re.findall(r"\bV(\d+)", PAGE))

    assert {str(number) for number in range(1, 18)} <= chapters
