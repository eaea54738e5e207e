"""Runs pytest in several processes at once, each with its share of the files: for thousands of small tests.

    python -m tests.side_by_side 2 -m "not real" tests/city tests/chassis

pytest-xdist has each process read all files and tells its controller three times of every test: a fifth of the processor time
of eight thousand small ones. It remains where tests are so long that a share could not be weighed beforehand.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.marks import may_be_chosen, of_the_file
from wenzheng.ending import end_in_order

NOTHING_CHOSEN: Final = 5
"""The exit code of pytest where no test was left."""


def chosen(named: Iterable[Path], expression: str) -> list[Path]:
    """The files of tests below, but those whose tests `-m expression` leaves out."""
    files = {file for path in named for file in (path.rglob("test_*.py") if path.is_dir() else [path])}
    return sorted(file for file in files if may_be_chosen(expression, of_the_file(file.read_text("utf-8"))))


def shares(files: Iterable[Path], count: int) -> list[list[Path]]:
    """The files in so many shares, which may be empty. Those of each folder are dealt out by their bytes: what a byte of a test
    costs differs from folder to folder, and within one less."""
    found: list[list[Path]] = [[] for _ in range(count)]
    whole = [0] * count
    for _, beside in groupby(sorted(files, key=lambda one: (one.parent, -one.stat().st_size, one)), _folder):
        weights = [0] * count
        for file in beside:
            lightest = min(range(count), key=lambda share: (weights[share], whole[share]))
            found[lightest].append(file)
            weights[lightest] += file.stat().st_size
            whole[lightest] += file.stat().st_size
    return found


def _folder(file: Path) -> Path:
    return file.parent


def main() -> int:
    """The command; returns the first exit code of a process that tells of a failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("processes", type=int)
    parser.add_argument("-m", dest="expression", default="", help="as pytest's")
    parser.add_argument("paths", nargs="*", type=Path)
    asked = parser.parse_intermixed_args()
    end_in_order()
    files = chosen(asked.paths or [Path("tests")], asked.expression)
    codes = _run([share for share in shares(files, asked.processes) if share], asked.expression)
    return next((code for code in codes if code not in (0, NOTHING_CHOSEN)), 0)


def _run(parts: Sequence[Sequence[Path]], expression: str) -> list[int]:
    """The exit code of each part; what it said is printed as a whole, once it has ended."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", expression]
    with ExitStack() as open_files:
        said = [open_files.enter_context(tempfile.TemporaryFile("w+")) for _ in parts]
        running = [
            subprocess.Popen([*command, *map(str, part)], stdout=out, stderr=subprocess.STDOUT)
            for part, out in zip(parts, said, strict=True)
        ]
        try:
            for process, out in zip(running, said, strict=True):
                process.wait()
                out.seek(0)
                print(out.read(), flush=True)
        finally:
            for process in running:
                process.terminate()
        return [process.wait() for process in running]


if __name__ == "__main__":
    sys.exit(main())
