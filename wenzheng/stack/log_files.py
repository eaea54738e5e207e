"""The files that the parts write their logs into, each bounded: what is longer is put aside, and one older log is kept."""

import os
import shutil
from pathlib import Path
from typing import Final

LOG_BYTES: Final = 50_000_000
"""A log that is longer is put aside. A part that has lost its broker and its database writes so much in some days."""


def put_aside_where_long(folder: Path, longest: int = LOG_BYTES) -> None:
    """Put aside each log of this folder that has more than so many bytes; whoever writes it goes on in it.

    All open their log for appending, so that the next line after the cut stands at the beginning. A line that is written between
    the last look and the cut is lost. Raises OSError where the disk takes no copy; then the log is as it was.
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
            # What came while the most was copied.
            shutil.copyfileobj(long, kept)
            kept.flush()
            os.truncate(log, 0)
    except OSError:
        older.unlink(missing_ok=True)
        raise
