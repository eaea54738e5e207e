"""Whoever is told to end ends what was started: by a signal as by Ctrl-C."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.patience import PATIENCE, until
from tests.stack import ROOT, free_base

WORKING = """
import signal, sys, time
from wenzheng.ending import end_in_order
if "deaf" not in sys.argv:
    # Who runs the tests may do so under nohup.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
end_in_order()
try:
    print("at work", flush=True)
    time.sleep(600)
finally:
    print("put away", flush=True)
"""


def _started(folder: Path) -> list[str]:
    """The parts of the stack somewhere below, as far as its manager has come."""
    for file in folder.glob("wz-bench-*/d/stack.json"):
        return [part["name"] for part in json.loads(file.read_text("utf-8"))["parts"]]
    return []


def _running(folder: Path) -> list[psutil.Process]:
    """Processes that were told of this folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if str(folder) in " ".join((*process.cmdline(), *process.environ().values())):
                found.append(process)
    return found


def _ended(command: list[str], number: signal.Signals) -> tuple[int, str]:
    """Exit code, and what a program said after it was told to end."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, text=True
    ) as program:
        assert program.stdout is not None
        try:
            assert program.stdout.readline() == "at work\n"
            program.send_signal(number)
            said, _ = program.communicate(timeout=PATIENCE)
        finally:
            program.kill()
        return program.returncode, said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_program_that_is_told_to_end_puts_away_what_it_has(number: signal.Signals) -> None:
    assert _ended([sys.executable, "-c", WORKING], number) == (128 + number, "put away\n")


def test_under_nohup_a_terminal_that_closes_ends_nothing() -> None:
    signalled = WORKING.replace("time.sleep(600)", "signal.raise_signal(signal.SIGHUP); sys.exit(7)")
    deaf = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)" + signalled

    done = subprocess.run(
        [sys.executable, "-c", deaf, "deaf"], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert (done.returncode, done.stdout) == (7, "at work\nput away\n")


@pytest.mark.real
@pytest.mark.parametrize("begun", ["postgres", "portal"])
def test_a_measurement_that_is_told_to_end_leaves_neither_stack_nor_folder(
    begun: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "wenzheng", "bench", "latency", "--ports", str(free_base())]
    bench = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: "postgres" in _started(tmp_path))

        bench.send_signal(signal.SIGTERM)

        assert bench.wait(PATIENCE) == 128 + signal.SIGTERM
        until(lambda: not _running(tmp_path))
        assert not list(tmp_path.glob("wz-bench-*"))
    finally:
        bench.kill()
        for process in _running(tmp_path):
            process.kill()
