"""Sums of the cells by month and unit: a league reads a small part of as many rows, and a month again only when it has changed.

They are written with the cells, in the same transaction; `cell` stays what they follow from, and the audit adds it up anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from sys import intern
from typing import Final

import asyncpg
import msgspec

from contracts.identity import PARTITIONS
from services.stats.core.figures import total

Place = tuple[str, str, str]
"""First day of a month (ISO), unit, measure."""
Measures = dict[str, int]
ByUnit = dict[str, Measures]

_LOCKS: Final = 0x6D6F6E74
"""The class of the advisory locks of writers."""

_ADD: Final = f"""
with recursive tried (writer, free) as (
    select 0, pg_try_advisory_xact_lock({_LOCKS}, 0)
    union all
    select writer + 1, pg_try_advisory_xact_lock({_LOCKS}, writer + 1) from tried where not free and writer < {PARTITIONS - 1}
),
mine (writer) as materialized (select max(writer)::smallint from tried),
summed as (
    insert into monthly (month, writer, unit, measure, count)
    select month, writer, unit, measure, count
    from unnest($1::date[], $2::text[], $3::text[], $4::bigint[]) as added (month, unit, measure, count), mine
    on conflict (month, writer, unit, measure) do update set count = monthly.count + excluded.count
)
insert into monthly_change (month, writer, changes) select month, writer, 1 from unnest($5::date[]) as changed (month), mine
on conflict (month, writer) do update set changes = monthly_change.changes + 1"""
"""Adds as the first writer that nobody else is until the transaction ends: one instance alone is always the first, and of several
none waits for another's rows. There are no more instances than partitions."""
_CHANGES: Final = """
select month, sum(changes)::bigint as changes from monthly_change
where month >= $1::date and month < $2::date group by 1"""
_SUMS: Final = """
select month, writer, unit, json_object_agg(measure, count)::text as measures from monthly
where month = any($1::date[]) and count <> 0 group by 1, 2, 3"""
"""A row a unit and writer: a row a measure would be fifty thousand for a month of a large city."""

KEPT: Final = 240
"""Months that a process remembers, the newest ones: some hundred kilobytes each in a large city. Who looks at everything that ever
was asks for all of them each time, so as many as a city will have for long."""

_measures: Final = msgspec.json.Decoder(dict[str, int])


def by_month(changes: Iterable[tuple[str, str, str, int]]) -> dict[Place, int]:
    """Day, unit, measure and by how much, summed by month; zero sums are left out."""
    summed: Counter[Place] = Counter()
    for day, unit, measure, by in changes:
        summed[(f"{day[:7]}-01", unit, measure)] += by
    return {place: by for place, by in summed.items() if by}


async def add(connection: asyncpg.Connection, sums: Mapping[Place, int]) -> None:
    """One statement, rows in the order of their key."""
    places = sorted(sums.items())
    await connection.execute(
        _ADD,
        [date.fromisoformat(month) for (month, *_), _ in places],
        [unit for (_, unit, _), _ in places],
        [measure for (*_, measure), _ in places],
        [by for _, by in places],
        [date.fromisoformat(month) for month in sorted({month for (month, *_), _ in places})],
    )


class _Month:
    """A month as it was read."""

    def __init__(self, changed: int, by_unit: ByUnit) -> None:
        self.changed = changed
        """How often it had been changed, by all writers."""
        self.by_unit = by_unit

    @cached_property
    def whole(self) -> Measures:
        """Of all units together."""
        return total(self.by_unit.values())


class Months:
    """Sums of whole months, which are read again only when a batch has changed them since.

    How often a month was changed only grows, and is written with what changed: the same number, the same sums.
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
                known = summed.get(unit)
                summed[unit] = dict(measures) if known is None else total((known, measures))
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
        """The months as they stand at one moment."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            rows = await connection.fetch(_CHANGES, first, until)
            stale = self._stale(rows)
            found = await connection.fetch(_SUMS, stale)
        changed = {row["month"]: row["changes"] for row in rows}
        sums = _summed(found)
        fresh = {month: _Month(changed[month], sums.get(month, {})) for month in stale}
        months = {month: self._known[month] for month in changed if month in self._known} | fresh
        self._known = dict(sorted((self._known | fresh).items())[-KEPT:])
        return list(months.values())


def _summed(rows: Iterable[asyncpg.Record]) -> dict[date, ByUnit]:
    """The sums of months over what each writer wrote of them; zero sums are left out."""
    months: dict[date, ByUnit] = {}
    for row in rows:
        found = _measures.decode(row["measures"])
        by_unit, unit = months.setdefault(row["month"], {}), intern(row["unit"])
        if unit in by_unit:
            summed = total((by_unit[unit], found))
            found = {measure: count for measure, count in summed.items() if count}
        by_unit[unit] = dict(zip(map(intern, found), found.values(), strict=True))
    return {
        month: {unit: measures for unit, measures in by_unit.items() if measures}
        for month, by_unit in months.items()
    }
