"""A city's own words of notices, and its templates at the providers: the file `notices.toml`, which a city may do without.

What it names takes the place of the product's own; everything else stays as it is. Which notices there are, and which places each has,
notifier knows, and checks when it is built (`services/notifier/core/texts.py`).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from msgspec import Struct, field

from city.policy import line_of
from city.templates import OWN, PLACE, Template, read_template
from contracts.notices import Audience

FILE: Final = "notices.toml"
FOLLOWER: Final = "follower"
"""Who follows a post is told other things than its author, and is a citizen otherwise."""
AUDIENCES: Final = (*get_args(Audience), FOLLOWER)
_AT_LINE: Final = re.compile(r"at line (\d+)")

Wrong = tuple[int, str]
"""A line and what is wrong on it."""


class CityText(Struct, frozen=True):
    """The words of one notice to one audience."""

    text: str
    line: int
    """On which it stands."""


class NoticeWords(Struct, frozen=True):
    """What a city says in its own words, and by which templates."""

    texts: Mapping[tuple[str, str], CityText] = field(default_factory=dict)
    """By audience and name of the notice."""
    templates: Mapping[str, Template] = field(default_factory=dict)

    def text(self, audience: str, name: str, own: str) -> str:
        """The city's words of a notice, else the product's own."""
        found = self.texts.get((audience, name))
        return own if found is None else found.text

    def template(self, name: str) -> Template:
        """The city's template of a channel, else the fake gateway's."""
        return self.templates.get(name) or OWN[name]

    @property
    def room(self) -> int:
        """Over how many fields of WeChat's the words of a notice to citizens can go, whichever way is set."""
        ways = [one for name, one in self.templates.items() if name.startswith("wechat-")]
        return min(one.text_fields for one in ways or [OWN["wechat-subscription"]])


def read_notices(text: str) -> tuple[NoticeWords, list[Wrong]]:
    """The file's words and templates, and what is wrong with its form."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        line = _AT_LINE.search(str(problem))
        return NoticeWords(), [(int(line[1]) if line else 1, "不是 TOML:请检查引号、等号与方括号")]
    texts: dict[tuple[str, str], CityText] = {}
    templates: dict[str, Template] = {}
    wrong: list[Wrong] = []
    for section, table in tables.items():
        if section not in ("texts", "templates") or not isinstance(table, Mapping):
            wrong.append(
                (line_of(text, (section,)), f"没有 {section} 这一节,只有 [texts.…] 与 [templates.…]")
            )
            continue
        for name, entries in table.items():
            if section == "texts":
                wrong += _texts(text, name, entries, texts)
                continue
            template, found = read_template(name, entries)
            path = (section, name)
            wrong += [(line_of(text, (*path, *below)), f"{name}:{reason}") for below, reason in found]
            if template is not None:
                templates[name] = template
    return NoticeWords(texts, templates), wrong


def _texts(file: str, audience: str, entries: Any, texts: dict[tuple[str, str], CityText]) -> Iterator[Wrong]:
    """Reads the texts to one audience."""
    if audience not in AUDIENCES or not isinstance(entries, Mapping):
        line = line_of(file, ("texts", audience))
        yield line, f"没有 {audience} 这类收件人,可以写的是 {'、'.join(AUDIENCES)}"
        return
    for name, words in entries.items():
        line = line_of(file, ("texts", audience, name))
        reason = _wrong_words(words)
        if reason:
            yield line, f"{name}:{reason}"
        else:
            texts[audience, name] = CityText(words, line)


def _wrong_words(words: Any) -> str:
    """Why it cannot be the text of any notice; empty where it can."""
    if not isinstance(words, str) or not words.strip():
        return "应为一行文字;不想改的通知请去掉这一行"
    if not words.isprintable() or words != words.strip():
        return "应为一行,没有换行与首尾空格:单位的汇总里一行就是一条通知"
    bare = PLACE.sub("", words)
    if "{" in bare or "}" in bare:
        return "花括号只用来写 {number} 这样的位置,里面只有小写字母与下划线"
    return ""
