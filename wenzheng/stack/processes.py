"""How a part becomes a process, and how its end is heard of.

What is written in Python is forked from one process that has loaded the modules of all of them. Loading took each of twelve
parts one to two seconds of a processor, at every start and restart, and memory that they share now. Forked or not, a part is
a session of its own with its own log, dies with the manager however that dies, and is known by its pid.
"""

import asyncio
import atexit
import contextlib
import ctypes
import gc
import importlib
import multiprocessing
import os
import runpy
import signal
import socket
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from pathlib import Path
from typing import Final, Protocol

from wenzheng.stack.parts import Part

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
_FORKING: Final = multiprocessing.get_context("forkserver")
_LONGEST_FOLDER: Final = 64
"""Bytes of the folder for temporary files, in which the parent's socket lies: its whole path has 107 at most (`unix(7)`)."""
_ASIDE: Final = ThreadPoolExecutor(1, "forked")
"""Starts forked processes and reads how they ended, one after the other: `multiprocessing` looks at all of them at each start,
and of two threads that read one end the second finds nothing."""
_parent = 0
"""In the parts' parent and its children: its pid."""


class Running(Protocol):
    """A process of a part, however it was made."""

    @property
    def pid(self) -> int:
        """Of this process, until it ended."""

    @property
    def returncode(self) -> int | None:
        """Its exit status, the negative number of the signal that ended it, or None while it runs."""

    async def wait(self) -> int:
        """Its exit status, once it has ended."""

    def send_signal(self, signal: int) -> None:
        """Raises ProcessLookupError where it has ended."""

    def kill(self) -> None:
        """At once. Raises ProcessLookupError where it has ended."""


def load_ahead() -> None:
    """Have the parts' parent load their modules, while other parts start; nothing new where it runs."""
    os.environ["LC_ALL"] = (
        "C.UTF-8"  # an interpreter decides on its encodings when it starts, and its forks keep them
    )
    _FORKING.set_forkserver_preload(["wenzheng.stack.loaded"])
    usual = tempfile.gettempdir()
    tempfile.tempdir = usual if len(os.fsencode(usual)) <= _LONGEST_FOLDER else "/tmp"
    try:
        forkserver.ensure_running()
    finally:
        tempfile.tempdir = usual


async def start(part: Part, log: Path) -> Running:
    """A process of this part that writes into this file. Raises OSError where there is no memory or no process left."""
    if part.command[:2] == [sys.executable, "-m"]:
        forked = _Forked(part, log)
        await forked.start()
        return forked
    with log.open("ab") as written:
        return await asyncio.create_subprocess_exec(
            *part.command,
            env=part.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
            preexec_fn=lambda: _as_child(part.niceness),
        )


class _Forked:
    """A process that was forked from the parent of all parts."""

    def __init__(self, part: Part, log: Path) -> None:
        self._process = _FORKING.Process(
            target=_become,
            args=(part.name, part.command[2:], part.environment, str(log), part.niceness, part.sockets),
            daemon=True,
        )
        self._ended = asyncio.Event()
        self.pid = 0
        self.returncode: int | None = None

    async def start(self) -> None:
        """Waits for the parent where it is still loading, and lets others go on meanwhile."""
        load_ahead()  # another parent, where the last one died: not by a thread of which nobody knows how long it lives
        try:
            await asyncio.get_running_loop().run_in_executor(_ASIDE, self._process.start)
        except EOFError as broken:
            raise OSError("the parent of the parts ended") from broken
        assert self._process.pid is not None
        self.pid = self._process.pid
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._ending)

    def _ending(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._process.sentinel)
        loop.run_in_executor(_ASIDE, self._status).add_done_callback(self._over)

    def _status(self) -> int:
        status = self._process.exitcode
        assert status is not None
        self._process.close()
        return status

    def _over(self, read: asyncio.Future[int]) -> None:
        self.returncode = read.result()
        self._ended.set()

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signal: int) -> None:
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def become_parent() -> None:
    """In the parts' parent: it dies with the manager, whose death it does not learn otherwise, for each child keeps open what
    the manager's end would close; and no terminal that closes ends it before its children have ended in good order."""
    global _parent
    os.setsid()
    _die_with_parent()
    _parent = os.getpid()


def load(modules: Iterable[str]) -> None:
    """Load these for all who are forked. Of one that cannot be loaded the part tells that needs it, in its own log.

    A `__main__` is forgotten again, not what it imports: it is run anew, and Python warns of that where it is known.
    """
    gc.disable()
    for name in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
        if name.endswith(".__main__"):
            sys.modules.pop(name, None)
    # What is loaded is never garbage; to look through it would copy it, in each child.
    gc.freeze()
    gc.enable()


def _die_with_parent() -> None:
    """However it dies, and at once."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _as_child(niceness: int) -> None:
    """Give way to others as it should, with all its threads."""
    _die_with_parent()
    os.nice(niceness)


def _become(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    log: str,
    niceness: int,
    sockets: Mapping[str, socket.socket],
) -> None:
    """In the forked process: what `python -m` would have done with this command, environment and log."""
    os.setsid()
    _as_child(niceness)
    if os.getppid() != _parent:
        return  # it died before this process could die with it
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)  # `ps -e` tells the parts apart
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(written, stream.fileno())
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]  # both are text files
    os.close(written)
    os.environ.clear()
    os.environ.update(environment)
    os.environ.update({setting: str(listening.detach()) for setting, listening in sockets.items()})
    module, *arguments = command
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        # A forked process ends without what a Python process does at its end, such as removing its temporary folders.
        atexit._run_exitfuncs()
