"""Reads the files of a city's folder, and says line by line what is wrong with them."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from city import tiles
from city.calendar import Calendar
from city.calendar_file import contradictions, read_calendar
from city.files import Complaint, Folder, Row
from city.lists import (
    CONTACTS,
    examine_contacts,
    examine_departments,
    examine_divisions,
    examine_duties,
    split,
)
from city.notice_words import FILE as NOTICES
from city.notice_words import NoticeWords, read_notices
from city.policy import Policy, PolicyError, line_of, read_policy
from city.units import CityLeader, Department, Division, Duty, PublicContact, ReplyTemplate
from city.words import WordLists
from contracts.posts import PostKind

CITY_KEYS: Final = ("name", "number_prefix", "time_zone")
DEPARTMENT_COLUMNS: Final = ("code", "name", "kind", "parent", "leader_role", "supervisor", "level")
DUTY_COLUMNS: Final = ("code", "department", "name", "words", "basis", "level")
DIVISION_COLUMNS: Final = ("area_code", "area", "street_code", "street", "aliases")
TEMPLATE_COLUMNS: Final = ("code", "department", "name", "text")
TEMPLATES: Final = "reply-templates.csv"
"""A city may do without."""
CONTACT_COLUMNS: Final = ("department", "kind", "value", "note")
LEADER_COLUMNS: Final = ("code", "name", "duties", "account")
LEADERS: Final = "leaders.csv"
"""A city may do without; then letters are to no leader by name."""
_PREFIX: Final = re.compile(r"[A-Z]{1,4}")


class Reader:
    """Reads a folder once: `complaints` about form while reading, about sense by `examine`."""

    def __init__(self, directory: Path) -> None:
        self._folder = Folder(directory)
        self.name, self.number_prefix, self.zone = "", "", ZoneInfo("Asia/Shanghai")
        self.policy: Policy | None = None
        if not directory.is_dir():
            self._folder.complain(str(directory), 0, "没有这个目录")
            self._departments: list[Row] = []
            self._duties: list[Row] = []
            self._divisions: list[Row] = []
            self._templates: list[Row] = []
            self._contacts: list[Row] = []
            self._leaders: list[Row] = []
            self._tiles: list[Row] = []
            self.calendar, self._calendar_lines = Calendar(()), dict[date, int]()
            self.words, self.notice_words = WordLists((), ()), NoticeWords()
            return
        self._read_policy()
        self._departments = self._folder.rows("departments.csv", DEPARTMENT_COLUMNS, "code", "name")
        self._duties = self._folder.rows("duties.csv", DUTY_COLUMNS, "code", "department", "name")
        self._divisions = self._folder.rows("divisions.csv", DIVISION_COLUMNS, *DIVISION_COLUMNS[:4])
        self._templates = self._folder.optional_rows(TEMPLATES, TEMPLATE_COLUMNS, "code", "name", "text")
        self._contacts = self._folder.optional_rows(CONTACTS, CONTACT_COLUMNS, "kind", "value")
        self._leaders = self._folder.optional_rows(LEADERS, LEADER_COLUMNS, "code", "name")
        self._tiles = self._folder.optional_rows(tiles.FILE, tiles.COLUMNS, *tiles.COLUMNS)
        self._folder.unique(LEADERS, self._leaders, "code")
        self._folder.unique(LEADERS, self._leaders, "name")
        self._folder.unique(TEMPLATES, self._templates, "code")
        self._folder.unique("departments.csv", self._departments, "code")
        self._folder.unique("duties.csv", self._duties, "code")
        self._folder.unique("divisions.csv", self._divisions, "street_code")
        self.calendar, self._calendar_lines = self._read_calendar()
        self.words = self._read_words()
        self.notice_words = self._read_notices()

    @property
    def complaints(self) -> list[Complaint]:
        """What is wrong so far."""
        return self._folder.complaints

    def departments(self) -> tuple[Department, ...]:
        """The units, in the order of the file."""
        return tuple(Department(**row) for _, row in self._departments)

    def duties(self) -> tuple[Duty, ...]:
        """The duty items, in the order of the file."""
        return tuple(
            Duty(row["code"], row["department"], row["name"], split(row["words"]), row["basis"], row["level"])
            for _, row in self._duties
        )

    def divisions(self) -> tuple[Division, ...]:
        """The streets and towns, in the order of the file."""
        return tuple(
            Division(row["area_code"], row["area"], row["street_code"], row["street"], split(row["aliases"]))
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
        examine_departments(self._folder, self._departments, self._duties)
        examine_duties(self._folder, self._departments, self._duties)
        examine_divisions(self._folder, self._divisions, self._tiles)
        units = {row["code"] for _, row in self._departments}
        for file, rows in ((TEMPLATES, self._templates), (CONTACTS, self._contacts)):
            for line, row in rows:
                if row["department"] and row["department"] not in units:
                    self._folder.complain(file, line, f"单位 {row['department']} 不存在")
        examine_contacts(self._folder, self._contacts)
        for day, reason in contradictions(self.calendar):
            self._folder.complain("calendar.csv", self._calendar_lines.get(day, 1), reason)
        if self.policy is not None:
            for day, known in self.calendar.days.items():
                if known.closing is not None and not self.policy.hours.may_close(known.closing):
                    reason = f"{day} 的下班时间 {known.closing:%H:%M} 不在上班时间内"
                    self._folder.complain("calendar.csv", self._calendar_lines.get(day, 1), reason)
        if today is not None and self.calendar.horizon < today:
            last = self.calendar.horizon
            self._folder.complain("calendar.csv", 0, f"日历只到 {last},今天是 {today}:此后的期限都是暂定的")
        if self.policy is not None:
            for kind in get_args(PostKind):
                if kind not in self.policy.kinds:
                    self._folder.complain("policy.toml", 1, f"缺少帖子种类 [kinds.{kind}]")
            text = self._folder.text("policy.toml")
            for kind in self.policy.kinds:
                if kind not in get_args(PostKind):
                    line = line_of(text, ("kinds", kind))
                    self._folder.complain("policy.toml", line, f"没有 {kind} 这一种帖子")

    def _read_policy(self) -> None:
        text = self._folder.text("policy.toml")
        if not text:
            return
        try:
            self.policy = read_policy(text)
        except PolicyError as problem:
            for wrong in problem.wrong:
                key = f"{wrong.path[-1]}:" if wrong.path else ""
                self._folder.complain("policy.toml", line_of(text, wrong.path), f"{key}{wrong.reason}")
        try:
            city: Any = tomllib.loads(text).get("city", {})
        except tomllib.TOMLDecodeError:
            return
        if not isinstance(city, dict):
            city = {}
        for key in city.keys() - set(CITY_KEYS):
            self._folder.complain("policy.toml", line_of(text, ("city", key)), f"{key}:[city] 没有这一项")
        values = {key: city.get(key) for key in CITY_KEYS}
        for key, value in values.items():
            if not isinstance(value, str) or not value.strip():
                self._folder.complain("policy.toml", line_of(text, ("city", key)), f"[city] 缺少 {key}")
                return
        self.name, self.number_prefix = str(values["name"]), str(values["number_prefix"])
        if not _PREFIX.fullmatch(self.number_prefix):
            line = line_of(text, ("city", "number_prefix"))
            self._folder.complain("policy.toml", line, "number_prefix:应为 1 到 4 个大写字母")
        try:
            self.zone = ZoneInfo(str(values["time_zone"]))
        except (KeyError, ValueError, OSError):
            line = line_of(text, ("city", "time_zone"))
            self._folder.complain("policy.toml", line, f"time_zone:没有时区 {values['time_zone']}")

    def _read_calendar(self) -> tuple[Calendar, dict[date, int]]:
        text = self._folder.text("calendar.csv")
        if not text:
            return Calendar(()), {}
        read = read_calendar(text)
        for wrong in read.wrong:
            self._folder.complain("calendar.csv", wrong.line, wrong.reason)
        first = (line.split(",")[0].strip() for line in text.splitlines())
        lines = {written: number for number, written in enumerate(first, 1)}
        return Calendar(read.days), {day.day: lines.get(str(day.day), 1) for day in read.days}

    def _read_notices(self) -> NoticeWords:
        """The city's own words of notices; it may do without."""
        text = self._folder.text(NOTICES) if self._folder.holds(NOTICES) else ""
        words, wrong = read_notices(text)
        for line, reason in wrong:
            self._folder.complain(NOTICES, line, reason)
        return words

    def _read_words(self) -> WordLists:
        lists: dict[str, list[str]] = {}
        seen: dict[str, str] = {}
        for name in ("block", "hold", "mask"):
            file = f"words/{name}.txt"
            lists[name] = []
            for line, content in enumerate(self._folder.text(file).splitlines(), 1):
                word = content.strip()
                if not word or word.startswith("#"):
                    continue
                if word in seen:
                    self._folder.complain(file, line, f"{word} 已在 {seen[word]}")
                    continue
                seen[word] = f"{file} 第 {line} 行"
                lists[name].append(word)
        return WordLists(lists["block"], lists["hold"], lists["mask"])
