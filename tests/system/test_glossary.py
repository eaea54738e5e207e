"""The glossary's Chinese words are those of screens, notices and commands, and what it has one word for has no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWN = ("fronts", "services", "contracts", "city", "cities", "wenzheng", "chassis")
GIVEN_UP = {
    "承办员": "承办人",
    "改交": "转办",
    "转交办 {number}": "转办",
    "批示逾期": "批示超期",
    "已超时": "已超期",
    "超时未复": "超期未复",
    "逾时": "超时",
    "待签批": "待签发",
    "问责当事人": "问责责任人",
    "工作群": "群机器人",
    "参与凭据": "通行凭证",
}
"""What once stood beside the word of the glossary."""


def words() -> list[str]:
    """The glossary's first column, word by word; what stands in brackets says where a word is used."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    columns = [
        line.split("|")[1] for line in text.splitlines() if line.startswith("| ") and "中文" not in line
    ]
    plain = (re.sub(r"[((][^))]*[))]", "", column) for column in columns)
    return [word for column in plain for part in re.split(r"[、,;::/]", column) if (word := part.strip())]


def shown() -> str:
    """All code and pages in which a word may be said to somebody."""
    suffixes = {".py", ".html", ".js", ".toml", ".csv", ".txt", ".md"}
    paths = (path for folder in SHOWN for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_every_word_of_the_glossary_is_used() -> None:
    said = shown()

    assert len(words()) > 200
    assert [word for word in words() if word not in said] == []


def test_nothing_has_a_second_word_on_screens() -> None:
    said = shown()

    assert {word: better for word, better in GIVEN_UP.items() if word in said} == {}
