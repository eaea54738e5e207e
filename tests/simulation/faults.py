"""Makes what a plan says go wrong, when it says so, and puts it right again."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

from contracts.identity import PARTITIONS
from tests.simulation.database import Connection
from tests.simulation.loop import Process, wake
from tests.simulation.parked import GARBAGE
from tests.simulation.plan import Fault
from tests.simulation.world import World


async def happen(world: World, fault: Fault) -> None:
    """One fault, from its moment to its end."""
    await asyncio.sleep(fault.at)
    match fault.kind:
        case "kill":
            await _struck(world, fault, Process.kill)
        case "cut":
            await _struck(world, fault, partial(_cut, world))
        case "stop":
            world.played[_named(world, fault)] += 1
            await _stop(world, fault.where)
        case "freeze":
            await _freeze(world, fault)
        case _:
            world.played[_named(world, fault)] += 1
            await _around(world, fault)


async def _around(world: World, fault: Fault) -> None:
    """What goes wrong with clocks, groups, ways, databases, rules and records."""
    match fault.kind:
        case "garbage":
            partition = world.random.randrange(PARTITIONS)
            world.broker.append([(fault.where, partition, GARBAGE)])
            world.garbage[fault.where] += 1
        case "step":
            world.clock.step(fault.amount)
        case "rebalance":
            world.broker.groups[fault.where].rebalance() if fault.where in world.broker.groups else None
        case _:
            right = _wrong(world, fault)
            await asyncio.sleep(fault.seconds)
            right()


def _named(world: World, fault: Fault) -> str:
    """What it is, by what it meets."""
    if fault.kind in ("kill", "cut", "stop", "freeze"):
        process = world.running[fault.where]
        if not process.alive:
            return f"{fault.kind} of what has ended"
        inside = any(one.process is process and one.in_transaction for one in _connections(world))
        return f"{fault.kind} inside a transaction" if inside else fault.kind
    if fault.kind == "step":
        return "clock set back" if fault.amount < 0 else "clock set forward"
    return fault.kind


def _connections(world: World) -> Iterator[Connection]:
    return (connection for server in world.servers.values() for connection in server.open)


async def _stop(world: World, name: str) -> None:
    """A clean end: the group is told, what is queued goes out."""
    if name in world.members:
        world.members[name].stop()
    await asyncio.sleep(0.05)
    world.running[name].kill()


async def _freeze(world: World, fault: Fault) -> None:
    process = await _struck(world, fault, Process.freeze)
    await asyncio.sleep(fault.seconds)
    process.thaw()


def _cut(world: World, process: Process) -> None:
    """Its connections to the database break."""
    for one in [one for one in _connections(world) if one.process is process]:
        one.end()


async def _struck(world: World, fault: Fault, strike: Callable[[Process], None]) -> Process:
    """At its moment, or so many steps of the process later: then it is at work, and mostly inside a transaction."""
    process, struck = world.running[fault.where], world.loop.create_future()
    over = partial(wake, struck)

    def now() -> None:
        world.played[_named(world, fault)] += 1
        strike(process)
        over()

    if fault.amount and process.alive:
        process.on_end[over] = None
        process.strike(int(fault.amount), now)
        await struck
        process.on_end.pop(over, None)
    else:
        now()
    return process


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
    if fault.kind == "raise":
        spoils = world.spoils[fault.where]
        spoils.share = fault.amount
        return lambda: setattr(spoils, "share", 0.0)
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
