"""A stack that runs on by itself, for whoever starts one and goes on with something else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Final

from wenzheng.stack.home import Home, Trouble, is_alive

START_SECONDS: Final = 180.0
END_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.2


def start(home: Home, ports: int, workers: int = 1, settings: Mapping[str, str] | None = None) -> str:
    """Start a manager in a session of its own and wait until all is ready; returns the address of the pages.

    `settings` are added to its environment. Raises Trouble where it ends, with what it said last, and where it is not
    ready in time: then it goes on. Who is interrupted meanwhile leaves no manager behind.
    """
    log = home.logs / "up.log"
    command = [sys.executable, "-m", "wenzheng", "up", "--data", str(home.data), "--ports", str(ports)]
    with log.open("ab") as written:
        process = subprocess.Popen(
            [*command, "--workers", str(workers)],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            env={**os.environ, **(settings or {})},
            start_new_session=True,
        )
    try:
        return _address(home, process)
    except (KeyboardInterrupt, SystemExit):
        process.terminate()
        process.wait(END_SECONDS)
        raise


def _address(home: Home, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            lines = (home.logs / "up.log").read_text(errors="replace").strip().splitlines()
            raise Trouble(lines[-1] if lines else "没有启动成功。 It did not start.")
        try:
            state = home.read_state()
        except Trouble:
            state = {}
        parts = state.get("parts", [])
        whole = state.get("pid") == process.pid and any(part["name"] == "portal" for part in parts)
        if whole and all(part["state"] == "ready" for part in parts):
            return str(state["services"]["portal"])
        time.sleep(LOOK_SECONDS)
    raise Trouble("启动超时,见日志。 It did not become ready in time; see the logs.")


def end(home: Home) -> bool:
    """End the stack of this folder in good order; False where none runs. Raises Trouble where none ever ran, or it does not end."""
    state = home.read_state()
    if not is_alive(state["pid"], state["started"]):
        return False
    os.kill(state["pid"], signal.SIGTERM)
    until = time.monotonic() + END_SECONDS
    while is_alive(state["pid"], state["started"]):
        if time.monotonic() > until:
            raise Trouble("60 秒内没有停下。 It did not stop within 60 s.")
        time.sleep(LOOK_SECONDS)
    return True
