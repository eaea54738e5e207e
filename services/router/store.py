"""Where router keeps its cases, models and what was told of topics: PostgreSQL, and the twins in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Protocol

import asyncpg
from msgspec import convert

from chassis.memory.store import MemoryStore
from chassis.postgres.lookup import Lookup
from chassis.postgres.store import PostgresStore
from chassis.store import Column, Packing
from contracts.city_facts import CityFacts, ModelActivated
from contracts.facts import Fact
from services.router.core.answers import ModelChange, StoredModel
from services.router.core.case import Case, new
from services.router.core.learning.model import Model
from services.router.core.topics.talk import Talk
from services.router.core.topics.talk import new as new_talk

COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("department", "text", lambda case: case.department),
    Column[Case]("held_for_person", "boolean", lambda case: case.held),
)


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Case, new, COLUMNS)


def memory() -> MemoryStore:
    """The twin of `postgres`."""
    return MemoryStore(Case)


class PostgresCases:
    """The cases that the web side looks up."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._lookup = Lookup(pool, Case)

    async def case(self, number: str) -> Case | None:
        """The case of a number, or None."""
        found = await self._lookup.by_number(number)
        return None if found is None else found[1]

    async def cases(self, posts: Sequence[str]) -> Mapping[str, Case]:
        """The cases of post ids; unknown ones are absent."""
        return await self._lookup.by_subjects(posts)


class MemoryCases:
    """What `PostgresCases` promises, in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def case(self, number: str) -> Case | None:
        cases = (state for state in self._store.states() if isinstance(state, Case))
        return next((case for case in cases if number and case.number == number), None)

    async def cases(self, posts: Sequence[str]) -> Mapping[str, Case]:
        return {post: case for post in posts if (case := self._store.state_of(post)) is not None}


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

    async def listed(self) -> list[StoredModel]:
        """The files stored, oldest first."""
        rows = await self._pool.fetch(
            "select checksum, version, threshold, classes, length(data) bytes, by, at from model order by at"
        )
        return convert([dict(row) for row in rows], list[StoredModel])

    async def activated(self) -> list[ModelChange]:
        """The change-overs, in their order, as the partition that has learnt most knows them."""
        facts = max((state.facts for state in await self._city()), key=len, default=())
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

    async def _city(self) -> list[CityFacts]:
        """What each partition has learnt of the city."""
        rows = await self._pool.fetch(
            "select subject, partition, held, remembered from subject where subject like 'city:%'"
        )
        packing = Packing(Case)
        told = [
            packing.unpack(row["subject"], row["partition"], row["held"], row["remembered"]).state
            for row in rows
        ]
        return [state for state in told if isinstance(state, CityFacts)]

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


_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
"""When a file of the twin was stored: real time does not pass in memory."""


class MemoryModels(Models):
    """What `Models` promises, in memory."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.loaded = {}
        self._store = store
        self._files: dict[str, tuple[Model, bytes, str]] = {}

    async def listed(self) -> list[StoredModel]:
        return [
            {
                "checksum": checksum,
                "version": model.version,
                "threshold": model.threshold,
                "classes": len(model.classes),
                "bytes": len(data),
                "by": by,
                "at": _LONG_AGO,
            }
            for checksum, (model, data, by) in self._files.items()
        ]

    async def _city(self) -> list[CityFacts]:
        return (
            [state for state in self._store.states() if isinstance(state, CityFacts)] if self._store else []
        )

    async def read(self, checksum: str) -> bytes | None:
        found = self._files.get(checksum)
        return None if found is None else found[1]

    async def _write(self, checksum: str, model: Model, data: bytes, by: str) -> None:
        self._files.setdefault(checksum, (model, data, by))


TALK_COLUMNS: Final = (Column[Talk]("topic_grown_at", "timestamptz", lambda talk: talk.grown_at),)


def postgres_talk(pool: asyncpg.Pool) -> PostgresStore:
    """Where the topics of one instance are kept: rows of the same table as the cases, by the topic's name."""
    return PostgresStore(pool, Talk, new_talk, TALK_COLUMNS)


def memory_talk() -> MemoryStore:
    """The twin of `postgres_talk`."""
    return MemoryStore(Talk)


class Topics(Protocol):
    """What was told of topics."""

    async def told(self, since: datetime) -> dict[str, Talk]:
        """Topics that were told of since an instant of city time, by name; the newest last."""


class PostgresTopics:
    """Looks up topics of talk in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = Packing(Talk)

    async def told(self, since: datetime) -> dict[str, Talk]:
        rows = await self._pool.fetch(
            "select subject, remembered from subject "
            "where topic_grown_at >= $1::timestamptz order by topic_grown_at, subject",
            since,
        )
        talks = [self._packing.state(row["remembered"]) for row in rows]
        return {talk.topic: talk for talk in talks}


class MemoryTopics:
    """What `PostgresTopics` promises, in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def told(self, since: datetime) -> dict[str, Talk]:
        told = {talk.topic: talk for talk in self._store.states() if talk.grown_at is not None}
        known = sorted((talk.grown_at, topic) for topic, talk in told.items())
        return {topic: told[topic] for grown_at, topic in known if grown_at >= since}
