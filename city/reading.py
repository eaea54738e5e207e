"""Reads the files of a city's folder, and says line by line what is wrong with them."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from msgspec import Struct

from city import contacts, tiles
from city.calendar import Calendar
from city.calendar_file import contradictions, read_calendar
from city.policy import Policy, PolicyError, line_of, read_policy
from city.units import (
    CONTACT_KINDS,
    LEVELS,
    CityLeader,
    Department,
    Division,
    Duty,
    PublicContact,
    ReplyTemplate,
)
from city.words import WordLists
from contracts.posts import PostKind

DUTIES_PER_UNIT: Final = 5
"""At least so many duty items for each unit."""
CITY_KEYS: Final = ("name", "number_prefix", "time_zone")
DEPARTMENT_COLUMNS: Final = ("code", "name", "kind", "parent", "leader_role", "supervisor", "level")
DUTY_COLUMNS: Final = ("code", "department", "name", "words", "basis", "level")
DIVISION_COLUMNS: Final = ("area_code", "area", "street_code", "street", "aliases")
TEMPLATE_COLUMNS: Final = ("code", "department", "name", "text")
TEMPLATES: Final = "reply-templates.csv"
"""A city may do without."""
CONTACT_COLUMNS: Final = ("department", "kind", "value", "note")
CONTACTS: Final = "public-contacts.csv"
"""A city may do without; then no telephone is shown in a reply."""
LEADER_COLUMNS: Final = ("code", "name", "duties", "account")
LEADERS: Final = "leaders.csv"
"""A city may do without; then letters are to no leader by name."""
WEAK: Final = "?"
"""At the end of a duty's word: it hints at the duty and does not name it."""
DECISIVE: Final = "!"
"""At the end of a duty's word: whoever writes it hardly means anything else."""
_WORD: Final = re.compile(rf"\w{{2,}}[{WEAK}{DECISIVE}]?")
_CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PREFIX: Final = re.compile(r"[A-Z]{1,4}")

Row = tuple[int, dict[str, str]]
"""A line number and the values by column."""


