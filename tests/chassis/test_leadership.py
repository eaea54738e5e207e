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


async def test_a_heartbeat_waits_for_a_long_write_and_does_not_disturb_it(dsn: str) -> None:
    pool = await connect(dsn, "public")
    try:
        leader = Leadership(pool, "turns")
        assert await leader.held()

        async def write() -> None:
            async with leader.writing() as connection:
                await connection.execute("select pg_sleep($1::float8)", HEARTBEAT_SECONDS + 0.5)
                await connection.execute("create temporary table written ()")

        async def ask() -> list[bool]:
            return [await leader.held() for _ in range(3) if not await asyncio.sleep(HEARTBEAT_SECONDS / 2)]

        answers = await asyncio.gather(write(), write(), ask(), return_exceptions=True)
        # The second write finds the table of the first: nothing but the database's own word is refused.
        assert isinstance(answers[1], asyncpg.DuplicateTableError)
        assert (answers[0], answers[2]) == (None, [True, True, True])
    finally:
        pool.terminate()


async def test_who_does_not_lead_writes_nothing(dsn: str) -> None:
    pool, other = await connect(dsn, "public"), await connect(dsn, "public")
    try:
        assert await Leadership(pool, "alone").held()
        second = Leadership(other, "alone")
        assert not await second.held()
        with pytest.raises(LookupError):
            async with second.writing():
                raise AssertionError("another instance leads")
    finally:
        pool.terminate()
        other.terminate()
