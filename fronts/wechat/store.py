"""What the front end keeps: of each person the conversation, of each message the answer, both sealed by `keys.py`.

A message is worked on under a lease, so that two of one person never meet the same state; an answer is kept with the state
that it led to, so that a repeat is answered and nothing happens again. Every instant is real time and comes from the caller.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import asyncpg
from msgspec import Struct

LEASED: Final = timedelta(seconds=6)
"""WeChat waits five seconds: whoever holds a lease for longer has died."""
ANSWERED: Final = timedelta(hours=1)
"""Answers are kept for repeats, which come within fifteen seconds; a signature holds for ten minutes."""
FORGOTTEN: Final = timedelta(days=180)
"""A conversation that was silent for this long is deleted; what the longest session of intake opened is over by then."""


class Taken(Struct, frozen=True):
    """The message is to be worked on; empty: nothing is known of the person."""

    state: bytes


class Answered(Struct, frozen=True):
    """The message has been worked on before."""

    answer: bytes


class Store(Protocol):
    """Conversations and answers. `person` is a keyed hash."""

    async def take(self, person: str, message: str, lease: str, now: datetime) -> Taken | Answered | None:
        """Lease the conversation for a message; None while another message of the person is worked on."""

    async def keep(
        self, person: str, message: str, lease: str, state: bytes, answer: bytes, now: datetime
    ) -> bool:
        """Keep state and answer and end the lease; False when the lease was over and another has begun."""

    async def forget(self, now: datetime) -> None:
        """Delete what is too old."""


_CONVERSATION: Final = """
insert into conversation (person, state, changed_at) values ($1::text, '', $2::timestamptz) on conflict do nothing"""
_LOCK: Final = "select state, leased_until from conversation where person = $1::text for update"
_ANSWER: Final = "select answer from message where person = $1::text and message = $2::text"
_LEASE: Final = (
    "update conversation set lease = $2::text, leased_until = $3::timestamptz where person = $1::text"
)
_KEEP: Final = """
update conversation set state = $3::bytea, lease = '', leased_until = null, changed_at = $4::timestamptz
where person = $1::text and lease = $2::text"""
_KEEP_ANSWER: Final = """
insert into message (person, message, answer, at) values ($1::text, $2::text, $3::bytea, $4::timestamptz)
on conflict do nothing"""


class PostgresStore:
    """In the schema `wechat`; `pool` finds it by itself."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def take(self, person: str, message: str, lease: str, now: datetime) -> Taken | Answered | None:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_CONVERSATION, person, now)
            row = await connection.fetchrow(_LOCK, person)
            # Read after the lock is held: what another instance kept meanwhile is seen.
            answer = await connection.fetchval(_ANSWER, person, message)
            if answer is not None:
                return Answered(answer)
            if row["leased_until"] is not None and row["leased_until"] > now:
                return None
            await connection.execute(_LEASE, person, lease, now + LEASED)
            return Taken(row["state"])

    async def keep(
        self, person: str, message: str, lease: str, state: bytes, answer: bytes, now: datetime
    ) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            done = await connection.execute(_KEEP, person, lease, state, now)
            if not str(done).endswith(" 1"):
                return False
            await connection.execute(_KEEP_ANSWER, person, message, answer, now)
            return True

    async def forget(self, now: datetime) -> None:
        await self._pool.execute("delete from message where at < $1::timestamptz", now - ANSWERED)
        await self._pool.execute(
            "delete from conversation where changed_at < $1::timestamptz", now - FORGOTTEN
        )


class _Kept(Struct):
    state: bytes = b""
    lease: str = ""
    leased_until: datetime | None = None
    changed_at: datetime | None = None


class MemoryStore:
    """What `PostgresStore` promises, in memory."""

    def __init__(self) -> None:
        self._conversations: dict[str, _Kept] = {}
        self._answers: dict[tuple[str, str], tuple[datetime, bytes]] = {}

    async def take(self, person: str, message: str, lease: str, now: datetime) -> Taken | Answered | None:
        kept = self._conversations.setdefault(person, _Kept(changed_at=now))
        if (person, message) in self._answers:
            return Answered(self._answers[person, message][1])
        if kept.leased_until is not None and kept.leased_until > now:
            return None
        kept.lease, kept.leased_until = lease, now + LEASED
        return Taken(kept.state)

    async def keep(
        self, person: str, message: str, lease: str, state: bytes, answer: bytes, now: datetime
    ) -> bool:
        kept = self._conversations.get(person)
        if kept is None or kept.lease != lease:
            return False
        self._conversations[person] = _Kept(state, changed_at=now)
        self._answers.setdefault((person, message), (now, answer))
        return True

    async def forget(self, now: datetime) -> None:
        self._answers = {key: kept for key, kept in self._answers.items() if kept[0] >= now - ANSWERED}
        young: Callable[[_Kept], bool] = lambda kept: (kept.changed_at or now) >= now - FORGOTTEN  # noqa: E731
        self._conversations = {person: kept for person, kept in self._conversations.items() if young(kept)}
