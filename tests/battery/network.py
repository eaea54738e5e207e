"""A network that is slow, and for a while carries nothing."""

import asyncio
from typing import Final

from tests.battery.scene import Scene

SLOW: Final = 0.03
"""Seconds that each piece takes on a slow wire, each way."""
CUT_SECONDS: Final = 15.0


async def slow_network(scene: Scene) -> None:
    """The wire to the database is slow for twenty seconds, then cut for fifteen, then slow again for ten."""
    held = scene.wire
    assert held is not None
    held.delay = SLOW
    await asyncio.sleep(20)
    held.cut = True
    scene.done["wire cut"] += 1
    await asyncio.sleep(CUT_SECONDS)
    held.cut = False
    await asyncio.sleep(10)
    held.delay = 0.0
