"""The files that `docs/walk.md` names are those a post passes, in the order in which they are first called."""

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
LEGS = {
    leg: re.findall(r"`([\w/]+\.py)`", files)
    for leg, files in re.findall(
        r"^\| ([^|]+?) \| (`[\w/]+\.py` →.*) \|$",
        (ROOT / "docs" / "walk.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}


@contextmanager
def watched() -> Iterator[list[str]]:
    """The files of this tree, each when it is first called."""
    first: dict[str, None] = {}
    prefix = f"{ROOT}/"

    def call(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(prefix):
            first.setdefault(frame.f_code.co_filename.removeprefix(prefix))

    files: list[str] = []
    before = sys.getprofile()
    sys.setprofile(call)
    try:
        yield files
    finally:
        sys.setprofile(before)
        files += first


def test_the_walk_names_files() -> None:
    assert len(LEGS) == 8
    assert [file for files in LEGS.values() for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("seed", range(3))
async def test_a_post_passes_the_files_of_the_walk_in_their_order(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        with watched() as posted:
            text = "请问幸福路小学的学区怎样划分?"
            receipt = await world.intake.post(title="学区划分", text=text, contact={"phone": "13812345678"})
        with watched() as heard:
            await world.settle()
        number = receipt.json()["number"]
        await world.assigned_to(number, "education")
        with watched() as acted:
            await world.act("clerk", number, "acceptance", unit="education")

    for leg, files in LEGS.items():
        passed = {"It is posted": posted, "A clerk acts on it": acted}.get(leg, heard)
        assert [file for file in passed if file in files] == files, leg
