"""The roles that an administrator made beforehand are taken over, whatever they lack."""

import asyncpg
import pytest

from tests.postgres import ROLE_PASSWORD, as_role
from wenzheng.stack.home import ROLES
from wenzheng.stack.postgres import create_roles

pytestmark = pytest.mark.real


async def test_a_role_that_stands_without_the_right_to_log_in_is_given_it(dsn: str) -> None:
    administrator = await asyncpg.connect(dsn)
    made = {row["rolname"] for row in await administrator.fetch("select rolname from pg_roles")}
    await administrator.execute("alter role stats nologin" if "stats" in made else "create role stats")
    await administrator.close()

    await create_roles(dsn, dict.fromkeys(ROLES, ROLE_PASSWORD), "prepared")

    for role in ROLES:
        session = await asyncpg.connect(as_role(f"{dsn.rsplit('/', 1)[0]}/prepared", role))
        assert await session.fetchval("select current_user") == role
        await session.close()
