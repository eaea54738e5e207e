"""The store on PostgreSQL: a batch is one transaction of a handful of statements, whatever it holds."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from chassis.failures import ConnectionLost
from chassis.store import (
    Applied,
    Column,
    Input,
    Outcome,
    Packing,
    Position,
    PostgresDoor,
    PostgresKeeper,
    Remembered,
    Waiting,
    next_due,
)
from contracts.city_facts import CityFacts

_headers_encoder = msgspec.msgpack.Encoder()
_headers_decoder = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...])

COMMAND_SECONDS: Final = 60.0
"""A statement without an answer for this long is given up, and its connection with it."""

_LOCK = "select partition, owner, offsets::text from position where partition = any($1::smallint[]) order by partition for update"
# The first part is read to its end, and so locked, before the second is begun.
_BEGIN = f"""
with placed as materialized ({_LOCK})
select partition, owner, offsets, null::text as subject, null::integer as held, null::bytea as remembered from placed
union all
select partition, null, null, subject, held, remembered from"""
_BEGIN_FREE = f"{_BEGIN} subject where subject = any($2::text[])"
_BEGIN_LOCKED = f"""{_BEGIN} (
    select subject, partition, held, remembered from subject where subject = any($2::text[])
    order by subject for update) found"""
_TAKE = "update position set owner = $2::text where partition = any($1::smallint[])"
_LOAD = "select subject, partition, held, remembered from subject where subject = any($1::text[])"
_LOAD_LOCKED = _LOAD + " order by subject for update"
_LOAD_FREE = f"""
with free as materialized ({_LOAD} order by subject for update skip locked)
select subject, partition, held, remembered, false as busy from free
union all
select subject, partition, held, remembered, false from subject where subject = any($2::text[])
union all
select subject, partition, held, remembered, true from subject
where subject = any($1::text[]) and subject not in (select subject from free)"""
_CREATE = """
insert into subject (subject, partition, held, remembered)
select * from unnest($1::text[], $2::smallint[], $3::integer[], $4::bytea[]) order by 1 on conflict do nothing"""
_WAITING = """
select subject, topic, seq, partition, "offset", parked, reason, key, value, headers, mark
from waiting where subject = any($1::text[])"""
_MARKED = """
select subject, topic, seq, partition, "offset", parked, reason, key, value, headers, mark
from waiting where mark <> '' and partition = any($1::smallint[]) limit 500"""
_WAITING_PUT = """
insert into waiting (subject, topic, seq, partition, "offset", parked, reason, key, value, headers, mark)
select * from unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::bigint[], $6::boolean[], $7::text[],
                     $8::bytea[], $9::bytea[], $10::bytea[], $11::text[])
on conflict (subject, topic, seq) do update
set parked = excluded.parked, reason = excluded.reason, mark = excluded.mark"""
_WAITING_GONE = """
delete from waiting w using unnest($1::text[], $2::text[], $3::bigint[]) gone (subject, topic, seq)
where w.subject = gone.subject and w.topic = gone.topic and w.seq = gone.seq"""
_UNPARK = """
insert into unparked (topic, partition, "offset", subject, seq, mark, reason)
select * from unnest($1::text[], $2::smallint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[])"""
_FORGET = "delete from outbox where id = any($1::text[])"
_SAVE = """
with moved as (
    update position p set offsets = moved.offsets::jsonb
    from unnest($1::smallint[], $2::text[]) moved (partition, offsets) where p.partition = moved.partition),
forgotten as (delete from outbox where id = any($3::text[])),
said as (insert into outbox (id, blob) select $4::text, $5::bytea where $4::text <> '')"""
_MOVED = """
update subject s set held = moved.held, remembered = moved.remembered
from unnest($1::text[], $2::integer[], $3::bytea[]) moved (subject, held, remembered)
where s.subject = moved.subject"""
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # The client's own, while it still waits for the rest of what the server said at the end.
    asyncpg.InternalClientError,
    # A statement had no answer for COMMAND_SECONDS: what became of it is not known, so nothing more is said over it.
    TimeoutError,
)
"""How the end of a connection is told, sometimes before the client has seen it closed."""
_SWEEP = """
update outbox set leased = clock_timestamp() where id in (
    select id from outbox
    where at < clock_timestamp() - make_interval(secs => $1::float8)
      and (leased is null or leased < clock_timestamp() - make_interval(secs => $1::float8))
    order by id limit $2::integer for update skip locked)
