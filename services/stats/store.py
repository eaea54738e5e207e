"""Where stats keeps posts and cells: one aggregated upsert a batch; PostgreSQL and the twin in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Protocol

import asyncpg
from msgspec import Struct

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.service import Applied
from chassis.store import Column
from services.stats.core import Cell, CitizenSeen, Count, Post, new

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
    """Keeps the cells and the citizens in PostgreSQL."""

    effects = (Count, CitizenSeen)

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """Two statements, rows in the order of their key."""
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
        citizens = sorted({one.effect.citizen for one in applied if isinstance(one.effect, CitizenSeen)})
        if citizens:
            await connection.execute(_SEEN, citizens)


class CellsInMemory:
    """The twin."""

    effects = (Count, CitizenSeen)

    def __init__(self) -> None:
        self.cells: dict[Cell, int] = {}
        self.citizens: set[str] = set()

    def apply(self, applied: Sequence[Applied]) -> None:
        """As PostgreSQL's."""
        for (_, cell), by in summed(applied).items():
            self.cells[cell] = self.cells.get(cell, 0) + by
            if not self.cells[cell]:
                del self.cells[cell]
        self.citizens |= {one.effect.citizen for one in applied if isinstance(one.effect, CitizenSeen)}


COLUMNS: Final = (
    Column[Post]("number", "text", lambda post: post.number),
    Column[Post]("unit", "text", lambda post: post.unit()),
    Column[Post]("overdue_since", "timestamptz", Post.overdue_since),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Post, new, COLUMNS, (Cells(),))


def memory() -> tuple[MemoryStore, CellsInMemory]:
    """The twin, and its cells."""
    cells = CellsInMemory()
    return MemoryStore(Post, (cells,)), cells


Measures = dict[str, int]


class Overdue(Struct, frozen=True):
    """A post without a reply whose due instant passed."""

    number: str
    unit: str
    due: datetime


class Figures(Protocol):
    """Sums cells up."""

    async def by_unit(self, first: date, until: date, kind: str = "") -> dict[str, Measures]:
        """Unit to its measures, of posts received from `first` to before `until`."""

    async def by_day(self, first: date, until: date, department: str, kind: str) -> dict[date, Measures]:
        """Day of receipt to its measures."""

    async def by_kind(self, first: date, until: date) -> dict[str, Measures]:
        """Kind of post to its measures."""

    async def oldest_overdue(self, limit: int) -> list[Overdue]:
        """The posts that have been overdue for longest, whenever they were received."""

    async def citizens(self) -> int:
        """Distinct citizens (注册)."""


class PostgresFigures:
    """The figures in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def by_unit(self, first: date, until: date, kind: str = "") -> dict[str, Measures]:
        """As the protocol says."""
        rows = await self._pool.fetch(
            "select unit, measure, sum(count)::bigint count from cell where day >= $1::date and day < $2::date "
            "and ($3::text = '' or kind = $3::text) group by unit, measure",
            first,
            until,
            kind,
        )
        found: dict[str, Measures] = {}
        for row in rows:
            if row["count"]:
                found.setdefault(row["unit"], {})[row["measure"]] = row["count"]
        return found

    async def by_day(self, first: date, until: date, department: str, kind: str) -> dict[date, Measures]:
        """As the protocol says."""
        rows = await self._pool.fetch(
            "select day, measure, sum(count)::bigint count from cell where day >= $1::date and day < $2::date "
            "and ($3::text = '' or unit = $3::text) and ($4::text = '' or kind = $4::text) group by day, measure",
            first,
            until,
            department,
            kind,
        )
        found: dict[date, Measures] = {}
        for row in rows:
            if row["count"]:
                found.setdefault(row["day"], {})[row["measure"]] = row["count"]
        return found

    async def by_kind(self, first: date, until: date) -> dict[str, Measures]:
        """As the protocol says."""
        rows = await self._pool.fetch(
            "select kind, measure, sum(count)::bigint count from cell where day >= $1::date and day < $2::date "
            "group by kind, measure",
            first,
            until,
        )
        found: dict[str, Measures] = {}
        for row in rows:
            if row["count"]:
                found.setdefault(row["kind"], {})[row["measure"]] = row["count"]
        return found

    async def oldest_overdue(self, limit: int) -> list[Overdue]:
        """As the protocol says."""
        rows = await self._pool.fetch(
            "select number, unit, overdue_since from subject where overdue_since is not null "
            "order by overdue_since, number limit $1::integer",
            limit,
        )
        return [Overdue(row["number"], row["unit"], row["overdue_since"]) for row in rows]

    async def citizens(self) -> int:
        """As the protocol says."""
        count: int = await self._pool.fetchval("select count(*) from citizen")
        return count


class MemoryFigures:
    """The twin."""

    def __init__(self, posts: MemoryStore, cells: CellsInMemory) -> None:
        self._posts = posts
        self._cells = cells

    async def by_unit(self, first: date, until: date, kind: str = "") -> dict[str, Measures]:
        """As the protocol says."""
        found: dict[str, Measures] = {}
        for (day, unit, of_kind, measure), count in self._cells.cells.items():
            if first <= date.fromisoformat(day) < until and kind in ("", of_kind):
                measures = found.setdefault(unit, {})
                measures[measure] = measures.get(measure, 0) + count
        return found

    async def by_day(self, first: date, until: date, department: str, kind: str) -> dict[date, Measures]:
        """As the protocol says."""
        found: dict[date, Measures] = {}
        for (day_text, unit, of_kind, measure), count in self._cells.cells.items():
            day = date.fromisoformat(day_text)
            if first <= day < until and department in ("", unit) and kind in ("", of_kind):
                measures = found.setdefault(day, {})
                measures[measure] = measures.get(measure, 0) + count
        return found

    async def by_kind(self, first: date, until: date) -> dict[str, Measures]:
        """As the protocol says."""
        found: dict[str, Measures] = {}
        for (day, _, kind, measure), count in self._cells.cells.items():
            if first <= date.fromisoformat(day) < until:
                measures = found.setdefault(kind, {})
                measures[measure] = measures.get(measure, 0) + count
        return found

    async def oldest_overdue(self, limit: int) -> list[Overdue]:
        """As the protocol says."""
        found = []
        for subject in self._posts.subject:
            post = self._posts.state_of(subject)
            since = post.overdue_since() if isinstance(post, Post) else None
            if since is not None:
                found.append(Overdue(post.number, post.unit(), since))
        return sorted(found, key=lambda one: (one.due, one.number))[:limit]

    async def citizens(self) -> int:
        """As the protocol says."""
        return len(self._cells.citizens)
