"""The index of decisions names every page, with its title, its status and when it was taken."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adr"
ROW = re.compile(r"^\| (\d+) \| \[(.+?)\]\((.+?)\) \| (.+?) \| (\d{4}-\d\d-\d\d) \|$", re.MULTILINE)


def test_the_index_of_decisions_says_what_the_pages_say() -> None:
    rows = {
        name: (number, title, status)
        for number, title, name, status, _ in ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    }
    pages = {}
    for path in sorted(FOLDER.glob("0*.md")):
        text = path.read_text(encoding="utf-8")
        heading, status = re.match(r"# (\d+)\. (.+)", text), re.search(r"^Status: (.+)$", text, re.MULTILINE)
        assert heading is not None, path.name
        assert status is not None, path.name
        pages[path.name] = (heading[1], heading[2], re.sub(r", \d{4}-\d\d-\d\d$", "", status[1]))

    assert rows == pages, "a new decision gets a line in docs/adr/README.md"


def test_decisions_are_numbered_as_they_were_taken() -> None:
    for path in FOLDER.glob("0*.md"):
        assert path.read_text(encoding="utf-8").startswith(f"# {int(path.name[:4])}. ")
