"""Makes what a plan says go wrong, when it says so, and puts it right again."""

import asyncio
from collections.abc import Callable

from tests.simulation.plan import Fault
from tests.simulation.world import World


async def happen(world: World, fault: Fault) -> None:
    """One fault, from its moment to its end."""
    await asyncio.sleep(fault.at)
    match fault.kind:
        case "kill":
            world.running[fault.where].kill()
        case "stop":
            await _stop(world, fault.where)
        case "freeze":
            await _freeze(world, fault)
        case "step":
            world.clock.step(fault.amount)
        case "rebalance":
            world.broker.groups[fault.where].rebalance() if fault.where in world.broker.groups else None
        case _:
            right = _wrong(world, fault)
            await asyncio.sleep(fault.seconds)
            right()


async def _stop(world: World, name: str) -> None:
    """A clean end: the group is told, what is queued goes out."""
    if name in world.members:
        world.members[name].stop()
    await asyncio.sleep(0.05)
    world.running[name].kill()


async def _freeze(world: World, fault: Fault) -> None:
    process = world.running[fault.where]
    process.freeze()
    await asyncio.sleep(fault.seconds)
    process.thaw()


def _wrong(world: World, fault: Fault) -> Callable[[], None]:
    """Turns something wrong; returns what puts it right."""
    broker, loop = world.broker, world.loop
    if fault.kind == "unkind":
        broker.unkind += fault.amount
        return lambda: setattr(broker, "unkind", max(0.0, broker.unkind - fault.amount))
    if fault.kind == "broker":
        broker.away = True
        return lambda: setattr(broker, "away", False)
    if fault.kind == "stall":
        loop.stall = fault.amount
        return lambda: setattr(loop, "stall", 0.0)
    server = world.servers[fault.where]
    weather = server.weather
    if fault.kind == "away":
        weather.away = True
        for one in world.servers.values():
            if one.weather is weather:
                one.end_all()
        return lambda: setattr(weather, "away", False)
    if fault.kind == "full":
        weather.full = True
        return lambda: setattr(weather, "full", False)
    if fault.kind == "flaky":
        weather.flaky = fault.amount
        return lambda: setattr(weather, "flaky", 0.0)
    weather.slow = fault.amount
    return lambda: setattr(weather, "slow", 1.0)
