"""Long texts made fit to be public by a child process that stays: `python -m services.intake.publishing FOLDER`.

A text made to be dear takes tens of milliseconds of Python. In a thread beside the event loop it holds the interpreter when the
loop wants it, takes half of what the system gives to intake's session, and whoever posts waits for both. The child is a session
of its own that gives way; it says what each text cost, by which those who sent it are paced. It ends when intake ends.
"""

import asyncio
import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec
import structlog

from chassis.giving_way import give_way
from city.profile import Profile
from city.publication import Publish, Published

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
        self._socket: socket.socket | None = None
        self._stream: BinaryIO | None = None
        self._speaks = select.poll()
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
                if self._is_there():
                    return self._asked(texts)
            except (OSError, EOFError, msgspec.DecodeError) as failure:
                _log.warning("a long text is made ready without the child", reason=repr(failure))
                self.end()
        return self._here(*texts)

    def end(self) -> None:
        """End the child, if there is one; the next text starts another."""
        for end in (self._stream, self._socket):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._child = self._socket = self._stream = None
        self._there = False

    def _is_there(self) -> bool:
        """Whether there is a child that can be asked; it is started where there is none. Raises TimeoutError when its start lasts."""
        if self._socket is None:
            self._start()
        assert self._stream is not None
        if not self._there and self._speaks.poll(0):
            self._there = _taken(self._stream) == _READY
        if not self._there and time.monotonic() - self._began > self._seconds:
            raise TimeoutError("the child does not get ready")
        return self._there

    def _asked(self, texts: tuple[str, ...]) -> Published:
        assert self._stream is not None
        _put(self._stream, _encode(texts))
        cost, published = _answered(_taken(self._stream))
        self.used += cost
        return published

    def _start(self) -> None:
        ours, its = socket.socketpair()
        self.take(ours)
        with its:
            command = [sys.executable, "-m", "services.intake.publishing", str(self._folder)]
            self._child = subprocess.Popen(command, stdin=its.fileno(), start_new_session=True)

    def take(self, ours: socket.socket) -> None:
        """Ask whoever is at the other end."""
        ours.settimeout(self._seconds)
        self._began = time.monotonic()
        self._socket, self._stream = ours, cast("BinaryIO", ours.makefile("rwb"))
        # Not `select`, which knows the first 1,024 files of a process alone: intake has a file for each of its connections.
        self._speaks = select.poll()
        self._speaks.register(ours, select.POLLIN)


def serve(stream: BinaryIO, publish: Publish, used: Callable[[], float] = time.process_time) -> None:
    """Say that it is ready; then answer what becomes of texts, and what that cost, until nobody asks any more."""
    try:
        _put(stream, _READY)
        while True:
            texts = _texts(_taken(stream))
            began = used()
            published = publish(*texts)
            _put(stream, _encode((used() - began, published)))
    except (EOFError, ConnectionError):
        return


def _put(stream: BinaryIO, message: bytes) -> None:
    stream.write(len(message).to_bytes(4, "big") + message)
    stream.flush()


def _taken(stream: BinaryIO) -> bytes:
    """The next message. Raises EOFError where there is none, or half of one."""
    head = stream.read(4)
    size = int.from_bytes(head, "big")
    message = stream.read(size) if len(head) == 4 else b""
    if len(head) < 4 or len(message) < size:
        raise EOFError("the other side has gone")
    return message


def main() -> None:
    """In the child."""
    asyncio.run(give_way({os.getpid(): NICENESS}))
    profile = Profile.load(sys.argv[1])
    with socket.socket(fileno=sys.stdin.fileno()) as asked:
        serve(cast("BinaryIO", asked.makefile("rwb")), profile.published)


if __name__ == "__main__":
    main()
