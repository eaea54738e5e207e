"""Where notifier keeps posts and notices: claimed, sent under their id, marked; PostgreSQL and its twin."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.service import Applied
from chassis.store import Column, Packing
from chassis.vault import Keys, unseal
from services.notifier.core.case import Again, Case, Claim, Notice, Settle, new

LEASE_SECONDS: Final = 60.0
"""Real time after which a claimed notice whose end was not heard is taken up again, under the same id."""

ROBOTS: Final = 8
"""Robots at most whose digests are taken at a time."""

COLUMNS: Final = (Column[Case]("number", "text", lambda case: case.number),)

_CLAIM_ROWS = """
insert into notice (id, partition, subject, cause, kind, audience, channel, department, text, at, at_night)
select id::uuid, partition, subject, cause, kind, audience, channel, department, text, at, at_night
from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::timestamptz[], $11::boolean[])
    claimed (id, partition, subject, cause, kind, audience, channel, department, text, at, at_night)
on conflict (id) do nothing"""
_SETTLE = """
with settled as (
    update notice n set state = settled.state, attempts = settled.attempts, reason = settled.reason
    from unnest($1::text[], $2::text[], $3::integer[], $4::text[]) settled (id, state, attempts, reason)
    where n.id = settled.id::uuid
    returning n.channel, n.state, n.partition)
insert into channel_month (month, channel, state, partition, count)
select $5::text, channel, state, partition, count(*) from settled group by channel, state, partition order by 2, 3, 4
on conflict (month, channel, state, partition) do update set count = channel_month.count + excluded.count"""
_AGAIN = """
update notice set state = 'pending', attempts = 0, repeated = true, reason = '', next_at = clock_timestamp()
where id = any($1::uuid[]) and state = 'failed'"""
_OWNER = """
select partition from position where partition = any($1::smallint[]) and owner = $2::text
order by partition for share"""
# Of citizens the oldest notices; of the robots that need not rest those whose oldest notice is oldest, so many of each.
# At night only of those citizens who want to be told then, by an index of their own.
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
    where $6::boolean and channel <> 'robot' and state in ('pending', 'claimed')
      and next_at <= clock_timestamp() and partition = any($1::smallint[])
    order by next_at limit $3::integer for update skip locked),
of_wakeful as (
    select id from notice
    where not $6::boolean and at_night and channel <> 'robot' and state in ('pending', 'claimed')
      and next_at <= clock_timestamp() and partition = any($1::smallint[])
    order by next_at limit $3::integer for update skip locked),
of_staff as (
    select found.id from robot cross join lateral (
        select id from notice n
        where channel = 'robot' and state in ('pending', 'claimed') and n.department = robot.department
          and next_at <= clock_timestamp() and partition = any($1::smallint[])
        order by next_at limit $3::integer for update skip locked) found)
update notice set repeated = repeated or state = 'claimed', state = 'claimed', attempts = attempts + 1,
       next_at = clock_timestamp() + make_interval(secs => $4::float8)
where id in (select id from of_citizens union all select id from of_wakeful union all select id from of_staff)
returning id::text, subject, cause, kind, audience, channel, department, text, attempts, repeated"""
_LATER = """
update notice n set state = case when later.lost then 'claimed' else 'pending' end, reason = later.reason,
       next_at = clock_timestamp() + make_interval(secs => later.seconds)
from unnest($1::text[], $2::float8[], $3::boolean[], $4::text[]) later (id, seconds, lost, reason)
where n.id = later.id::uuid"""


class Outgoing(Struct, frozen=True):
    """A notice taken for sending."""

    subject: str
    notice: Notice
    attempts: int
    repeated: bool
    """It was sent before and its end was not heard."""
    contact: dict[str, str]
    """The opened sealed box; empty for staff, and when the citizen was erased."""
    number: str = ""
    """The post's, for citizens: where the notice's link leads."""
    stop_token: str = ""
    """For citizens: what ends the notices about the post by a link."""
    unsubscribed: bool = False
    """The citizen wants to be told nothing any more."""


