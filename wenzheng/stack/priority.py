"""Who comes at once among the processes of one machine.

Every part is a session of its own, and so is every session of PostgreSQL's: to one another it is their groups that give way
(`chassis/giving_way.py`).

Niceness decides how much processor time a process gets, not how soon. Since Linux 6.6 a process that wakes waits until
the running one has used up its slice, a millisecond or more, unless its own slice is shorter. A request wakes a dozen
processes, one after the other.
"""

import contextlib
import ctypes
import os
import platform
import struct
from collections.abc import Iterable
from typing import Final

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
