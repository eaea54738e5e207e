"""One of two leads: an advisory lock that its holder keeps asking for, on a real database."""

import time

import pytest

from chassis.postgres.leadership import HEARTBEAT_SECONDS, Leadership
from chassis.postgres.store import connect
from tests.patience import comes

pytestmark = pytest.mark.real


async def test_a_leader_whose_connection_ended_leads_no_more_from_the_next_heartbeat_on_and_lives(
    dsn: str,
) -> None:
    pool, other = await connect(dsn, "public"), await connect(dsn, "public")
    try:
        first, second = Leadership(pool, "test"), Leadership(other, "test")
        assert await first.held()
        assert not await second.held()
        assert first.connection is not None
        await other.execute("select pg_terminate_backend($1::integer)", first.connection.get_server_pid())

        async def first_has_let_go() -> bool:
            return not await first.held()

        await comes(first_has_let_go)
        await comes(second.held)
        assert not await first.held()
        assert second.connection is not None
        await other.execute("select pg_terminate_backend($1::integer)", second.connection.get_server_pid())
        await comes(first.held)
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


async def test_a_process_that_stood_still_for_too_long_lives_and_leads_again(dsn: str) -> None:
    pool = await connect(dsn, "public")
    try:
        leadership = Leadership(pool, "still")
        assert await leadership.held()
        assert leadership.connection is not None
        await leadership.connection.execute("set idle_session_timeout = '100ms'")
        time.sleep(HEARTBEAT_SECONDS + 0.5)  # nothing of this process runs meanwhile, not even its event loop

        assert not await leadership.held()
        await comes(leadership.held)
    finally:
        pool.terminate()
