"""The log of who opened whose personal data."""

from typing import Protocol

import asyncpg

from services.intake.core import requests as ask


class ReadLog(Protocol):
    """Remembers who opened whose personal data."""

    async def note(self, actor: ask.Actor, subject: str) -> None:
        """Before the data is shown."""


class PostgresReadLog:
    """In schema `vault`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def note(self, actor: ask.Actor, subject: str) -> None:
        await self._pool.execute(
            "insert into vault.read_log (person, department, role, subject) "
            "values ($1::text, $2::text, $3::text, $4::text)",
            actor.person,
            actor.department,
            actor.role,
            subject,
        )