returning id, blob"""


def _waiting(row: asyncpg.Record) -> Waiting:
    return Waiting(
        subject=row["subject"],
        topic=row["topic"],
        seq=row["seq"],
        partition=row["partition"],
        offset=row["offset"],
        parked=row["parked"],
        reason=row["reason"],
        key=row["key"],
        value=row["value"],
        headers=_headers_decoder.decode(row["headers"]),
        mark=row["mark"],
    )


class PostgresTransaction:
    """One open transaction on the store's connection."""

    def __init__(self, store: "PostgresStore", connection: asyncpg.Connection) -> None:
        self._store = store
        self.connection = connection

    async def begin(
        self, partitions: Sequence[int], subjects: Sequence[str], lock: bool
    ) -> tuple[dict[int, Position], dict[str, Remembered]]:
        statement = _BEGIN_LOCKED if lock else _BEGIN_FREE
        rows = await self.connection.fetch(statement, list(partitions), list(subjects))
        placed, found = rows[: len(partitions)], self._unpack(rows[len(partitions) :])
        return self._positions(placed), await self._created(subjects, found) if lock else found

    async def take(self, partitions: Sequence[int], owner: str) -> dict[int, Position]:
        await self.connection.fetch(_LOCK, list(partitions))
        await self.connection.execute(_TAKE, list(partitions), owner)
        return self._positions(await self.connection.fetch(_LOCK, list(partitions)))

    async def load(self, subjects: Sequence[str], lock: bool) -> dict[str, Remembered]:
        found = self._unpack(await self.connection.fetch(_LOAD_LOCKED if lock else _LOAD, list(subjects)))
        return await self._created(subjects, found) if lock else found

    async def load_free(
        self, subjects: Sequence[str], unlocked: Sequence[str]
    ) -> tuple[dict[str, Remembered], set[str]]:
        rows = await self.connection.fetch(_LOAD_FREE, list(subjects), list(unlocked))
        return self._unpack([row for row in rows if not row["busy"]]), {
            row["subject"] for row in rows if row["busy"]
        }

    async def waiting(self, subjects: Sequence[str]) -> list[Waiting]:
        return [_waiting(row) for row in await self.connection.fetch(_WAITING, list(subjects))]

    async def marked(self, partitions: Sequence[int]) -> list[Waiting]:
        return [_waiting(row) for row in await self.connection.fetch(_MARKED, list(partitions))]

    async def due(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        found: list[Input] = []
        for door in self._store.doors:
            found += await door.claim(self.connection, partitions, now, limit)
        return found

    async def save(self, outcome: Outcome) -> None:
        connection = self.connection
        await connection.execute(self._store.save_statement, *self._store.arguments(outcome))
        if outcome.moved:
            rows = sorted(outcome.moved, key=lambda row: row.subject)
            pack = self._store.packing.pack
            await connection.execute(
                _MOVED, [row.subject for row in rows], [row.held for row in rows], [pack(row) for row in rows]
            )
        if outcome.waiting_put:
            await self._put(outcome.waiting_put)
        if outcome.waiting_gone:
            gone = outcome.waiting_gone
            await connection.execute(
                _WAITING_GONE, [g[0] for g in gone], [g[1] for g in gone], [g[2] for g in gone]
            )
        if outcome.unparked:
            ended = outcome.unparked
            await connection.execute(
                _UNPARK,
                [row.topic for row in ended],
                [row.partition for row in ended],
                [row.offset for row in ended],
                [row.subject for row in ended],
                [row.seq for row in ended],
                [row.mark or "replay" for row in ended],
                [row.reason for row in ended],
            )
        for keeper in self._store.keepers:
            applied: list[Applied] = [a for a in outcome.effects if isinstance(a.effect, keeper.effects)]
            if applied:
                await keeper.apply(connection, applied)

    async def _put(self, rows: Sequence[Waiting]) -> None:
        await self.connection.execute(
            _WAITING_PUT,
            [row.subject for row in rows],
            [row.topic for row in rows],
            [row.seq for row in rows],
            [row.partition for row in rows],
            [row.offset for row in rows],
            [row.parked for row in rows],
            [row.reason.replace("\0", "�") for row in rows],
            [row.key for row in rows],
            [row.value for row in rows],
            [_headers_encoder.encode(row.headers) for row in rows],
            [row.mark for row in rows],
        )

    async def _created(self, subjects: Sequence[str], found: dict[str, Remembered]) -> dict[str, Remembered]:
        """With rows for those that have none, so that there is something to lock."""
        missing = [subject for subject in subjects if subject not in found]
        if missing:
            await self._create(missing)
            found |= self._unpack(await self.connection.fetch(_LOAD_LOCKED, missing))
        return found

    async def _create(self, subjects: Sequence[str]) -> None:
        packing, initial = self._store.packing, self._store.initial
        blank = [Remembered.blank(subject, initial) for subject in subjects]
        await self.connection.execute(
            _CREATE,
            [row.subject for row in blank],
            [row.partition for row in blank],
            [0 for _ in blank],
            [packing.pack(row) for row in blank],
        )

    @staticmethod
    def _positions(rows: Sequence[asyncpg.Record]) -> dict[int, Position]:
        return {
            row["partition"]: Position(row["partition"], row["owner"], json.loads(row["offsets"]))
            for row in rows
        }

    def _unpack(self, rows: Sequence[asyncpg.Record]) -> dict[str, Remembered]:
        unpack = self._store.packing.unpack
        return {
            row["subject"]: unpack(row["subject"], row["partition"], row["held"], row["remembered"])
            for row in rows
        }


class PostgresStore:
    """What one instance of a service keeps in its schema, over one held connection.

    `columns` are the typed columns of `subject`; `keepers` save the service's own effects;
    `doors` claim what is due. A connection that ends is given up, and the next transaction takes another.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        state: type[Any],
        initial: Any,
        columns: Sequence[Column[Any]] = (),
        keepers: Sequence[PostgresKeeper] = (),
        doors: Sequence[PostgresDoor] = (),
    ) -> None:
        self.packing = Packing(state)
        self.initial = initial
        self.keepers = tuple(keepers)
        self.doors = tuple(doors)
        self._pool = pool
        self._columns = tuple(columns)
        self._connection: asyncpg.Connection | None = None
        names = ["subject", "partition", "held", "remembered", *(column.name for column in columns)]
        types = ["text", "smallint", "integer", "bytea", *(column.sql_type for column in columns)]
        places = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, 6))
        changes = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
        self.save_statement = (
            f"{_SAVE}\ninsert into subject ({', '.join(names)}) select * from unnest({places})\n"
            f"on conflict (subject) do update set {changes}"
        )
        """States, positions and outbox of a batch in one statement: each statement is a journey to the server and back."""

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        return next_due(self.doors, partitions)

    def arguments(self, outcome: Outcome) -> list[Any]:
        """What `save_statement` takes; states in order of subject."""
        rows = sorted(outcome.changed, key=lambda row: row.subject)
        pack = self.packing.pack
        arrays: list[Any] = [
            [position.partition for position in outcome.positions],
            [json.dumps(position.offsets) for position in outcome.positions],
            outcome.acknowledged,
            outcome.blob_id,
            outcome.blob,
            [row.subject for row in rows],
            [row.partition for row in rows],
            [row.held for row in rows],
            [pack(row) for row in rows],
        ]
        for column in self._columns:
            value = column.value
            arrays.append([None if type(row.state) is CityFacts else value(row.state) for row in rows])
        return arrays

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        if self._connection is None or _is_closed(self._connection):
            self._connection = await self._another()
        connection, undone, whole = self._connection, True, False
        try:
            opened = connection.transaction()
            await opened.start()
            try:
                yield PostgresTransaction(self, connection)
            except BaseException as problem:
                if not (_is_closed(connection) or isinstance(problem, _LOST)):
                    await opened.rollback()
                raise
            undone = False
            await opened.commit()
            whole = True
        except (
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
        ) as problem:
            if not (_is_closed(connection) or isinstance(problem, _LOST)):
                raise
            self._connection = None
            if not _is_closed(connection):
                connection.terminate()
            await self._pool.release(connection)
            raise ConnectionLost(f"{type(problem).__name__}: {problem}", undone) from problem
        finally:
            if not whole:
                for door in self.doors:
                    door.undone()

    async def _another(self) -> asyncpg.Connection:
        """A connection to hold. Raises ConnectionLost while the database gives none."""
        try:
            return await self._pool.acquire()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            raise ConnectionLost(f"{type(problem).__name__}: {problem}", undone=True, away=True) from problem

    async def sweep(self, older_than: float, limit: int) -> list[tuple[str, bytes]]:
        rows = await self._pool.fetch(_SWEEP, older_than, limit)
        return sorted((row["id"], row["blob"]) for row in rows)

    async def forget(self, acknowledged: Sequence[str]) -> None:
        await self._pool.execute(_FORGET, list(acknowledged))

    async def close(self) -> None:
        if self._connection is not None:
            await self._pool.release(self._connection)
            self._connection = None


def _is_closed(connection: asyncpg.Connection) -> bool:
    """Whether a connection has ended; the pool takes one back by itself when it sees that, and then it answers nothing."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


async def _as_it_is(_: asyncpg.Connection) -> None:
    """What the pool does to a connection that is given back: nothing, where its own way is another journey."""


async def connect(
    dsn: str, schema: str, size: int = 4, instance: str = "", patience: float = COMMAND_SECONDS
) -> asyncpg.Pool:
    """A pool for one service: its schema on the search path, abandoned transactions ended after 3 s.

    The limit lies below the consumer's session timeout (6 s), so that a paused process gives its
    locks back before it is replaced. `patience` is how many seconds a statement has.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        # Nobody leaves anything in a session, so there is nothing to undo when a connection is given back.
        reset=_as_it_is,
        command_timeout=patience,
        server_settings={
            "search_path": schema,
            "idle_in_transaction_session_timeout": "3000",
            "application_name": instance or schema,
        },
    )
