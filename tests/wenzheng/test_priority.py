"""For whom people wait comes at once: in turns of the shortest length."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chassis.giving_way import give_way
from wenzheng.stack.postgres import sessions
from wenzheng.stack.priority import TURN_NANOSECONDS, come_at_once, turn


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


async def test_a_server_that_does_not_answer_has_no_sessions() -> None:
    assert await sessions("postgresql://postgres:x@127.0.0.1:1/postgres") == {}
