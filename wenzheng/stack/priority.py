"""Who gives way to whom among the processes of one machine.

Linux shares a processor among sessions first (autogroups, sched(7)) and only then, by niceness, within
each. Every part is a session of its own, and so is every session of PostgreSQL's: to one another it is
their groups that must be nice.

Niceness shares time out; it does not say how soon. Since Linux 6.6 who wakes waits for the turn at hand
to end, a millisecond or more, unless its own turns are shorter. A request wakes a dozen processes, one
after the other.
"""

import asyncio
import contextlib
import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

BETWEEN_SECONDS: Final = 0.11
"""Without privileges one group is changed in a tenth of a second (`proc_sched_autogroup_set_nice` in Linux)."""

TURN_NANOSECONDS: Final = 100_000
"""Longest turn of those for whom people wait: the shortest that Linux grants (`__setparam_fair`)."""

_SET_ATTR: Final = {"x86_64": 314, "aarch64": 274}.get(platform.machine(), 0)
"""Number of the system call `sched_setattr(2)`, for which neither Python nor glibc 2.36 has a function; get is the next."""
_ATTR: Final = struct.Struct("=IIQiIQQQII")
"""`struct sched_attr`: size, policy, flags, niceness, priority, turn, deadline, period, two clamps."""
_TURN: Final = 5
"""Where the turn stands in it."""

_libc: Final = ctypes.CDLL(None, use_errno=True)


def come_at_once(pids: Iterable[int]) -> None:
    """Let all threads of these processes take the shortest turns, so that they run as soon as they wake.

    On kernels before 6.12, and on processors whose system calls are not known here, nothing changes.
    """
    for pid in pids:
        with contextlib.suppress(OSError):  # it has ended meanwhile
            for thread in map(int, os.listdir(f"/proc/{pid}/task")):
                found = _attributes(thread)
                # Whoever was given another policy than the usual one was given it on purpose.
                if found and found[1] == os.SCHED_OTHER and found[_TURN] != TURN_NANOSECONDS:
                    wanted = _ATTR.pack(*found[:_TURN], TURN_NANOSECONDS, *found[_TURN + 1 :])
                    _libc.syscall(_SET_ATTR, thread, wanted, 0)


def turn(thread: int) -> int | None:
    """Nanoseconds of a thread's turns, 0 where the kernel does not say; None where it cannot be asked."""
    found = _attributes(thread)
    return found[_TURN] if found else None


def _attributes(thread: int) -> tuple[int, ...]:
    found = ctypes.create_string_buffer(_ATTR.size)
    if not _SET_ATTR or _libc.syscall(_SET_ATTR + 1, thread, found, _ATTR.size, 0) != 0:
        return ()
    return _ATTR.unpack(found.raw)


async def give_way(niceness: Mapping[int, int]) -> None:
    """Let each process (pid to niceness) give way by so much, and its session where it leads one; never less than now.

    Whatever hinders this, it is a matter of manners: nothing goes wrong without it.
    """
    for pid, wanted in niceness.items():
        with contextlib.suppress(OSError):  # it has ended meanwhile, or has no such group
            if os.getpriority(os.PRIO_PROCESS, pid) < wanted:
                os.setpriority(os.PRIO_PROCESS, pid, wanted)
            if os.getsid(pid) == pid and group_niceness(pid) < wanted:
                await _set_group(pid, wanted)


def group_niceness(pid: int) -> int:
    """How much the session of a process gives way to others. Raises OSError where the kernel makes no such groups."""
    return niceness_in(_group(pid).read_text())


def niceness_in(text: str) -> int:
    """The niceness in what the kernel tells of a group, as in `/autogroup-25 nice 5`.

    Raises OSError where it tells nothing: groups are switched off, or were when the session began.
    """
    if not text.strip():
        raise OSError(errno.ENODATA, "the session has no group of its own")
    return int(text.rsplit(" ", 1)[1])


async def _set_group(pid: int, wanted: int) -> None:
    try:
        _group(pid).write_text(str(wanted))
    except BlockingIOError:
        await asyncio.sleep(BETWEEN_SECONDS)
        _group(pid).write_text(str(wanted))


def _group(pid: int) -> Path:
    return Path(f"/proc/{pid}/autogroup")
