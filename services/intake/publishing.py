"""Long texts made fit to be public by a child process that stays: `python -m services.intake.publishing FOLDER`.

A text made to be dear takes tens of milliseconds of Python. In a thread beside the event loop it holds the interpreter when the
loop wants it, takes half of what the system gives to intake's session, and whoever posts waits for both. The child is a session
of its own that gives way; it says what each text cost, by which those who sent it are paced. It ends when intake ends.
"""

import asyncio
import contextlib
import os
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
"""Real time that the child may be silent, its start and one text at its limit among it."""

_log = structlog.get_logger()
_encode: Final = msgspec.msgpack.Encoder().encode
_texts: Final = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_answered: Final = msgspec.msgpack.Decoder(tuple[float, Published]).decode


class Apart:
    """Asks the child, which is started for the first text. Where it fails, the texts are made ready here: slower for others,
    and the same."""

    def __init__(self, folder: Path, here: Publish, seconds: float = SECONDS) -> None:
        """`folder`: the city's profile, as `here` has it."""
        self._folder = folder
        self._here = here
        self._seconds = seconds
        self._one_at_a_time = threading.Lock()
        self.used = 0.0
        """Seconds of a processor that children have used for texts so far."""
        self._child: subprocess.Popen[bytes] | None = None
        self._stream: BinaryIO | None = None

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        return None if self._child is None else self._child.pid

    def __call__(self, *texts: str) -> Published:
        """What becomes of the texts. It blocks: never to be called by the event loop's thread."""
        with self._one_at_a_time:
            try:
                return self._asked(texts)
            except (OSError, EOFError, msgspec.DecodeError) as failure:
                _log.warning("a long text is made ready without the child", reason=repr(failure))
                self.end()
        return self._here(*texts)

    def end(self) -> None:
        """End the child, if there is one; the next text starts another."""
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._child = self._stream = None

    def _asked(self, texts: tuple[str, ...]) -> Published:
        stream = self._stream or self._started()
        _put(stream, _encode(texts))
        cost, published = _answered(_taken(stream))
        self.used += cost
        return published

    def _started(self) -> BinaryIO:
        ours, its = socket.socketpair()
        with ours, its:
            command = [sys.executable, "-m", "services.intake.publishing", str(self._folder)]
            self._child = subprocess.Popen(command, stdin=its.fileno(), start_new_session=True)
            ours.settimeout(self._seconds)
            # The stream keeps the socket open, and its patience.
            self._stream = cast("BinaryIO", ours.makefile("rwb"))
        return self._stream


def serve(stream: BinaryIO, publish: Publish, used: Callable[[], float] = time.process_time) -> None:
    """Answer what becomes of texts, and what that cost, until nobody asks any more."""
    while True:
        try:
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
