"""One of two leads: an advisory lock that its holder keeps asking for, on a real database."""

import asyncio

import asyncpg
import pytest

from chassis.postgres.leadership import HEARTBEAT_SECONDS, Leadership
from chassis.postgres.store import connect

pytestmark = pytest.mark.real


async def test_a_leader_whose_connection_ended_learns_it_with_the_next_heartbeat(dsn: str) -> None:
    pool, other = await connect(dsn, "public"), await connect(dsn, "public")
    try:
        first, second = Leadership(pool, "test"), Leadership(other, "test")
        assert await first.held()
        assert not await second.held()
        assert first.connection is not None
        await other.execute("select pg_terminate_backend($1::integer)", first.connection.get_server_pid())

        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            async with asyncio.timeout(HEARTBEAT_SECONDS + 5):
                while await first.held():
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(HEARTBEAT_SECONDS + 5):
            while not await second.held():
                await asyncio.sleep(0.05)
    finally:
        pool.terminate()
        other.terminate()


async def test_leaders_of_two_names_do_not_hinder_each_other(dsn: str) -> None:
    pool = await connect(dsn, "public")
    try:
        assert await Leadership(pool, "one").held()
        assert await Leadership(pool, "two").held()
    finally:
        pool.terminate()
