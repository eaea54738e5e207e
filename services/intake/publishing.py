"""Long texts made fit to be public by a child process that stays: `python -m services.intake.publishing FOLDER`.

A text made to be dear takes tens of milliseconds of Python. In a thread beside the event loop it holds the interpreter when the
loop wants it, takes half of what the system gives to intake's session, and whoever posts waits for both. The child is a session
of its own that gives way; it says what each text cost, by which those who sent it are paced. It ends when intake ends.
"""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import structlog

from chassis.giving_way import give_way
from city.profile import Profile
from city.publication import Publish, Published

Line: TypeAlias = "Connection[Any, Any]"
"""Whole messages go over it; it waits for any number of files, `select` for the first 1,024 of a process alone."""

NICENESS: Final = 5
"""As of files that are looked at: a third of the time that goes to whom people wait for."""
SECONDS: Final = 20.0
"""Real time that the child may be silent, when it starts as well as with one text at its limit."""

_log = structlog.get_logger()
_encode: Final = msgspec.msgpack.Encoder().encode
_texts: Final = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_READY: Final = b"ready"
_answered: Final = msgspec.msgpack.Decoder(tuple[float, Published]).decode


class Apart:
    """Asks the child, which is started by the first text. Until it is there, and where it fails, texts are made ready here: slower
    for others, and the same. So nobody waits for its start."""

    def __init__(self, folder: Path, here: Publish, seconds: float = SECONDS) -> None:
        """`folder`: the city's profile, as `here` has it."""
        self._folder = folder
        self._here = here
        self._seconds = seconds
        self._one_at_a_time = threading.Lock()
        self.used = 0.0
        """Seconds of a processor that children have used for texts so far."""
        self._child: subprocess.Popen[bytes] | None = None
        self._line: Line | None = None
        self._there = False
        """The child has said that it is ready."""
        self._began = 0.0

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        return None if self._child is None else self._child.pid

    def __call__(self, *texts: str) -> Published:
        """What becomes of the texts. It blocks: never to be called by the event loop's thread."""
        with self._one_at_a_time:
            try:
                line = self._line or self._started()
                if self._is_there(line):
                    return self._asked(line, texts)
            except (OSError, EOFError, msgspec.DecodeError) as failure:
                _log.warning("a long text is made ready without the child", reason=repr(failure))
                self.end()
        return self._here(*texts)

    def end(self) -> None:
        """End the child, if there is one; the next text starts another."""
        if self._line is not None:
            self._line.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._child = self._line = None
        self._there = False

    def connect(self, line: Line) -> Line:
        """Whoever is at the other end is asked from now on."""
        self._line, self._began = line, time.monotonic()
        return line

    def _started(self) -> Line:
        ours, its = Pipe()
        self.connect(ours)
        with its:
            command = [sys.executable, "-m", "services.intake.publishing", str(self._folder)]
            self._child = subprocess.Popen(command, stdin=its.fileno(), start_new_session=True)
        return ours

    def _is_there(self, line: Line) -> bool:
        """Whether the child can be asked. Raises TimeoutError when its start lasts."""
        if not self._there and line.poll():
            self._there = line.recv_bytes() == _READY
        if not self._there and time.monotonic() - self._began > self._seconds:
            raise TimeoutError("the child does not get ready")
        return self._there

    def _asked(self, line: Line, texts: tuple[str, ...]) -> Published:
        line.send_bytes(_encode(texts))
        if not line.poll(self._seconds):
            raise TimeoutError("the child is silent")
        cost, published = _answered(line.recv_bytes())
        self.used += cost
        return published


def serve(line: Line, publish: Publish, used: Callable[[], float] = time.process_time) -> None:
    """Say that it is ready; then answer what becomes of texts, and what that cost, until nobody asks any more."""
    try:
        line.send_bytes(_READY)
        while True:
            texts = _texts(line.recv_bytes())
            began = used()
            published = publish(*texts)
            line.send_bytes(_encode((used() - began, published)))
    except (EOFError, ConnectionError):
        return


def main() -> None:
    """In the child."""
    asyncio.run(give_way({os.getpid(): NICENESS}))
    profile = Profile.load(sys.argv[1])
    with Connection(os.dup(sys.stdin.fileno())) as line:
        serve(line, profile.published)


if __name__ == "__main__":
    main()
