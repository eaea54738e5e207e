"""Where a post happens: area, street, crossing and a district's own office, with their offsets. Pure.

A longer name wins over a shorter one that begins at the same place. A name that is part of a road's
name ("泗阳路") is no place. A short name of a town, two characters that everyday words may also contain,
counts only right after an area's name ("沭阳桑墟") or before what only a place has ("耿车派出所").
"""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from city.profile import Division
from services.router.core.assigning.reading import Lexicon, Reading

SHORT: Final = 2
"""Characters of a name that everyday words may also contain."""
MOST_WORDS: Final = 5

_ROAD: Final = r"(?:[A-Z]?\d{1,3}(?:国道|省道|县道)|[一-鿿]{1,7}?(?:路|街|大道|巷))"
_CROSSING_ENDS: Final = ("交叉路口", "交叉口", "路口", "交汇处", "交会处", "交界处", "交口", "红绿灯")
_CROSSING: Final = re.compile(
    rf"(?={_ROAD}[与和同跟及、/])({_ROAD})[与和同跟及、/]({_ROAD})(?:的)?(?:十字|丁字)?(?:{'|'.join(_CROSSING_ENDS)})"
)
_ROAD_AND: Final = re.compile(r"[路街道巷][与和同跟及、/]")
_BEFORE_ROAD: Final = re.compile(
    r".*(?:[在从到于的是由沿至往向经过问住了内]|[区县镇乡市](?!府)|街道|附近|靠近)(?=.{2})"
)
"""What may stand before a road's name without belonging to it."""
_ROAD_AFTER: Final = re.compile(r"(?:[东西南北中]?路|大道|大街|街(?!道)|巷|大桥)")
_PLACE_AFTER: Final = re.compile(
    r"[镇乡街村]|街道|社区|集镇|中学|小学|中心|医院|卫生院|派出所|政府|办事处|工业园|境内"
)
_OFFICES: Final = (
    r"(?:(?:人民)?政府|管委会|管理委员会|委(?:办公室|(?![托派员屈]))"
    r"|(?:教育|教体|公安|民政|司法|财政|人社|人力资源和社会保障|社保|自然资源(?:和规划)?|国土(?:资源)?|规划"
    r"|生态环境|环保|环境保护|住建|住房和城乡建设|城建|房产|城管|城市管理|交通(?:运输)?|水利|水务|农业(?:农村)?"
    r"|林业|商务|文化|文旅|文广旅|卫生|卫健|卫计|退役军人(?:事务)?|应急(?:管理)?|审计|市场(?:监管|监督管理)"
    r"|统计|医保|医疗保障|行政审批|信访|税务|招商|发改|社会事业|经发)(?:局|委|办)|残联|征收办|拆迁办)"
)
_OWN_OFFICE: Final = re.compile(rf"(?<![小景校社库片新老灾牧山厂城园地辖])[区县]{_OFFICES}")
"""An office named without its area: "县政府", "区住建局"; not "小区管委会"."""


class Place(Struct, frozen=True, gc=False):
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
    office: str = ""
    """An office of the area's own government, as named in the text; empty when none is."""
    office_offset: int = -1


class _Name(Struct, frozen=True, gc=False):
    """A name of the gazetteer; one that several streets of an area share means the area."""

    area: str
    street: str


