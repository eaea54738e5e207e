"""Sums of the cells by month: a league reads a small part of as many rows, and those of a month that has not changed not at all.

They are written with the cells, in the same transaction; `cell` stays what they follow from, and the audit adds it up anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from sys import intern
from typing import Final

import asyncpg

Place = tuple[str, str, str, int]
"""First day of a month (ISO), unit, measure, partition."""
Measures = dict[str, int]

_SUM: Final = """
insert into monthly (month, unit, measure, partition, count)
select * from unnest($1::date[], $2::text[], $3::text[], $4::smallint[], $5::bigint[])
on conflict (month, unit, measure, partition) do update set count = monthly.count + excluded.count"""
_CHANGED: Final = """
insert into monthly_change (month, partition, changes)
select month, partition, 1 from unnest($1::date[], $2::smallint[]) as changed (month, partition)
on conflict (month, partition) do update set changes = monthly_change.changes + 1"""
_CHANGES: Final = """
select month, sum(changes)::bigint as changes from monthly_change
where month >= $1::date and month < $2::date group by 1"""
_SUMS: Final = """
select month, unit, measure, sum(count)::bigint as count from monthly
where month = any($1::date[]) group by 1, 2, 3 having sum(count) <> 0"""

KEPT: Final = 240
"""Months that a process remembers, the newest ones: about a megabyte each in a large city. Who looks at everything that ever
was asks for all of them each time, so as many as a city will have for long."""


def by_month(changes: Iterable[tuple[int, str, str, str, int]]) -> dict[Place, int]:
    """Partition, day, unit, measure and by how much, summed by month; zero sums are left out."""
    total: Counter[Place] = Counter()
    for partition, day, unit, measure, by in changes:
        total[(f"{day[:7]}-01", unit, measure, partition)] += by
    return {place: by for place, by in total.items() if by}


async def add(connection: asyncpg.Connection, sums: Mapping[Place, int]) -> None:
    """Two statements, rows in the order of their key."""
    places = sorted(sums.items())
    await connection.execute(
        _SUM,
        [date.fromisoformat(month) for (month, *_), _ in places],
        [unit for (_, unit, _, _), _ in places],
        [measure for (_, _, measure, _), _ in places],
        [partition for (*_, partition), _ in places],
        [by for _, by in places],
    )
    changed = sorted({(month, partition) for (month, _, _, partition), _ in places})
    await connection.execute(
        _CHANGED,
        [date.fromisoformat(month) for month, _ in changed],
        [partition for _, partition in changed],
    )


class Months:
    """Sums of whole months by unit, read again only when a batch has changed them since.

    How often a month was changed only grows, and is written with what changed: the same number, the same sums.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._known: dict[date, tuple[int, dict[str, Measures]]] = {}
        """The first day of a month to how often it had been changed, and its sums by unit then."""

    async def by_unit(self, first: date, until: date) -> dict[str, Measures]:
        """Unit to its measures, of the months from one day to another, both the first of a month."""
        changes = {row["month"]: row["changes"] for row in await self._pool.fetch(_CHANGES, first, until)}
        if all(self._known.get(month, (0,))[0] == count for month, count in changes.items()):
            months = [self._known[month][1] for month in changes]
        else:
            months = await self._read(first, until)
        by_unit: dict[str, Measures] = {}
        for month in months:
            for unit, measures in month.items():
                summed = by_unit.setdefault(unit, {})
                for measure, count in measures.items():
                    summed[measure] = summed.get(measure, 0) + count
        return by_unit

    async def _read(self, first: date, until: date) -> list[dict[str, Measures]]:
        """The months as they stand at one moment; those that have not changed are not read."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            rows = await connection.fetch(_CHANGES, first, until)
            changes: dict[date, int] = {row["month"]: row["changes"] for row in rows}
            current = {
                month: self._known[month][1]
                for month, count in changes.items()
                if self._known.get(month, (0,))[0] == count
            }
            stale = [month for month in changes if month not in current]
            read = await connection.fetch(_SUMS, stale)
        current |= {month: {} for month in stale}
        for row in read:
            current[row["month"]].setdefault(row["unit"], {})[intern(row["measure"])] = row["count"]
        self._known |= {month: (changes[month], current[month]) for month in stale}
        for month in sorted(self._known)[:-KEPT]:
            del self._known[month]
        return list(current.values())
