"""Where a post happens: area and street recognised in its text, with their offsets. Pure."""

import re
from collections.abc import Iterable
from typing import Final

import ahocorasick
from msgspec import Struct

from city.profile import Division

_CROSSING: Final = re.compile(
    r"([一-鿿]{2,6}?[路街道])[与和同]([一-鿿]{2,6}?[路街道])(?:交叉口|路口|交汇处|交界处)"
)


class Place(Struct, frozen=True):
    """What was recognised."""

    area: str = ""
    """Code of the area."""
    area_name: str = ""
    street: str = ""
    """Code of the street or town."""
    crossing: tuple[str, str] = ("", "")
    """Two roads that cross."""
    words: tuple[tuple[str, int], ...] = ()
    """What gave it away, with offsets."""


class Gazetteer:
    """The city's divisions as one automaton; a longer name wins over a shorter one it contains."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._automaton = ahocorasick.Automaton()
        self._areas: dict[str, str] = {}
        found: dict[str, set[tuple[str, str]]] = {}
        for division in divisions:
            self._areas[division.area_code] = division.area
            for name in (division.street, *division.aliases):
                if len(name) >= 2 and (len(name) > 2 or name == division.street):
                    found.setdefault(name, set()).add((division.area_code, division.street_code))
        for code, area in self._areas.items():
            for name in {area, area.removesuffix("区"), area.removesuffix("县")}:
                if len(name) >= 2:
                    found.setdefault(name, set()).add((code, ""))
        for name, places in found.items():
            areas = {area for area, _ in places}
            if len(areas) == 1:
                streets = {street for _, street in places}
                street = next(iter(streets)) if len(streets) == 1 else ""
                self._automaton.add_word(name, (name, next(iter(areas)), street))
        if len(self._automaton):
            self._automaton.make_automaton()

    def recognise(self, text: str, chosen_area: str = "") -> Place:
        """Area and street named in the text; the area the citizen chose wins over a guess."""
        area, street = chosen_area, ""
        words: list[tuple[str, int]] = []
        for end, (name, named_area, named_street) in (
            self._automaton.iter_long(text) if len(self._automaton) else ()
        ):
            words.append((name, end - len(name) + 1))
            if not area:
                area = named_area
            if named_street and not street and named_area == area:
                street = named_street
        crossing = _CROSSING.search(text)
        roads = (crossing.group(1), crossing.group(2)) if crossing else ("", "")
        if crossing:
            words.append((crossing.group(0), crossing.start()))
        return Place(area, self._areas.get(area, ""), street, roads, tuple(words[:5]))
