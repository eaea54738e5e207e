"""Where rounds are kept and found, and the answered cases they are drawn from; PostgreSQL and the twins."""

import asyncio
import json
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

import asyncpg

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Column, Packing
from services.stats.core.case import Case
from services.stats.core.inspections.round import Round, new, subject_of
from services.stats.core.inspections.sample import Draw, Sample
from services.stats.store import PARKED, parked

MOST: Final = 100
"""Rounds that a list shows, the newest."""
AT_ONCE: Final = 500
"""Cases between which others get their turn."""

COLUMNS: Final = (
    Column[Round]("round_step", "text", lambda round_: round_.step or None),
    Column[Round]("round_form", "text", lambda round_: round_.form if round_.step else None),
    Column[Round]("round_opened_at", "timestamptz", lambda round_: round_.opened_at),
    Column[Round]("round_units", "text", lambda round_: f" {' '.join(round_.units())} "),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """Where the rounds of one instance are kept: rows of the same table as the cases."""
    return PostgresStore(pool, Round, new, COLUMNS)


def memory() -> MemoryStore:
    """The twin of `postgres`."""
    return MemoryStore(Round)


class Wanted(NamedTuple):
    """Which rounds are asked for."""

    ended: bool | None
    """None: ended or not."""
    form: str = ""
    """Empty: of both forms."""
    department: str | None = None
    """Only those of which this unit is shown something; None: all."""


class Answered(NamedTuple):
    """The cases to draw from: whose first reply was published from `first` on and before `until`."""

    first: datetime
    until: datetime
    department: str = ""
    """Empty: whichever unit answered."""


class Drawn(NamedTuple):
    """What a round is drawn from, as it was at one moment."""

    sample: Sample
    offsets: dict[str, dict[str, int]]
    """Partition to topic to the first offset that was not read."""
    parked: int
    """Records that are parked, so that nobody has looked at what they tell."""


class Rounds(Protocol):
    """Rounds as they stand, and what a new one is drawn from."""

    async def listed(self, wanted: Wanted) -> list[Round]:
        """The newest first, one more than a list shows at most."""

    async def going_on(self) -> list[Round]:
        """Every round of inspection that is open, however many."""

    async def one(self, identity: str) -> Round | None:
        """By its id; None when nobody has opened it."""

    async def drawn(self, answered: Answered, seed: str, size: int) -> Drawn:
        """A sample of the cases as they are at one moment, and which moment that is."""


class PostgresRounds:
    """Looks up rounds in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = Packing(Round)

    async def listed(self, wanted: Wanted) -> list[Round]:
        """By the index of opened rounds."""
        rows = await self._pool.fetch(
            "select subject, remembered from subject where round_opened_at is not null "
            "and ($1::boolean is null or (round_step <> 'opened') = $1::boolean) "
            "and ($2::text = '' or round_form = $2::text) "
            "and ($3::text is null or strpos(round_units, ' ' || $3::text || ' ') > 0) "
            "order by round_opened_at desc, subject limit $4::integer",
            wanted.ended,
            wanted.form,
            wanted.department,
            MOST + 1,
        )
        return [self._state(row) for row in rows]

    async def going_on(self) -> list[Round]:
        """By the index of opened rounds, too."""
        rows = await self._pool.fetch(
            "select subject, remembered from subject where round_opened_at is not null "
            "and round_step = 'opened' and round_form = 'inspection' order by subject"
        )
        return [self._state(row) for row in rows]

    async def one(self, identity: str) -> Round | None:
        """By its id; None when nobody has opened it."""
        row = await self._pool.fetchrow(
            "select subject, remembered from subject "
            "where subject = $1::text and round_opened_at is not null",
            subject_of(identity),
        )
        return None if row is None else self._state(row)

    async def drawn(self, answered: Answered, seed: str, size: int) -> Drawn:
        """One snapshot of positions and cases, read in the order of the numbers."""
        drawing = Draw(seed, size)
        query = (
            "select number, unit from subject where answered_at >= $1::timestamptz "
            "and answered_at < $2::timestamptz and ($3::text = '' or unit = $3::text) "
            'order by number collate "C"'
        )
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            position = await connection.fetch("select partition, offsets::text from position order by 1")
            waiting = await connection.fetchval(PARKED)
            cursor = await connection.cursor(query, *answered)
            while rows := await cursor.fetch(AT_ONCE):
                drawing.take((row["number"], row["unit"]) for row in rows)
                await asyncio.sleep(0)
        offsets = {str(row["partition"]): json.loads(row["offsets"]) for row in position}
        return Drawn(drawing.done(), offsets, waiting)

    def _state(self, row: asyncpg.Record) -> Any:
        return self._packing.state(row["remembered"])


class MemoryRounds:
    """The twin, over the twins of the rounds' store and of the cases'."""

    def __init__(self, kept: MemoryStore, cases: MemoryStore) -> None:
        self._kept = kept
        self._cases = cases

    async def listed(self, wanted: Wanted) -> list[Round]:
        rounds = [one for one in self._kept.states() if isinstance(one, Round) and _fits(one, wanted)]
        rounds.sort(key=lambda one: one.id)
        rounds.sort(key=lambda one: one.opened_at or 0, reverse=True)
        return rounds[: MOST + 1]

    async def going_on(self) -> list[Round]:
        rounds = [one for one in self._kept.states() if isinstance(one, Round)]
        return [one for one in rounds if one.step == "opened" and one.form == "inspection"]

    async def one(self, identity: str) -> Round | None:
        found = self._kept.state_of(subject_of(identity))
        return found if isinstance(found, Round) and found.step else None

    async def drawn(self, answered: Answered, seed: str, size: int) -> Drawn:
        drawing = Draw(seed, size)
        drawing.take(among([one for one in self._cases.states() if isinstance(one, Case)], answered))
        offsets = {str(n): dict(one.offsets) for n, one in self._cases.position.items()}
        return Drawn(drawing.done(), offsets, parked(self._cases))


def among(cases: list[Case], answered: Answered) -> list[tuple[str, str]]:
    """Numbers and units of the cases to draw from, in the order of the numbers."""
    return sorted(
        (case.number, case.unit())
        for case in cases
        if (at := case.answered_at()) is not None
        and answered.first <= at < answered.until
        and answered.department in ("", case.unit())
    )


def _fits(round_: Round, wanted: Wanted) -> bool:
    if not round_.step or wanted.form not in ("", round_.form):
        return False
    if wanted.ended is not None and (round_.step != "opened") != wanted.ended:
        return False
    return wanted.department is None or wanted.department in round_.units()
