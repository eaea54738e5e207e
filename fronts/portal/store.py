"""What the portal keeps in its own schema: accounts, sessions, sign-ins under way, special reports.

Every instant is real time and comes from the caller. No token, password or code is stored as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

LOCK_AFTER: Final = 5
"""Wrong tries in a row; then the account is locked."""
LOCK_FOR: Final = timedelta(minutes=15)
CONNECTIONS: Final = 8
"""At most; a page needs one for a moment."""


@dataclass(frozen=True)
class Account:
    """A member of staff who may sign in."""

    person: str
    name: str
    department: str
    role: str
    source: str
    """`local`, or `oidc` for those an identity provider vouches for."""
    password: str = ""
    """The argon2id hash; empty for an account of an identity provider."""
    must_change: bool = False
    """The password was given by an operator: it opens only the page where it is changed."""
    totp: bytes = b""
    """The sealed TOTP secret; empty without one."""
    totp_bound: bool = False
    """Whether the person has shown a code of it."""
    totp_step: int = 0
    """The time step of the last code used; it and earlier ones are refused."""
    disabled: bool = False


@dataclass(frozen=True)
class SpecialReport:
    """A case taken to the city leaders."""

    number: str
    reported: datetime
    title: str
    text: str
    by: str


_ACCOUNT: Final = (
    "person, name, department, role, source, password, must_change, totp, totp_bound, totp_step, disabled"
)
_TRY: Final = f"""
update account set
    tries = case when tries >= {LOCK_AFTER} then 1 else tries + 1 end,
    locked_until = case when tries + 1 = {LOCK_AFTER} then $2::timestamptz + $3::interval end
