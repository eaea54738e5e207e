"""Codes that were sent and sessions that they opened; no number, code or token is stored as it is.

The key of a code's letter lies in `vault.code_key`, which notifier may read: so it alone can open the letter that a
front end carries to it (ADR 29).
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from services.intake.core.proving import A_DAY, AN_HOUR, KEPT_LONGEST, LIVES, LONGEST, TRIES, Sent, Session

Judge = Callable[[Sequence[Sent], Sequence[datetime]], timedelta]
"""How long to wait, after what was sent to the number and what was asked for from the network."""


class Code(Struct, frozen=True):
    """A code that is to be sent."""

    id: str
    citizen: str
    network: str
    hash: bytes
    key: bytes
    """Of its letter."""
    at: datetime


class Proofs(Protocol):
    """Keeps codes and sessions."""

    async def ask(self, code: Code, judge: Judge) -> timedelta:
        """Keep a code unless the judge says to wait; how long to wait. Two that ask at once are judged in turn."""

    async def attempt(self, identity: str, now: datetime) -> tuple[str, bytes] | None:
        """Count a try before it is judged; citizen and hash, or None where there is nothing left to try."""

    async def open(self, identity: str, token: bytes, session: Session) -> bool:
        """The try was right: the code is used up, and the session is kept. False when it was used in the meantime."""

    async def session(self, token: bytes) -> Session | None:
        """The session of a token's hash, whether it still holds or not."""

    async def seen(self, token: bytes, now: datetime) -> None:
        """Note that the session is in use, which keeps it open."""

    async def close(self, token: bytes) -> None:
        """End the session."""

    async def expire(self, now: datetime) -> None:
        """Forget codes that count for no limit any more, keys of letters nobody may send, and sessions that are over."""


_RECENT = "select asked_at, network = $2::text as here from code where citizen = $1::text and asked_at > $3::timestamptz"
_NETWORK = "select asked_at from code where network = $1::text and asked_at > $2::timestamptz"
_ATTEMPT = f"""
update code set tries = tries + 1
where id = $1::text and not used and tries < {TRIES} and asked_at > $2::timestamptz returning citizen, hash"""
_EXPIRE = """
with codes as (delete from code where asked_at < $1::timestamptz),
     keys as (delete from vault.code_key where asked_at < $2::timestamptz)
delete from citizen_session where opened_at < case when kept then $3::timestamptz else $4::timestamptz end"""


class PostgresProofs:
    """The tables `code` and `citizen_session`, and `vault.code_key`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def ask(self, code: Code, judge: Judge) -> timedelta:
        async with self._pool.acquire() as connection, connection.transaction():
            # In one order, so that two who ask for the same never wait for each other.
            for locked in sorted((f"number {code.citizen}", f"network {code.network}")):
                await connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended($1::text, 17))", locked
                )
            sent = await connection.fetch(_RECENT, code.citizen, code.network, code.at - A_DAY)
            network = await connection.fetch(_NETWORK, code.network, code.at - AN_HOUR)
            waits = judge(
                [Sent(row["asked_at"], row["here"]) for row in sent], [row["asked_at"] for row in network]
            )
            if not waits:
                await connection.execute(
                    "with kept as (insert into vault.code_key values ($1::text, $5::bytea, $6::timestamptz))"
                    " insert into code (id, citizen, network, hash, asked_at)"
                    " values ($1::text, $2::text, $3::text, $4::bytea, $6::timestamptz)",
                    code.id,
                    code.citizen,
                    code.network,
                    code.hash,
                    code.key,
                    code.at,
                )
            return waits

    async def attempt(self, identity: str, now: datetime) -> tuple[str, bytes] | None:
        row = await self._pool.fetchrow(_ATTEMPT, identity, now - LIVES)
        return None if row is None else (row["citizen"], row["hash"])

    async def open(self, identity: str, token: bytes, session: Session) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            done = await connection.execute(
                "update code set used = true where id = $1::text and not used", identity
            )
            if not str(done).endswith(" 1"):
                return False
            await connection.execute("delete from vault.code_key where code = $1::text", identity)
            await connection.execute(
                "insert into citizen_session values"
                " ($1::bytea, $2::text, $3::boolean, $4::timestamptz, $5::timestamptz)",
                token,
                session.citizen,
                session.kept,
                session.opened_at,
                session.seen_at,
            )
            return True

    async def session(self, token: bytes) -> Session | None:
        row = await self._pool.fetchrow(
            "select citizen, kept, opened_at, seen_at from citizen_session where token_hash = $1::bytea",
            token,
        )
        return None if row is None else Session(*row.values())

    async def seen(self, token: bytes, now: datetime) -> None:
        await self._pool.execute(
            "update citizen_session set seen_at = $2::timestamptz where token_hash = $1::bytea", token, now
        )

    async def close(self, token: bytes) -> None:
        await self._pool.execute("delete from citizen_session where token_hash = $1::bytea", token)

    async def expire(self, now: datetime) -> None:
        await self._pool.execute(_EXPIRE, now - A_DAY, now - LIVES, now - KEPT_LONGEST, now - LONGEST)


class MemoryProofs:
    """What `PostgresProofs` promises, in memory."""

    def __init__(self) -> None:
        self.codes: dict[str, Code] = {}
        self.tries: dict[str, int] = {}
        self.used: set[str] = set()
        self.keys: dict[str, bytes] = {}
        """Code to the key of its letter."""
        self.sessions: dict[bytes, Session] = {}

    async def ask(self, code: Code, judge: Judge) -> timedelta:
        kept = self.codes.values()
        waits = judge(
            [
                Sent(one.at, one.network == code.network)
                for one in kept
                if one.citizen == code.citizen and one.at > code.at - A_DAY
            ],
            [one.at for one in kept if one.network == code.network and one.at > code.at - AN_HOUR],
        )
        if not waits:
            self.codes[code.id], self.keys[code.id], self.tries[code.id] = code, code.key, 0
        return waits

    async def attempt(self, identity: str, now: datetime) -> tuple[str, bytes] | None:
        code = self.codes.get(identity)
        if code is None or identity in self.used or self.tries[identity] >= TRIES or code.at <= now - LIVES:
            return None
        self.tries[identity] += 1
        return code.citizen, code.hash

    async def open(self, identity: str, token: bytes, session: Session) -> bool:
        if identity in self.used:
            return False
        self.used.add(identity)
        self.keys.pop(identity, None)
        self.sessions[token] = session
        return True

    async def session(self, token: bytes) -> Session | None:
        return self.sessions.get(token)

    async def seen(self, token: bytes, now: datetime) -> None:
        self.sessions[token] = replace(self.sessions[token], seen_at=now)

    async def close(self, token: bytes) -> None:
        self.sessions.pop(token, None)

    async def expire(self, now: datetime) -> None:
        for identity, code in list(self.codes.items()):
            if code.at < now - LIVES:
                self.keys.pop(identity, None)
            if code.at < now - A_DAY:
                del self.codes[identity]
        for token, session in list(self.sessions.items()):
            if session.opened_at < now - (KEPT_LONGEST if session.kept else LONGEST):
                del self.sessions[token]
