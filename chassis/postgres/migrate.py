"""Brings one service's schema to its newest revision: `python -m chassis.postgres.migrate SERVICE [--sql]`.

Every service has its own history in `services/<name>/schema/versions`, kept in a table of its own
schema; `--sql` prints the script for a database administrator instead of running it.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from alembic import context
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

ROOT = Path(__file__).resolve().parents[2]


def _script(service: str) -> tuple[Config, ScriptDirectory]:
    folder = ROOT / "services" / service
    config = Config()
    config.set_main_option("script_location", str(ROOT / "chassis"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(folder / "schema" / "versions"))
    return config, ScriptDirectory.from_config(config)


def _upgrade(service: str, connection: Connection | None, to: str = "head") -> None:
    config, script = _script(service)

    def newest(revision: Any, _: Any) -> list[Any]:
        return list(script._upgrade_revs(to, revision))

    options: dict[str, Any] = {"version_table_schema": service, "fn": newest, "as_sql": connection is None}
    with EnvironmentContext(config, script, **options):
        if connection is None:
            context.configure(dialect_name="postgresql", **options)
        else:
            context.configure(connection=connection, **options)
        with context.begin_transaction():
            if connection is None:
                context.execute(f'set search_path to "{service}"')
            context.run_migrations()


async def migrate(service: str, dsn: str, to: str = "head") -> None:
    """Run what is missing up to a revision; two processes that start at once wait for each other."""
    address = dsn.replace("postgresql://", "postgresql+asyncpg://", 1).replace(
        "postgres://", "postgresql+asyncpg://", 1
    )
    engine = create_async_engine(address, poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f'set search_path to "{service}"'))
            await connection.execute(
                text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate {service}"}
            )
            await connection.run_sync(lambda sync: _upgrade(service, sync, to))
    finally:
        await engine.dispose()


def main() -> None:
    """The command."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m chassis.postgres.migrate SERVICE [--sql]")
    if "--sql" in sys.argv:
        _upgrade(sys.argv[1], None)
        return
    dsn = os.environ.get("WENZHENG_DATABASE")
    if not dsn:
        sys.exit("WENZHENG_DATABASE must name the service's database")
    asyncio.run(migrate(sys.argv[1], dsn))


if __name__ == "__main__":
    main()
