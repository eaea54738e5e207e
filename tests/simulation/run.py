"""One run of one plan: the city lives, things go wrong, it comes to rest, and everything is looked at."""

import asyncio
import gc
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.checks import Facts, at_rest, violations
from tests.simulation.faults import happen
from tests.simulation.loop import Standstill, VirtualLoop
from tests.simulation.people import People
from tests.simulation.plan import Plan
from tests.simulation.world import Make, World

REST_SECONDS: Final = 150.0
"""Simulated seconds that the city is given to come to rest."""


@dataclass
class Report:
    """What came of a run."""

    plan: Plan
    posts: int = 0
    acts: int = 0
    records: int = 0
    seconds: float = 0.0
    """Simulated."""
    digest: str = ""
    """Of every record in the log, in its place, and of every answer: the same for the same plan."""
    violations: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    """Why processes ended."""


def simulate(plan: Plan, make: Make | None = None) -> Report:
    """Run a plan to its end. `make` puts processes together; bugs are planted there."""
    loop = VirtualLoop(plan.seed)
    world = World(loop, plan.seed, make)
    people = People(world)
    report = Report(plan)
    try:
        loop.run_until_complete(_live(world, people, plan))
    except Standstill as problem:
        report.violations.append(f"everything stands still: {problem}")
    facts = Facts(world)
    report.violations += violations(world, people.operations, facts)
    report.posts = sum(one.act == "submit" for one in people.operations)
    report.acts = len(people.operations) - report.posts
    report.records, report.seconds, report.ends = facts.count, loop.time(), world.ends
    report.digest = _digest(world, people)
    world.close()
    loop.unwind()
    return report


async def _live(world: World, people: People, plan: Plan) -> None:
    world.open()
    going_wrong = [asyncio.ensure_future(happen(world, fault)) for fault in plan.faults]
    await asyncio.gather(*(people.visit(visit, plan.seed) for visit in plan.visits))
    await asyncio.gather(*going_wrong)
    world.clock.stand()
    # Whoever died last is back; then every web process must work.
    await asyncio.sleep(5.0)
    await asyncio.gather(*(people.probe(desk) for desk in sorted(world.desks)))
    until = world.loop.time() + REST_SECONDS
    while not at_rest(world) and world.loop.time() < until:
        await asyncio.sleep(1.0)


def _digest(world: World, people: People) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for place in sorted(world.broker.log.records):
        for record, at in zip(world.broker.log.records[place], world.broker.times[place], strict=True):
            # Boxes hold randomness of their own; what stands in the headers names the fact.
            digest.update(repr((place, at, record.key, record.headers)).encode())
    for one in people.operations:
        digest.update(repr((one.act, one.subject, one.called, one.answered, one.result, one.why)).encode())
    return digest.hexdigest()


def tidy() -> None:
    """Between two runs: what the last one left in circles."""
    gc.collect()
