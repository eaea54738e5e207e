"""The duty list as a judge: everyday words found in a post speak for the units whose duty they name. Pure.

A word weighs the more the fewer units claim it and the longer it is; a word in the title weighs
double. A unit's score is that of its best duty item plus a third of its others, and its share is
the score's part of all scores: a clerk can add it up by hand.
"""

import math
from collections.abc import Sequence
from typing import Final

import ahocorasick
from msgspec import Struct

from city.profile import Department, Duty
from contracts.assignments import Candidate, Reason
from services.router.core.place import Place

TITLE_WEIGHT: Final = 2.0
OTHER_ITEMS: Final = 1 / 3
NAMED_WEIGHT: Final = 6.0
"""The unit itself is named in the post."""


class Hit(Struct, frozen=True):
    """A word found."""

    word: str
    offset: int


class DutyList:
    """All duty items compiled into one automaton."""

    def __init__(
        self, duties: Sequence[Duty], departments: Sequence[Department], areas: dict[str, str]
    ) -> None:
        self._duties = {duty.code: duty for duty in duties}
        self._departments = {unit.code: unit for unit in departments}
        self._areas = areas
        """Code of an area to the unit that governs it."""
        claims: dict[str, list[str]] = {}
        for duty in duties:
            for word in duty.words:
                claims.setdefault(word, []).append(duty.code)
        units = max(1, len({duty.department for duty in duties}))
        self._weight = {
            word: math.log(1 + units / len({self._duties[code].department for code in codes}))
            * math.sqrt(len(word))
            for word, codes in claims.items()
        }
        self._automaton = ahocorasick.Automaton()
        for word, codes in claims.items():
            self._automaton.add_word(word, (word, tuple(codes)))
        if len(self._automaton):
            self._automaton.make_automaton()
        self._names = [
            (unit.name.removeprefix("市"), unit.code) for unit in departments if len(unit.name) > 3
        ]

    def owner(self, duty_item: str) -> str:
        """The unit of a duty item; empty when there is none."""
        duty = self._duties.get(duty_item)
        return "" if duty is None else duty.department

    def score(self, title: str, text: str, place: Place) -> list[Candidate]:
        """Candidates, best first; scores are shares of the whole and add up to at most 1."""
        whole = f"{title}\n{text}"
        hits: dict[str, dict[str, Hit]] = {}
        if len(self._automaton):
            for end, (word, codes) in self._automaton.iter(whole):
                for code in codes:
                    hits.setdefault(code, {}).setdefault(word, Hit(word, end - len(word) + 1))
        items: dict[str, list[tuple[float, str]]] = {}
        for code, found in hits.items():
            duty = self._duties[code]
            points = sum(
                self._weight[word] * (TITLE_WEIGHT if hit.offset < len(title) else 1.0)
                for word, hit in found.items()
            )
            items.setdefault(self._answering(duty, place), []).append((points, code))
        named = {code for name, code in self._names if name in whole}
        for code in named:
            items.setdefault(code, [])
        scores: dict[str, tuple[float, str]] = {}
        for department, scored in items.items():
            scored.sort(key=lambda item: (-item[0], item[1]))
            points = (scored[0][0] + OTHER_ITEMS * sum(p for p, _ in scored[1:])) if scored else 0.0
            points += NAMED_WEIGHT if department in named else 0.0
            scores[department] = (points, scored[0][1] if scored else "")
        total = sum(points for points, _ in scores.values()) + 1.0
        ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
        return [
            Candidate(
                department,
                duty_item,
                round(points / total, 4),
                self._reasons(department, duty_item, hits, place, department in named),
            )
            for department, (points, duty_item) in ranked[:5]
        ]

    def _answering(self, duty: Duty, place: Place) -> str:
        """A county's duty is answered by the area's own government, where the area is known."""
        if duty.level == "county" and place.area in self._areas:
            return self._areas[place.area]
        return duty.department

    def _reasons(
        self, department: str, duty_item: str, hits: dict[str, dict[str, Hit]], place: Place, named: bool
    ) -> tuple[Reason, ...]:
        reasons: list[Reason] = []
        duty = self._duties.get(duty_item)
        if duty is not None:
            found = sorted(hits[duty_item].values(), key=lambda hit: hit.offset)[:5]
            words = tuple((hit.word, hit.offset) for hit in found)
            listed = "、".join(hit.word for hit in found)
            reasons.append(Reason(kind="words", text=f"出现“{listed}”", words=words))
            reasons.append(Reason(kind="duty", text=f"{duty.code} {duty.name}({duty.basis})"))
            if duty.level == "county" and place.area in self._areas:
                reasons.append(Reason(kind="level", text=f"县区事项,由{place.area_name}办理"))
        if named:
            reasons.append(Reason(kind="words", text="帖中点名该单位"))
        if place.area_name:
            reasons.append(Reason(kind="place", text=f"地点:{place.area_name}", words=place.words))
        return tuple(reasons)