class Delay(Struct, frozen=True):
    """A notice that is to be tried again."""

    id: str
    seconds: float
    """Real seconds from now."""
    lost: bool
    """The answer was lost, so it may have arrived: the next attempt is known as a repeat."""
    reason: str = ""
    """What the provider said, or what went wrong on the way; an operator reads it while the notice waits."""


class Notices(Protocol):
    """What the sender takes and puts back."""

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int, citizens: bool = True
    ) -> list[Outgoing]:
        """Notices that are due, leased; only of partitions this instance owns; not for busy robots.

        At most `limit` for citizens, and `limit` for each of at most ROBOTS robots. Without `citizens` theirs
        stay where they are, but for those who want to be told then, too: it is night.
        """

    async def later(self, delays: Sequence[Delay]) -> None:
        """Put notices back."""

    async def wait(self, seconds: float) -> None:
        """Until something was claimed, at most so long."""


class Claims:
    """Keeps the notices that rules claim and settle, in PostgreSQL; wakes the sender."""

    effects = (Claim, Settle, Again)

    def __init__(self) -> None:
        self.claimed = asyncio.Event()

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """A statement for each kind of effect, whatever the batch holds."""
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
                [notice.at_night for _, notice in claims],
            )
            self.claimed.set()
        settles = [(one.now, one.effect) for one in applied if isinstance(one.effect, Settle)]
        if settles:
            await connection.execute(
                _SETTLE,
                [settle.id for _, settle in settles],
                [settle.state for _, settle in settles],
                [settle.attempts for _, settle in settles],
                [settle.reason for _, settle in settles],
                f"{settles[0][0]:%Y-%m}",  # city time: one for the whole batch
            )
        again = [one.effect.id for one in applied if isinstance(one.effect, Again)]
        if again:
            await connection.execute(_AGAIN, again)
            self.claimed.set()


class PostgresNotices:
    """The sender's side of the table."""

    def __init__(
        self, pool: asyncpg.Pool, keys: Keys, claims: Claims, stop_token: Callable[[str], str] = lambda _: ""
    ) -> None:
        """`stop_token` makes of a post's number what ends its notices."""
        self._pool = pool
        self._stop_token = stop_token
        self._keys = keys
        self._claims = claims
        self._packing = Packing(Case)

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int, citizens: bool = True
    ) -> list[Outgoing]:
        """Notices that are due, leased."""
        async with self._pool.acquire() as connection, connection.transaction():
            owned = [row["partition"] for row in await connection.fetch(_OWNER, list(partitions), instance)]
            if not owned:
                return []
            rows = await connection.fetch(_TAKE, owned, list(busy), limit, LEASE_SECONDS, ROBOTS, citizens)
            cases = await self._cases(
                connection, [row["subject"] for row in rows if row["audience"] == "citizen"]
            )
            contacts = await contacts_of(self._keys, connection, cases)
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
                **self._about(cases.get(row["subject"]) if row["audience"] == "citizen" else None),
            )
            for row in rows
        ]

    def _about(self, case: Case | None) -> dict[str, Any]:
        """What a citizen's notice knows of its post."""
        return _about(case, self._stop_token) if case is not None else {}

    async def later(self, delays: Sequence[Delay]) -> None:
        """Put notices back."""
        await self._pool.execute(
            _LATER,
            [delay.id for delay in delays],
            [delay.seconds for delay in delays],
            [delay.lost for delay in delays],
            [delay.reason for delay in delays],
        )

    async def wait(self, seconds: float) -> None:
        """Until something was claimed, at most so long."""
        try:
            await asyncio.wait_for(self._claims.claimed.wait(), seconds)
        except TimeoutError:
            pass
        self._claims.claimed.clear()

    async def _cases(self, connection: asyncpg.Connection, subjects: Sequence[str]) -> dict[str, Case]:
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
        return cases


