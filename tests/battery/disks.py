"""Disks that are full or slow, under the database and under the log."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.battery.scene import Impossible, Scene, in_turns

ROOM: Final = 900
"""Megabytes of a disk that can be filled."""
FULL_SECONDS: Final = 25.0
STANDS: Final = 0.4
"""Seconds for which what is on a slow disk stands still, for each tenth of a second that it gets on."""


async def full_database(scene: Scene) -> None:
    """There is no room under the database for half a minute."""
    await _full(scene, "postgres", scene.stack.data / "postgres")


async def full_log(scene: Scene) -> None:
    """There is no room under the broker for half a minute."""
    await _full(scene, "kafka", scene.stack.data / "kafka" / "data")


async def slow_database(scene: Scene) -> None:
    """All that the database does takes five times as long, now and then half a second more."""
    await in_turns(scene, "postgres", scene.seconds / 2, STANDS, 0.1)


async def slow_broker(scene: Scene) -> None:
    """All that the broker does takes five times as long, now and then half a second more."""
    await in_turns(scene, "kafka", scene.seconds / 2, STANDS, 0.1)


async def _full(scene: Scene, part: str, folder: Path) -> None:
    log = scene.stack.home.logs / f"{part}.log"
    async with _small_disk(scene, folder):
        await asyncio.sleep(5)
        before = log.stat().st_size
        ballast = folder / "ballast"
        until = asyncio.get_running_loop().time() + FULL_SECONDS
        while asyncio.get_running_loop().time() < until:
            await asyncio.to_thread(_filled, ballast)
            scene.done["disk filled"] += 1
            await asyncio.sleep(0.2)
        ballast.unlink()
        if b"No space left" not in log.read_bytes()[before:]:
            scene.wrong.append(f"{part} did not notice that its disk is full: nothing was tried")
        await asyncio.sleep(10)


@asynccontextmanager
async def _small_disk(scene: Scene, folder: Path) -> AsyncIterator[None]:
    """The stack goes on with this folder on a disk of its own, and afterwards again without: two orderly ends under load."""
    stack, before = scene.stack, folder.with_name(folder.name + ".before")
    if os.geteuid() != 0 or shutil.which("mount") is None:
        raise Impossible("only root mounts a disk")
    await asyncio.to_thread(stack.down)
    folder.rename(before)
    folder.mkdir(mode=0o700)
    mounted = await _ran("mount", "-t", "tmpfs", "-o", f"size={ROOM}m,mode=0700", "tmpfs", str(folder))
    if mounted:
        folder.rmdir()
        before.rename(folder)
        await asyncio.to_thread(stack.up)
        raise Impossible("no disk can be mounted here")
    try:
        await _ran("cp", "-a", f"{before}/.", str(folder))
        await asyncio.to_thread(stack.up)
        yield
        await asyncio.to_thread(stack.down)
        shutil.rmtree(before)
        await _ran("cp", "-a", str(folder), str(before))
    finally:
        stack.end()
        await _ran("umount", str(folder))
    folder.rmdir()
    before.rename(folder)
    await asyncio.to_thread(stack.up)


def _filled(ballast: Path) -> None:
    """Write to its end until there is no room."""
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(65_536)):
            pass


async def _ran(*command: str) -> int:
    """Run it to its end; its return code."""
    return (await asyncio.to_thread(subprocess.run, command, check=False, capture_output=True)).returncode
