"""`make demo` lives a month as the report's June was, here with a tenth of its posts."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import ROOT, free_base
from wenzheng.demo import RECEIVED, REPLIED

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.alone]

POSTS = 137


def test_as_many_posts_are_answered_as_in_the_report_and_the_audit_confirms_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "wenzheng", "demo", "--exit", "--posts", str(POSTS)),
            *("--data", str(tmp_path / "demo"), "--ports", str(free_base())),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )

    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert f"受理 {POSTS}  回复 {round(REPLIED * POSTS / RECEIVED)} " in done.stdout, (
        done.stdout + done.stderr[-800:]
    )
