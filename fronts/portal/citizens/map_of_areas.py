"""The city's areas as a map of tiles: where each lies, how dark it is, and what is written on it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from city.tiles import Tile

STEPS: Final = 4
"""Shades of an area that has posts; one that has none has its own."""
WIDTH: Final = 120
HEIGHT: Final = 62
GAP: Final = 6
"""Units of the drawing: of a tile, and between two."""
NAMED: Final = 6
"""Characters of a name that fit on a tile; the whole name is in its title."""


class Cell(NamedTuple):
    """A tile as it is drawn."""

    area: str
    name: str
    short: str
    x: int
    y: int
    step: int
    """0: no posts; 1 to STEPS: up to so many shares of the area that has most."""
    received: int
    replied: int
    overdue: int
    address: str
    """Where its cases are; empty: it leads nowhere."""
    listed: int
    """How many the address lists."""

    @property
    def sentence(self) -> str:
        """What the tile says to who cannot see it."""
        said = f"{self.name}:受理 {self.received} 件,回复 {self.replied} 件,超期 {self.overdue} 件"
        return f"{said};公开 {self.listed} 件" if self.address else said


class Map(NamedTuple):
    """The whole drawing, and what its shades mean."""

    width: int
    height: int
    cells: Sequence[Cell]
    legend: Sequence[tuple[int, str]]
    """Step and the numbers of posts it stands for."""


def drawn(
    tiles: Sequence[Tile],
    rows: Sequence[Mapping[str, Any]],
    listed: Mapping[str, tuple[str, int]] | None = None,
) -> Map | None:
    """The map of the areas' `rows` (area, name, received, replied, overdue); none for a city without tiles.

    `listed`: area to the address of its public cases and their number.
    """
    if not tiles:
        return None
    by_area = {row["area"]: row for row in rows}
    most = max((by_area[tile.area]["received"] for tile in tiles if tile.area in by_area), default=0)
    top, left = min(tile.row for tile in tiles), min(tile.column for tile in tiles)
    cells = []
    for tile in sorted(tiles, key=lambda tile: (tile.row, tile.column)):
        row = by_area.get(tile.area)
        if row is None:
            continue
        address, count = (listed or {}).get(tile.area, ("", 0))
        cells.append(
            Cell(
                tile.area,
                row["name"],
                row["name"] if len(row["name"]) <= NAMED else f"{row['name'][: NAMED - 1]}…",
                (tile.column - left) * (WIDTH + GAP),
                (tile.row - top) * (HEIGHT + GAP),
                step_of(row["received"], most),
                row["received"],
                row["replied"],
                row["overdue"],
                address,
                count,
            )
        )
    width = (max(tile.column for tile in tiles) - left + 1) * (WIDTH + GAP) - GAP
    height = (max(tile.row for tile in tiles) - top + 1) * (HEIGHT + GAP) - GAP
    return Map(width, height, cells, _legend(most))


def step_of(count: int, most: int) -> int:
    """0 for none, else the first step whose share of the most is not below the count."""
    return 0 if count <= 0 else -(-count * STEPS // most)


def _legend(most: int) -> list[tuple[int, str]]:
    """Each step that any number falls in, with its numbers."""
    said = [(0, "0")]
    for step in range(1, STEPS + 1):
        first, last = most * (step - 1) // STEPS + 1, most * step // STEPS
        if first <= last:
            said.append((step, f"{first}" if first == last else f"{first}–{last}"))
    return said
