"""The page on security names tests that exist, and leaves out no chapter of the standard and no item of what was found."""

import re
from typing import Final

import pytest

from tests.stack import ROOT

PAGE: Final = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
FOUND: Final = {"C": 2, "H": 7, "M": 17, "L": 17, "F": 22}
"""How many items each list has."""


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    text = PAGE.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_every_test_that_the_page_names_exists() -> None:
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_[a-z0-9_]+)", file.read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", PAGE))

    assert named
    assert named - written == set()


def test_every_file_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`((?:chassis|city|services|fronts|wenzheng)/[a-z0-9_./]+)`", PAGE))

    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("section", ["The portal", "The services and the bus"])
def test_the_page_has_every_chapter_of_the_standard(section: str) -> None:
    chapters = {number for row in rows(section) for number in re.findall(r"\bV(\d+)", row[0])}

    assert {str(number) for number in range(1, 18)} <= chapters


def test_every_item_of_both_lists_says_how_it_stands_with_a_test_or_why_there_is_none() -> None:
    found = rows("What was found by two readings, and how it stands")

    assert [row[0] for row in found] == [
        f"{kind}{number}" for kind, count in FOUND.items() for number in range(1, count + 1)
    ]
    for item, _, stands, tests in found:
        assert "`test_" in tests or "**Open.**" in stands, item
