"""Processes that are killed, frozen, started twice, or come and go."""

import asyncio
import os
import signal
import socket
import subprocess
from typing import Final

from tests.battery.scene import Scene
from tests.stack import ROOT
from wenzheng.stack.home import is_alive

FROZEN_SECONDS: Final = 12.0
"""Longer than a member's session lasts, and than a transaction may stand still."""
AWAY_SECONDS: Final = 60.0
STORM: Final = ("stats", "router-listen")
"""Whose partitions wander: ten more instances come and go."""


async def kills(scene: Scene) -> None:
    """Every part but broker and database is killed or told to end, again and again."""
    until = asyncio.get_running_loop().time() + scene.seconds
    victims = [name for name in scene.names() if name not in ("kafka", "postgres")]
    while asyncio.get_running_loop().time() < until:
        scene.random.shuffle(victims)
        for victim in victims:
            if asyncio.get_running_loop().time() > until:
                return
            scene.send(victim, scene.random.choice((signal.SIGKILL, signal.SIGTERM)))
            await asyncio.sleep(scene.random.uniform(0.3, 2.0))


async def freezes(scene: Scene) -> None:
    """One instance of each listener stands still for longer than its session, and wakes a zombie."""
    for name in ("intake-listen", "router-listen", "deadline", "notifier", "stats"):
        pid = scene.stack.pid(name)
        scene.send(name, signal.SIGSTOP)
        await asyncio.sleep(FROZEN_SECONDS)
        if scene.stack.pid(name) == pid:
            scene.send(name, signal.SIGCONT)


async def broker_away(scene: Scene) -> None:
    """The broker is killed, and killed again whenever it comes back, for a minute."""
    until = asyncio.get_running_loop().time() + AWAY_SECONDS
    while asyncio.get_running_loop().time() < until:
        scene.send("kafka", signal.SIGKILL)
        await asyncio.sleep(0.5)


async def database_killed(scene: Scene) -> None:
    """The database server is killed three times, once while it recovers from the last."""
    for pause in (1.0, scene.seconds / 4, 0.0):
        scene.send("postgres", signal.SIGKILL)
        await asyncio.sleep(pause)
        while not scene.stack.pid("postgres"):
            await asyncio.sleep(0.05)


async def two_managers(scene: Scene) -> None:
    """A second manager is refused; the first one is killed, and of two that come to replace it one wins."""
    await asyncio.sleep(3)
    stack = scene.stack

    def start() -> subprocess.CompletedProcess[str]:
        return stack.command("up", "--detach", "--ports", str(stack.base), "--workers", "2", check=False)

    if (await asyncio.to_thread(start)).returncode == 0:
        scene.wrong.append("a second manager was let in beside the first")
    state = stack.home.read_state()
    os.kill(state["pid"], signal.SIGKILL)
    scene.done["SIGKILL manager"] += 1
    while is_alive(state["pid"], state["started"]):
        await asyncio.sleep(0.05)
    codes = [done.returncode for done in await asyncio.gather(*(asyncio.to_thread(start) for _ in range(2)))]
    if codes.count(0) != 1:
        scene.wrong.append(f"two managers came at once and ended with {codes}")


async def storm(scene: Scene) -> None:
    """Ten more instances come and go, each time with new partitions for everybody."""
    until = asyncio.get_running_loop().time() + scene.seconds
    more: dict[int, subprocess.Popen[bytes]] = {}
    try:
        while asyncio.get_running_loop().time() < until:
            place = scene.random.randrange(10)
            process = more.pop(place, None)
            if process is None:
                more[place] = _another(scene, STORM[place % len(STORM)], place)
            else:
                process.send_signal(scene.random.choice((signal.SIGKILL, signal.SIGTERM)))
                await asyncio.to_thread(process.wait)
            await asyncio.sleep(scene.random.uniform(0.5, 3.0))
    finally:
        for process in more.values():
            process.terminate()
        for process in more.values():
            await asyncio.to_thread(process.wait)


def _another(scene: Scene, name: str, place: int) -> subprocess.Popen[bytes]:
    """One more instance of a part, as the manager would start it."""
    part = scene.stack.part(name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"WENZHENG_INSTANCE": f"{name}-storm-{place}", "WENZHENG_HTTP_PORT": str(port)}
    scene.done[f"one more {name}"] += 1
    log = (scene.stack.home.logs / f"{name}-storm.log").open("ab")
    with log:
        return subprocess.Popen(
            part.command,
            env=part.environment | own,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
