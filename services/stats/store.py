"""Where stats keeps posts and cells: one aggregated upsert a batch; PostgreSQL and the twin in memory."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol, TypeVar

import asyncpg
from msgspec import Struct

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Applied, Column, Packing
from services.stats.accountability.store import GroundsKept, MemoryGrounds
from services.stats.core.case import Case, Cell, CitizenSeen, Count, new
from services.stats.core.cells import counted_on, outcome
from services.stats.core.course import duty_of
from services.stats.core.review import graded
from services.stats.months import Measures, Months, add, by_month

_COUNT = """
insert into cell (day, unit, kind, measure, partition, count)
select * from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::bigint[])
on conflict (day, unit, kind, measure, partition) do update set count = cell.count + excluded.count"""
_SEEN = "insert into citizen (citizen) select * from unnest($1::text[]) order by 1 on conflict do nothing"


def summed(applied: Sequence[Applied]) -> dict[tuple[int, Cell], int]:
    """What a batch adds to each cell of each partition; zero sums are left out."""
    total: Counter[tuple[int, Cell]] = Counter()
    for one in applied:
        if isinstance(one.effect, Count):
            for cell, by in one.effect.changes:
                total[(one.partition, cell)] += by
    return {place: by for place, by in total.items() if by}


class Cells:
    """Keeps the cells, their sums by month, and the citizens in PostgreSQL."""

    effects = (Count, CitizenSeen)

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """Three statements, rows in the order of their key."""
        places = sorted(summed(applied).items(), key=lambda place: (place[0][1], place[0][0]))
        if places:
            await connection.execute(
                _COUNT,
                [date.fromisoformat(cell[0]) for (_, cell), _ in places],
                [cell[1] for (_, cell), _ in places],
                [cell[2] for (_, cell), _ in places],
                [cell[3] for (_, cell), _ in places],
                [partition for (partition, _), _ in places],
                [by for _, by in places],
            )
            await add(
                connection,
                by_month((day, unit, measure, by) for (_, (day, unit, _, measure)), by in places),
            )
        citizens = sorted({one.effect.citizen for one in applied if isinstance(one.effect, CitizenSeen)})
        if citizens:
            await connection.execute(_SEEN, citizens)


PARKED: Final = "select count(*) from waiting where parked"
"""Records that wait for a person: what they tell is counted nowhere, and nobody can tell so from the log."""


def parked(kept: MemoryStore) -> int:
    """The same, in memory."""
    return sum(row.parked for row in kept.waiting.values())


class MemoryCells:
    """What `Cells` promises, in memory."""

    effects = (Count, CitizenSeen)

    def __init__(self) -> None:
        self.cells: dict[Cell, int] = {}
        self.citizens: set[str] = set()

    def apply(self, applied: Sequence[Applied]) -> None:
        for (_, cell), by in summed(applied).items():
            self.cells[cell] = self.cells.get(cell, 0) + by
            if not self.cells[cell]:
                del self.cells[cell]
        self.citizens |= {one.effect.citizen for one in applied if isinstance(one.effect, CitizenSeen)}


COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("unit", "text", lambda case: case.unit()),
    Column[Case]("overdue_since", "timestamptz", Case.overdue_since),
    Column[Case]("counted_on", "date", counted_on),
    Column[Case]("outcome", "text", outcome),
    Column[Case]("kind", "text", lambda case: case.kind),
    Column[Case]("area", "text", lambda case: case.area),
    Column[Case]("named_at", "timestamptz", Case.named_since),
    Column[Case]("answered_at", "timestamptz", Case.answered_at),
    Column[Case]("duty", "text", duty_of),
    Column[Case]("review_year", "integer", Case.reviewed_year),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Case, new, COLUMNS, (Cells(), GroundsKept()))


def memory() -> tuple[MemoryStore, MemoryCells]:
    """The twin, and its cells; its second keeper has the grounds of 问责 records."""
    cells = MemoryCells()
    return MemoryStore(Case, (cells, MemoryGrounds())), cells


K = TypeVar("K")


class Overdue(Struct, frozen=True):
    """A post without a reply whose due instant passed."""

    number: str
    unit: str
    due: datetime


class Figures(Protocol):
    """Sums cells up. Days are of receipt; `until` is the first day that is left out."""

    async def by_unit(self, first: date, until: date) -> dict[str, Measures]:
        """Unit to its measures."""

    async def whole(self, first: date, until: date) -> Measures:
        """The measures of all units together, of the months from one day to another, both the first of a month."""

    async def by_day(self, first: date, until: date, department: str, kind: str) -> dict[date, Measures]:
        """Day to its measures, of one unit and of one kind where they are named."""

    async def by_kind(self, first: date, until: date) -> dict[str, Measures]:
        """Kind of post to its measures."""

    async def oldest_overdue(self, limit: int) -> list[Overdue]:
        """The posts that have been overdue for longest, whenever they were received."""

    async def citizens(self) -> int:
        """Distinct citizens (注册)."""

    async def reviews(self, year: int) -> dict[str, Measures]:
        """Unit to what the published reviews of a year say of it."""


REVIEWS: Final = "select subject, remembered from subject where review_year = $1::integer order by subject"


def reviewed(rows: Sequence[asyncpg.Record], year: int) -> dict[str, Measures]:
    """Unit to its measures, from the rows of `REVIEWS`."""
    packing = Packing(Case)
    return graded(
        [packing.state(row["remembered"]) for row in rows],
        year,
    )


class PostgresFigures:
    """The figures in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._months = Months(pool)

    async def reviews(self, year: int) -> dict[str, Measures]:
        """Unit to what the published reviews of a year say of it."""
        return reviewed(await self._pool.fetch(REVIEWS, year), year)

    async def by_unit(self, first: date, until: date) -> dict[str, Measures]:
        """Unit to its measures; of whole months from their sums."""
        if first.day == until.day == 1:
            return await self._months.by_unit(first, until)
        return grouped(await self._pool.fetch(_BY_UNIT, first, until))

    async def whole(self, first: date, until: date) -> Measures:
        """The measures of all units together, of whole months."""
        return await self._months.whole(first, until)

    async def by_day(self, first: date, until: date, department: str, kind: str) -> dict[date, Measures]:
        """Day to its measures, of one unit and of one kind where they are named."""
        return grouped(await self._pool.fetch(_SUMS_OF.format(by="day"), first, until, department, kind))

    async def by_kind(self, first: date, until: date) -> dict[str, Measures]:
        """Kind of post to its measures."""
        return grouped(await self._pool.fetch(_SUMS.format(by="kind"), first, until))

    async def oldest_overdue(self, limit: int) -> list[Overdue]:
        """The posts that have been overdue for longest, whenever they were received."""
        rows = await self._pool.fetch(
            "select number, unit, overdue_since from subject where overdue_since is not null "
            "order by overdue_since, number limit $1::integer",
            limit,
        )
        return [Overdue(row["number"], row["unit"], row["overdue_since"]) for row in rows]

    async def citizens(self) -> int:
        """Distinct citizens (注册)."""
        count: int = await self._pool.fetchval("select count(*) from citizen")
        return count


