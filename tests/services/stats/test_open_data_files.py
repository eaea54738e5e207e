"""How files of open data are made: a year read once a day, aside from who asks for figures, and a form when it is asked for."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from services.stats.core.open_data import MEASURES, Row
from tests.journeys.world import World

pytestmark = pytest.mark.medium

LEAST = 5


class _Noting(str):
    """The kind of a case, which notes in which threads it is looked at."""

    threads: ClassVar[set[int]] = set()

    def __hash__(self) -> int:
        self.threads.add(threading.get_ident())
        return super().__hash__()


class _Year:
    """A source of so few cases that their kind is hidden."""

    async def years(self) -> list[int]:
        return [2026]

    async def rows(self, year: int) -> Counter[Row]:
        rows = Counter({(f"{year}-03", "housing", _Noting("complaint"), "", *[1] * len(MEASURES)): LEAST - 1})
        _Noting.threads.clear()
        return rows


async def test_others_are_answered_while_the_cases_of_a_year_are_made_coarse(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    files = replace(world.open_data_door(world.bulletin_door()).files, source=_Year())

    made = await files.find("cases-2026.csv")

    assert made is not None
    assert made.path.read_text("utf-8").count("housing,*,") == LEAST - 1
    assert _Noting.threads
    assert threading.get_ident() not in _Noting.threads


class _Growing:
    """A source that holds one case more each time it is read."""

    def __init__(self) -> None:
        self.readings = 0

    async def years(self) -> list[int]:
        return [2026]

    async def rows(self, year: int) -> Counter[Row]:
        self.readings += 1
        alike = (f"{year}-03", "housing", "complaint", "", *[1] * len(MEASURES))
        return Counter({alike: LEAST + self.readings})


async def test_both_forms_of_a_day_tell_the_same_and_a_year_is_read_once_for_them(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    source = _Growing()
    files = replace(world.open_data_door(world.bulletin_door()).files, source=source)

    async def lines(name: str) -> int:
        made = await files.find(name)
        assert made is not None
        return len(made.path.read_text("utf-8").splitlines())

    assert await lines("cases-2026.csv") == 1 + LEAST + 1
    assert await lines("cases-2026.jsonl") == LEAST + 1
    assert source.readings == 1

    world.clock.advance(timedelta(days=1))
    assert await lines("cases-2026.jsonl") == LEAST + 2, "on another day it is read again"
    assert await lines("cases-2026.csv") == 1 + LEAST + 2


async def test_a_form_that_nobody_asks_for_is_not_made(tmp_path: Path) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    files = replace(world.open_data_door(world.bulletin_door()).files, source=_Growing())

    made = await files.find("cases-2026.csv")

    assert made is not None
    assert {path.suffix for path in made.path.parent.iterdir()} == {".csv", ".rows"}
