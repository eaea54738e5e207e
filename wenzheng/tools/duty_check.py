"""How well the duty list judges alone: letters whose class is known, against the units the list would choose.

A class is a set of units; a mapping file says which. The class read off for a letter is that of the
unit the list puts first, as the router would take it, whether or not its share would have been enough
to assign; a unit that stands in no class counts as a mistake. Beside it stands a second reading, the
class with the largest sum of shares, and how many letters would have been assigned without a person.
"""

import csv
import gzip
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from city.lists import bare
from city.profile import Complaint, Profile
from contracts.assignments import Candidate
from services.router.core.assigning.duty import DutyList, governing
from services.router.core.assigning.place import Gazetteer, Place

NO_CLASS: Final = ""
"""The class of a unit that stands in none, and of a letter no word of the list was found in."""


DUTIES: Final = "duties.csv"


class MappingError(ValueError):
    """A mapping file that names no class, an unknown unit or item, or one of them twice."""


class Letter(Struct, frozen=True):
    """A letter whose class is known."""

    text: str
    label: str
    title: str = ""
    group: str = ""
    """Letters of one group are copies of one another; one half of the data holds all of them or none."""


class Classes(Struct, frozen=True):
    """Which class a unit belongs to; a single duty item may belong to another class than its unit."""

    units: dict[str, str]
    items: dict[str, str]

    def of(self, candidate: Candidate) -> str:
        """The class of a candidate, or none."""
        return self.items.get(candidate.duty_item) or self.units.get(candidate.department, NO_CLASS)


class ClassFigures(Struct, frozen=True):
    """One class: how many letters it has, and precision, recall and F1 of the unit put first, 0 to 1."""

    name: str
    letters: int
    precision: float
    recall: float
    f1: float


class Evaluation(Struct, frozen=True):
    """What the duty list alone would have done with letters whose class is known; all rates 0 to 1."""

    letters: int
    macro_f1: float
    """Mean F1 of the classes, read off the unit put first."""
    accuracy: float
    macro_f1_of_sums: float
    """The same, read off the class with the largest sum of shares."""
    accuracy_of_sums: float
    assigned: float
    """Part of the letters whose first unit reaches the share the city's policy asks for."""
    accuracy_of_assigned: float
    silent: float
    """Part of the letters in which no word of the list was found."""
    classes: tuple[ClassFigures, ...]
    mistaken: tuple[tuple[str, str, str, int], ...]
    """Class, class read off, duty item that led there, letters; the most frequent mistakes first."""


def read_mapping(file: Path, profile: Profile) -> Classes:
    """The classes of a mapping file; raises MappingError when it does not fit the profile."""
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise MappingError(f"{file}: {problem}") from problem
    units: dict[str, str] = {}
    items: dict[str, str] = {}
    for name, part in content.items():
        if not isinstance(part, dict) or part.keys() - {"units", "items"}:
            raise MappingError(f"{file}: [{name}] 应只有 units 与 items")
        for key, known, found in (("units", profile.department, units), ("items", profile.duty, items)):
            for code in part.get(key, []):
                if code not in known:
                    raise MappingError(f"{file}: [{name}] {key} 中的 {code} 不存在")
                if code in found:
                    raise MappingError(f"{file}: {code} 既属 {found[code]} 又属 {name}")
                found[code] = name
    if not units:
        raise MappingError(f"{file}: 没有任何类别")
    return Classes(units, items)


def read_letters(file: Path) -> Iterator[Letter]:
    """Letters of a file of lines of JSON with `text`, `label` and, if known, `title` and `dup_group`."""
    with (
        gzip.open(file, "rt", encoding="utf-8")
        if file.suffix == ".gz"
        else file.open(encoding="utf-8") as lines
    ):
        for line in lines:
            row = json.loads(line)
            yield Letter(row["text"], row["label"], row.get("title") or "", row.get("dup_group") or "")


