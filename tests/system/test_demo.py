"""A month in minutes: what `make demo` shows is whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import ROOT, free_base

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_the_demo_lives_a_small_month_and_the_audit_confirms_it(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "wenzheng",
        "demo",
        "--exit",
        "--posts",
        "137",
        "--ports",
        str(free_base()),
    ]

    done = subprocess.run(
        [*command, "--data", str(tmp_path / "演示")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,  # city time waits for a slow machine
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "受理 137  回复 135" in done.stdout
    assert "重新计票与公布的结果一致" in done.stdout