_SUMS: Final = """
select {by} as of, measure, sum(count)::bigint as count from cell
where day >= $1::date and day < $2::date group by 1, 2 having sum(count) <> 0"""
_BY_UNIT: Final = _SUMS.format(by="unit")
_SUMS_OF: Final = """
select {by} as of, measure, sum(count)::bigint as count from cell
where day >= $1::date and day < $2::date and ($3::text = '' or unit = $3::text) and ($4::text = '' or kind = $4::text)
group by 1, 2 having sum(count) <> 0"""


def grouped(rows: Sequence[asyncpg.Record]) -> dict[Any, Measures]:
    """The rows of sums, by what they were summed by."""
    measures: dict[Any, Measures] = {}
    for row in rows:
        measures.setdefault(row["of"], {})[row["measure"]] = row["count"]
    return measures


class MemoryFigures:
    """What `PostgresFigures` promises, in memory."""

    def __init__(self, cases: MemoryStore, cells: MemoryCells) -> None:
        self._cases = cases
        self._cells = cells

    async def by_unit(self, first: date, until: date) -> dict[str, Measures]:
        """Unit to its measures."""
        return self._summed(first, until, lambda day, unit, kind: unit)

    async def whole(self, first: date, until: date) -> Measures:
        """The measures of all units together."""
        return self._summed(first, until, lambda day, unit, kind: "all").get("all", {})

    async def by_day(self, first: date, until: date, department: str, kind: str) -> dict[date, Measures]:
        """Day to its measures, of one unit and of one kind where they are named."""

        def day_of(day: date, unit: str, of_kind: str) -> date | None:
            return day if department in ("", unit) and kind in ("", of_kind) else None

        return self._summed(first, until, day_of)

    async def by_kind(self, first: date, until: date) -> dict[str, Measures]:
        """Kind of post to its measures."""
        return self._summed(first, until, lambda day, unit, kind: kind)

    async def oldest_overdue(self, limit: int) -> list[Overdue]:
        """The posts that have been overdue for longest, whenever they were received."""
        overdue = []
        for subject in self._cases.subject:
            case = self._cases.state_of(subject)
            since = case.overdue_since() if isinstance(case, Case) else None
            if since is not None:
                overdue.append(Overdue(case.number, case.unit(), since))
        return sorted(overdue, key=lambda post: (post.due, post.number))[:limit]

    async def citizens(self) -> int:
        """Distinct citizens (注册)."""
        return len(self._cells.citizens)

    async def reviews(self, year: int) -> dict[str, Measures]:
        return graded([case for case in self._cases.states() if isinstance(case, Case)], year)

    def _summed(
        self, first: date, until: date, by: Callable[[date, str, str], K | None]
    ) -> dict[K, Measures]:
        """Sums of the cells by what `by` makes of day, unit and kind; None leaves a cell out."""
        sums: dict[K, Measures] = {}
        for (day_text, unit, kind, measure), count in self._cells.cells.items():
            day = date.fromisoformat(day_text)
            key = by(day, unit, kind) if first <= day < until else None
            if key is not None:
                measures = sums.setdefault(key, {})
                measures[measure] = measures.get(measure, 0) + count
        return sums
