"""How long tests wait for what comes soon, and how they wait: the machine that runs them may stand still for seconds."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

PATIENCE: Final = 240.0
"""Real seconds that a test waits for anything: an answer, a process, a fact on its way. What it waits for comes soon, and how
soon is measured elsewhere: so long it takes only where the machine stands still again and again. `test_laws.py` refuses
shorter ones."""
Found = TypeVar("Found")


def until(found: Callable[[], Found | None], seconds: float = PATIENCE) -> Found:
    """What is found, as soon as it is something; the services speak to one another by a bus."""
    end = time.monotonic() + seconds
    while True:
        what = found()
        if what:
            return what
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.03)


async def comes(look: Callable[[], Awaitable[Any] | object], seconds: float = PATIENCE) -> Any:
    """What a look finds, as soon as it finds something, while the loop goes on; looks may be awaitable."""
    end = time.monotonic() + seconds
    while True:
        what = look()
        if inspect.isawaitable(what):
            what = await what
        if what:
            return what
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.05)
