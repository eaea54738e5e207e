"""The script printed for a database administrator makes the same tables as the migration, and the city finds room in them."""

import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from chassis.postgres.migrate import migrate
from tests.postgres import database
from wenzheng.stack.home import SCHEMAS

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
TABLES = """
select table_name, column_name, data_type, is_nullable, coalesce(column_default, '')
from information_schema.columns where table_schema = $1 order by 1, 2"""


@pytest.fixture(autouse=True)
async def grantee(dsn: str) -> None:
    """Who is given rights by the scripts, as `deploy/postgres/roles.sql` makes it."""
    connection = await asyncpg.connect(dsn)
    if not await connection.fetchval("select count(*) from pg_roles where rolname = 'notifier'"):
        await connection.execute("create role notifier login")
    await connection.close()


def printed(schema: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "chassis.postgres.migrate", schema, "--sql"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def empty(dsn: str, schema: str) -> tuple[str, asyncpg.Connection]:
    """A database of its own, and a connection to it."""
    own = await database(dsn, schema)
    connection = await asyncpg.connect(own)
    # Intake's keys lie in a schema of their own.
    await connection.execute("create schema vault")
    return own, connection


OWN = """
select column_name from information_schema.columns
where table_schema = $1 and table_name = 'subject' and is_nullable = 'NO'"""


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_printed_script_makes_the_tables_that_the_migration_makes(dsn: str, schema: str) -> None:
    script = printed(schema)
    _, administrator = await empty(dsn, schema)
    by_itself, connection = await empty(dsn, schema)

    await administrator.execute(script)
    await migrate(schema, by_itself)

    made = await administrator.fetch(TABLES, schema)
    assert made, f"the script for {schema} makes no table"
    assert made == await connection.fetch(TABLES, schema)
    # The city's own row lies beside the cases and has no value in any column of theirs.
    assert {row["column_name"] for row in await connection.fetch(OWN, schema)} <= {
        "subject", "partition", "held", "remembered",
    }  # fmt: skip
    await administrator.close()
    await connection.close()
