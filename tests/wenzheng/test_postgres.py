"""The database's sessions beside the processes they work for."""

import os

import asyncpg
import pytest

from tests.postgres import server
from wenzheng.stack.postgres import give_way


def nice(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


@pytest.mark.real
async def test_a_session_gives_way_as_the_process_does_for_which_it_works() -> None:
    with server() as dsn:
        listening = await asyncpg.connect(dsn, server_settings={"application_name": "stats"})
        asked = await asyncpg.connect(dsn, server_settings={"application_name": "intake"})
        pids = [await session.fetchval("select pg_backend_pid()") for session in (listening, asked)]
        before = nice(pids[0])

        await give_way(dsn, {"stats": before + 5, "intake": before})

        assert [nice(pid) for pid in pids] == [before + 5, before]
        await listening.close()
        await asked.close()


async def test_a_server_that_does_not_answer_hinders_nobody() -> None:
    await give_way("postgresql://postgres:x@127.0.0.1:1/postgres", {"stats": 5})
