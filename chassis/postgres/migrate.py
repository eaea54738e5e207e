"""Brings one service's schema to its newest revision: `python -m chassis.postgres.migrate SERVICE [--sql]`.

Every service has its own history in `services/<name>/schema/versions`, kept in a table of its own
schema; the portal's lies in its own folder. `--sql` prints the script for a database administrator instead of running it.
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


def _of_service(service: str) -> Path:
    return ROOT / "services" / service / "schema" / "versions"


async def migrate(schema: str, dsn: str, to: str = "head", versions: Path | None = None) -> None:
    """Run what is missing up to a revision; two processes that start at once wait for each other.

    `versions`: the folder of the revisions; without it, that of the service whose schema it is.
    """
    history = versions or _of_service(schema)
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


def script(schema: str, versions: Path | None = None) -> None:
    """Print what `migrate` would run on a database that has nothing yet, for a database administrator."""
    _upgrade(schema, versions or _of_service(schema), None, "head")


def main() -> None:
    """The command."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m chassis.postgres.migrate SERVICE [--sql]")
    if not _of_service(sys.argv[1]).is_dir():
        sys.exit(f"no service {sys.argv[1]}; the portal's schema is brought by fronts.portal.schema.migrate")
    if "--sql" in sys.argv:
        script(sys.argv[1])
        return
    dsn = Settings.read().dsn
    if not dsn:
        sys.exit("WENZHENG_DATABASE must name the service's database")
    asyncio.run(migrate(sys.argv[1], dsn))


if __name__ == "__main__":
    main()
