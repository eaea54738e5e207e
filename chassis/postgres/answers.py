"""The kept answers in PostgreSQL."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from chassis.engine.answers import IdempotencyKey, Kept

ANSWERS_SCHEMA = """
create table answered (
    caller    text collate "C" not null,
    path      text collate "C" not null,
    key       text collate "C" not null,
    body_hash text not null,
    answer    bytea not null,
    at        timestamptz not null default clock_timestamp(),
    primary key (caller, path, key)
);
create index answered_at on answered (at);
"""
"""For the first revision of a service with a desk."""

_FIND = """
select a.caller, a.path, a.key, a.body_hash, a.answer from answered a
join unnest($1::text[], $2::text[], $3::text[]) asked (caller, path, key) using (caller, path, key)"""
_KEEP = """
insert into answered (caller, path, key, body_hash, answer)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[]) order by 1, 2, 3
on conflict do nothing"""
EXPIRE_SECONDS: Final = 600.0
"""Real seconds between two looks for answers that nobody can ask for any more."""
_EXPIRE = "delete from answered where at < clock_timestamp() - interval '7 days'"


class PostgresAnswers:
    """The kept answers in PostgreSQL; the unique key decides between two instances."""

    async def find(self, connection: Any, keys: Sequence[IdempotencyKey]) -> dict[IdempotencyKey, Kept]:
        rows = await connection.fetch(
            _FIND, [key.caller for key in keys], [key.path for key in keys], [key.key for key in keys]
        )
        found = {
            (row["caller"], row["path"], row["key"]): Kept(row["body_hash"], row["answer"]) for row in rows
        }
        return {
            key: found[(key.caller, key.path, key.key)]
            for key in keys
            if (key.caller, key.path, key.key) in found
        }

    async def keep(self, connection: Any, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        status: str = await connection.execute(
            _KEEP,
            [key.caller for key, _ in answered],
            [key.path for key, _ in answered],
            [key.key for key, _ in answered],
            [key.body_hash for key, _ in answered],
            [answer for _, answer in answered],
        )
        return int(status.rsplit(" ", 1)[1]) == len(answered)

    async def expire(self, connection: Any) -> None:
        """Delete answers older than seven days."""
        await connection.execute(_EXPIRE)

    async def expiring(self, connection: Any) -> None:
        """Delete them again and again, for the life of the process."""
        while True:
            await asyncio.sleep(EXPIRE_SECONDS)
            await self.expire(connection)
