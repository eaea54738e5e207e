"""Who listens gives way to people: by its own niceness, and by that of its session."""

import os
import subprocess
import sys
from collections.abc import Iterator

import asyncpg
import pytest

from wenzheng.stack.postgres import sessions
from wenzheng.stack.priority import (
    TURN_NANOSECONDS,
    come_at_once,
    give_way,
    group_niceness,
    niceness_in,
    turn,
)


def _group_niceness(pid: int) -> int:
    try:
        return group_niceness(pid)
    except OSError:
        pytest.skip("this kernel shares the processor by niceness alone")


def _own(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def _nicer(by: int, pid: int) -> int:
    """So much more than a process begins with, which is what the tests run under; nobody gives way beyond 19."""
    return min(19, _own(pid) + by)


@pytest.fixture
def leader() -> Iterator[int]:
    """A process that leads a session of its own, as every part does."""
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    yield process.pid
    process.communicate(b"\n")


async def test_a_process_gives_way_to_other_sessions_and_not_only_within_its_own(leader: int) -> None:
    wanted = _nicer(5, leader)

    await give_way({leader: wanted})

    assert _own(leader) == wanted
    assert _group_niceness(leader) == wanted


async def test_who_has_given_way_does_not_come_forward_again(leader: int) -> None:
    more, less = _nicer(7, leader), _nicer(3, leader)

    await give_way({leader: more})
    await give_way({leader: less})

    assert _own(leader) == more
    assert _group_niceness(leader) == more


async def test_others_of_a_session_do_not_suffer_for_one_that_does_not_lead_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        before = _group_niceness(os.getpid())

        await give_way({process.pid: _nicer(5, process.pid)})

        assert _group_niceness(os.getpid()) == before
        process.communicate(b"\n")


async def test_a_process_that_has_ended_hinders_nobody(leader: int) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass

    wanted = _nicer(6, leader)
    await give_way({ended.pid: 5, leader: wanted})

    assert _own(leader) == wanted


def test_a_session_without_a_group_of_its_own_is_no_trouble_but_a_thing_the_system_does_not_have() -> None:
    assert niceness_in("/autogroup-25 nice -5\n") == -5
    with pytest.raises(OSError):
        niceness_in("")


async def test_who_comes_at_once_takes_the_shortest_turns_and_keeps_its_niceness(leader: int) -> None:
    if not turn(leader):
        pytest.skip("this kernel does not tell of turns")
    wanted = _nicer(4, leader)
    await give_way({leader: wanted})

    come_at_once([leader])

    assert turn(leader) == TURN_NANOSECONDS
    assert _own(leader) == wanted


def test_who_was_given_another_policy_keeps_it(leader: int) -> None:
    if turn(leader) is None:
        pytest.skip("this processor's system calls are not known")
    os.sched_setscheduler(leader, os.SCHED_BATCH, os.sched_param(0))

    come_at_once([leader])

    assert os.sched_getscheduler(leader) == os.SCHED_BATCH
    assert turn(leader) != TURN_NANOSECONDS


def test_a_process_that_has_ended_need_not_come() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass

    come_at_once([ended.pid])

    assert turn(ended.pid) is None


@pytest.mark.real
async def test_each_session_of_the_database_says_for_whom_it_works_and_can_give_way(dsn: str) -> None:
    listening = await asyncpg.connect(dsn, server_settings={"application_name": "stats"})
    pid = await listening.fetchval("select pg_backend_pid()")

    found = await sessions(dsn)
    wanted = _nicer(8, pid)
    await give_way({pid: wanted})

    assert found[pid] == "stats"
    assert _group_niceness(pid) == wanted
    await listening.close()


async def test_a_server_that_does_not_answer_has_no_sessions() -> None:
    assert await sessions("postgresql://postgres:x@127.0.0.1:1/postgres") == {}
