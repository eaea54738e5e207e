"""An issued bulletin, and the scores of its year, counted again from the log alone: up to the offsets it names.

It is counted by the rules that stats runs. What the city's rules were is taken as of each fact's own moment. Memory holds the cases of one
partition at a time.
"""

import base64
import gzip
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from city.periodic import Assessment
from city.profile import Profile
from contracts.accountability import AppealDecided, FindingMade, Measure
from contracts.bulletins import BulletinIssued, Frozen, NamedCase, YearScores
from contracts.codec import Event, Unreadable, decode
from contracts.decision import Context
from contracts.identity import PARTITIONS
from contracts.topics import (
    ACCOUNTABILITY,
    ASSIGNMENTS,
    BULLETINS,
    BY_NAME,
    CITY,
    DEADLINES,
    POSTS,
    REPLIES,
    SURVEYS,
    TOPICS,
    Topic,
)
from services.stats.app import RULES
from services.stats.bulletins.store import code, instants, named_within
from services.stats.core.bulletin.freezing import Counted, put_together, with_reviews
from services.stats.core.bulletin.scoring import scored, weights_of
from services.stats.core.case import Case, new
from services.stats.core.cells import cells
from services.stats.core.periods import Period
from services.stats.core.review import graded

HEARD: Final = (POSTS, REPLIES, ASSIGNMENTS, DEADLINES, SURVEYS)


class Logged(NamedTuple):
    """A record of the log, and where it stands."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


Read = Callable[[Sequence[Topic], int], AsyncIterator[Logged]]
"""Reads topics of one partition number, in order within each topic."""


async def issued(read: Read, wanted: str) -> BulletinIssued:
    """The issued bulletin of a number or id. Raises ValueError when the log has none."""
    for partition in range(PARTITIONS):
        async for event in _events(read, (BULLETINS,), partition, None):
            fact = event.fact
            if isinstance(fact, BulletinIssued) and wanted in (fact.number, fact.bulletin):
                return fact
    raise ValueError(f"事件记录中没有发布过 {wanted}。 The log holds no issued bulletin of that number.")


class Again(NamedTuple):
    """What the log gives again of a bulletin."""

    figures: Frozen
    scores: YearScores | None


async def recomputed(read: Read, profile: Profile, bulletin: BulletinIssued) -> Again:
    """The figures of the same period, units and offsets, folded from the log; and the scores, where it froze any."""
    figures = bulletin.figures
    counted = await _counted(read, profile, figures)
    units = [(unit.unit, unit.name) for unit in figures.units]
    period = Period.read(figures.period)
    again = put_together(
        counted, units, period, figures.cut_off, (code(), profile.version), figures.derivation
    )
    if bulletin.scores is None:
        return Again(again, None)
    blamed = await _blamed(read, *instants(period, profile), figures.cut_off)
    by = await _weights(read, profile, bulletin)
    return Again(again, scored(again, counted.by_unit, blamed, by))


async def _weights(read: Read, profile: Profile, bulletin: BulletinIssued) -> tuple[Assessment, str]:
    """Those in force where the figures end, and the policy's version; of a correction those of what it corrects."""
    if bulletin.corrects:
        corrected = await issued(read, bulletin.corrects)
        if corrected.scores is not None:
            return weights_of(corrected.scores), corrected.scores.policy
    offsets = bulletin.figures.offsets
    # Every partition is told every change; one of them has heard most of it.
    newest = max(offsets, key=lambda partition: offsets[partition].get(CITY.name, 0), default="0")
    city = profile
    async for event in _events(read, (CITY,), int(newest), offsets.get(newest, {})):
        city = city.amended(event.fact)
    return city.policy.assessment, city.policy.version


async def _blamed(
    read: Read, since: datetime, until: datetime, cut_off: datetime
) -> dict[str, Counter[Measure]]:
    """Unit to the measures that stood at the cut-off, of findings made in the time."""
    by_unit: dict[str, Counter[Measure]] = {}
    for partition in range(PARTITIONS):
        stands: dict[str, tuple[str, Measure]] = {}
        async for event in _events(read, (ACCOUNTABILITY,), partition, None):
            fact = event.fact
            if fact.at > cut_off:
                continue
            if (isinstance(fact, FindingMade) and since <= fact.at < until) or (
                isinstance(fact, AppealDecided) and fact.record in stands
            ):
                stands[fact.record] = fact.department, fact.measure
        for unit, measure in stands.values():
            if measure:
                by_unit.setdefault(unit, Counter())[measure] += 1
    return by_unit


