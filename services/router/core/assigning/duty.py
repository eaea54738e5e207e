"""The duty list as a judge: everyday words found in a post speak for the units whose duty they name. Pure.

The score is a sum a clerk can do by hand:

1. A word found gives a point for each of its characters, five at most. A weak word, marked `?` in the
   list, gives one point; a decisive one, marked `!`, six. A word right before 旁, 附近, 对面 and the like
   only says where something is and gives one. Of words that overlap the one that begins first counts,
   and of those that begin together the longest.
2. A word that several units claim is shared equally among them. In the title it counts double. Found
   again it counts once more, and after that no more.
3. A duty item has the points of its words. A unit has those of its best item and half of its others',
   and three more when the post names the unit itself.
4. A unit's share is the square of its points by the sum of all units' squares plus four: with twice
   the points of the next it is four to one, and two points alone are not enough to be sure of.

Who answers, by the level of the item:

- `municipal`: the unit of the list, always.
- `county`: the government of the area where the post happens; the unit of the list where no area is known.
- `both`: the unit of the list, unless the post names an office of its area's own government ("沭阳县教育局",
  or "县教育局" in a post known to be from there): then that government.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from city.lists import DECISIVE, WEAK, bare
from city.profile import Department, Division, Duty
from contracts.assignments import Candidate, Reason
from services.router.core.assigning.place import Place
from services.router.core.assigning.reading import Lexicon, Reading

WEAK_POINTS: Final = 1.0
MOST_POINTS: Final = 5.0
DECISIVE_POINTS: Final = 6.0
TITLE_WEIGHT: Final = 2.0
MOST_TIMES: Final = 2
"""So often a word counts."""
OTHER_ITEMS: Final = 0.5
NAMED_POINTS: Final = 3.0
"""The unit itself is named in the post."""
DOUBT: Final = 4.0
"""The points, squared, of the thought that it is something else."""
MOST_CANDIDATES: Final = 5
MOST_WORDS: Final = 5
"""So many words stand in a reason."""
GOVERNING_KINDS: Final = ("district", "park")
WHERE: Final = frozenset(
    {"旁边", "附近", "对面", "隔壁", "门口", "后面", "前面", "斜对", "周边", "周围", "门前", "楼下", "背后"}
)
"""After a word, these say that it names a spot and not the matter; so does a single 旁."""


class Hit(Struct, gc=False):
    """A word of the list found in the post."""

    word: str
    offset: int
    claims: tuple[tuple[int, float], ...]
    """Number of a duty item, and what the word gives it once."""
    times: int = 1
    weight: float = 1.0
    """How often it counts, the title twice."""
    somewhere: bool = True
    """Only a spot so far."""


class _Word(Struct, frozen=True, gc=False):
    claims: tuple[tuple[int, float], ...]
    as_spot: tuple[tuple[int, float], ...]


class Claim(Struct, gc=False):
    """What speaks for one unit."""

    department: str
    items: list[tuple[float, int]]
    """Points below zero and number of each duty item, the best first."""
    named: tuple[str, int] | None = None
    """The unit's own name where it stands in the post."""
    points: float = 0.0
    share: float = 0.0
    """Of the whole, rounded down to four places."""


class Judged(Struct, frozen=True, gc=False):
    """What the duty list says of a post: its best claims, best first, and the words they rest on."""

    claims: tuple[Claim, ...]
    hits: tuple[Hit, ...]


def governing(departments: Sequence[Department], divisions: Sequence[Division]) -> dict[str, str]:
    """Code of an area to the unit that governs it: the district or park whose name begins with the area's."""
    governs: dict[str, str] = {}
    for division in divisions:
        if division.area_code not in governs:
            unit = next((u for u in departments if u.name.startswith(division.area)), None)
            if unit is not None and unit.kind in GOVERNING_KINDS:
                governs[division.area_code] = unit.code
    return governs


def points_of(word: str) -> float:
    """What a word of the list gives, found once outside the title and claimed by one unit."""
    if word.endswith(WEAK):
        return WEAK_POINTS
    return DECISIVE_POINTS if word.endswith(DECISIVE) else min(float(len(word)), MOST_POINTS)


