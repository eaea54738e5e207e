"""One run of one plan: the city lives, things go wrong, it comes to rest, and everything is looked at."""

import asyncio
import gc
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from contracts.deadlines import CaseEscalated
from contracts.facts import Fact
from tests.simulation.asking import Operation
from tests.simulation.checks import at_rest, violations
from tests.simulation.facts import Facts
from tests.simulation.faults import happen
from tests.simulation.forum_people import Forums
from tests.simulation.group_people import Groups
from tests.simulation.loop import Standstill, VirtualLoop
from tests.simulation.office_people import Offices
from tests.simulation.operators import Operators
from tests.simulation.people import People
from tests.simulation.plan import ASKED, CHANGED, OTHERS, TOGETHER, Plan
from tests.simulation.survey_people import Surveys
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
    hits: Counter[str] = field(default_factory=Counter)
    """What went wrong, and how often it did."""
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Act and result: `taken`, `refused`, `unknown`."""
    said: Counter[str] = field(default_factory=Counter)
    """Facts by their names; a step of the ladder by its level, too."""


def simulate(
    plan: Plan, make: Make | None = None, rest: float = REST_SECONDS, *, digested: bool = True
) -> Report:
    """Run a plan to its end. `make` puts processes together; bugs are planted there. `rest` is the time to come to rest.

    `digested`: the report has a digest, by which two runs are compared.
    """
    # Tasks and handles come and go by the million, and none of them in circles: looking for circles costs a quarter.
    gc.collect()
    # What is there now mostly stays for ever. Beside ten thousand tests, looking through it again took ten times as long as a
    # run of one post, and asking whether it was frozen before takes as long as half of that.
    gc.freeze()
    gc.disable()
    try:
        return _simulated(plan, make, rest, digested)
    finally:
        gc.enable()


def _simulated(plan: Plan, make: Make | None, rest: float, digested: bool) -> Report:
    loop = VirtualLoop(plan.seed)
    spoilt = any(fault.kind in ("raise", "garbage") for fault in plan.faults)
    world = World(loop, plan.seed, make, plan.haste, spoilt)
    operations: list[Operation] = []
    report = Report(plan)
    try:
        loop.run_until_complete(_live(world, operations, plan, rest))
    except Standstill as problem:
        report.violations.append(f"everything stands still: {problem}")
    facts = Facts(world)
    report.violations += violations(world, operations, facts)
    report.said = Counter(_named(event.fact) for found in facts.events.values() for event in found.values())
    report.posts = sum(one.act == "submit" for one in operations)
    report.acts = len(operations) - report.posts
    report.records, report.seconds, report.ends = facts.count, loop.time(), world.ends
    report.hits = world.hits
    report.answers = Counter((one.act, one.result) for one in operations)
    report.digest = _digest(world, operations) if digested else ""
    world.close()
    loop.unwind()
    return report


async def _live(world: World, operations: list[Operation], plan: Plan, rest: float) -> None:
    people = People(world, operations)
    offices, forums = Offices(world, operations), Forums(world, operations)
    begins = dict.fromkeys(OTHERS, offices.visit)
    begins |= {TOGETHER: Groups(world, operations, people).visit, ASKED: Surveys(world, operations).visit}
    begins[CHANGED] = Operators(world, operations).visit
    begins |= {"post": people.visit, "debate": forums.visit, "dialogue": forums.visit}
    world.open()
    going_wrong = [asyncio.ensure_future(happen(world, fault)) for fault in plan.faults]
    await asyncio.gather(*(begins[visit.what](visit, plan.seed) for visit in plan.visits))
    await asyncio.gather(*going_wrong)
    # The digests of the last hour go out, too.
    world.clock.step(3600.0)
    world.clock.stand()
    # Whoever died last is back; then every web process must work.
    await asyncio.sleep(5.0)
    await asyncio.gather(*(people.probe(desk) for desk in sorted(world.doors["intake"])))
    until = world.loop.time() + rest
    while not at_rest(world) and world.loop.time() < until:
        await asyncio.sleep(1.0)


def _named(fact: Fact) -> str:
    name = type(fact).__name__
    return f"{name} {fact.level}" if isinstance(fact, CaseEscalated) else name


def _digest(world: World, operations: list[Operation]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for place in sorted(world.broker.log.records):
        for record, at in zip(world.broker.log.records[place], world.broker.times[place], strict=True):
            # Boxes hold randomness of their own; what stands in the headers names the fact.
            digest.update(repr((place, at, record.key, record.headers)).encode())
    for one in operations:
        digest.update(repr((one.act, one.subject, one.called, one.answered, one.result, one.why)).encode())
    return digest.hexdigest()
