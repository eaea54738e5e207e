"""Processes that give way to others, and children of a service that do.

Linux shares a processor among sessions first (autogroups, sched(7)) and only then, by niceness, within each. So whoever leads
a session of its own gives way by the niceness of its group; its own niceness counts among the processes of its session alone.
"""

import asyncio
import contextlib
import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

BETWEEN_SECONDS: Final = 0.11
"""Without privileges one group of the machine is changed in a tenth of a second (`proc_sched_autogroup_set_nice` in Linux)."""
TRIES: Final = 5
"""To change a group; others may want to change theirs at the same time."""


async def run_child(
    *command: str,
    data: bytes,
    seconds: float,
    niceness: int | None = None,
    environment: Mapping[str, str] | None = None,
    errors: int | None = None,
) -> tuple[int, bytes]:
    """Exit code and output of a child that is given the data; it does not outlive whoever waits for it.

    `niceness`: it gives way by so much, in a session of its own; None: it shares its parent's. `environment`: None for the
    parent's own. `errors`: what becomes of its error stream, as of `subprocess`.
    Raises OSError where the program cannot be started, TimeoutError where it takes more seconds of real time.
    """
    pipe = asyncio.subprocess.PIPE
    own_session = niceness is not None
    child = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=errors, env=environment, start_new_session=own_session
    )
    try:
        async with asyncio.timeout(seconds):
            if niceness is not None:
                await give_way({child.pid: niceness})
            written, _ = await child.communicate(data)
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    assert child.returncode is not None
    return child.returncode, written


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
    """Raises OSError where there is no such group, BlockingIOError where others were quicker every time."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(BlockingIOError):
            _group(pid).write_text(str(wanted))
            return
        await asyncio.sleep(BETWEEN_SECONDS)
    _group(pid).write_text(str(wanted))


def _group(pid: int) -> Path:
    return Path(f"/proc/{pid}/autogroup")