class Complaint(Struct, frozen=True):
    """Something wrong in a profile; line 0 stands for the file as a whole."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Reader:
    """Reads a folder once: `complaints` about form while reading, about sense by `examine`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.complaints: list[Complaint] = []
        self.name, self.number_prefix, self.zone = "", "", ZoneInfo("Asia/Shanghai")
        self.policy: Policy | None = None
        if not directory.is_dir():
            self._complain(str(directory), 0, "没有这个目录")
            self._departments: list[Row] = []
            self._duties: list[Row] = []
            self._divisions: list[Row] = []
            self._templates: list[Row] = []
            self._contacts: list[Row] = []
            self._leaders: list[Row] = []
            self._tiles: list[Row] = []
            self.calendar, self._calendar_lines = Calendar(()), dict[date, int]()
            self.words = WordLists((), ())
            return
        self._read_policy()
        self._departments = self._rows("departments.csv", DEPARTMENT_COLUMNS, "code", "name")
        self._duties = self._rows("duties.csv", DUTY_COLUMNS, "code", "department", "name")
        self._divisions = self._rows("divisions.csv", DIVISION_COLUMNS, *DIVISION_COLUMNS[:4])
        self._templates = self._optional_rows(TEMPLATES, TEMPLATE_COLUMNS, "code", "name", "text")
        self._contacts = self._optional_rows(CONTACTS, CONTACT_COLUMNS, "kind", "value")
        self._leaders = self._optional_rows(LEADERS, LEADER_COLUMNS, "code", "name")
        self._tiles = self._optional_rows(tiles.FILE, tiles.COLUMNS, *tiles.COLUMNS)
        self._unique(LEADERS, self._leaders, "code")
        self._unique(LEADERS, self._leaders, "name")
        self._unique(TEMPLATES, self._templates, "code")
        self._unique("departments.csv", self._departments, "code")
        self._unique("duties.csv", self._duties, "code")
        self._unique("divisions.csv", self._divisions, "street_code")
        self.calendar, self._calendar_lines = self._read_calendar()
        self.words = self._read_words()

    def departments(self) -> tuple[Department, ...]:
        """The units, in the order of the file."""
        return tuple(Department(**row) for _, row in self._departments)

    def duties(self) -> tuple[Duty, ...]:
        """The duty items, in the order of the file."""
        return tuple(
            Duty(
                row["code"], row["department"], row["name"], _split(row["words"]), row["basis"], row["level"]
            )
            for _, row in self._duties
        )

    def divisions(self) -> tuple[Division, ...]:
        """The streets and towns, in the order of the file."""
        return tuple(
            Division(row["area_code"], row["area"], row["street_code"], row["street"], _split(row["aliases"]))
            for _, row in self._divisions
        )

    def reply_templates(self) -> tuple[ReplyTemplate, ...]:
        """Beginnings of replies, in the order of the file."""
        return tuple(ReplyTemplate(**row) for _, row in self._templates)

    def leaders(self) -> tuple[CityLeader, ...]:
        """Whom one may write to, in the order of the file."""
        return tuple(CityLeader(**row) for _, row in self._leaders)

    def tiles(self) -> tuple[tiles.Tile, ...]:
        """Where the areas lie, in the order of the file."""
        return tiles.read_tiles(self._tiles)

    def public_contacts(self) -> tuple[PublicContact, ...]:
        """What anybody may read of the units, in the order of the file."""
        return tuple(PublicContact(**row) for _, row in self._contacts)

    def examine(self, today: date | None = None) -> None:
        """Adds what can be read and still makes no sense; `today` asks whether the calendar reaches it."""
        self._examine_departments()
        self._examine_duties()
        self._examine_divisions()
        units = {row["code"] for _, row in self._departments}
        for file, rows in ((TEMPLATES, self._templates), (CONTACTS, self._contacts)):
            for line, row in rows:
                if row["department"] and row["department"] not in units:
                    self._complain(file, line, f"单位 {row['department']} 不存在")
        self._examine_contacts()
        for day, reason in contradictions(self.calendar):
            self._complain("calendar.csv", self._calendar_lines.get(day, 1), reason)
        if self.policy is not None:
            for day, known in self.calendar.days.items():
                if known.closing is not None and not self.policy.hours.may_close(known.closing):
                    reason = f"{day} 的下班时间 {known.closing:%H:%M} 不在上班时间内"
                    self._complain("calendar.csv", self._calendar_lines.get(day, 1), reason)
        if today is not None and self.calendar.horizon < today:
            last = self.calendar.horizon
            self._complain("calendar.csv", 0, f"日历只到 {last},今天是 {today}:此后的期限都是暂定的")
        if self.policy is not None:
            for kind in get_args(PostKind):
                if kind not in self.policy.kinds:
                    self._complain("policy.toml", 1, f"缺少帖子种类 [kinds.{kind}]")
            text = self._text("policy.toml")
            for kind in self.policy.kinds:
                if kind not in get_args(PostKind):
                    line = line_of(text, ("kinds", kind))
                    self._complain("policy.toml", line, f"没有 {kind} 这一种帖子")

    # -- sense --------------------------------------------------------------------------------

    def _examine_departments(self) -> None:
        file = "departments.csv"
        units = {row["code"]: row for _, row in self._departments}
        items = Counter(row["department"] for _, row in self._duties)
        self._unique(file, self._departments, "name")
        for line, row in self._departments:
            if not _CODE.fullmatch(row["code"]):
                self._complain(file, line, f"代码 {row['code']} 应为小写英文单词,以连字符相连")
            if row["level"] not in LEVELS:
                self._complain(file, line, f"层级 {row['level']} 应为 {'、'.join(LEVELS)} 之一")
            if row["parent"] and row["parent"] not in units:
                self._complain(file, line, f"上级单位 {row['parent']} 不存在")
            elif _circular(row["code"], units):
                self._complain(file, line, f"{row['name']} 的上级单位绕成了圈")
            if row["supervisor"] and row["supervisor"] not in units:
                self._complain(file, line, f"督查单位 {row['supervisor']} 不存在")
            if items[row["code"]] < DUTIES_PER_UNIT:
                reason = f"{row['name']} 只有 {items[row['code']]} 条职责,至少要 {DUTIES_PER_UNIT} 条"
                self._complain(file, line, reason)

    def _examine_duties(self) -> None:
        file = "duties.csv"
        units = {row["code"] for _, row in self._departments}
        same_words: dict[frozenset[str], str] = {}
        same_name: dict[tuple[str, str], str] = {}
        for line, row in self._duties:
            if row["department"] not in units:
                self._complain(file, line, f"单位 {row['department']} 不存在")
            if row["level"] not in LEVELS:
                self._complain(file, line, f"层级 {row['level']} 应为 {'、'.join(LEVELS)} 之一")
            if not row["basis"]:
                self._complain(file, line, "缺少依据")
            earlier = same_name.setdefault((row["department"], row["name"]), row["code"])
            if earlier != row["code"]:
                self._complain(file, line, f"与 {earlier} 同名")
            listed = _split(row["words"])
            words = frozenset(map(bare, listed))
            if not words:
                self._complain(file, line, "没有词,永远选不到")
                continue
            for word in listed:
                if not _WORD.fullmatch(word):
                    reason = f"词 {word} 应为至少两个字,其后可加 {WEAK}(弱)或 {DECISIVE}(强)"
                    self._complain(file, line, reason)
            if len(words) < len(listed):
                twice = next(word for word, times in Counter(map(bare, listed)).items() if times > 1)
                self._complain(file, line, f"词 {twice} 写了两遍")
            if all(word.endswith(WEAK) for word in listed):
                self._complain(file, line, "只有弱词,永远选不到")
            earlier = same_words.setdefault(words, row["code"])
            if earlier != row["code"]:
                self._complain(file, line, f"词与 {earlier} 完全相同,永远选不到")

    def _examine_divisions(self) -> None:
        file = "divisions.csv"
        areas: dict[str, str] = {}
        streets: dict[tuple[str, str], int] = {}
        for line, row in self._divisions:
            name = areas.setdefault(row["area_code"], row["area"])
            if name != row["area"]:
                self._complain(file, line, f"{row['area_code']} 前面叫 {name},这里叫 {row['area']}")
            if not row["street_code"].startswith(row["area_code"]):
                self._complain(file, line, f"{row['street_code']} 不在 {row['area_code']} 之下")
            for called in {row["street"], *_split(row["aliases"])}:
                earlier = streets.setdefault((row["area_code"], called), line)
                if earlier != line:
                    self._complain(file, line, f"{called} 也是第 {earlier} 行的名称")
        for line, reason in tiles.wrong_tiles(self._tiles, areas) if areas else ():
            self._complain(tiles.FILE, line, reason)

    def _examine_contacts(self) -> None:
        seen: dict[tuple[str, str], int] = {}
        for line, row in self._contacts:
            kind, value = row["kind"], row["value"]
            if kind not in CONTACT_KINDS:
                self._complain(CONTACTS, line, f"种类 {kind} 应为 {'、'.join(CONTACT_KINDS)} 之一")
                continue
            try:
                normal = {"phone": contacts.phone, "mail": contacts.mail}.get(kind, str)(value)
            except ValueError as problem:
                self._complain(CONTACTS, line, f"{value}:{problem}")
                continue
            earlier = seen.setdefault((row["department"], normal), line)
            if earlier != line:
                self._complain(CONTACTS, line, f"{value} 与第 {earlier} 行重复")

    # -- form ---------------------------------------------------------------------------------

    def _complain(self, file: str, line: int, reason: str) -> None:
        self.complaints.append(Complaint(file, line, reason))

    def _text(self, file: str) -> str:
        try:
            return (self._directory / file).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self._complain(file, 0, "文件不存在")
        except UnicodeDecodeError:
            self._complain(file, 0, "不是 UTF-8 文本")
        except OSError as problem:
            self._complain(file, 0, f"无法读取:{problem.strerror}")
        return ""

    def _read_policy(self) -> None:
        text = self._text("policy.toml")
        if not text:
            return
        try:
            self.policy = read_policy(text)
        except PolicyError as problem:
            for wrong in problem.wrong:
                key = f"{wrong.path[-1]}:" if wrong.path else ""
                self._complain("policy.toml", line_of(text, wrong.path), f"{key}{wrong.reason}")
        try:
            city: Any = tomllib.loads(text).get("city", {})
        except tomllib.TOMLDecodeError:
            return
        if not isinstance(city, dict):
            city = {}
        for key in city.keys() - set(CITY_KEYS):
            self._complain("policy.toml", line_of(text, ("city", key)), f"{key}:[city] 没有这一项")
        values = {key: city.get(key) for key in CITY_KEYS}
        for key, value in values.items():
            if not isinstance(value, str) or not value.strip():
                self._complain("policy.toml", line_of(text, ("city", key)), f"[city] 缺少 {key}")
                return
        self.name, self.number_prefix = str(values["name"]), str(values["number_prefix"])
        if not _PREFIX.fullmatch(self.number_prefix):
            line = line_of(text, ("city", "number_prefix"))
            self._complain("policy.toml", line, "number_prefix:应为 1 到 4 个大写字母")
        try:
            self.zone = ZoneInfo(str(values["time_zone"]))
        except (KeyError, ValueError, OSError):
            line = line_of(text, ("city", "time_zone"))
            self._complain("policy.toml", line, f"time_zone:没有时区 {values['time_zone']}")

    def _optional_rows(self, file: str, columns: tuple[str, ...], *filled: str) -> list[Row]:
        """The rows of a file that a city may do without."""
        return self._rows(file, columns, *filled) if (self._directory / file).exists() else []

    def _rows(self, file: str, columns: tuple[str, ...], *filled: str) -> list[Row]:
        """The rows of a file that have all columns; those in `filled` must hold something."""
        text = self._text(file)
        if not text:
            return []
        reader = csv.reader(text.splitlines())
        header = [name.strip() for name in next(reader, [])]
        for name in header:
            if name not in columns:
                self._complain(file, 1, f"未知的列 {name}")
            elif header.count(name) > 1:
                self._complain(file, 1, f"列 {name} 出现了 {header.count(name)} 次")
        missing = [name for name in columns if name not in header]
        if missing:
            self._complain(file, 1, f"缺少列 {','.join(missing)}")
            return []
        rows = []
        for values in reader:
            line = reader.line_num
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(header):
                self._complain(file, line, f"应有 {len(header)} 列,实有 {len(values)} 列")
                continue
            named = dict(zip(header, values, strict=True))
            row = {name: named[name].strip() for name in columns}
            empty = [name for name in filled if not row[name]]
            if empty:
                self._complain(file, line, f"{','.join(empty)} 不能为空")
            else:
                rows.append((line, row))
        return rows

    def _unique(self, file: str, rows: Iterable[Row], column: str) -> None:
        seen: dict[str, int] = {}
        for line, row in rows:
            earlier = seen.setdefault(row[column], line)
            if earlier != line:
                self._complain(file, line, f"{row[column]} 与第 {earlier} 行重复")

    def _read_calendar(self) -> tuple[Calendar, dict[date, int]]:
        text = self._text("calendar.csv")
        if not text:
            return Calendar(()), {}
        read = read_calendar(text)
        for wrong in read.wrong:
            self._complain("calendar.csv", wrong.line, wrong.reason)
        first = (line.split(",")[0].strip() for line in text.splitlines())
        lines = {written: number for number, written in enumerate(first, 1)}
        return Calendar(read.days), {day.day: lines.get(str(day.day), 1) for day in read.days}

    def _read_words(self) -> WordLists:
        lists: dict[str, list[str]] = {}
        seen: dict[str, str] = {}
        for name in ("block", "hold", "mask"):
            file = f"words/{name}.txt"
            lists[name] = []
            for line, content in enumerate(self._text(file).splitlines(), 1):
                word = content.strip()
                if not word or word.startswith("#"):
                    continue
                if word in seen:
                    self._complain(file, line, f"{word} 已在 {seen[word]}")
                    continue
                seen[word] = f"{file} 第 {line} 行"
                lists[name].append(word)
        return WordLists(lists["block"], lists["hold"], lists["mask"])


def bare(word: str) -> str:
    """A duty's word without its mark."""
    return word.rstrip(WEAK + DECISIVE)


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split("|") if word.strip())


def _circular(code: str, units: dict[str, dict[str, str]]) -> bool:
    above, steps = units[code]["parent"], 0
    while above in units and above != code and steps <= len(units):
        above, steps = units[above]["parent"], steps + 1
    return above == code
