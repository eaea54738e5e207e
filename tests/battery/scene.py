"""Where a fault is played: a running stack, a seed, and what was done to it."""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.battery.wire import Wire
from tests.stack import Stack


class Impossible(Exception):
    """This machine cannot play the fault; the argument says why."""


@dataclass
class Scene:
    """What a fault is given."""

    stack: Stack
    random: Random
    seconds: float
    """How long people go on; a fault is over before, but for what takes longer by its nature."""
    wire: Wire | None = None
    """What lies between the services and their database, where it does."""
    done: Counter[str] = field(default_factory=Counter)
    """What was done, by its word."""
    wrong: list[str] = field(default_factory=list)
    """What the fault itself found that should not be."""
    strangers: set[str] = field(default_factory=set)
    """Subjects of records that no service wrote: of these the audit must speak."""

    def names(self) -> list[str]:
        """Every part that the manager keeps."""
        return [part["name"] for part in self.stack.home.read_state()["parts"]]

    def send(self, name: str, number: signal.Signals) -> bool:
        """A signal to a part, and to the processes that it has started; False when it is down just now."""
        pid = self.stack.pid(name)
        for each in family(pid) if pid else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)
        if pid:
            self.done[f"{number.name} {name}"] += 1
        return bool(pid)


@dataclass(frozen=True)
class Fault:
    """One kind of trouble."""

    name: str
    sentence: str
    play: Callable[[Scene], Awaitable[None]]
    network: bool = False
    """It needs a stack that reaches its database over a wire."""


def family(pid: int) -> list[int]:
    """A process and all that descend from it; PostgreSQL's backends have groups of their own."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


async def in_turns(scene: Scene, name: str, seconds: float, stopped: float, running: float) -> None:
    """A part that gets on by fits and starts, as on a slow disk: it stands still for `stopped` seconds, then runs for `running`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    try:
        while loop.time() < until:
            scene.send(name, signal.SIGSTOP)
            await asyncio.sleep(stopped)
            scene.send(name, signal.SIGCONT)
            await asyncio.sleep(running)
    finally:
        scene.send(name, signal.SIGCONT)
