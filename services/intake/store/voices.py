"""Voices of neighbours, all of them, in a table of their own: a case that many support stays small."""

from collections.abc import Sequence
from typing import Any, Protocol

import asyncpg

from chassis.store import Applied
from services.intake.core.voices import KeepVoice

_KEEP = """
insert into voice (subject, supporter, network) select * from unnest($1::text[], $2::text[], $3::text[])
on conflict do nothing"""
_LOOK = """
select exists (select from voice where subject = $1::text and supporter = $2::text) as known,
       (select count(*) from voice where subject = $1::text and network = $3::text) as earlier"""


class Voices(Protocol):
    """Looks up who supports a post."""

    async def look(self, subject: str, supporter: str, network: str) -> tuple[bool, int]:
        """Whether this voice is counted, and how many of the post's voices came from the network."""


class PostgresVoices:
    """The table `voice`."""

    effects = (KeepVoice,)

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def look(self, subject: str, supporter: str, network: str) -> tuple[bool, int]:
        row = await self._pool.fetchrow(_LOOK, subject, supporter, network)
        return row["known"], row["earlier"]

    async def apply(self, connection: Any, applied: Sequence[Applied]) -> None:
        """One statement, whatever the batch holds."""
        kept = [(one.subject, one.effect) for one in applied if isinstance(one.effect, KeepVoice)]
        await connection.execute(
            _KEEP,
            [subject for subject, _ in kept],
            [effect.supporter for _, effect in kept],
            [effect.network for _, effect in kept],
        )


class MemoryVoices:
    """What `PostgresVoices` promises, in memory."""

    effects = (KeepVoice,)

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        """Subject and supporter to network."""

    async def look(self, subject: str, supporter: str, network: str) -> tuple[bool, int]:
        earlier = sum(post == subject and kept == network for (post, _), kept in self.kept.items())
        return (subject, supporter) in self.kept, earlier

    def apply(self, applied: Sequence[Applied]) -> None:
        for one in applied:
            if isinstance(one.effect, KeepVoice):
                self.kept.setdefault((one.subject, one.effect.supporter), one.effect.network)