where person = $1::text and not disabled and (locked_until is null or locked_until <= $2::timestamptz)
returning {_ACCOUNT}"""
_SESSION: Final = f"""
select session.created_at, seen_at, {_ACCOUNT} from session join account using (person)
where token_hash = $1::bytea and not disabled"""


def _account(row: asyncpg.Record) -> Account:
    return Account(**{name: row[name] for name in _ACCOUNT.split(", ")})


class Store:
    """The schema `portal` on PostgreSQL."""

    def __init__(self) -> None:
        self._connected: asyncpg.Pool | None = None

    async def connect(self, dsn: str) -> None:
        """Ready for use; no connection is opened before one is needed."""
        self._connected = await asyncpg.create_pool(
            dsn,
            min_size=0,
            max_size=CONNECTIONS,
            command_timeout=10,
            server_settings={"search_path": "portal", "application_name": "wenzheng-portal"},
        )

    async def close(self) -> None:
        """Give connections back."""
        if self._connected is not None:
            await self._connected.close()

    @property
    def _pool(self) -> asyncpg.Pool:
        if self._connected is None:
            raise ConnectionError("the store is not connected")
        return self._connected

    # -- accounts -------------------------------------------------------------------------------

    async def add(self, account: Account, now: datetime) -> bool:
        """Keep a new account; False when the person has one."""
        done = await self._pool.execute(
            "insert into account (person, name, department, role, source, password, must_change, created_at)"
            " values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::boolean, $8::timestamptz)"
            " on conflict do nothing",
            account.person,
            account.name,
            account.department,
            account.role,
            account.source,
            account.password,
            account.must_change,
            now,
        )
        return str(done).endswith(" 1")

    async def account(self, person: str) -> Account | None:
        """The account of a person."""
        row = await self._pool.fetchrow(f"select {_ACCOUNT} from account where person = $1::text", person)
        return None if row is None else _account(row)

    async def accounts(self) -> Sequence[Account]:
        """All of them, by person."""
        return [_account(row) for row in await self._pool.fetch(f"select {_ACCOUNT} from account order by 1")]

    async def place(self, person: str, name: str, department: str, role: str) -> None:
        """Change who somebody is; open sessions go on as that."""
        await self._pool.execute(
            "update account set name = $2::text, department = $3::text, role = $4::text where person = $1::text",
            person,
            name,
            department,
            role,
        )

    async def attempt(self, person: str, now: datetime) -> Account | None:
        """Count a try before it is judged, so that tries at the same time cannot exceed the limit.

        None when there is no such account, or it is locked or disabled.
        """
        row = await self._pool.fetchrow(_TRY, person, now, LOCK_FOR)
        return None if row is None else _account(row)

    async def succeeded(self, person: str, totp_step: int) -> bool:
        """The try was right: forget the wrong ones. False when its TOTP step was used in the meantime."""
        done = await self._pool.execute(
            "update account set tries = 0, locked_until = null, totp_step = greatest(totp_step, $2::bigint)"
            " where person = $1::text and ($2::bigint = 0 or totp_step < $2::bigint)",
            person,
            totp_step,
        )
        return str(done).endswith(" 1")

    async def set_password(self, person: str, password: str, must_change: bool) -> None:
        """Another password; whoever was signed in is signed out, and a lock ends."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "update account set password = $2::text, must_change = $3::boolean, tries = 0, locked_until = null"
                " where person = $1::text",
                person,
                password,
                must_change,
            )
            await connection.execute("delete from session where person = $1::text", person)

    async def set_totp(self, person: str, sealed: bytes, bound: bool, step: int = 0) -> None:
        """Keep a sealed TOTP secret; with nothing in it, the account has none."""
        await self._pool.execute(
            "update account set totp = $2::bytea, totp_bound = $3::boolean, totp_step = $4::bigint"
            " where person = $1::text",
            person,
            sealed,
            bound,
            step,
        )

    # -- sessions -------------------------------------------------------------------------------

    async def open_session(self, token_hash: bytes, person: str, now: datetime, oldest: datetime) -> None:
        """Keep a session, and forget those opened before `oldest`."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("delete from session where created_at < $1::timestamptz", oldest)
            await connection.execute(
                "insert into session values ($1::bytea, $2::text, $3::timestamptz, $3::timestamptz)",
                token_hash,
                person,
                now,
            )

    async def session(self, token_hash: bytes) -> tuple[datetime, datetime, Account] | None:
        """When it was opened, when last seen, and whose it is."""
        row = await self._pool.fetchrow(_SESSION, token_hash)
        return None if row is None else (row["created_at"], row["seen_at"], _account(row))

    async def seen(self, token_hash: bytes, now: datetime) -> None:
        """It is in use."""
        await self._pool.execute(
            "update session set seen_at = $2::timestamptz where token_hash = $1::bytea", token_hash, now
        )

    async def close_session(self, token_hash: bytes) -> None:
        """It is over."""
        await self._pool.execute("delete from session where token_hash = $1::bytea", token_hash)

    # -- sign-ins under way ---------------------------------------------------------------------

    async def begin(
        self, state_hash: bytes, nonce: str, verifier: str, now: datetime, oldest: datetime
    ) -> None:
        """Somebody was sent to the identity provider; forget those sent before `oldest`."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("delete from sign_in where created_at < $1::timestamptz", oldest)
            await connection.execute(
                "insert into sign_in values ($1::bytea, $2::text, $3::text, $4::timestamptz)",
                state_hash,
                nonce,
                verifier,
                now,
            )

    async def finish(self, state_hash: bytes, oldest: datetime) -> tuple[str, str] | None:
        """Nonce and verifier of a sign-in, once; None when it is unknown, used or too old."""
        row = await self._pool.fetchrow(
            "delete from sign_in where state_hash = $1::bytea returning nonce, verifier, created_at",
            state_hash,
        )
        return None if row is None or row["created_at"] < oldest else (row["nonce"], row["verifier"])

    # -- special reports ------------------------------------------------------------------------

    async def report(self, report: SpecialReport) -> None:
        """Keep what was taken to the city leaders."""
        await self._pool.execute(
            "insert into special_report values ($1::text, $2::timestamptz, $3::text, $4::text, $5::text)"
            " on conflict do nothing",
            report.number,
            report.reported,
            report.title,
            report.text,
            report.by,
        )

    async def reports(self, after: tuple[datetime, str] | None, limit: int) -> Sequence[SpecialReport]:
        """Special reports, newest first; `after` is instant and number of the last one shown."""
        where = "" if after is None else "where (reported, number) < ($2::timestamptz, $3::text)"
        rows = await self._pool.fetch(
            f"select number, reported, title, text, by_person from special_report {where}"
            " order by reported desc, number desc limit $1::integer",
            limit,
            *(after or ()),
        )
        return [SpecialReport(*row.values()) for row in rows]