def evaluate(profile: Profile, rows: Iterable[Letter], mapping: Classes) -> Evaluation:
    """Puts each letter to the duty list and compares the class of the first unit with the letter's own."""
    places = Gazetteer(profile.divisions)
    duties = DutyList(profile.duties, profile.departments, governing(profile.departments, profile.divisions))
    enough = profile.policy.dispatch.automatic_confidence
    first: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str, str]] = Counter()
    letters = assigned = right_of_assigned = silent = 0
    for row in rows:
        letters += 1
        candidates = duties.score(row.title, row.text, places.recognise(f"{row.title}\n{row.text}"))
        best = candidates[0] if candidates else None
        chosen = mapping.of(best) if best is not None else NO_CLASS
        first[row.label, chosen] += 1
        sums[row.label, _largest(candidates, mapping)] += 1
        if best is None:
            silent += 1
        elif best.score >= enough:
            assigned += 1
            right_of_assigned += chosen == row.label
        if chosen != row.label:
            wrong[row.label, chosen, best.duty_item if best is not None else ""] += 1
    classes = _figures(first)
    return Evaluation(
        letters=letters,
        macro_f1=_mean(classes),
        accuracy=_part(_right(first), letters),
        macro_f1_of_sums=_mean(_figures(sums)),
        accuracy_of_sums=_part(_right(sums), letters),
        assigned=_part(assigned, letters),
        accuracy_of_assigned=_part(right_of_assigned, assigned),
        silent=_part(silent, letters),
        classes=classes,
        mistaken=tuple((*which, times) for which, times in wrong.most_common()),
    )


def unreachable(directory: Path) -> list[Complaint]:
    """Duty items of a city's folder that even a post made of nothing but their own words would not reach.

    Each is told with its line in duties.csv and with what was chosen instead: another unit, or nobody.
    A folder that cannot be read raises ProfileError.
    """
    profile = Profile.load(directory)
    duties = DutyList(profile.duties, profile.departments, {})
    with (directory / DUTIES).open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        line = {row["code"].strip(): rows.line_num for row in rows}
    complaints = []
    for duty in profile.duties:
        candidates = duties.score("", "\n".join(map(bare, duty.words)), Place())
        chosen = candidates[0] if candidates else None
        if chosen is None or chosen.department != duty.department:
            instead = (
                f"{profile.department_name(chosen.department)}({chosen.duty_item})" if chosen else "无人"
            )
            reason = f"{duty.code} 永远选不到:以它自己的词成帖,选中的是{instead}"
            complaints.append(Complaint(DUTIES, line.get(duty.code, 0), reason))
    return complaints


def _largest(candidates: Iterable[Candidate], mapping: Classes) -> str:
    sums: dict[str, float] = {}
    for candidate in candidates:
        name = mapping.of(candidate)
        if name != NO_CLASS:
            sums[name] = sums.get(name, 0.0) + candidate.score
    return max(sums, key=lambda name: sums[name], default=NO_CLASS)


def _figures(pairs: Mapping[tuple[str, str], int]) -> tuple[ClassFigures, ...]:
    figures = []
    for name in sorted({label for label, _ in pairs}):
        right = pairs.get((name, name), 0)
        letters = sum(times for (label, _), times in pairs.items() if label == name)
        chosen = sum(times for (_, read), times in pairs.items() if read == name)
        precision, recall = _part(right, chosen), _part(right, letters)
        figures.append(
            ClassFigures(name, letters, precision, recall, _part(2 * precision * recall, precision + recall))
        )
    return tuple(figures)


def _mean(classes: tuple[ClassFigures, ...]) -> float:
    return _part(sum(each.f1 for each in classes), len(classes))


def _right(pairs: Mapping[tuple[str, str], int]) -> int:
    return sum(times for (label, read), times in pairs.items() if label == read)


def _part(some: float, whole: float) -> float:
    return some / whole if whole else 0.0
