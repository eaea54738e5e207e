"""What the portal keeps in its own schema: accounts, sessions, sign-ins under way.

Every instant is real time and comes from the caller. No token, password or code is stored as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from chassis.tokens import Staff

LOCK_AFTER: Final = 5
"""Wrong tries in a row of one browser or address; then the account is locked for that one."""
LOCK_FOR: Final = timedelta(minutes=15)
STRANGERS_AFTER: Final = 100
"""Wrong tries in a row of all strangers together (NIST SP 800-63B, 5.2.2); then each further one makes all of them wait."""
STRANGERS_WAIT: Final = timedelta(minutes=1)
FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""Strangers' tries are counted anew when none was made for this long."""
ADDRESS_AFTER: Final = 30
"""Wrong tries of one address, whatever accounts they are for, within `ADDRESS_FOR`; then it must wait."""
ADDRESS_FOR: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=1)
"""How long counts are kept after the last try."""
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

    @property
    def staff(self) -> Staff:
        """Who this is to the services, and to what is decided by person, unit and role."""
        return Staff(self.person, self.department, self.role)


@dataclass(frozen=True)
class Attempt:
    """A try at signing in that may be judged."""

    account: Account
    tries: int
    """The tries of this client in a row, this one included."""


_ACCOUNT: Final = (
    "person, name, department, role, source, password, must_change, totp, totp_bound, totp_step, disabled"
)
_TRY: Final = f"""
insert into sign_in_try as t (person, client, tries, tried_at)
select person, $2::text, 1, $3::timestamptz from account where person = $1::text and not disabled
on conflict (person, client) do update set
    tries = case when t.tries >= {LOCK_AFTER} or t.tried_at <= $3::timestamptz - $4::interval then 1 else t.tries + 1 end,
    locked_until = case when t.tries + 1 = {LOCK_AFTER} and t.tried_at > $3::timestamptz - $4::interval
        then $3::timestamptz + $4::interval end,
    tried_at = $3::timestamptz
where t.locked_until is null or t.locked_until <= $3::timestamptz
returning tries"""
"""Counts a try of one client, unless the account is locked for it."""
_STRANGER: Final = f"""
update account set
    tries = case when tried_at > $2::timestamptz - $4::interval then tries + 1 else 1 end,
    locked_until = case when tried_at > $2::timestamptz - $4::interval and tries + 1 >= {STRANGERS_AFTER}
        then $2::timestamptz + $3::interval end,
    tried_at = $2::timestamptz
where person = $1::text and (locked_until is null or locked_until <= $2::timestamptz)
returning tries"""
"""Counts a try among those of all strangers, unless they must wait."""
_WRONG: Final = """
insert into address_try as t (client, tries, since) values ($1::text, 1, $2::timestamptz)
on conflict (client) do update set
    tries = case when t.since <= $2::timestamptz - $3::interval then 1 else t.tries + 1 end,
    since = case when t.since <= $2::timestamptz - $3::interval then $2::timestamptz else t.since end"""
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
    def pool(self) -> asyncpg.Pool:
        """Connections of the portal's role. Raises ConnectionError before `connect`."""
        if self._connected is None:
            raise ConnectionError("the store is not connected")
        return self._connected

    # -- accounts -------------------------------------------------------------------------------

    async def add(self, account: Account, now: datetime) -> bool:
        """Keep a new account; False when the person has one."""
        done = await self.pool.execute(
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
        row = await self.pool.fetchrow(f"select {_ACCOUNT} from account where person = $1::text", person)
        return None if row is None else _account(row)

    async def accounts(self) -> Sequence[Account]:
        """All of them, by person."""
        return [_account(row) for row in await self.pool.fetch(f"select {_ACCOUNT} from account order by 1")]

    async def place(self, person: str, name: str, department: str, role: str) -> bool:
        """Change who somebody is; whether unit or role are others, which ends the sessions opened as the one before."""
        async with self.pool.acquire() as connection, connection.transaction():
            moved = await connection.fetchval(
                "select (department, role) <> ($2::text, $3::text) from account where person = $1::text for update",
                person,
                department,
                role,
            )
            await connection.execute(
                "update account set name = $2::text, department = $3::text, role = $4::text"
                " where person = $1::text",
                person,
                name,
                department,
                role,
            )
            if moved:
                await connection.execute("delete from session where person = $1::text", person)
            return bool(moved)

    async def attempt(self, person: str, client: str, known: bool, now: datetime) -> Attempt | None:
        """Count a try before it is judged, so that tries at the same time cannot exceed the limit.

        `client` is who tries: a browser that was signed in before (`known`), or an address. None when there is no
        such account, it is disabled, or locked for this client.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            tries = await connection.fetchval(_TRY, person, client, now, LOCK_FOR)
            if tries is None:
                return None
            if not known:
                stranger = await connection.fetchval(_STRANGER, person, now, STRANGERS_WAIT, FORGOTTEN_AFTER)
                if stranger is None:
                    return None
            row = await connection.fetchrow(
                f"select {_ACCOUNT} from account where person = $1::text and not disabled", person
            )
            return None if row is None else Attempt(_account(row), tries)

    async def address_waits(self, client: str, now: datetime) -> timedelta:
        """How long an address must wait for its wrong tries, whichever instance they were made at; nothing if it need not."""
        since = await self.pool.fetchval(
            "select since from address_try where client = $1::text and tries >= $2::integer"
            " and since > $3::timestamptz - $4::interval",
            client,
            ADDRESS_AFTER,
            now,
            ADDRESS_FOR,
        )
        return timedelta(0) if since is None else since + ADDRESS_FOR - now

    async def address_was_wrong(self, client: str, now: datetime) -> None:
        """One more wrong try of an address; forget those of others that count no more."""
        await self.pool.execute(
            "delete from address_try where since <= $1::timestamptz - $2::interval", now, ADDRESS_FOR
        )
        await self.pool.execute(_WRONG, client, now, ADDRESS_FOR)

    async def succeeded(self, person: str, client: str, totp_step: int, now: datetime) -> bool:
        """The try was right: forget the wrong ones. False when its TOTP step was used in the meantime."""
        async with self.pool.acquire() as connection, connection.transaction():
            done = await connection.execute(
                "update account set tries = 0, locked_until = null, totp_step = greatest(totp_step, $2::bigint)"
                " where person = $1::text and ($2::bigint = 0 or totp_step < $2::bigint)",
                person,
                totp_step,
            )
            if not str(done).endswith(" 1"):
                return False
            await connection.execute(
                "delete from sign_in_try where (person = $1::text and client = $2::text)"
                " or tried_at < $3::timestamptz",
                person,
                client,
                now - KEPT,
            )
            return True

    async def set_password(self, person: str, password: str, must_change: bool) -> None:
        """Another password; whoever was signed in is signed out, and locks end."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "update account set password = $2::text, must_change = $3::boolean, tries = 0, locked_until = null"
                " where person = $1::text",
                person,
                password,
                must_change,
            )
            await connection.execute("delete from sign_in_try where person = $1::text", person)
            await connection.execute("delete from session where person = $1::text", person)

    async def set_disabled(self, person: str, disabled: bool) -> bool:
        """Disable an account, which ends its sessions, or enable it again; False when nothing had to change."""
        async with self.pool.acquire() as connection, connection.transaction():
            done = await connection.execute(
                "update account set disabled = $2::boolean where person = $1::text and disabled <> $2::boolean",
                person,
                disabled,
            )
            if disabled:
                await connection.execute("delete from session where person = $1::text", person)
            return str(done).endswith(" 1")

    async def of_role(self, role: str) -> Sequence[str]:
        """The persons of a role."""
        rows = await self.pool.fetch("select person from account where role = $1::text order by 1", role)
        return [row["person"] for row in rows]

    async def set_totp(self, person: str, sealed: bytes, bound: bool, step: int = 0) -> None:
        """Keep a sealed TOTP secret; with nothing in it, the account has none."""
        await self.pool.execute(
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
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("delete from session where created_at < $1::timestamptz", oldest)
            await connection.execute(
                "insert into session values ($1::bytea, $2::text, $3::timestamptz, $3::timestamptz)",
                token_hash,
                person,
                now,
            )

    async def session(self, token_hash: bytes) -> tuple[datetime, datetime, Account] | None:
        """When it was opened, when last seen, and whose it is."""
        row = await self.pool.fetchrow(_SESSION, token_hash)
        return None if row is None else (row["created_at"], row["seen_at"], _account(row))

    async def seen(self, token_hash: bytes, now: datetime) -> None:
        """Note that the session is in use, which keeps it open."""
        await self.pool.execute(
            "update session set seen_at = $2::timestamptz where token_hash = $1::bytea", token_hash, now
        )

    async def close_session(self, token_hash: bytes) -> None:
        """End the session."""
        await self.pool.execute("delete from session where token_hash = $1::bytea", token_hash)

    async def close_sessions(self, person: str) -> int:
        """Every session of a person is over; how many there were."""
        done = await self.pool.execute("delete from session where person = $1::text", person)
        return int(str(done).rpartition(" ")[2])

    # -- sign-ins under way ---------------------------------------------------------------------

    async def begin(
        self, state_hash: bytes, nonce: str, verifier: str, now: datetime, oldest: datetime
    ) -> None:
        """Somebody was sent to the identity provider; forget those sent before `oldest`."""
        async with self.pool.acquire() as connection, connection.transaction():
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
        row = await self.pool.fetchrow(
            "delete from sign_in where state_hash = $1::bytea returning nonce, verifier, created_at",
            state_hash,
        )
        return None if row is None or row["created_at"] < oldest else (row["nonce"], row["verifier"])
