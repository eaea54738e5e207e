"""The database's sessions beside the processes they work for."""

import os
from pathlib import Path

import asyncpg
import pytest

from tests.postgres import server
from wenzheng.stack.postgres import give_way


@pytest.mark.real
async def test_a_session_gives_way_as_the_process_does_for_which_it_works() -> None:
    with server() as dsn:
        session = await asyncpg.connect(dsn)
        pid = await session.fetchval("select pg_backend_pid()")
        parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        before = os.getpriority(os.PRIO_PROCESS, pid)

        give_way(parent, {"somebody": before + 5})
        assert os.getpriority(os.PRIO_PROCESS, pid) == before

        give_way(parent, {"postgres": before + 5})
        assert os.getpriority(os.PRIO_PROCESS, pid) == before + 5
        assert os.getpriority(os.PRIO_PROCESS, parent) == before
        await session.close()
