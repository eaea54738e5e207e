"""What a process takes of the machine at its start, and what ends it."""

import subprocess
import sys

import pytest

from chassis.failures import EXIT_FAILED
from tests.patience import PATIENCE
from tests.stack import ROOT

pytestmark = pytest.mark.medium


def ended(code: str) -> subprocess.CompletedProcess[str]:
    """A process that ran this code."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


_STARTED = """
import resource
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
from chassis.run import tuned
tuned()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == most)
"""


def test_a_process_has_room_for_as_many_connections_as_the_system_allows() -> None:
    said = ended(_STARTED)

    assert said.stdout.strip() == "True"


_FAILING = """
import asyncio
from chassis.run import guard
async def work():
    raise ValueError("nobody foresaw this")
async def main():
    failing = asyncio.create_task(guard(work))
    await asyncio.sleep(3600)
asyncio.run(main())
"""


def test_background_work_that_fails_ends_the_process_at_once_and_says_why() -> None:
    said = ended(_FAILING)

    assert said.returncode == EXIT_FAILED
    assert "ValueError: nobody foresaw this" in said.stdout + said.stderr