class DutyList:
    """All duty items compiled into one lexicon."""

    def __init__(
        self, duties: Sequence[Duty], departments: Sequence[Department], areas: dict[str, str]
    ) -> None:
        self._duties = tuple(duties)
        self._called = [f"{duty.code} {duty.name}({duty.basis})" for duty in duties]
        self._by_code = {duty.code: duty for duty in duties}
        self._areas = areas
        """Code of an area to the unit that governs it."""
        claims: dict[str, dict[int, float]] = {}
        for number, duty in enumerate(self._duties):
            for word in duty.words:
                if text := bare(word).upper():
                    claims.setdefault(text, {})[number] = points_of(word)
        self.words = Lexicon({text: self._word(items) for text, items in claims.items()})
        names = {unit.name.removeprefix("市"): unit.code for unit in departments}
        self.names = Lexicon({name: code for name, code in names.items() if len(name) > 2})

    def _word(self, items: dict[int, float]) -> _Word:
        units = len({self._duties[number].department for number in items})
        return _Word(
            tuple((number, points / units) for number, points in items.items()),
            tuple((number, min(points, WEAK_POINTS) / units) for number, points in items.items()),
        )

    def owner(self, duty_item: str) -> str:
        """The unit of a duty item; empty when there is none."""
        duty = self._by_code.get(duty_item)
        return "" if duty is None else duty.department

    def score(self, title: str, text: str, place: Place) -> list[Candidate]:
        """Candidates with all their reasons, best first; scores are shares of the whole and add up to at most 1."""
        reading = Reading(title, text)
        judged = self.judge(reading, place)
        return [self.candidate(claim, judged, reading, place) for claim in judged.claims]

    def judge(self, reading: Reading, place: Place) -> Judged:
        """The best claims, without their reasons; most posts are asked for those of three units at most."""
        hits = self._hits(reading)
        items: dict[int, float] = {}
        for hit in hits:
            weight = hit.weight
            for number, points in hit.claims:
                items[number] = items.get(number, 0.0) + points * weight
        units: dict[str, Claim] = {}
        duties, known_area = self._duties, place.area in self._areas
        for number, points in items.items():
            duty = duties[number]
            department = self._answering(duty, place) if known_area else duty.department
            unit = units.get(department)
            if unit is None:
                unit = units[department] = Claim(department, [])
            unit.items.append((-points, number))
        for start, name, department in self.names.find(reading, reading.whole):
            unit = units.setdefault(department, Claim(department, []))
            unit.named = unit.named or (name, start)
        squares = DOUBT
        for unit in units.values():
            if len(unit.items) > 1:
                unit.items.sort()
                unit.points = -unit.items[0][0] - OTHER_ITEMS * sum([points for points, _ in unit.items[1:]])
            elif unit.items:
                unit.points = -unit.items[0][0]
            if unit.named is not None:
                unit.points += NAMED_POINTS
            squares += unit.points * unit.points
        ranked = sorted(units.values(), key=lambda unit: (-unit.points, unit.department))[:MOST_CANDIDATES]
        for unit in ranked:
            unit.share = int(unit.points * unit.points / squares * 10_000) / 10_000
        return Judged(tuple(ranked), tuple(hits))

    def item(self, claim: Claim) -> str:
        """The code of a claim's best duty item; empty for a unit that is only named."""
        return self._duties[claim.items[0][1]].code if claim.items else ""

    def candidate(self, claim: Claim, judged: Judged, reading: Reading, place: Place) -> Candidate:
        """A claim with its reasons."""
        reasons = self._reasons(claim, judged.hits, place, reading.whole)
        return Candidate(claim.department, self.item(claim), claim.share, reasons)

    def answering(self, department: str, judged: Judged, place: Place) -> str:
        """Who answers for a unit named by others: the area's government, where the unit's item found here says so."""
        for claim in judged.claims:
            if claim.items and self._duties[claim.items[0][1]].department == department:
                return claim.department
        return department

    def _hits(self, reading: Reading) -> list[Hit]:
        """The words found, in the order in which they were; of one word all its findings together."""
        found: dict[str, Hit] = {}
        title = len(reading.title)
        whole = reading.capitals[: len(reading.whole)]
        for offset, text, word in self.words.find(reading, whole):
            hit = found.get(text)
            if hit is not None and hit.times >= MOST_TIMES and not hit.somewhere:
                continue
            end = offset + len(text)
            after = whole[end : end + 2]
            spot = after in WHERE or after[:1] == "旁"
            if hit is None:
                found[text] = Hit(
                    text,
                    offset,
                    word.as_spot if spot else word.claims,
                    1,
                    TITLE_WEIGHT if offset < title else 1.0,
                    spot,
                )
                continue
            if hit.times < MOST_TIMES:
                hit.times += 1
                hit.weight += 1.0
            if hit.somewhere and not spot:
                hit.claims, hit.somewhere = word.claims, False
        return list(found.values())

    def _answering(self, duty: Duty, place: Place) -> str:
        """The unit that answers for an item where the post happens; the rule stands at the head of the module."""
        if duty.level == "municipal" or place.area not in self._areas:
            return duty.department
        if duty.level == "county" or place.office:
            return self._areas[place.area]
        return duty.department

    def _reasons(self, unit: Claim, hits: Sequence[Hit], place: Place, whole: str) -> tuple[Reason, ...]:
        """What spoke for a unit: at most five words of its best item, heaviest first, and where they stand."""
        reasons: list[Reason] = []
        if unit.items:
            number = unit.items[0][1]
            duty = self._duties[number]
            spoke = sorted(
                [
                    (-points * hit.weight, hit.offset, whole[hit.offset : hit.offset + len(hit.word)])
                    for hit in hits
                    for claim, points in hit.claims
                    if claim == number
                ]
            )[:MOST_WORDS]
            standing = sorted([(offset, word) for _, offset, word in spoke])
            words = tuple([(word, offset) for offset, word in standing])
            listed = "、".join([f"{word}{-points:.3g}分" for points, _, word in spoke])
            reasons.append(Reason("words", f"出现“{listed}”", words, round(-unit.items[0][0], 2)))
            reasons.append(Reason("duty", self._called[number], words))
            if duty.department != unit.department:
                reasons.append(self._moved(duty, place, len(whole)))
        if unit.named is not None:
            reasons.append(Reason("words", f"帖中点名“{unit.named[0]}”", (unit.named,), NAMED_POINTS))
        if place.area_name:
            reasons.append(Reason("place", f"地点:{place.area_name}", _within(place.words, len(whole))))
        return tuple(reasons)

    def _moved(self, duty: Duty, place: Place, length: int) -> Reason:
        if duty.level == "county":
            return Reason("level", f"县区事项,由{place.area_name}办理", _within(place.words, length))
        named = _within(((place.office, place.office_offset),), length)
        return Reason("level", f"市县均可办理,帖中点名“{place.office}”,由{place.area_name}办理", named)


def _within(words: tuple[tuple[str, int], ...], length: int) -> tuple[tuple[str, int], ...]:
    """Those that stand in title and text; a place may also be known from the post's own field for it."""
    return tuple((word, offset) for word, offset in words if 0 <= offset <= length - len(word))
