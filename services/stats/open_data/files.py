"""The files of open data: made when first asked for on a day, kept on disk for that day, and named by what they hold.

A year is read once a day and its rows are kept beside the files. Either form is made of them when somebody asks for it:
most ask for one, and lines of JSON are four times as long as those of CSV.
"""

import asyncio
import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from chassis.clock import Clock
from city.profile import Profile
from services.stats.bulletins.store import Bulletins
from services.stats.core.figures import total
from services.stats.core.open_data import (
    CASES,
    FIGURES,
    Row,
    Value,
    bulletin_of,
    coarse,
    csv_line,
    figures_of,
)
from services.stats.open_data.source import Source
from services.stats.store import Figures

TYPES: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
"""Ending of a file to its media type."""
BYTE_ORDER_MARK: Final = "\ufeff"
"""At the head of a CSV: by it spreadsheets know UTF-8."""
_NAME: Final = re.compile(r"(cases|figures)-(20[0-9]{2})\.(?:csv|jsonl)", re.ASCII)
_BULLETINS: Final = "bulletins.jsonl"

Copy = tuple[list[Value], int]
"""A row, and how many of it there are."""
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Copy).decode


@dataclass(frozen=True)
class Reading:
    """The rows of a year as they lie on disk, each a line of JSON with how many of it there are."""

    path: Path
    day: str
    """On which they were read."""


@dataclass(frozen=True)
class Made:
    """A file as it lies on disk."""

    path: Path
    tag: str
    """A strong ETag: the same bytes, the same tag, whichever instance made them."""
    of: str
    """The day, and for bulletins how many are issued: at another one it is made anew."""


@dataclass
class Files:
    """Reads each year and makes each file once a day, one after the other."""

    source: Source
    figures: Figures
    bulletins: Bulletins
    profile: Profile
    clock: Clock
    _readings: dict[str, Reading] = field(default_factory=dict)
    """Kind and year of files to what was read for them."""
    _made: dict[str, Made] = field(default_factory=dict)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _folder: tempfile.TemporaryDirectory[str] | None = None
    """There is none until a file is asked for: most processes never make one."""

    def close(self) -> None:
        """Remove what was made; it is made anew when somebody asks."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = None
        self._readings.clear()
        self._made.clear()

    async def names(self) -> list[str]:
        """The files there are, the newest year first."""
        years = sorted(await self.source.years(), reverse=True)
        found = [
            f"{kind}-{year}.{ending}" for year in years for kind in ("cases", "figures") for ending in TYPES
        ]
        return [*found, _BULLETINS]

    async def find(self, name: str) -> Made | None:
        """A file by its name; None for what is none."""
        parts = _NAME.fullmatch(name)
        if parts is None and name != _BULLETINS:
            return None
        async with self._one:
            if parts is None:
                return await self._of_bulletins()
            kind, year = parts[1], int(parts[2])
            today = self.clock.now().date().isoformat()
            known = self._made.get(name)
            if known is None or known.of != today:
                if year not in await self.source.years():
                    return None
                names = [one.name for one in (CASES if kind == "cases" else FIGURES)]
                rows = await self._rows(kind, year, today)
                form = _csv if name.endswith(".csv") else _lines
                await asyncio.to_thread(self._write, name, form(names, rows), today)
            return self._made[name]

    async def _rows(self, kind: str, year: int, today: str) -> Iterator[Copy]:
        """The rows of a year as they were when first asked for today: both forms of a file tell the same."""
        stem = f"{kind}-{year}"
        known = self._readings.get(stem)
        if known is None or known.day != today:
            copies = await (self._of_cases(year) if kind == "cases" else self._of_figures(year))
            known = Reading(self._place(f"{stem}.rows"), today)
            await asyncio.to_thread(_keep, known.path, copies)
            self._readings[stem] = known
        return _read(known.path)

    async def _of_cases(self, year: int) -> Iterable[Copy]:
        rows, least_alike = await self.source.rows(year), self.profile.policy.open_data.least_alike
        # Of a million cases that is seconds, in which others ask for their figures.
        return await asyncio.to_thread(_coarse_in_order, rows, least_alike)

    async def _of_figures(self, year: int) -> Iterable[Copy]:
        names = {unit.code: unit.name for unit in self.profile.departments}
        copies: list[Copy] = []
        for month in range(1, 13):
            first, until = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
            by_unit = await self.figures.by_unit(first, until)
            label = f"{year}-{month:02}"
            if by_unit:
                copies.append((figures_of(label, "", "全市", total(by_unit.values())), 1))
            copies += [
                (figures_of(label, unit, names.get(unit, unit), measures), 1)
                for unit, measures in sorted(by_unit.items())
                # Who merely held a post and is no unit: its author, a meeting, moderation. A unit of before counts for posts.
                if unit and (unit in names or measures.keys() - {"held_minutes"})
            ]
        return copies

    async def _of_bulletins(self) -> Made:
        issued = [found for one in await self.bulletins.listed() if (found := bulletin_of(one))]
        known, of = self._made.get(_BULLETINS), str(len(issued))
        if known is None or known.of != of:
            await asyncio.to_thread(self._write, _BULLETINS, (_encode(one) + b"\n" for one in issued), of)
        return self._made[_BULLETINS]

    def _place(self, name: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="wenzheng-open-")
        return Path(self._folder.name) / name

    def _write(self, name: str, parts: Iterable[bytes], of: str) -> None:
        digest = hashlib.blake2b(digest_size=12)
        unfinished = self._place(f"{name}.new")
        with unfinished.open("wb") as out:
            for part in parts:
                digest.update(part)
                out.write(part)
        tag, before = digest.hexdigest(), self._made.get(name)
        path = unfinished.rename(unfinished.with_name(f"{tag}-{name}"))
        self._made[name] = Made(path, f'"{tag}"', of)
        if before is not None and before.path != path:
            # Whoever is reading it reads on: its bytes stay until the last reader has closed it.
            before.path.unlink()


def _coarse_in_order(rows: Counter[Row], least_alike: int) -> list[Copy]:
    """What is told of cases, in an order of its own, so that no row tells when its case came."""
    return [(list[Value](row), count) for row, count in sorted(coarse(rows, least_alike).items())]


def _keep(path: Path, copies: Iterable[Copy]) -> None:
    with path.open("wb") as out:
        out.writelines(_encode(copy) + b"\n" for copy in copies)


def _read(path: Path) -> Iterator[Copy]:
    with path.open("rb") as kept:
        yield from map(_decode, kept)


def _csv(names: list[str], copies: Iterable[Copy]) -> Iterator[bytes]:
    yield (BYTE_ORDER_MARK + csv_line(names)).encode()
    for row, count in copies:
        yield csv_line(row).encode() * count


def _lines(names: list[str], copies: Iterable[Copy]) -> Iterator[bytes]:
    for row, count in copies:
        yield (_encode(dict(zip(names, row, strict=True))) + b"\n") * count
