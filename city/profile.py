"""A city's profile: the folder another city would replace, read once, checked line by line."""

import csv
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import date, time, tzinfo
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from city.calendar import Calendar, Day
from city.policy import Policy, read_policy
from city.words import WordLists
from city.working_time import WorkingTime, working_time
from contracts.city_facts import CalendarPublished, PolicyChanged
from contracts.facts import Fact

LEVELS: Final = ("municipal", "county", "both")
DUTIES_PER_UNIT: Final = 5
"""At least so many duty items for each unit."""


class Department(Struct, frozen=True):
    """A unit that answers (单位)."""

    code: str
    name: str
    kind: str
    parent: str = ""
    leader_role: str = ""
    supervisor: str = ""
    level: str = "municipal"


class Duty(Struct, frozen=True):
    """A duty item (职责清单): what a unit answers for, in official and in everyday words."""

    code: str
    department: str
    name: str
    words: tuple[str, ...]
    basis: str
    level: str


class Division(Struct, frozen=True):
    """A street or town (街道、镇、乡) of an area (区、县)."""

    area_code: str
    area: str
    street_code: str
    street: str
    aliases: tuple[str, ...] = ()


class Complaint(Struct, frozen=True):
    """Something wrong in a profile."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Profile:
    """A city as its rules know it."""

    name: str
    number_prefix: str
    zone: tzinfo
    policy: Policy
    calendar: Calendar
    departments: tuple[Department, ...]
    duties: tuple[Duty, ...]
    divisions: tuple[Division, ...]
    words: WordLists
    department: dict[str, Department] = field(init=False, repr=False)
    duty: dict[str, Duty] = field(init=False, repr=False)
    working_time: WorkingTime = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "department", {unit.code: unit for unit in self.departments})
        object.__setattr__(self, "duty", {duty.code: duty for duty in self.duties})
        object.__setattr__(self, "working_time", working_time(self.calendar, self.policy.hours, self.zone))

    @property
    def version(self) -> str:
        """A short hash of everything that influences decisions."""
        text = f"{self.policy.version}{self.calendar.version}{self.duties}{self.departments}{self.divisions}"
        return blake2b(text.encode(), digest_size=5).hexdigest()

    def department_name(self, code: str) -> str:
        """The Chinese name of a unit, or its code when the profile does not know it."""
        unit = self.department.get(code)
        return code if unit is None else unit.name

    def amended(self, fact: Fact) -> "Profile":
        """The profile after a fact about the city; one that is wrong or concerns others changes nothing.

        Facts are checked by intake before they are said; a fold must not raise.
        """
        match fact:
            case CalendarPublished():
                days = [
                    Day(
                        d.day,
                        d.name,
                        d.is_off_day,
                        fact.notice,
                        time.fromisoformat(d.closing) if d.closing else None,
                    )
                    for d in fact.days
                ]
                return replaced(self, calendar=self.calendar.with_year(fact.year, days))
            case PolicyChanged():
                try:
                    return replaced(self, policy=self.policy.changed(fact.part))
                except ValueError:
                    return self
            case _:
                return self

    @staticmethod
    def load(directory: Path | str) -> "Profile":
        """The profile of a folder; raises ValueError with the first complaint."""
        reader = _Reader(Path(directory))
        profile = reader.profile()
        if reader.complaints or profile is None:
            worst = reader.complaints[0]
            raise ValueError(f"{worst.file}:{worst.line}: {worst.reason}")
        return profile


def check(directory: Path | str) -> list[Complaint]:
    """Everything that is wrong with a profile, file by file, line by line; empty when nothing is."""
    reader = _Reader(Path(directory))
    profile = reader.profile()
    found = list(reader.complaints)
    if profile is not None:
        found += _duties_of(profile, reader)
        found += _calendar_of(profile)
    return sorted(found, key=lambda complaint: (complaint.file, complaint.line))


def _duties_of(profile: Profile, reader: "_Reader") -> list[Complaint]:
    found = []
    for line, unit in enumerate(profile.departments, 2):
        if unit.parent and unit.parent not in profile.department:
            found.append(Complaint("departments.csv", line, f"上级单位 {unit.parent} 不存在"))
        if unit.supervisor and unit.supervisor not in profile.department:
            found.append(Complaint("departments.csv", line, f"督查单位 {unit.supervisor} 不存在"))
    count = Counter(duty.department for duty in profile.duties)
    for line, unit in enumerate(profile.departments, 2):
        if count[unit.code] < DUTIES_PER_UNIT:
            reason = f"{unit.name} 只有 {count[unit.code]} 条职责,至少要 {DUTIES_PER_UNIT} 条"
            found.append(Complaint("departments.csv", line, reason))
    seen: dict[frozenset[str], Duty] = {}
    names: dict[tuple[str, str], str] = {}
    for line, duty in enumerate(profile.duties, 2):
        if duty.department not in profile.department:
            found.append(Complaint("duties.csv", line, f"单位 {duty.department} 不存在"))
        if duty.level not in LEVELS:
            found.append(Complaint("duties.csv", line, f"层级 {duty.level} 应为 {'、'.join(LEVELS)} 之一"))
        if not duty.basis:
            found.append(Complaint("duties.csv", line, "缺少依据"))
        words = frozenset(duty.words)
        if not words:
            found.append(Complaint("duties.csv", line, "没有词,永远选不到"))
        elif words in seen:
            found.append(Complaint("duties.csv", line, f"词与 {seen[words].code} 完全相同,永远选不到"))
        else:
            seen[words] = duty
        earlier = names.setdefault((duty.department, duty.name), duty.code)
        if earlier != duty.code:
            found.append(Complaint("duties.csv", line, f"与 {earlier} 同名"))
    return found


def _calendar_of(profile: Profile) -> list[Complaint]:
    found = []
    years = profile.calendar.years
    for line, day in enumerate(profile.calendar.days.values(), 2):
        if not day.is_off_day and day.day.weekday() < 5 and day.closing is None:
            found.append(Complaint("calendar.csv", line, f"{day.day} 本来就是工作日"))
    for year in range(years[0], years[-1] + 1) if years else ():
        if year not in years:
            found.append(Complaint("calendar.csv", 1, f"缺少 {year} 年"))
    return found


class _Reader:
    """Reads the files of a profile and remembers what is wrong with them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.complaints: list[Complaint] = []

    def profile(self) -> Profile | None:
        """The profile as far as it can be read; None when it cannot."""
        name, prefix, zone, policy = self._policy()
        departments = self._rows(
            "departments.csv", ("code", "name", "kind", "parent", "leader_role", "supervisor", "level")
        )
        duties = self._rows("duties.csv", ("code", "department", "name", "words", "basis", "level"))
        divisions = self._rows("divisions.csv", ("area_code", "area", "street_code", "street", "aliases"))
        days = self._days()
        if policy is None:
            return None
        self._unique("departments.csv", departments, "code")
        self._unique("duties.csv", duties, "code")
        self._unique("divisions.csv", divisions, "street_code")
        return Profile(
            name=name,
            number_prefix=prefix,
            zone=zone,
            policy=policy,
            calendar=Calendar(days),
            departments=tuple(Department(**row) for _, row in departments),
            duties=tuple(
                Duty(
                    row["code"],
                    row["department"],
                    row["name"],
                    _split(row["words"]),
                    row["basis"],
                    row["level"],
                )
                for _, row in duties
            ),
            divisions=tuple(
                Division(
                    row["area_code"], row["area"], row["street_code"], row["street"], _split(row["aliases"])
                )
                for _, row in divisions
            ),
            words=WordLists(self._lines("words/block.txt"), self._lines("words/hold.txt")),
        )

    def _complain(self, file: str, line: int, reason: str) -> None:
        self.complaints.append(Complaint(file, line, reason))

    def _text(self, file: str) -> str:
        try:
            return (self._directory / file).read_text(encoding="utf-8")
        except FileNotFoundError:
            self._complain(file, 0, "文件不存在")
        except UnicodeDecodeError:
            self._complain(file, 0, "不是 UTF-8 文本")
        return ""

    def _policy(self) -> tuple[str, str, tzinfo, Policy | None]:

        text = self._text("policy.toml")
        city: dict[str, Any] = {}
        try:
            city = dict(tomllib.loads(text).get("city", {}))
            without = "\n".join(_without_table(text.splitlines(), "city"))
            policy = read_policy(without)
            return city["name"], city["number_prefix"], ZoneInfo(city["time_zone"]), policy
        except KeyError as problem:
            self._complain("policy.toml", _line_of(text, "[city]"), f"[city] 缺少 {problem}")
        except (ValueError, tomllib.TOMLDecodeError) as problem:
            self._complain("policy.toml", _line_of(text, _key_in(str(problem))), str(problem))
        except OSError as problem:
            self._complain("policy.toml", _line_of(text, "time_zone"), str(problem))
        return "", "", ZoneInfo("Asia/Shanghai"), None

    def _rows(self, file: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
        text = self._text(file)
        if not text:
            return []
        reader = csv.reader(text.splitlines())
        header = next(reader, [])
        if tuple(header) != columns:
            self._complain(file, 1, f"列应为 {','.join(columns)}")
            return []
        rows = []
        for line, values in enumerate(reader, 2):
            if len(values) != len(columns):
                self._complain(file, line, f"应有 {len(columns)} 列,实有 {len(values)} 列")
            elif not values[0] or not values[1]:
                self._complain(file, line, "前两列不能为空")
            else:
                rows.append((line, dict(zip(columns, (value.strip() for value in values), strict=True))))
        return rows

    def _unique(self, file: str, rows: Iterable[tuple[int, dict[str, str]]], column: str) -> None:
        seen: dict[str, int] = {}
        for line, row in rows:
            earlier = seen.setdefault(row[column], line)
            if earlier != line:
                self._complain(file, line, f"{row[column]} 与第 {earlier} 行重复")

    def _days(self) -> list[Day]:
        days: list[Day] = []
        for line, row in self._rows("calendar.csv", ("date", "name", "is_off_day", "notice")):
            try:
                day = date.fromisoformat(row["date"])
            except ValueError:
                self._complain("calendar.csv", line, f"日期 {row['date']} 不正确")
                continue
            if row["is_off_day"] not in ("0", "1"):
                self._complain("calendar.csv", line, "is_off_day 应为 0 或 1")
            elif days and day <= days[-1].day:
                self._complain("calendar.csv", line, f"{day} 重复或不按日期排列")
            else:
                days.append(Day(day, row["name"], row["is_off_day"] == "1", row["notice"]))
        return days

    def _lines(self, file: str) -> list[str]:
        lines = (line.strip() for line in self._text(file).splitlines())
        return [line for line in lines if line and not line.startswith("#")]


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split("|") if word.strip())


def _without_table(lines: list[str], table: str) -> list[str]:
    """The lines of a TOML text with one table blanked, line numbers kept."""
    kept, inside = [], False
    for line in lines:
        if line.startswith("["):
            inside = line.strip() == f"[{table}]"
        kept.append("" if inside else line)
    return kept


def _key_in(message: str) -> str:
    words = message.replace("`", " ").replace(".", " ").replace("$", " ").split()
    return words[-1] if words else ""


def _line_of(text: str, key: str) -> int:
    for line, content in enumerate(text.splitlines(), 1):
        if key and content.strip().startswith(key):
            return line
    return 1
