"""The calls that `docs/walk.md` names are those a post passes, in the order in which they are first made."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.journeys.world import World

ROOT = Path(__file__).resolve().parents[2]
Call = tuple[str, str]
"""A file, and what is called there: a function, or a method with or without its class."""


def calls(cell: str) -> list[Call]:
    """What a leg names: a function without a file is of the file named before it."""
    named, file = list[Call](), ""
    for path, function in re.findall(r"(?:`([\w/]+\.py)`: )?`([\w.]+)`", cell):
        file = path or file
        named.append((file, function))
    return named


LEGS = {
    leg: calls(cell)
    for leg, cell in re.findall(
        r"^\| ([^|]+?) \| (`[\w/]+\.py`: .*) \|$",
        (ROOT / "docs" / "walk.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}


POST: Any = {
    "title": "学区划分",
    "text": "请问幸福路小学的学区怎样划分?",
    "contact": {"phone": "13812345678"},
}


@contextmanager
def watched() -> Iterator[list[Call]]:
    """What is called in files of this tree, each function when it is called first."""
    first: dict[Call, None] = {}
    prefix = f"{ROOT}/"

    def call(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(prefix):
            function = frame.f_code.co_qualname.replace(".<locals>", "")
            first.setdefault((frame.f_code.co_filename.removeprefix(prefix), function))

    made: list[Call] = []
    before = sys.getprofile()
    sys.setprofile(call)
    try:
        yield made
    finally:
        sys.setprofile(before)
        made += first


def place(call: Call, made: list[Call]) -> int:
    """Where among the calls made this one stands. Raises ValueError for one that was not made."""
    file, function = call
    for n, (path, name) in enumerate(made):
        if path == file and f".{name}".endswith(f".{function}"):
            return n
    raise ValueError(call)


def test_the_walk_names_calls() -> None:
    assert len(LEGS) == 8
    assert min(map(len, LEGS.values())) >= 4


@pytest.mark.parametrize("seed", range(3))
async def test_a_post_passes_the_calls_of_the_walk_in_their_order(seed: int, tmp_path: Path) -> None:
    # What is counted or read once for all posts, such as the days of the calendar, another has met before.
    async with World(seed, "2026-03-02T10:00", tmp_path / "before").open() as world:
        await world.intake.post(**POST)
        await world.settle()
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        with watched() as posted:
            receipt = await world.intake.post(**POST)
        with watched() as heard:
            await world.settle()
        number = receipt.json()["number"]
        await world.assigned_to(number, "education")
        with watched() as acted:
            await world.act("clerk", number, "acceptance", unit="education")

    for leg, named in LEGS.items():
        made = {"It is posted": posted, "A clerk acts on it": acted}.get(leg, heard)
        places = [place(call, made) for call in named]
        assert places == sorted(places), leg
