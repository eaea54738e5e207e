"""Where notifier keeps posts and notices: claimed, sent under their id, marked; PostgreSQL and its twin."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Protocol

import asyncpg
from msgspec import Struct

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.service import Applied
from chassis.store import Column, Packing
from chassis.vault import Keys, unseal
from services.notifier.core.case import Case, Claim, Notice, Settle, new

LEASE_SECONDS: Final = 60.0
"""Real time after which a claimed notice whose end was not heard is taken up again, under the same id."""

ROBOTS: Final = 8
"""Robots at most whose digests are taken at a time."""

COLUMNS: Final = (Column[Case]("number", "text", lambda case: case.number),)

_CLAIM_ROWS = """
insert into notice (id, partition, subject, cause, kind, audience, channel, department, text, at)
select id::uuid, partition, subject, cause, kind, audience, channel, department, text, at
from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::timestamptz[])
    claimed (id, partition, subject, cause, kind, audience, channel, department, text, at)
on conflict (id) do nothing"""
_SETTLE = """
update notice n set state = settled.state, attempts = settled.attempts, reason = settled.reason
from unnest($1::text[], $2::text[], $3::integer[], $4::text[]) settled (id, state, attempts, reason)
where n.id = settled.id::uuid"""
_OWNER = """
select partition from position where partition = any($1::smallint[]) and owner = $2::text
order by partition for share"""
# Of citizens the oldest notices; of the robots that need not rest those whose oldest notice is oldest, so many of each.
# The index is asked once for each unit: what waits for the others, perhaps a storm of it, is not looked at.
_TAKE = """
with recursive unit (department) as (
    select min(department) from notice where channel = 'robot' and state in ('pending', 'claimed')
    union all
    select (select min(department) from notice
            where channel = 'robot' and state in ('pending', 'claimed') and department > unit.department)
    from unit where unit.department is not null),
robot as (
    select department from unit
    cross join lateral (
        select next_at from notice n
        where channel = 'robot' and state in ('pending', 'claimed') and n.department = unit.department
          and next_at <= clock_timestamp() and partition = any($1::smallint[])
        order by next_at limit 1) oldest
    where department <> all($2::text[]) order by next_at limit $5::integer),
of_citizens as (
    select id from notice
    where channel <> 'robot' and state in ('pending', 'claimed') and next_at <= clock_timestamp()
      and partition = any($1::smallint[])
    order by next_at limit $3::integer for update skip locked),
of_staff as (
    select found.id from robot cross join lateral (
        select id from notice n
        where channel = 'robot' and state in ('pending', 'claimed') and n.department = robot.department
          and next_at <= clock_timestamp() and partition = any($1::smallint[])
        order by next_at limit $3::integer for update skip locked) found)
update notice set repeated = repeated or state = 'claimed', state = 'claimed', attempts = attempts + 1,
       next_at = clock_timestamp() + make_interval(secs => $4::float8)
