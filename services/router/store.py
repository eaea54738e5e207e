"""Where router keeps its cases and models: PostgreSQL, and the twins in memory."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import asyncpg

from chassis.memory import MemoryStore
from chassis.postgres import PostgresStore
from chassis.store import Column, Packing
from contracts.city_facts import CityFacts, ModelActivated
from contracts.facts import Fact
from services.router.core.case import Case, new
from services.router.core.model import Model

COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("department", "text", lambda case: case.department),
    Column[Case]("held_for_person", "boolean", lambda case: case.held),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Case, new, COLUMNS)


def memory() -> MemoryStore:
    """The twin."""
    return MemoryStore(Case)


class Reader:
    """What the web side looks up."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = Packing(Case)

    async def case(self, number: str) -> Case | None:
        """The case of a number, or None."""
        row = await self._pool.fetchrow(
            "select subject, partition, held, remembered from subject where number = $1::text and number <> ''",
            number,
        )
        if row is None:
            return None
        state: Case = self._packing.unpack(
            row["subject"], row["partition"], row["held"], row["remembered"]
        ).state
        return state


class Models:
    """The model files, by the SHA-256 of the whole file; once stored, a file is never changed or deleted.

    `loaded` is what routing decides with: a model is fetched into it before the fact that activates it is
    folded.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.loaded: dict[str, Model] = {}

    async def fetch(self, fact: Fact) -> None:
        """Fetch what a fact about the city will need; one that was never stored is left to the fold to refuse."""
        if isinstance(fact, ModelActivated) and fact.checksum and fact.checksum not in self.loaded:
            data = await self.read(fact.checksum)
            if data is not None:
                self.loaded[fact.checksum] = Model.load(data)

    async def keep(self, data: bytes, by: str) -> Model:
        """Store a file; the same file twice is kept once. Raises Damaged when it is no model."""
        model = Model.load(data)
        await self._write(sha256(data).hexdigest(), model, data, by)
        return model

    async def listed(self) -> list[dict[str, Any]]:
        """The files stored, oldest first."""
        rows = await self._pool.fetch(
            "select checksum, version, threshold, classes, length(data) bytes, by, at from model order by at"
        )
        return [dict(row) for row in rows]

    async def activated(self) -> list[dict[str, Any]]:
        """The change-overs, in their order, as the partition that has learnt most knows them."""
        rows = await self._pool.fetch(
            "select subject, partition, held, remembered from subject where subject like 'city:%'"
        )
        packing = Packing(Case)
        told = [
            packing.unpack(row["subject"], row["partition"], row["held"], row["remembered"]).state
            for row in rows
        ]
        facts = max((state.facts for state in told if isinstance(state, CityFacts)), key=len, default=())
        return [
            {
                "at": f.at,
                "version": f.model_version,
                "checksum": f.checksum,
                "threshold": f.threshold,
                "by": f.by,
            }
            for f in facts
            if isinstance(f, ModelActivated)
        ]

    async def read(self, checksum: str) -> bytes | None:
        """The bytes of a file, or None."""
        found: bytes | None = await self._pool.fetchval(
            "select data from model where checksum = $1::text", checksum
        )
        return found

    async def _write(self, checksum: str, model: Model, data: bytes, by: str) -> None:
        await self._pool.execute(
            "insert into model (checksum, version, threshold, classes, data, by) "
            "values ($1::text, $2::text, $3::float8, $4::integer, $5::bytea, $6::text) on conflict do nothing",
            checksum,
            model.version,
            model.threshold,
            len(model.classes),
            data,
            by,
        )


class ModelsInMemory(Models):
    """The twin."""

    def __init__(self) -> None:
        self.loaded = {}
        self._files: dict[str, tuple[Model, bytes, str]] = {}

    async def listed(self) -> list[dict[str, Any]]:
        """As PostgreSQL's."""
        return [
            {
                "checksum": checksum,
                "version": model.version,
                "threshold": model.threshold,
                "classes": len(model.classes),
                "bytes": len(data),
                "by": by,
                "at": datetime.min,
            }
            for checksum, (model, data, by) in self._files.items()
        ]

    async def read(self, checksum: str) -> bytes | None:
        """As PostgreSQL's."""
        found = self._files.get(checksum)
        return None if found is None else found[1]

    async def _write(self, checksum: str, model: Model, data: bytes, by: str) -> None:
        self._files.setdefault(checksum, (model, data, by))
