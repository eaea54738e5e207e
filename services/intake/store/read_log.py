"""The log of who opened whose personal data."""

from typing import Protocol

import asyncpg

from services.intake.core import requests as ask


class ReadLog(Protocol):
    """Remembers who opened whose personal data."""

    async def note(self, actor: ask.Actor, subject: str, why: str = "") -> None:
        """Before the data is shown; `why`, where a person's own case is not the reason."""


class PostgresReadLog:
    """Rows of the security log, which intake may add to and nothing else; the auditor reads them."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def note(self, actor: ask.Actor, subject: str, why: str = "") -> None:
        await self._pool.execute(
            "insert into security.log (at, kind, person, client, about, detail) "
            "values (clock_timestamp(), 'case-opened', $1::text, '', $2::text, $3::text)",
            actor.person,
            subject,
            " ".join(part for part in (actor.role, actor.department, why) if part),
        )
