"""A part that is forked from a loaded parent is what `python -m` would have made of it, and its end is heard of."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.patience import comes, until
from tests.stack import ROOT, Stack
from wenzheng.stack.home import is_alive, started_at
from wenzheng.stack.parts import Part
from wenzheng.stack.processes import Running, load, load_ahead, start

pytestmark = pytest.mark.slow


async def _never() -> bool:
    return False


class Scene:
    """A folder, a socket, and the part that is made with them."""

    def __init__(self, folder: Path, listening: socket.socket) -> None:
        self.said = folder / "said"
        self.log = folder / "asked.log"
        self.listening = listening

    def part(self, end: str, name: str = "") -> Part:
        """One that ends so, and says what it has to say in a file of its own, where it has a name."""
        return Part(
            "asked-a-long-name",
            [sys.executable, "-m", "tests.wenzheng.asked", f"{self.said}{name}", end],
            {"ONLY": "this", "PATH": os.environ["PATH"]},
            "",
            _never,
            sockets={"LISTENING": self.listening},
            niceness=3,
        )

    async def started(self, end: str, name: str = "") -> Running:
        """A process of it."""
        return await start(self.part(end, name), self.log)


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    load_ahead()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Scene(tmp_path, listening)


async def test_it_has_its_environment_its_socket_its_log_its_name_and_a_session_of_its_own(
    scene: Scene,
) -> None:
    process = await scene.started("well")

    assert await process.wait() == 0
    told: dict[str, Any] = json.loads(scene.said.read_text())
    assert set(told["environment"]) - {"LC_CTYPE"} == {"ONLY", "PATH", "LISTENING"}
    assert tuple(told["address"]) == scene.listening.getsockname()
    assert (told["session"], told["niceness"], told["name"]) == (
        True,
        os.nice(0) + 3,
        "asked-a-long-name"[:15],
    )
    assert sorted(scene.log.read_text().split()) == ["complained", "printed"]
    assert scene.said.with_suffix(".over").exists(), "what is to be done at its end is done"


@pytest.mark.parametrize(
    ("end", "status", "word"), [("badly", 3, ""), ("with a sentence", 1, "there is no key")]
)
async def test_how_it_ended_is_heard_and_why_stands_in_its_log(
    scene: Scene, end: str, status: int, word: str
) -> None:
    process = await scene.started(end)

    assert await process.wait() == status == process.returncode
    assert word in scene.log.read_text()
    with pytest.raises(ProcessLookupError):
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_signal_reaches_it_and_is_told_as_its_end(scene: Scene, number: signal.Signals) -> None:
    process = await scene.started("waits")
    await comes(scene.said.exists)
    assert process.returncode is None

    process.send_signal(number)

    assert await process.wait() == -number


async def test_what_cannot_be_run_is_told_in_its_log(scene: Scene) -> None:
    part = scene.part("well")
    part.command[2] = "tests.wenzheng.nowhere"

    process = await start(part, scene.log)

    assert await process.wait() == 1
    assert "No module named tests.wenzheng.nowhere" in scene.log.read_text()


async def test_one_after_the_other_is_a_process_of_its_own(scene: Scene) -> None:
    first = await scene.started("well")
    assert await first.wait() == 0
    drawn = json.loads(scene.said.read_text())["drawn"]

    second = await scene.started("badly")

    assert second.pid != first.pid
    assert await second.wait() == 3
    assert first.returncode == 0
    again = json.loads(scene.said.read_text())["drawn"]
    assert not set(drawn) & set(again), (
        "what was forked from one process draws no keys that another has drawn"
    )


async def test_parts_whose_parent_was_killed_end_with_it_and_are_started_by_another(scene: Scene) -> None:
    first = await scene.started("waits")
    await comes(scene.said.exists)

    parent = psutil.Process(first.pid).ppid()
    started = started_at(parent)
    assert os.getsid(parent) == parent, "no terminal ends it"
    os.kill(parent, signal.SIGKILL)

    assert await first.wait() != 0
    await comes(lambda: not is_alive(parent, started))
    second = await scene.started("badly")
    assert await second.wait() == 3


def test_what_cannot_be_loaded_keeps_nobody_else_from_being_loaded() -> None:
    load(["tests.wenzheng.nowhere", "wenzheng.nowhere.__main__", "tests.wenzheng.asked", "wenzheng.__main__"])

    assert "tests.wenzheng.asked" in sys.modules
    assert "wenzheng.__main__" not in sys.modules, "it is run anew"
    assert "wenzheng.commands" in sys.modules, "what it imports stays"


async def test_many_at_once_are_started_and_each_end_is_its_own(scene: Scene) -> None:
    ends = ["well", "badly", "with a sentence"] * 8

    processes = await asyncio.gather(*(scene.started(end, f"-{n}") for n, end in enumerate(ends)))

    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 3, 1] * 8


MANAGER = """
import asyncio, socket, sys
from pathlib import Path
from tests.wenzheng.test_processes import Scene

async def main():
    process = await Scene(Path(sys.argv[1]), socket.create_server(("127.0.0.1", 0))).started("waits")
    print(process.pid, flush=True)
    await process.wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("folder", ["t", "临时文件" * 12], ids=["short", "long"])
async def test_it_dies_with_its_manager_however_that_dies(tmp_path: Path, folder: str) -> None:
    """Also where the folder for temporary files has a longer name than a socket may have."""
    temporary = tmp_path / folder
    temporary.mkdir()
    manager = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        MANAGER,
        str(tmp_path),
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
    )
    assert manager.stdout is not None
    pid = int(await manager.stdout.readline())
    started = started_at(pid)
    assert is_alive(pid, started)

    manager.kill()
    await manager.wait()

    await asyncio.to_thread(until, lambda: not is_alive(pid, started))


def test_no_part_says_anything_that_python_says_of_how_it_was_started(stack: Stack) -> None:
    said = {log.name: log.read_text(errors="replace") for log in stack.home.logs.glob("*.log")}

    assert len(said) > 10
    assert {name: text for name, text in said.items() if "Warning" in text} == {}
