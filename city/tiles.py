"""The city as a grid of tiles: each area a cell, where it lies beside the others. A map that needs nobody's picture."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

COLUMNS: Final = ("area_code", "row", "column")
FILE: Final = "map.csv"
"""A city may do without; then no map is drawn."""
MOST: Final = 12
"""Rows and columns at the most: a screen has room for no more."""

Row = tuple[int, dict[str, str]]
"""A line number and the values by column."""


class Tile(Struct, frozen=True):
    """Where an area lies: rows from the north, columns from the west, both from 1."""

    area: str
    row: int
    column: int


def read_tiles(rows: Iterable[Row]) -> tuple[Tile, ...]:
    """The tiles, in the order of the file; a line that `wrong_tiles` complains of is none."""
    return tuple(
        Tile(row["area_code"], int(row["row"]), int(row["column"])) for _, row in rows if _is_placed(row)
    )


def wrong_tiles(rows: list[Row], areas: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Line and reason: what is no place, not an area (`areas`: code to name), twice or left out."""
    places: dict[tuple[int, int], int] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        if row["area_code"] not in areas:
            yield line, f"区县 {row['area_code']} 不存在"
        if lines.setdefault(row["area_code"], line) != line:
            yield line, f"{row['area_code']} 与第 {lines[row['area_code']]} 行重复"
        if not _is_placed(row):
            yield line, f"行和列应为 1 到 {MOST} 的整数"
        else:
            place = int(row["row"]), int(row["column"])
            if places.setdefault(place, line) != line:
                yield line, f"第 {place[0]} 行第 {place[1]} 列已经有第 {places[place]} 行的区县"
    for code, name in areas.items() if rows else ():
        if code not in lines:
            yield 0, f"地图上没有 {name}"


def _is_placed(row: Mapping[str, str]) -> bool:
    return all(
        len(row[name]) <= 2 and row[name].isascii() and row[name].isdecimal() and 1 <= int(row[name]) <= MOST
        for name in ("row", "column")
    )
