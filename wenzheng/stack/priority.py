"""Who gives way to whom among the processes of one machine.

Linux shares a processor among sessions first (autogroups, sched(7)) and only then, by niceness, within
each. Every part is a session of its own, and so is every session of PostgreSQL's: to one another it is
their groups that must be nice.
"""

import asyncio
import contextlib
import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

BETWEEN_SECONDS: Final = 0.11
"""Without privileges one group is changed in a tenth of a second (`proc_sched_autogroup_set_nice` in Linux)."""


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