async def _counted(read: Read, profile: Profile, figures: Frozen) -> Counted:
    """What stats had counted at the offsets."""
    period = Period.read(figures.period)
    start, end = instants(period, profile)
    periods = (period, period.before, period.year_before)
    sums: list[dict[str, Counter[str]]] = [defaultdict(Counter) for _ in periods]
    spans = [(one.first.isoformat(), one.until.isoformat()) for one in periods]
    named: list[NamedCase] = []
    reviews: list[Case] = []
    for partition in range(PARTITIONS):
        offsets = figures.offsets.get(str(partition), {})
        cases = await _cases(read, profile, partition, offsets)
        for case in cases:
            for (day, unit, _, measure), count in cells(case).items():
                for by_unit, (first, until) in zip(sums, spans, strict=True):
                    if first <= day < until:
                        by_unit[unit][measure] += count
        named += named_within(cases, start, end)
        reviews += [case for case in cases if case.review is not None]
    at = {int(partition): topics for partition, topics in figures.offsets.items()}
    now = with_reviews(sums[0], graded(reviews, period.year) if period.is_year else {})
    return Counted(now, sums[1], sums[2], named, at)


async def _cases(read: Read, profile: Profile, partition: int, offsets: Mapping[str, int]) -> list[Case]:
    """The cases of a partition as stats knew them at its offsets."""
    moments: list[datetime] = []
    cities = [profile]
    async for event in _events(read, (CITY,), partition, offsets):
        moments.append(event.fact.at)
        cities.append(cities[-1].amended(event.fact))
    cases: dict[str, Case] = {}
    async for event in _events(read, HEARD, partition, offsets):
        rule = RULES.get(type(event.fact))
        if rule is not None:
            city = cities[bisect_right(moments, event.fact.at)]
            context = Context(event.subject, event.id, event.fact.at, city)
            cases[event.subject] = rule(
                cases.get(event.subject) or new(event.subject), event.fact, context
            ).state
    return list(cases.values())


async def _events(
    read: Read, topics: Sequence[Topic], partition: int, offsets: Mapping[str, int] | None
) -> AsyncIterator[Event]:
    """The events below the offsets (all, where none are given), each once and in the order of its number."""
    expected: dict[tuple[str, str], int] = {}
    waiting: dict[tuple[str, str, int], Event] = {}
    async for logged in read(topics, partition):
        if offsets is not None and logged.offset >= offsets.get(logged.topic, 0):
            continue
        try:
            event = decode(BY_NAME[logged.topic], logged.key, logged.value, logged.headers)
        except Unreadable:
            continue  # parked: stats did not count it either
        place = (event.topic, event.subject)
        waiting[(*place, event.seq)] = event
        while (following := waiting.pop((*place, expected.get(place, 1)), None)) is not None:
            expected[place] = expected.get(place, 1) + 1
            yield following


class Line(Struct, frozen=True):
    """A record in an exported log, a line of JSON."""

    topic: str
    partition: int
    offset: int
    key: str | None
    value: str | None
    headers: tuple[tuple[str, str], ...]
    """Key, value and headers in base64."""


async def export(read: Read, folder: Path) -> int:
    """Write the whole log, a file a partition; returns how many records."""
    encode, count = msgspec.json.Encoder().encode, 0
    folder.mkdir(parents=True, exist_ok=True)
    for partition in range(PARTITIONS):
        with gzip.open(_file(folder, partition), "wb", compresslevel=5) as out:
            for topic in TOPICS:
                async for logged in read((topic,), partition):
                    out.write(encode(_line(logged)) + b"\n")
                    count += 1
    return count


def _file(folder: Path, partition: int) -> Path:
    return folder / f"{partition:02}.jsonl.gz"


def _line(logged: Logged) -> Line:
    def text(data: bytes | None) -> str | None:
        return None if data is None else base64.b64encode(data).decode()

    headers = tuple((name, base64.b64encode(value).decode()) for name, value in logged.headers)
    return Line(*logged[:3], text(logged.key), text(logged.value), headers)


def from_folder(folder: Path) -> Read:
    """Reads an exported log. Raises ValueError when it is none."""
    if not all(_file(folder, partition).exists() for partition in range(PARTITIONS)):
        raise ValueError(f"{folder} 不是导出的事件记录。 No exported log.")
    decode_line = msgspec.json.Decoder(Line).decode

    async def read(topics: Sequence[Topic], partition: int) -> AsyncIterator[Logged]:
        names = {topic.name for topic in topics}
        with gzip.open(_file(folder, partition), "rb") as packed:
            for text in packed:
                line = decode_line(text)
                if line.topic in names:
                    yield _logged(line)

    return read


def _logged(line: Line) -> Logged:
    def data(text: str | None) -> bytes | None:
        return None if text is None else base64.b64decode(text)

    headers = tuple((name, base64.b64decode(value)) for name, value in line.headers)
    return Logged(line.topic, line.partition, line.offset, data(line.key), data(line.value), headers)