where id in (select id from of_citizens union all select id from of_staff)
returning id::text, subject, cause, kind, audience, channel, department, text, attempts, repeated"""
_LATER = """
update notice n set state = 'pending', next_at = clock_timestamp() + make_interval(secs => later.seconds)
from unnest($1::text[], $2::float8[]) later (id, seconds) where n.id = later.id::uuid"""


class Outgoing(Struct, frozen=True):
    """A notice taken for sending."""

    subject: str
    notice: Notice
    attempts: int
    repeated: bool
    """It was sent before and its end was not heard."""
    contact: dict[str, str]
    """The opened sealed box; empty for staff, and when the citizen was erased."""


class Notices(Protocol):
    """What the sender takes and puts back."""

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int
    ) -> list[Outgoing]:
        """Notices that are due, leased; only of partitions this instance owns; not for busy robots.

        At most `limit` for citizens, and `limit` for each of at most ROBOTS robots.
        """

    async def later(self, delays: Sequence[tuple[str, float]]) -> None:
        """Put notices back for so many real seconds."""

    async def wait(self, seconds: float) -> None:
        """Until something was claimed, at most so long."""


class Claims:
    """Keeps the notices that rules claim and settle, in PostgreSQL; wakes the sender."""

    effects = (Claim, Settle)

    def __init__(self) -> None:
        self.claimed = asyncio.Event()

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """Two statements, whatever the batch holds."""
        claims = [(one, one.effect.notice) for one in applied if isinstance(one.effect, Claim)]
        if claims:
            await connection.execute(
                _CLAIM_ROWS,
                [notice.id for _, notice in claims],
                [one.partition for one, _ in claims],
                [one.subject for one, _ in claims],
                [notice.cause for _, notice in claims],
                [notice.kind for _, notice in claims],
                [notice.audience for _, notice in claims],
                [notice.channel for _, notice in claims],
                [notice.department for _, notice in claims],
                [notice.text for _, notice in claims],
                [notice.at or applied.now for applied, notice in claims],
            )
            self.claimed.set()
        settles = [one.effect for one in applied if isinstance(one.effect, Settle)]
        if settles:
            await connection.execute(
                _SETTLE,
                [settle.id for settle in settles],
                [settle.state for settle in settles],
                [settle.attempts for settle in settles],
                [settle.reason for settle in settles],
            )


class PostgresNotices:
    """The sender's side of the table."""

    def __init__(self, pool: asyncpg.Pool, keys: Keys, claims: Claims) -> None:
        self._pool = pool
        self._keys = keys
        self._claims = claims
        self._packing = Packing(Case)

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int
    ) -> list[Outgoing]:
        """As the protocol says."""
        async with self._pool.acquire() as connection, connection.transaction():
            owned = [row["partition"] for row in await connection.fetch(_OWNER, list(partitions), instance)]
            if not owned:
                return []
            rows = await connection.fetch(_TAKE, owned, list(busy), limit, LEASE_SECONDS, ROBOTS)
            contacts = await self._contacts(
                connection, [row["subject"] for row in rows if row["audience"] == "citizen"]
            )
        return [
            Outgoing(
                subject=row["subject"],
                notice=Notice(
                    row["id"],
                    row["cause"],
                    row["kind"],
                    row["audience"],
                    row["channel"],
                    row["department"],
                    row["text"],
                ),
                attempts=row["attempts"],
                repeated=row["repeated"],
                contact=contacts.get(row["subject"], {}) if row["audience"] == "citizen" else {},
            )
            for row in rows
        ]

    async def later(self, delays: Sequence[tuple[str, float]]) -> None:
        """As the protocol says."""
        await self._pool.execute(_LATER, [identity for identity, _ in delays], [delay for _, delay in delays])

    async def wait(self, seconds: float) -> None:
        """As the protocol says."""
        try:
            await asyncio.wait_for(self._claims.claimed.wait(), seconds)
        except TimeoutError:
            pass
        self._claims.claimed.clear()

    async def _contacts(
        self, connection: asyncpg.Connection, subjects: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        if not subjects:
            return {}
        rows = await connection.fetch(
            "select subject, partition, held, remembered from subject where subject = any($1::text[])",
            list(subjects),
        )
        cases: dict[str, Case] = {
            row["subject"]: self._packing.unpack(
                row["subject"], row["partition"], row["held"], row["remembered"]
            ).state
            for row in rows
        }
        return await contacts_of(self._keys, connection, cases)


async def contacts_of(keys: Keys, connection: Any, cases: dict[str, Case]) -> dict[str, dict[str, str]]:
    """The opened contacts of cases by subject; a box that does not open any more is absent."""
    sealed = {subject: case.sealed for subject, case in cases.items() if case.sealed}
    known = await keys.contacts(connection, list(sealed)) if sealed else {}
    contacts: dict[str, dict[str, str]] = {}
    for subject, key in known.items():
        try:
            contacts[subject] = unseal(key, sealed[subject], subject)
        except ValueError:
            continue
    return contacts


class ClaimsInMemory:
    """The twin of both sides."""

    effects = (Claim, Settle)

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.rows: dict[str, tuple[str, int, Notice, str, int]] = {}
        """Id to subject, partition, notice, state, attempts."""
        self.store: MemoryStore | None = None

    def apply(self, applied: Sequence[Applied]) -> None:
        """As PostgreSQL's."""
        for one in applied:
            if isinstance(one.effect, Claim):
                notice = one.effect.notice
                self.rows.setdefault(notice.id, (one.subject, one.partition, notice, "pending", 0))
            elif isinstance(one.effect, Settle):
                subject, partition, notice, _, _ = self.rows[one.effect.id]
                self.rows[one.effect.id] = (subject, partition, notice, one.effect.state, one.effect.attempts)

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int
    ) -> list[Outgoing]:
        """As the protocol says; leases do not run out in memory."""
        found: list[Outgoing] = []
        taken: Counter[str] = Counter()
        """Robot's department, or nothing for citizens, to notices taken."""
        assert self.store is not None
        for identity, (subject, partition, notice, state, attempts) in list(self.rows.items()):
            if state != "pending" or partition not in partitions:
                continue
            robot = notice.department if notice.channel == "robot" else ""
            full = robot and robot not in taken and len(taken.keys() - {""}) >= ROBOTS
            if robot in busy or taken[robot] >= limit or full:
                continue
            taken[robot] += 1
            self.rows[identity] = (subject, partition, notice, "claimed", attempts + 1)
            contact: dict[str, str] = {}
            if notice.audience == "citizen":
                opened = await contacts_of(self._keys, None, {subject: self.store.state_of(subject)})
                contact = opened.get(subject, {})
            found.append(Outgoing(subject, notice, attempts + 1, attempts > 0, contact))
        return found

    async def later(self, delays: Sequence[tuple[str, float]]) -> None:
        """At once: nobody waits in memory."""
        for identity, _ in delays:
            subject, partition, notice, _, attempts = self.rows[identity]
            self.rows[identity] = (subject, partition, notice, "pending", attempts)

    async def wait(self, seconds: float) -> None:
        """Whoever drives the twin knows when there is something to send."""
        await asyncio.sleep(0)


def postgres(pool: asyncpg.Pool, claims: Claims) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Case, new, COLUMNS, (claims,))


def memory(keys: Keys) -> tuple[MemoryStore, ClaimsInMemory]:
    """The twin, and its notices."""
    claims = ClaimsInMemory(keys)
    store = MemoryStore(Case, (claims,))
    claims.store = store
    return store, claims


class Reader:
    """What the web side looks up."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def notices(self, number: str) -> list[dict[str, Any]] | None:
        """The notices about a post, oldest first; None for an unknown number."""
        subject = await self._pool.fetchval(
            "select subject from subject where number = $1::text and number <> ''", number
        )
        if subject is None:
            return None
        rows = await self._pool.fetch(
            "select id::text notice, cause, kind, audience, channel, department, text, state, attempts, repeated, reason, at "
            "from notice where subject = $1::text order by at, id",
            subject,
        )
        return [dict(row) for row in rows]

    async def department(self, number: str) -> str | None:
        """The unit that holds the post."""
        row = await self._pool.fetchrow(
            "select subject, partition, held, remembered from subject where number = $1::text and number <> ''",
            number,
        )
        if row is None:
            return None
        case: Case = (
            Packing(Case).unpack(row["subject"], row["partition"], row["held"], row["remembered"]).state
        )
        return case.department
