"""Brings a schema to its newest revision: `python -m chassis.postgres.migrate SCHEMA [--sql]`.

Every service, and every front end that remembers something, has its own history in `schema/versions` of its folder, kept in a
table of its own schema. `--sql` prints the script for a database administrator instead of running it.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from alembic import context
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def _script(versions: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "chassis"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(versions))
    return ScriptDirectory.from_config(config)


def _upgrade(schema: str, versions: Path, connection: Connection | None, to: str) -> None:
    script = _script(versions)

    def newest(revision: Any, _: Any) -> list[Any]:
        return list(script._upgrade_revs(to, revision))

    options: dict[str, Any] = {"version_table_schema": schema, "fn": newest, "as_sql": connection is None}
    with EnvironmentContext(Config(), script, **options):
        if connection is None:
            context.configure(dialect_name="postgresql", **options)
        else:
            context.configure(connection=connection, **options)
        with context.begin_transaction():
            if connection is None:
                context.execute(f'set search_path to "{schema}"')
            context.run_migrations()


def _versions(schema: str) -> Path:
    """The folder of a schema's revisions: that of the service or front end of its name. Raises LookupError for neither."""
    for plane in ("services", "fronts"):
        if (found := ROOT / plane / schema / "schema" / "versions").is_dir():
            return found
    raise LookupError(f"neither a service nor a front end has a schema {schema!r}")


async def migrate(schema: str, dsn: str, to: str = "head") -> None:
    """Run what is missing up to a revision; two processes that start at once wait for each other."""
    history = _versions(schema)
    address = dsn.replace("postgresql://", "postgresql+asyncpg://", 1).replace(
        "postgres://", "postgresql+asyncpg://", 1
    )
    engine = create_async_engine(address, poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f'set search_path to "{schema}"'))
            await connection.execute(
                text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate {schema}"}
            )
            await connection.run_sync(lambda sync: _upgrade(schema, history, sync, to))
    finally:
        await engine.dispose()


def main() -> None:
    """The command."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m chassis.postgres.migrate SCHEMA [--sql]")
    try:
        history = _versions(sys.argv[1])
    except LookupError as problem:
        sys.exit(str(problem))
    if "--sql" in sys.argv:
        _upgrade(sys.argv[1], history, None, "head")
        return
    dsn = Settings.read().dsn
    if not dsn:
        sys.exit("WENZHENG_DATABASE must name the schema's database")
    asyncio.run(migrate(sys.argv[1], dsn))


if __name__ == "__main__":
    main()
