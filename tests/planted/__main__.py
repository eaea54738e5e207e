"""Plants each bug of the catalogue alone in a copy of the tree, and prints who noticed: `make planted`.

The tests nearest to a bug run first; where they all pass, the fast suite, unless the bug says why it survives. What was
found out is kept in `.planted/`, so that a run that was stopped goes on where it was; a bug that has changed is tried again.

    python -m tests.planted                 all that was not tried yet
    python -m tests.planted engine clock    some areas
    python -m tests.planted --again         everything once more
    python -m tests.planted --nearest       without the fast suite
"""

import argparse
import compileall
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tests.planted.catalogue import AREAS, ROOT, Bug, bugs

COPIES: Final = 2
"""Bugs tried at the same time, each in a copy of its own."""
KEPT: Final = ROOT / ".planted"
GENERATED: Final = ("__pycache__", "node_modules")
HIDDEN_AND_TESTED: Final = (".ci", ".dockerignore", ".gitignore")
"""Files of ours that tests read. Nothing else that is hidden is copied."""
NEAREST_SECONDS: Final = 300
REAL_SECONDS: Final = 1200
SUITE_SECONDS: Final = 1200
QUICK: Final = "not real and not slow"
"""The tests that notice a bug without broker, database or browser, as pytest's marks say it."""
CATALOGUE: Final = "tests/planted"
"""Its tests fail wherever a bug is planted, since its place has moved then: they notice none."""
REAL: Final = "not browser"
"""Those with broker and database as well; a browser's are run apart."""
ONE_TEST_SECONDS: Final = {QUICK: 60, REAL: 150, "browser": 150}
"""When a test counts as one that hangs. What its fixtures start does not count: a slow machine takes minutes for a stack."""
WANTED: Final = 0.95
"""The share of bugs that must be noticed."""
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - (.*))?$", re.MULTILINE)
HANGS: Final = " (hangs)"
_OVER: Final = "Failed: Timeout"
"""What pytest-timeout says of a test that hangs."""


@dataclass(frozen=True)
class Found:
    """What became of one bug."""

    name: str
    noticed: str
    """The first test that failed, and `hangs` where it did not end; empty when none did."""
    by: str
    """`nearest` or `suite`."""
    seconds: float


def main() -> int:
    """The command; returns 1 when fewer are noticed than wanted, or one survives without a reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", help=" | ".join(AREAS))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--nearest", action="store_true", help="without the fast suite")
    asked = parser.parse_args()
    chosen = [bug for bug in bugs() if not asked.areas or bug.area in asked.areas]
    if asked.again:
        shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(exist_ok=True)
    known = _known()
    waiting = [bug for bug in chosen if bug.name not in known]
    copies: SimpleQueue[Path] = SimpleQueue()
    folders = [KEPT / f"copy-{n}" for n in range(COPIES)] if waiting else []
    for folder in folders:
        copies.put(_copy(folder))
    with ThreadPoolExecutor(COPIES) as pool:
        for found in pool.map(lambda bug: _try(bug, copies, not asked.nearest), waiting):
            known[found.name] = found
    for folder in folders:
        shutil.rmtree(folder)
    return _tell(chosen, known)


def _try(bug: Bug, copies: "SimpleQueue[Path]", suite: bool) -> Found:
    folder = copies.get()
    started = time.monotonic()
    try:
        try:
            bug.plant(folder)
            noticed, by = _nearest(folder, bug), "nearest"
            if not noticed and suite and not bug.survives:
                noticed, by = _noticed(folder, QUICK, SUITE_SECONDS), "suite"
        finally:
            bug.pull_out(folder)
        if noticed and by == "suite":
            passes_without(folder, noticed)
    finally:
        copies.put(folder)
    found = Found(bug.name, noticed, by, round(time.monotonic() - started, 1))
    if noticed or suite:
        with (KEPT / "found.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(vars(found), ensure_ascii=False) + "\n")
    print(
        f"{found.seconds:6.1f} s  {bug.name:<18} {noticed or 'NOBODY NOTICED'}  {bug.file}: {bug.why}",
        flush=True,
    )
    return found


class Unsound(Exception):
    """A test fails in a copy without any bug, so that it says nothing of one."""


def passes_without(folder: Path, noticed: str) -> None:
    """Run the test that noticed a bug in the same copy without it. Raises Unsound where it fails there as well."""
    if _noticed(folder, QUICK, NEAREST_SECONDS, (noticed.removesuffix(HANGS),)):
        raise Unsound(f"{noticed} fails without the bug, too: mend it, or give the copy what it lacks")


def _nearest(folder: Path, bug: Bug) -> str:
    return (
        _noticed(folder, REAL, REAL_SECONDS, bug.tests)
        if bug.real
        else _noticed(folder, QUICK, NEAREST_SECONDS, bug.tests)
    )


def _noticed(folder: Path, marks: str, seconds: int, tests: tuple[str, ...] = ("tests",)) -> str:
    """The first test that fails on the copy; `hangs` when they do not end.

    Where only a browser's tests are named, these are run: in a process of their own, as they must be.
    """
    limit = str(ONE_TEST_SECONDS[marks])
    options = f"-q -x --tb=no --timeout {limit} -o timeout_func_only=true --ignore {CATALOGUE}".split()
    command = [sys.executable, "-m", "pytest", *options, "-m", marks, *tests]
    # The copy comes before the tree that this environment is set up for; a line has room for what failed and why.
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "1000"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode == 0:
        return ""
    failed = _FAILED.search(done.stdout)
    if failed is None and done.returncode == 5:
        if marks == REAL:
            return _noticed(folder, "browser", seconds, tests)
        print(f"no test was chosen by {' '.join(tests)}, {marks}", flush=True)
        return ""
    if failed is None:
        return (done.stdout + done.stderr).strip().splitlines()[-1]
    return failed.group(1) + (HANGS if (failed.group(2) or "").startswith(_OVER) else "")


def _copy(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=_left_out)
    # The broker's jars lie in the environment.
    (folder / ".venv").symlink_to(ROOT / ".venv")
    # Only what is planted is compiled again: known by what it holds, not by a time that two bugs may share.
    checked = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder, quiet=2, force=True, invalidation_mode=checked)
    return folder


def _left_out(folder: str, names: list[str]) -> set[str]:
    return {
        name
        for name in names
        if name in GENERATED or (name.startswith(".") and name not in HIDDEN_AND_TESTED)
    }


def _known() -> dict[str, Found]:
    file = KEPT / "found.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {found.name: found for line in lines if (found := Found(**json.loads(line)))}


def _tell(chosen: list[Bug], known: dict[str, Found]) -> int:
    survivors = [bug for bug in chosen if bug.name in known and not known[bug.name].noticed]
    tried = [bug for bug in chosen if bug.name in known]
    for area in AREAS:
        of_area = [bug for bug in tried if bug.area == area]
        noticed = sum(bool(known[bug.name].noticed) for bug in of_area)
        if of_area:
            print(f"{area:<10} {noticed:>3} of {len(of_area)}")
    share = 1 - len(survivors) / max(1, len(tried))
    print(f"noticed {len(tried) - len(survivors)} of {len(tried)} ({share:.1%})")
    for bug in survivors:
        print(f"  {bug.name} {bug.file}: {bug.why}\n    {bug.survives or 'no reason is given'}")
    return int(share < WANTED or any(not bug.survives for bug in survivors))


if __name__ == "__main__":
    sys.exit(main())
