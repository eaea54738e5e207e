"""Surveys, rights and ballots in the subject table, their keys beside it; and the twin in memory.

Rights are deleted with the result: a table and its dumps keep the order in which rows were written, and where few people take
part that order would say who answered what.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import asyncpg

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Applied, Column
from services.survey.core.requests import ForgetVoters, KeepKeys
from services.survey.core.states import Ballot, Kept, Survey, Voter, new

COLUMNS: Sequence[Column[Kept]] = (
    Column[Kept]("step", "text", lambda kept: kept.step if isinstance(kept, Survey) else None),
    Column[Kept]("ballot_of", "text", lambda kept: kept.survey if isinstance(kept, Ballot) else None),
    Column[Kept]("voter_of", "text", lambda kept: kept.survey if isinstance(kept, Voter) else None),
)

_ALL = "select subject, remembered from subject where step <> ''"
_OPEN = "select subject, remembered from subject where step = 'open'"
_ONE = "select subject, remembered from subject where subject = $1::text and step <> ''"
_BALLOTS = "select subject, remembered from subject where ballot_of = $1::text"
_TOKENS = "select count(*) from subject where voter_of = $1::text"
_KEYS = "select signing, opening from survey_key where survey = $1::text"
_KEEP = "insert into survey_key (survey, signing, opening) values ($1::text, $2::bytea, $3::bytea) on conflict do nothing"
_FORGET = "delete from subject where voter_of = $1::text"


class Surveys(Protocol):
    """Looks up what is kept."""

    async def all(self) -> list[tuple[str, Survey]]:
        """Every survey with its id."""

    async def over(self, now: datetime) -> list[str]:
        """Those that are open although their end has passed."""

    async def one(self, survey: str) -> Survey | None:
        """A survey."""

    async def ballots(self, survey: str) -> list[tuple[str, bytes]]:
        """Subject and box of every answer."""

    async def tokens(self, survey: str) -> int:
        """How many were given a token."""

    async def keys(self, survey: str) -> tuple[bytes, bytes] | None:
        """The keys that sign tokens and open answers; None before it is published."""


class PostgresSurveys:
    """In PostgreSQL; keeps the keys as well, and forgets who took part."""

    effects = (KeepKeys, ForgetVoters)

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = postgres(pool).packing

    async def all(self) -> list[tuple[str, Survey]]:
        return [(row["subject"], self._state(row)) for row in await self._pool.fetch(_ALL)]

    async def over(self, now: datetime) -> list[str]:
        return _over(((row["subject"], self._state(row)) for row in await self._pool.fetch(_OPEN)), now)

    async def one(self, survey: str) -> Survey | None:
        row = await self._pool.fetchrow(_ONE, survey)
        return None if row is None else self._state(row)

    async def ballots(self, survey: str) -> list[tuple[str, bytes]]:
        rows = await self._pool.fetch(_BALLOTS, survey)
        return [(row["subject"], self._state(row).sealed) for row in rows]

    async def tokens(self, survey: str) -> int:
        found: int = await self._pool.fetchval(_TOKENS, survey)
        return found

    async def keys(self, survey: str) -> tuple[bytes, bytes] | None:
        row = await self._pool.fetchrow(_KEYS, survey)
        return None if row is None else (row["signing"], row["opening"])

    async def apply(self, connection: Any, applied: Sequence[Applied]) -> None:
        """Surveys and results are published rarely: one statement each."""
        for one in applied:
            if isinstance(one.effect, KeepKeys):
                await connection.execute(_KEEP, one.subject, one.effect.signing, one.effect.opening)
            else:
                await connection.execute(_FORGET, one.subject)

    def _state(self, row: asyncpg.Record) -> Any:
        return self._packing.state(row["remembered"])


class MemorySurveyKeys:
    """Keeps the keys in memory, and forgets who took part."""

    effects = (KeepKeys, ForgetVoters)

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, bytes]] = {}
        self._forget: Callable[[str], None] = lambda survey: None

    def keep_for(self, store: MemoryStore) -> None:
        """Name the store in which rights are forgotten; it is made with these keys, so after them."""

        def forget(survey: str) -> None:
            gone = [subject for subject in store.subject if _is_voter(store.state_of(subject), survey)]
            for subject in gone:
                del store.subject[subject]

        self._forget = forget

    def apply(self, applied: Sequence[Applied]) -> None:
        for one in applied:
            if isinstance(one.effect, KeepKeys):
                self.kept.setdefault(one.subject, (one.effect.signing, one.effect.opening))
            else:
                self._forget(one.subject)


def _is_voter(kept: Any, survey: str) -> bool:
    return isinstance(kept, Voter) and kept.survey == survey


class MemorySurveys:
    """What `PostgresSurveys` promises, in memory."""

    def __init__(self, store: MemoryStore, keys: MemorySurveyKeys) -> None:
        self._store = store
        self._keys = keys

    def _of(self, kind: type[Any]) -> list[tuple[str, Any]]:
        found = [(subject, self._store.state_of(subject)) for subject in self._store.subject]
        return [(subject, kept) for subject, kept in found if isinstance(kept, kind) and kept.exists]

    async def all(self) -> list[tuple[str, Survey]]:
        return self._of(Survey)

    async def over(self, now: datetime) -> list[str]:
        return _over(self._of(Survey), now)

    async def one(self, survey: str) -> Survey | None:
        return dict(self._of(Survey)).get(survey)

    async def ballots(self, survey: str) -> list[tuple[str, bytes]]:
        return [(subject, kept.sealed) for subject, kept in self._of(Ballot) if kept.survey == survey]

    async def tokens(self, survey: str) -> int:
        return sum(kept.survey == survey for _, kept in self._of(Voter))

    async def keys(self, survey: str) -> tuple[bytes, bytes] | None:
        return self._keys.kept.get(survey)


def _over(surveys: Iterable[tuple[str, Survey]], now: datetime) -> list[str]:
    return [
        identity
        for identity, survey in surveys
        if survey.step == "open" and survey.questionnaire is not None and survey.questionnaire.ends <= now
    ]


def postgres(pool: asyncpg.Pool, keeper: PostgresSurveys | None = None) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Kept, new, COLUMNS, () if keeper is None else (keeper,))  # type: ignore[arg-type]


def memory(keys: MemorySurveyKeys, store: type[MemoryStore] = MemoryStore) -> MemoryStore:
    """The store of `postgres`, in memory."""
    made = store(Kept, (keys,))  # type: ignore[arg-type]
    keys.keep_for(made)
    return made
