"""Who gives way does so by its own niceness and by that of its session, and so do children."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator

import asyncpg
import psutil
import pytest

from chassis.giving_way import give_way, group_niceness, niceness_in, run_child
from wenzheng.stack.postgres import sessions


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


SHOWS_ITS_GROUP = "import os; print(os.nice(0), open('/proc/self/autogroup').read())"


async def _shown(niceness: int | None) -> tuple[int, int]:
    """The niceness of a child, and that of its session."""
    _group_niceness(os.getpid())
    says = "import sys; sys.stdin.read(); " + SHOWS_ITS_GROUP
    _, said = await run_child(sys.executable, "-c", says, data=b"", seconds=60, niceness=niceness)
    own, _, group = said.decode().partition(" ")
    return int(own), niceness_in(group)


async def test_a_child_gives_way_to_its_parent_and_to_every_other_session() -> None:
    wanted = _nicer(5, os.getpid())
    assert await _shown(wanted) == (wanted, wanted)


async def test_a_child_that_is_not_to_give_way_shares_its_parents_session() -> None:
    assert await _shown(None) == (_own(os.getpid()), _group_niceness(os.getpid()))


async def test_children_that_start_at_the_same_time_all_give_way() -> None:
    wanted = _nicer(5, os.getpid())
    assert await asyncio.gather(*(_shown(wanted) for _ in range(3))) == [(wanted, wanted)] * 3


async def test_what_a_child_says_of_its_input_is_told_with_its_exit_code() -> None:
    says = "import sys; print(sys.stdin.read()[::-1], end=''); sys.exit(3)"
    assert await run_child(sys.executable, "-c", says, data=b"abc", seconds=60) == (3, b"cba")


async def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError):
        await run_child(sys.executable, "-c", "import time; time.sleep(600)", data=b"", seconds=0.5)
    assert _children_that_sleep() == []


async def test_a_child_does_not_outlive_who_is_cancelled_while_waiting_for_it() -> None:
    waiting = asyncio.ensure_future(
        run_child(sys.executable, "-c", "import time; time.sleep(600)", data=b"", seconds=60)
    )
    while not _children_that_sleep():
        await asyncio.sleep(0.01)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert _children_that_sleep() == []


def _children_that_sleep() -> list[int]:
    found = []
    for one in psutil.Process().children():
        if one.status() != psutil.STATUS_ZOMBIE and "import time; time.sleep(600)" in one.cmdline():
            found.append(one.pid)
    return found
