"""What a process takes of the machine at its start."""

import subprocess
import sys

import pytest

from tests.patience import PATIENCE
from tests.stack import ROOT

pytestmark = pytest.mark.medium

_STARTED = """
import resource
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
from chassis.run import tuned
tuned()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == most)
"""


def test_a_process_has_room_for_as_many_connections_as_the_system_allows() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _STARTED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )

    assert said.stdout.strip() == "True"
