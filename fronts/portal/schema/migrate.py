"""Brings the schema `portal` to its newest revision: `python -m fronts.portal.schema.migrate`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Final

from alembic import context
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

SCHEMA: Final = "portal"
_HERE: Final = Path(__file__).parent


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(_HERE / "versions"))
    script = ScriptDirectory.from_config(config)

    def newest(revision: Any, _: Any) -> list[Any]:
        return list(script._upgrade_revs("head", revision))

    options: dict[str, Any] = {"version_table_schema": SCHEMA, "fn": newest}
    with EnvironmentContext(config, script, **options):
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()


async def migrate(dsn: str) -> None:
    """Run what is missing; two processes that start at once wait for each other."""
    address = dsn.replace("postgresql://", "postgresql+asyncpg://", 1).replace(
        "postgres://", "postgresql+asyncpg://", 1
    )
    engine = create_async_engine(address, poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f'set search_path to "{SCHEMA}"'))
            await connection.execute(
                text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate {SCHEMA}"}
            )
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def main() -> None:
    """The command."""
    dsn = os.environ.get("WENZHENG_DATABASE")
    if not dsn:
        sys.exit("WENZHENG_DATABASE must name the portal's database")
    asyncio.run(migrate(dsn))


if __name__ == "__main__":
    main()
