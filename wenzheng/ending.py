"""Whoever is told to end does so as by Ctrl-C: what was started is ended with it."""

import signal
from types import FrameType
from typing import Final

TOLD: Final = (signal.SIGTERM, signal.SIGHUP)
"""By another program, and by a terminal that is closed."""


def end_in_order() -> None:
    """Let these signals raise SystemExit, so that every `finally` is run; the exit code is 128 and the signal's number.

    One that is ignored, as under `nohup`, stays so.
    """
    for number in TOLD:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
