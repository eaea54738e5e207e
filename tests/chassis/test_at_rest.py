"""A listener that can do nothing now rests, however much is due: it is halted, or owns no partition."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chassis.engine.listener import Listener
from tests.chassis.counting import World
from tests.simulation.loop import VirtualLoop

SECONDS = 5
LOOKS = 2000
"""Of fifty ticks of a listener at rest some three each, and those of what comes before."""


class Looked(VirtualLoop):
    """A loop without real time, whose clock bears so many looks: who asks it again and again would never come to an end."""

    looks = 0

    def time(self) -> float:
        self.looks += 1
        assert self.looks < LOOKS, "it does not rest"
        return super().time()


async def _halted(world: World, listener: Listener) -> None:
    """More records that nobody can read than the listener bears, in the batch that found more due than it takes."""
    await listener.hear([world.record(None, n, key=None) for n in range(1, 5)])
    assert listener.halted


async def _without_partitions(world: World, listener: Listener) -> None:
    """The listener's group gives all partitions to others, after a batch that found more due than it takes."""
    await listener.tick()
    await listener.let_go()


@pytest.mark.parametrize("stops", [_halted, _without_partitions])
def test_a_listener_that_can_do_nothing_with_what_is_due_rests(
    stops: Callable[[World, Listener], Awaitable[None]],
) -> None:
    async def resting() -> bool:
        world = World(parked_limit=2)
        listener = await world.start()
        await world.due(*("ring" for _ in range(500)))
        await stops(world, listener)
        running = asyncio.create_task(listener.run())
        await asyncio.sleep(SECONDS)
        return not running.done() and running.cancel()

    assert Looked().run_until_complete(resting())


def test_a_halted_listener_handles_nothing_more() -> None:
    async def heard() -> tuple[str, ...]:
        world = World(parked_limit=2)
        listener = await world.start()
        await _halted(world, listener)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(listener.hear([world.support(1)]), SECONDS)
        return await world.heard()

    assert Looked().run_until_complete(heard()) == ()
