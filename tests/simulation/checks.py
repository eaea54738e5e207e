"""What must hold when a run has come to rest: everything was heard, once, in order, by everybody; and nothing else was."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from contracts.identity import city_subject, is_city_subject
from contracts.topics import BY_NAME, type_of
from services.notifier.core.inboxes import hour_of
from services.stats.core.case import Case as StatsCase
from services.stats.core.cells import cells
from tests.simulation.asking import Operation
from tests.simulation.ballots import ballots, still_to_end
from tests.simulation.cities import cities
from tests.simulation.clocks import clocks
from tests.simulation.doors import doors
from tests.simulation.erased import erased
from tests.simulation.facts import NEED_NOT, Facts, said_by
from tests.simulation.groups import groups
from tests.simulation.ladder import ladder
from tests.simulation.orders import orders
from tests.simulation.parked import parked
from tests.simulation.recounts import recounts
from tests.simulation.ringing import ringing, still_to_ring
from tests.simulation.told import still_to_be_worked_on, told
from tests.simulation.world import World, services

WRITERS: Final = {"accountability": "records", "inspections": "rounds"}
"""Topics whose writer keeps their subjects apart from its other ones."""
CASES: Final = ("intake", "router", "deadline", "notifier")
"""Who must know of a post by its number."""


def at_rest(world: World) -> bool:
    """Whether nothing is left to publish, to hear, to ring or to send."""
    return not next(unrest(world), "")


def unrest(world: World) -> Iterator[str]:
    """What is still to be done."""
    for name, memory in world.memory.items():
        if memory.outbox:
            yield f"{name}: {len(memory.outbox)} rows of the outbox"
        if memory.waiting:
            row = next(iter(memory.waiting.values()))
            yield f"{name}: {len(memory.waiting)} records wait, the first: {row.topic} {row.seq} {row.reason}"
        for topic in services()[name].hears:
            for partition, position in memory.position.items():
                end = len(world.broker.log.records[(topic.name, partition)])
                if position.offsets.get(topic.name, 0) != end:
                    yield f"{name} {topic.name}/{partition}: {position.offsets.get(topic.name, 0)} of {end} heard"
    now = world.clock.now()
    if late := world.timers.late(now):
        yield f"deadline: {late} timers are due"
    city = world.memory["intake"].state_of(city_subject(0))
    if city is not None and world.stale.any_stale(len(city.facts)):
        yield "deadline: a case is to be dated again"
    hour = hour_of(now)
    for _, row in world.claims.still_open():
        # What waits for a digest of this hour waits for ever: the clock stands.
        if row.digest or row.hour is None or row.hour < hour:
            yield f"notifier: a notice is {row.state}"
            break
    if still_to_be_worked_on(world):
        yield "notifier: a receipt is to be worked on"
    if still_to_end(world):
        yield "survey: one is over, and open"
    if still_to_ring(world):
        yield "stats: a day is to be told of"
    if world.grounds.kept:
        yield f"stats: {len(world.grounds.kept)} grounds wait"


def violations(world: World, operations: list[Operation], facts: Facts) -> list[str]:
    """Every sentence that does not hold."""
    wrong = [*unrest(world), *facts.wrong]
    wrong += [f"a process ended of {problem!r}" for problem in world.unforeseen]
    wrong += [f"nobody caught {problem.get('exception', problem)!r}" for problem in world.loop.problems]
    wrong += [] if world.operator is None else world.operator.wrong
    found = set[str]() if world.operator is None else world.operator.found
    wrong += parked(world.memory, world.spoils, world.garbage, _heard_by, found)
    wrong += _numbers(world, facts)
    wrong += _answered(world, operations, facts)
    wrong += _figures(world)
    wrong += cities(world, operations, facts)
    wrong += told(world, facts)
    wrong += clocks(world, facts)
    wrong += ladder(world, facts)
    wrong += doors(world, facts)
    wrong += erased(world, operations, facts)
    wrong += ringing(world, facts)
    wrong += ballots(world, operations, facts)
    wrong += recounts(world, operations, facts)
    wrong += groups(world, operations, facts)
    wrong += orders(world, operations, facts)
    return wrong


def _heard_by(name: str) -> set[str]:
    return {topic.name for topic in services()[name].hears}


def _numbers(world: World, facts: Facts) -> Iterator[str]:
    """No gap in what was said; writers and readers remember the same last number."""
    said = {place: max(found) for place, found in facts.events.items()}
    for (topic, subject), found in facts.events.items():
        if len(found) != said[(topic, subject)]:
            yield f"{topic} {subject}: of {said[(topic, subject)]} numbers {len(found)} were said"
        if is_city_subject(subject):
            continue
        writer = world.memory[WRITERS.get(topic, BY_NAME[topic].writer)]
        row = writer.subject.get(subject)
        last = 0 if row is None else writer.packing.unpack(subject, *row).said.get(topic, 0)
        if last != said[(topic, subject)]:
            yield f"{topic} {subject}: its writer remembers {last} facts, {said[(topic, subject)]} were said"
    for name, memory in world.memory.items():
        topics = [topic.name for topic in services()[name].hears]
        for subject, row in memory.subject.items():
            remembered = memory.packing.unpack(subject, *row)
            for topic in topics:
                if remembered.seen.get(topic, 0) != said.get((topic, subject), 0):
                    yield f"{name} {subject}: heard {remembered.seen.get(topic, 0)} of {topic}"


def _answered(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """Every 202 is answered for, no act was applied twice, and a refused one left nothing."""
    numbers: Counter[str] = Counter()
    for one in operations:
        says = said_by(one)
        kind = type_of(says) if says is not None else ""
        applied = {cause for cause in one.causes if says is not None and one.says(cause, kind) in facts.ids}
        times, expected = len(applied), 0 if says is None else 1
        if one.outcome == "taken" and times != expected and not (one.act in NEED_NOT and not times):
            yield f"{one.act} {one.subject} was answered 202 and applied {times} times"
        elif applied & one.refused:
            yield f"{one.act} {one.subject} was refused ({one.why}) and applied {times} times"
        elif times > 1:
            yield f"{one.act} {one.subject} was applied {times} times"
        if one.result == "unknown":
            yield f"{one.act} {one.subject} was never answered ({one.why})"
        if one.act == "submit":
            yield from _posted(world, one, times, facts)
            numbers[one.answer.get("number", "")] += one.result == "taken"
    yield from (f"{number} was given {times} times" for number, times in numbers.items() if times > 1)


def _posted(world: World, one: Operation, times: int, facts: Facts) -> Iterator[str]:
    """A post is stored as often as it was said, and everybody knows it by its number."""
    stored = [subject for subject in one.subjects if subject in world.memory["intake"].subject]
    if len(stored) != times:
        yield f"a post was stored as {stored}, and said {times} times"
    if one.result != "taken":
        return
    for name in CASES:
        state = facts.state(name, one.subject)
        if state is None or state.number != one.answer["number"]:
            yield f"{name} does not know {one.answer['number']}, which was answered 202"


def _figures(world: World) -> Iterator[str]:
    """The live figures are the sum over the posts remembered."""
    recounted: Counter[Any] = Counter()
    for state in world.figures.states():
        if isinstance(state, StatsCase):
            recounted.update(cells(state))
    shown = world.cells.cells
    for place in shown.keys() | recounted.keys():
        if shown.get(place, 0) != recounted.get(place, 0):
            yield f"{place}: shown {shown.get(place, 0)}, recounted {recounted.get(place, 0)}"
