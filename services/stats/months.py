"""Sums of the cells by month: a league reads a small part of as many rows, and of a month only what has changed since.

They are written with the cells, in the same transaction; `cell` stays what they follow from, and the audit adds it up anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from sys import intern
from typing import Final

import asyncpg
import msgspec

from services.stats.core.figures import total

Place = tuple[str, int, str, str]
"""First day of a month (ISO), partition, unit, measure."""
Measures = dict[str, int]
ByUnit = dict[str, Measures]

_SUM: Final = """
insert into monthly (month, partition, unit, measure, count)
select * from unnest($1::date[], $2::smallint[], $3::text[], $4::text[], $5::bigint[])
on conflict (month, partition, unit, measure) do update set count = monthly.count + excluded.count"""
_CHANGED: Final = """
insert into monthly_change (month, partition, changes)
select month, partition, 1 from unnest($1::date[], $2::smallint[]) as changed (month, partition)
on conflict (month, partition) do update set changes = monthly_change.changes + 1"""
_CHANGES: Final = """
select month, sum(changes)::bigint as changes from monthly_change
where month >= $1::date and month < $2::date group by 1"""
_CHANGES_OF_PARTS: Final = (
    "select month, partition, changes from monthly_change where month = any($1::date[])"
)
_SUMS: Final = """
select month, unit, measure, sum(count)::bigint as count from monthly
where month = any($1::date[]) group by 1, 2, 3 having sum(count) <> 0"""
_PARTS: Final = """
select month, partition, unit, json_object_agg(measure, count)::text as measures
from unnest($1::date[], $2::smallint[]) as changed (month, partition) join monthly using (month, partition)
where count <> 0 group by 1, 2, 3"""

KEPT: Final = 240
"""Months that a process remembers, the newest ones: some hundred kilobytes each in a large city. Who looks at everything that ever
was asks for all of them each time, so as many as a city will have for long."""

KEPT_APART: Final = 3
"""Of the newest months, those that were seen to change are remembered by partition, nine megabytes for a month of 150,000 rows (some
85,000 posts): only what has changed of them is read again, 5 ms a partition. The whole is 50 ms, and 150 by partition (docs/adr/0061)."""

_measures: Final = msgspec.json.Decoder(dict[str, int])


def by_month(changes: Iterable[tuple[int, str, str, str, int]]) -> dict[Place, int]:
    """Partition, day, unit, measure and by how much, summed by month; zero sums are left out."""
    summed: Counter[Place] = Counter()
    for partition, day, unit, measure, by in changes:
        summed[(f"{day[:7]}-01", partition, unit, measure)] += by
    return {place: by for place, by in summed.items() if by}


async def add(connection: asyncpg.Connection, sums: Mapping[Place, int]) -> None:
    """Two statements, rows in the order of their key."""
    places = sorted(sums.items())
    await connection.execute(
        _SUM,
        [date.fromisoformat(month) for (month, *_), _ in places],
        [partition for (_, partition, _, _), _ in places],
        [unit for (_, _, unit, _), _ in places],
        [measure for (*_, measure), _ in places],
        [by for _, by in places],
    )
    changed = sorted({(month, partition) for (month, partition, *_), _ in places})
    await connection.execute(
        _CHANGED,
        [date.fromisoformat(month) for month, _ in changed],
        [partition for _, partition in changed],
    )


class _Month(msgspec.Struct, frozen=True):
    """A month as it was read."""

    changed: int
    """How often it had been changed, in all partitions."""
    by_unit: ByUnit
    whole: Measures
    """Of all units together."""
    parts: Mapping[int, tuple[int, ByUnit]] = {}
    """Partition to how often it had been changed, and its own sums; empty where only their sum is remembered."""

    def stale(self, changes: Mapping[int, int]) -> list[int]:
        """The partitions that must be read, where so often has each been changed."""
        return [one for one, count in changes.items() if one not in self.parts or self.parts[one][0] != count]

    def with_parts(self, changed: int, read: Mapping[int, tuple[int, ByUnit]]) -> "_Month":
        """The month with partitions as they were read now in the place of what they were."""
        by_unit = dict(self.by_unit) if self.parts else {}
        for partition, (_, part) in read.items():
            _, before = self.parts.get(partition, (0, {}))
            for unit in before.keys() | part.keys():
                by_unit[unit] = _moved(by_unit.get(unit, {}), before.get(unit, {}), part.get(unit, {}))
        by_unit = {unit: measures for unit, measures in by_unit.items() if measures}
        return _Month(changed, by_unit, total(by_unit.values()), {**self.parts, **read})

    def without_parts(self) -> "_Month":
        """Only what the partitions come to."""
        return _Month(self.changed, self.by_unit, self.whole) if self.parts else self


def _moved(summed: Measures, before: Measures, after: Measures) -> Measures:
    """A sum in which a part of it has become another; zero sums are left out."""
    moved = dict(summed)
    for measure, count in before.items():
        moved[measure] = moved.get(measure, 0) - count
    for measure, count in after.items():
        moved[measure] = moved.get(measure, 0) + count
    return {measure: count for measure, count in moved.items() if count}


class Months:
    """Sums of whole months, of which only partitions are read again that a batch has changed since.

    How often a month was changed in a partition only grows, and is written with what changed: the same number, the same sums.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._known: dict[date, _Month] = {}
        """By their first days."""

    async def by_unit(self, first: date, until: date) -> ByUnit:
        """Unit to its measures, of the months from one day to another, both the first of a month."""
        summed: ByUnit = {}
        for month in await self._months(first, until):
            for unit, measures in month.by_unit.items():
                of_unit = summed.setdefault(unit, {})
                for measure, count in measures.items():
                    of_unit[measure] = of_unit.get(measure, 0) + count
        return summed

    async def whole(self, first: date, until: date) -> Measures:
        """The measures of all units together, of the same months."""
        return total(month.whole for month in await self._months(first, until))

    async def _months(self, first: date, until: date) -> list[_Month]:
        rows = await self._pool.fetch(_CHANGES, first, until)
        if self._stale(rows):
            return await self._read(first, until)
        return [self._known[row["month"]] for row in rows]

    def _stale(self, rows: Iterable[asyncpg.Record]) -> list[date]:
        """Of months with how often each was changed, those that are not known so."""
        return [
            row["month"]
            for row in rows
            if row["month"] not in self._known or self._known[row["month"]].changed != row["changes"]
        ]

    async def _read(self, first: date, until: date) -> list[_Month]:
        """The months as they stand at one moment: one that was seen to change by partition, any other as a whole."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            rows = await connection.fetch(_CHANGES, first, until)
            changed: dict[date, int] = {row["month"]: row["changes"] for row in rows}
            months = {month: self._known[month] for month in changed if month in self._known}
            newest = sorted({*self._known, *changed})[-KEPT_APART:]
            stale = self._stale(rows)
            apart = [month for month in stale if month in months and month in newest]
            fresh = await _parts(connection, {month: months[month] for month in apart}, changed)
            fresh |= await _wholes(connection, [month for month in stale if month not in fresh], changed)
        known = sorted((self._known | fresh).items())[-KEPT:]
        self._known = {month: one if month in newest else one.without_parts() for month, one in known}
        return list((months | fresh).values())


async def _wholes(
    connection: asyncpg.Connection, months: list[date], changed: Mapping[date, int]
) -> dict[date, _Month]:
    """Months as a whole."""
    by_unit: dict[date, ByUnit] = {month: {} for month in months}
    for row in await connection.fetch(_SUMS, months) if months else ():
        by_unit[row["month"]].setdefault(row["unit"], {})[intern(row["measure"])] = row["count"]
    return {
        month: _Month(changed[month], measures, total(measures.values()))
        for month, measures in by_unit.items()
    }


async def _parts(
    connection: asyncpg.Connection, months: Mapping[date, _Month], changed: Mapping[date, int]
) -> dict[date, _Month]:
    """Months as they were known, with those partitions read again that have changed."""
    if not months:
        return {}
    changes: dict[date, dict[int, int]] = {month: {} for month in months}
    for row in await connection.fetch(_CHANGES_OF_PARTS, list(months)):
        changes[row["month"]][row["partition"]] = row["changes"]
    stale = [(month, part) for month, known in months.items() for part in known.stale(changes[month])]
    read: dict[date, dict[int, tuple[int, ByUnit]]] = {month: {} for month in months}
    for month, part in stale:
        read[month][part] = (changes[month][part], {})
    for row in await connection.fetch(_PARTS, [month for month, _ in stale], [part for _, part in stale]):
        measures = {intern(name): count for name, count in _measures.decode(row["measures"]).items()}
        read[row["month"]][row["partition"]][1][intern(row["unit"])] = measures
    return {month: known.with_parts(changed[month], read[month]) for month, known in months.items()}