def _about(case: Case, stop_token: Callable[[str], str]) -> dict[str, Any]:
    return {
        "number": case.number,
        "stop_token": stop_token(case.number),
        "unsubscribed": case.chosen == "none",
    }


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


class Row(Struct, frozen=True):
    """A notice as the twin keeps it."""

    subject: str
    partition: int
    notice: Notice
    state: str = "pending"
    attempts: int = 0
    repeated: bool = False
    reason: str = ""
    leased: bool = False
    """Taken, and its lease has not run out."""


class ClaimsInMemory:
    """The twin of both sides. Real time does not pass in memory: a lease runs out when the driver says so."""

    effects = (Claim, Settle, Again)

    def __init__(self, keys: Keys, stop_token: Callable[[str], str] = lambda _: "") -> None:
        self._keys = keys
        self._stop_token = stop_token
        self.rows: dict[str, Row] = {}
        """Id to notice."""
        self.store: MemoryStore | None = None

    def apply(self, applied: Sequence[Applied]) -> None:
        """What rules claim and settle."""
        for one in applied:
            if isinstance(one.effect, Claim):
                notice = one.effect.notice
                self.rows.setdefault(notice.id, Row(one.subject, one.partition, notice))
            elif isinstance(one.effect, Settle):
                end = one.effect
                self.rows[end.id] = replace(
                    self.rows[end.id], state=end.state, attempts=end.attempts, reason=end.reason
                )
            elif isinstance(one.effect, Again) and self.rows[one.effect.id].state == "failed":
                row = self.rows[one.effect.id]
                self.rows[one.effect.id] = Row(row.subject, row.partition, row.notice, repeated=True)

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int, citizens: bool = True
    ) -> list[Outgoing]:
        """Notices that are due, leased."""
        outgoing: list[Outgoing] = []
        taken: Counter[str] = Counter()
        """Robot's department, or nothing for citizens, to notices taken."""
        assert self.store is not None
        for identity, row in list(self.rows.items()):
            if row.state not in ("pending", "claimed") or row.leased or row.partition not in partitions:
                continue
            notice = row.notice
            robot = notice.department if notice.channel == "robot" else ""
            full = robot and robot not in taken and len(taken.keys() - {""}) >= ROBOTS
            if (
                robot in busy
                or taken[robot] >= limit
                or full
                or (not robot and not citizens and not notice.at_night)
            ):
                continue
            taken[robot] += 1
            row = replace(
                row,
                repeated=row.repeated or row.state == "claimed",
                state="claimed",
                attempts=row.attempts + 1,
                leased=True,
            )
            self.rows[identity] = row
            contact: dict[str, str] = {}
            about: dict[str, Any] = {}
            if notice.audience == "citizen":
                case = self.store.state_of(row.subject)
                contact = (await contacts_of(self._keys, None, {row.subject: case})).get(row.subject, {})
                about = _about(case, self._stop_token)
            outgoing.append(Outgoing(row.subject, notice, row.attempts, row.repeated, contact, **about))
        return outgoing

    async def later(self, delays: Sequence[Delay]) -> None:
        """Due again at once, where nothing was lost; else when leases run out."""
        for delay in delays:
            state = "claimed" if delay.lost else "pending"
            self.rows[delay.id] = replace(
                self.rows[delay.id], state=state, leased=delay.lost, reason=delay.reason
            )

    def let_leases_run_out(self) -> None:
        """What was taken and has not ended may be taken again."""
        self.rows = {identity: replace(row, leased=False) for identity, row in self.rows.items()}

    async def wait(self, seconds: float) -> None:
        """Whoever drives the twin knows when there is something to send."""
        await asyncio.sleep(0)


def postgres(pool: asyncpg.Pool, claims: Claims) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Case, new, COLUMNS, (claims,))


def memory(keys: Keys, stop_token: Callable[[str], str] = lambda _: "") -> tuple[MemoryStore, ClaimsInMemory]:
    """The twin, and its notices."""
    claims = ClaimsInMemory(keys, stop_token)
    store = MemoryStore(Case, (claims,))
    claims.store = store
    return store, claims