class Gazetteer:
    """The city's divisions as one lexicon."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._areas: dict[str, str] = {}
        found: dict[str, set[tuple[str, str]]] = {}
        for division in divisions:
            self._areas[division.area_code] = division.area
            for name in (division.street, *division.aliases):
                if len(name) >= SHORT:
                    found.setdefault(name, set()).add((division.area_code, division.street_code))
        self._shorts = tuple(name for area in self._areas.values() for name in _called(area))
        self._called = {code: tuple(sorted(_called(area))) for code, area in self._areas.items()}
        self._offices: dict[str, re.Pattern[str]] = {}
        for code, names_of in self._called.items():
            for name in names_of:
                found.setdefault(name, set()).add((code, ""))
            called = "|".join(sorted(map(re.escape, names_of), key=len, reverse=True))
            self._offices[code] = re.compile(rf"(?:{called})(?:区|县)?{_OFFICES}")
        names: dict[str, _Name] = {}
        for name, places in found.items():
            areas = {area for area, _ in places}
            if len(areas) == 1:
                streets = {street for _, street in places}
                street = next(iter(streets)) if len(streets) == 1 else ""
                names[name] = _Name(next(iter(areas)), street)
        self.names = Lexicon(names)
        self.crossings = Lexicon(dict.fromkeys(_CROSSING_ENDS))

    def recognise(self, text: str, chosen_area: str = "") -> Place:
        """Area and street named in a text, which is read as a post without a title; offsets count in the text."""
        place = self.read(Reading("", text), chosen_area)
        return replace(
            place,
            words=tuple((word, offset - 1) for word, offset in place.words),
            office_offset=max(-1, place.office_offset - 1),
        )

    def read(self, reading: Reading, chosen_area: str = "") -> Place:
        """Area and street named in a post; the area the citizen chose wins over a guess."""
        area, street, words = self._named(reading, chosen_area)
        roads, crossing = self._crossing(reading)
        if crossing:
            words.append(crossing)
        office, offset = self._office(reading.with_place, area)
        return Place(area, self.area_name(area), street, roads, tuple(words[:MOST_WORDS]), office, offset)

    def where(self, reading: Reading, chosen_area: str = "") -> tuple[str, str]:
        """The codes of area and street alone, as `read` has them."""
        area, street, _ = self._named(reading, chosen_area)
        return area, street

    def area_name(self, area: str) -> str:
        """What the area of a code is called; empty for an unknown one."""
        return self._areas.get(area, "")

    def _named(self, reading: Reading, chosen_area: str) -> tuple[str, str, list[tuple[str, int]]]:
        """Area, street and the names that gave them away."""
        text = reading.with_place
        area, street = chosen_area, ""
        words: list[tuple[str, int]] = []
        area_ended = -1
        for start, called, name in self.names.find(reading, text):
            after = start + len(called)
            if _ROAD_AFTER.match(text, after):
                continue
            short = len(called) == SHORT and name.street
            if short and start != area_ended and not _PLACE_AFTER.match(text, after):
                continue
            if not name.street:
                area_ended = after + (text[after : after + 1] in ("区", "县"))
            words.append((called, start))
            if not area:
                area = name.area
            if name.street and not street and name.area == area:
                street = name.street
        return area, street, words

    def _crossing(self, reading: Reading) -> tuple[tuple[str, str], tuple[str, int] | None]:
        text = reading.with_place
        # Most posts have none of its last words, or no road before an "and": they need no search by all of it.
        may = self.crossings.occurs(reading) and _ROAD_AND.search(text) is not None
        found = _CROSSING.search(text) if may else None
        if found is None:
            return ("", ""), None
        first, start = found.group(1), found.start(1)
        before = _BEFORE_ROAD.match(first[:-1])
        if before is not None:
            first, start = first[before.end() :], start + before.end()
        return (first, found.group(2)), (text[start : found.end()], start)

    def _office(self, text: str, area: str) -> tuple[str, int]:
        """An office of this area; one named without an area is the area's own."""
        if area not in self._offices:
            return "", -1
        named = any(map(text.__contains__, self._called[area]))
        found = self._offices[area].search(text) if named else None
        if found is None and ("区" in text or "县" in text):
            found = next(
                (
                    own
                    for own in _OWN_OFFICE.finditer(text)
                    if not text.endswith(self._shorts, 0, own.start())
                ),
                None,
            )
        return (found.group(0), found.start()) if found else ("", -1)


def _called(area: str) -> set[str]:
    """What an area is called: in full, without 区 or 县, and a development zone by its kind alone."""
    names = {area, area.removesuffix("区"), area.removesuffix("县")}
    if area.endswith("经济技术开发区"):
        names = {area, "经济技术开发区", "经开区"}
    return {name for name in names if len(name) >= SHORT}
