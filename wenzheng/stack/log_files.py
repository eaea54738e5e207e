"""The files that the parts write their logs into, each bounded: what is longer is put aside, and one older log is kept."""

import os
import shutil
from pathlib import Path
from typing import Final

LOG_BYTES: Final = 50_000_000
"""A log that is longer is put aside. Chosen, not measured: room for a long outage, and fourteen parts fill less than 2 GB."""


def put_aside_where_long(folder: Path, longest: int = LOG_BYTES) -> None:
    """Copy each log of this folder that has more than so many bytes, and cut it off, as `copytruncate` of logrotate does.

    Whoever writes goes on at the new beginning, since every log is opened for appending. A line that is written between the copy
    and the cut is lost. Raises OSError where there is no room for a copy; that log is as it was, and its older one is gone.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > longest:
            _put_aside(log)


def _put_aside(log: Path) -> None:
    older = log.with_suffix(".log.1")
    # Gone first, for a disk that is almost full.
    older.unlink(missing_ok=True)
    try:
        with log.open("rb") as long, older.open("xb") as kept:
            older.chmod(log.stat().st_mode)
            shutil.copyfileobj(long, kept)
            kept.flush()
            # What was written during the first copy.
            shutil.copyfileobj(long, kept)
            kept.flush()
            os.truncate(log, 0)
    except OSError:
        older.unlink(missing_ok=True)
        raise
