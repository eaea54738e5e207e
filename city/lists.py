"""What can be read of a city's lists and still makes no sense: units, duty items, streets, contacts."""

import re
from collections import Counter
from typing import Final

from city import contacts, tiles
from city.files import Folder, Row
from city.units import CONTACT_KINDS, LEVELS

DUTIES_PER_UNIT: Final = 5
"""Duty items of each unit, at least."""
CONTACTS: Final = "public-contacts.csv"
"""A city may do without; then no telephone is shown in a reply."""
WEAK: Final = "?"
"""At the end of a duty's word: it hints at the duty and does not name it."""
DECISIVE: Final = "!"
"""At the end of a duty's word: whoever writes it hardly means anything else."""
_WORD: Final = re.compile(rf"\w{{2,}}[{WEAK}{DECISIVE}]?")
_CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def examine_departments(folder: Folder, departments: list[Row], duties: list[Row]) -> None:
    """Codes, levels, who stands above whom, and whether each has its duty items."""
    file = "departments.csv"
    units = {row["code"]: row for _, row in departments}
    items = Counter(row["department"] for _, row in duties)
    folder.unique(file, departments, "name")
    for line, row in departments:
        if not _CODE.fullmatch(row["code"]):
            folder.complain(file, line, f"代码 {row['code']} 应为小写英文单词,以连字符相连")
        if row["level"] not in LEVELS:
            folder.complain(file, line, f"层级 {row['level']} 应为 {'、'.join(LEVELS)} 之一")
        if row["parent"] and row["parent"] not in units:
            folder.complain(file, line, f"上级单位 {row['parent']} 不存在")
        elif _circular(row["code"], units):
            folder.complain(file, line, f"{row['name']} 的上级单位绕成了圈")
        if row["supervisor"] and row["supervisor"] not in units:
            folder.complain(file, line, f"督查单位 {row['supervisor']} 不存在")
        if items[row["code"]] < DUTIES_PER_UNIT:
            reason = f"{row['name']} 只有 {items[row['code']]} 条职责,至少要 {DUTIES_PER_UNIT} 条"
            folder.complain(file, line, reason)


def examine_duties(folder: Folder, departments: list[Row], duties: list[Row]) -> None:
    """Whether each item can be chosen, and no two are the same."""
    file = "duties.csv"
    units = {row["code"] for _, row in departments}
    same_words: dict[frozenset[str], str] = {}
    same_name: dict[tuple[str, str], str] = {}
    for line, row in duties:
        if row["department"] not in units:
            folder.complain(file, line, f"单位 {row['department']} 不存在")
        if row["level"] not in LEVELS:
            folder.complain(file, line, f"层级 {row['level']} 应为 {'、'.join(LEVELS)} 之一")
        if not row["basis"]:
            folder.complain(file, line, "缺少依据")
        earlier = same_name.setdefault((row["department"], row["name"]), row["code"])
        if earlier != row["code"]:
            folder.complain(file, line, f"与 {earlier} 同名")
        listed = split(row["words"])
        words = frozenset(map(bare, listed))
        if not words:
            folder.complain(file, line, "没有词,永远选不到")
            continue
        for word in listed:
            if not _WORD.fullmatch(word):
                reason = f"词 {word} 应为至少两个字,其后可加 {WEAK}(弱)或 {DECISIVE}(强)"
                folder.complain(file, line, reason)
        if len(words) < len(listed):
            twice = next(word for word, times in Counter(map(bare, listed)).items() if times > 1)
            folder.complain(file, line, f"词 {twice} 写了两遍")
        if all(word.endswith(WEAK) for word in listed):
            folder.complain(file, line, "只有弱词,永远选不到")
        earlier = same_words.setdefault(words, row["code"])
        if earlier != row["code"]:
            folder.complain(file, line, f"词与 {earlier} 完全相同,永远选不到")


def examine_divisions(folder: Folder, divisions: list[Row], rows_of_tiles: list[Row]) -> None:
    """Names and codes of areas and streets, and where the areas lie."""
    file = "divisions.csv"
    areas: dict[str, str] = {}
    streets: dict[tuple[str, str], int] = {}
    for line, row in divisions:
        name = areas.setdefault(row["area_code"], row["area"])
        if name != row["area"]:
            folder.complain(file, line, f"{row['area_code']} 前面叫 {name},这里叫 {row['area']}")
        if not row["street_code"].startswith(row["area_code"]):
            folder.complain(file, line, f"{row['street_code']} 不在 {row['area_code']} 之下")
        for called in {row["street"], *split(row["aliases"])}:
            earlier = streets.setdefault((row["area_code"], called), line)
            if earlier != line:
                folder.complain(file, line, f"{called} 也是第 {earlier} 行的名称")
    for line, reason in tiles.wrong_tiles(rows_of_tiles, areas) if areas else ():
        folder.complain(tiles.FILE, line, reason)


def examine_contacts(folder: Folder, listed: list[Row]) -> None:
    """Telephones and mail addresses that can be reached, each once."""
    seen: dict[tuple[str, str], int] = {}
    for line, row in listed:
        kind, value = row["kind"], row["value"]
        if kind not in CONTACT_KINDS:
            folder.complain(CONTACTS, line, f"种类 {kind} 应为 {'、'.join(CONTACT_KINDS)} 之一")
            continue
        try:
            normal = {"phone": contacts.phone, "mail": contacts.mail}.get(kind, str)(value)
        except ValueError as problem:
            folder.complain(CONTACTS, line, f"{value}:{problem}")
            continue
        earlier = seen.setdefault((row["department"], normal), line)
        if earlier != line:
            folder.complain(CONTACTS, line, f"{value} 与第 {earlier} 行重复")


def bare(word: str) -> str:
    """A duty's word without its mark."""
    return word.rstrip(WEAK + DECISIVE)


def split(words: str) -> tuple[str, ...]:
    """What stands between the bars."""
    return tuple(word.strip() for word in words.split("|") if word.strip())


def _circular(code: str, units: dict[str, dict[str, str]]) -> bool:
    above, steps = units[code]["parent"], 0
    while above in units and above != code and steps <= len(units):
        above, steps = units[above]["parent"], steps + 1
    return above == code
