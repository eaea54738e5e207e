"""Draws who says and who hears what, from the registry: `python -m wenzheng.tools.draw_topics [--check]`.

Writes the picture between its marks in `README.md` and, with the table of topics below it, in
`docs/walk.md`; with `--check`, says whether both are what the registry would draw.
"""

import sys
from pathlib import Path
from typing import Final

from contracts.topics import TOPICS, Topic
from wenzheng.stack.home import ROOT

README: Final = ROOT / "README.md"
WALK: Final = ROOT / "docs" / "walk.md"
BEGIN: Final = "<!-- drawn by wenzheng.tools.draw_topics -->"
END: Final = "<!-- end of the drawing -->"

OUTSIDE: Final = (
    'people(["citizens, staff"]) -- HTTP --> intake',
    "notifier -- WeChat, SMS, mail, robots --> people",
    "stats -- league, live figures --> people",
    'voters(["people who answer, unknown"]) -- HTTP --> survey',
    'talkers(["people who comment"]) -- HTTP --> debate',
)
"""What enters and leaves the city without a topic; no registry knows it."""


def picture(topics: tuple[Topic, ...] = TOPICS) -> str:
    """The flow of facts in Mermaid: each topic has one writer, and an arrow to each who hears it."""
    lines = ["```mermaid", "flowchart LR", *(f"  {line}" for line in OUTSIDE)]
    for topic in topics:
        readers = " & ".join(_node(reader) for reader in (*topic.readers, *topic.watchers))
        hears = f" --> {readers}" if readers else ""
        lines.append(f"  {topic.writer} ==> {topic.name}[({topic.name})]{hears}")
    return "\n".join([*lines, "```"])


def table(topics: tuple[Topic, ...] = TOPICS) -> str:
    """The same in words, in Markdown."""
    rows = ["| Topic | Said by | Heard by | What is said |", "|---|---|---|---|"]
    for topic in topics:
        readers = ", ".join((*topic.readers, *topic.watchers)) or "nobody today"
        rows.append(f"| `{topic.name}` | {topic.writer} | {readers} | {topic.sentence} |")
    return "\n".join(rows)


def pages() -> dict[Path, str]:
    """Each page with the drawing in its place."""
    drawn = {README: picture(), WALK: f"{picture()}\n\n{table()}"}
    return {page: _placed(page.read_text(encoding="utf-8"), text) for page, text in drawn.items()}


def _node(reader: str) -> str:
    return reader if " " not in reader else f'{reader.replace(" ", "_")}["{reader}"]'


def _placed(page: str, drawing: str) -> str:
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{drawing}\n{END}{tail}"


def main() -> None:
    """The command."""
    stale = {page: text for page, text in pages().items() if page.read_text(encoding="utf-8") != text}
    if "--check" in sys.argv:
        if stale:
            names = ", ".join(str(page.relative_to(ROOT)) for page in stale)
            sys.exit(f"{names}: not what the registry draws; run python -m wenzheng.tools.draw_topics")
        return
    for page, text in stale.items():
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
