#!/usr/bin/env python3
"""Recomputes a month's league table from open data alone, with nothing but Python.

    python deploy/examples/open_league.py http://127.0.0.1:18000 2026-03

Prints CSV: a line for each unit, the city last. What each column means stands in `/open`.
"""

import csv
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator

COUNTED = ("received", "replied", "on_time", "overdue", "rated", "satisfied", "solved_told", "solved")
HEADS = ("unit", *COUNTED, "open", "reply_rate", "on_time_rate", "satisfaction", "solved_rate")


def lines(base: str, month: str) -> Iterator[str]:
    """The cases of the month's year, line by line."""
    with urllib.request.urlopen(f"{base}/open/cases-{month[:4]}.csv", timeout=300) as answer:
        for line in answer:
            yield line.decode("utf-8-sig")


def league(cases: Iterable[str], month: str) -> list[list[object]]:
    """A row for each unit, the city last."""
    units: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for case in csv.DictReader(cases):
        if case["month"] == month:
            for name in COUNTED:
                units[case["unit"]][name] += int(case[name])
    city = {name: sum(unit[name] for unit in units.values()) for name in COUNTED}
    return [_row(unit, counted) for unit, counted in [*sorted(units.items()), ("city", city)]]


def _row(unit: str, counted: dict[str, int]) -> list[object]:
    return [
        unit,
        *(counted[name] for name in COUNTED),
        counted["received"] - counted["replied"],
        _share(counted["replied"], counted["received"]),
        _share(counted["on_time"], counted["replied"] + counted["overdue"]),
        _share(counted["satisfied"], counted["rated"]),
        _share(counted["solved"], counted["solved_told"]),
    ]


def _share(part: int, whole: int) -> object:
    return round(part / whole, 4) if whole else ""


if __name__ == "__main__":
    table = csv.writer(sys.stdout)
    table.writerow(HEADS)
    table.writerows(league(lines(sys.argv[1].rstrip("/"), sys.argv[2]), sys.argv[2]))
