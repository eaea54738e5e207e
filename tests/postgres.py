"""A real PostgreSQL for tests of stores: one server a session, a schema for each test."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from chassis.postgres.store import connect
from tests.patience import PATIENCE
from wenzheng.stack import postgres
from wenzheng.stack.home import ROLES, Home, Ports

ROLE_PASSWORD: Final = "of-the-tests"
"""Of every role: roles belong to the whole server, which tests share."""


async def migrate(schema: str, dsn: str, to: str = "head") -> None:
    """Bring a schema to a revision. What does that is imported here: with all it needs it is an eighth of what collecting
    the small tests imports, and none of them asks for it."""
    from chassis.postgres import migrate as alembic

    await alembic.migrate(schema, dsn, to)


@contextmanager
def server() -> Iterator[str]:
    """A superuser DSN of a fresh server, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wz-pg-"))
    home = Home(folder)
    home.prepare()
    postgres.initialise_once(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        ports = Ports(probe.getsockname()[1] - 12)
    process = subprocess.Popen(
        postgres.command(home, ports),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    dsn = postgres.superuser_dsn(home, ports)
    try:
        until = time.monotonic() + PATIENCE
        # The fixture may be asked for while a test's loop runs, so the question gets a thread of its own.
        with ThreadPoolExecutor(1) as asker:
            while not asker.submit(asyncio.run, postgres.answers(dsn)).result():
                assert process.poll() is None, "PostgreSQL ended"
                assert time.monotonic() < until, "PostgreSQL did not start"
                time.sleep(0.1)
        yield dsn
    finally:
        # At once: nobody reads again what was written.
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def schema(dsn: str, tables: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a schema of its own, with these tables in it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create schema {name}; set search_path to {name}; {tables}")
    await connection.close()
    pool = await connect(dsn, name)
    try:
        yield pool
    finally:
        pool.terminate()


async def database(dsn: str, schema: str) -> str:
    """The DSN of a database of its own with this schema in it, empty."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create database {name}")
    await connection.close()
    own = f"{dsn.rsplit('/', 1)[0]}/{name}"
    connection = await asyncpg.connect(own)
    await connection.execute(f"create schema {schema}")
    await connection.close()
    return own


async def city(dsn: str, migrated: str = "") -> str:
    """The DSN of a database of its own with the roles and schemas that a stack has: all of them empty, but for one of them
    in which tables stand where its name is given."""
    passwords = dict.fromkeys(ROLES, ROLE_PASSWORD)

    async def fill(own: str) -> None:
        await postgres.create_roles(dsn, passwords, urlsplit(own).path[1:])
        if migrated:
            # As the stack has it: the role owns its schema and nothing else.
            await migrate(migrated, as_role(own, migrated))

    own = await _copy(dsn, f"city_{migrated}", fill)
    connection = await asyncpg.connect(dsn)
    # Roles belong to the whole server, and a test may have made one as it needs it.
    for role in await connection.fetch(
        "select rolname from pg_roles where rolname = any($1::text[]) and not rolcanlogin", list(ROLES)
    ):
        await connection.execute(f"alter role {role['rolname']} login password '{ROLE_PASSWORD}'")
    await connection.close()
    return own


async def _copy(dsn: str, template: str, fill: Callable[[str], Awaitable[None]]) -> str:
    """The DSN of a copy of a database that `fill` makes once on this server: roles, schemas and migrations are half a second."""
    connection = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval("select 1 from pg_database where datname = $1", template):
            await connection.execute(f'create database "{template}"')
            await fill(_elsewhere(dsn, template))
        name = f"test_{uuid.uuid4().hex[:12]}"
        await connection.execute(f'create database {name} template "{template}"')
        return _elsewhere(dsn, name)
    finally:
        await connection.close()


def _elsewhere(dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def as_role(dsn: str, role: str) -> str:
    """How one of the roles reaches a database of `city`."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{role}:{ROLE_PASSWORD}@{parts.hostname}:{parts.port}"))


@asynccontextmanager
async def migrated(dsn: str, service: str, to: str = "head") -> AsyncIterator[tuple[str, asyncpg.Pool]]:
    """A database of its own in which the service's schema stands as its migrations (up to one) leave it, and a pool on it."""

    async def fill(own: str) -> None:
        connection = await asyncpg.connect(own)
        await connection.execute(f"create schema {service}")
        await connection.close()
        await migrate(service, own, to)

    own = await _copy(dsn, f"{service}_{to}", fill)
    pool = await connect(own, service)
    try:
        yield own, pool
    finally:
        pool.terminate()
