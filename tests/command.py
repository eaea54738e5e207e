"""Runs `wenzheng …` as a person does, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]


def command(
    *arguments: str, settings: Mapping[str, str] = {}, given: str = "", timeout: float = PATIENCE
) -> subprocess.CompletedProcess[str]:
    """What it printed, and its code. `settings` are the only ones of ours that it sees; `given` is its standard input."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WENZHENG_")}
    return subprocess.run(
        [sys.executable, "-m", "wenzheng", *arguments],
        cwd=ROOT,
        env=environment | dict(settings),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
