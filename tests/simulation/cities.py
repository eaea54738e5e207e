"""Whether each change of the city was said to every partition once and in one order, and everybody goes by it in the end."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from city.profile import Profile
from contracts.city_facts import CityFact, CityFacts
from contracts.identity import PARTITIONS, city_subject
from contracts.topics import CITY, type_of
from services.deadline.core.case import Case
from services.deadline.core.clock import clock
from tests.services.intake.door import PROFILE
from tests.simulation.asking import Operation
from tests.simulation.facts import Facts, said_by
from tests.simulation.world import World, services


def versions(facts: Facts) -> tuple[Profile, ...]:
    """The city as it was at first, and after each change."""
    return tuple(accumulate(_changes(facts, 0), Profile.amended, initial=PROFILE))


Wrong = tuple[str, str]
"""What is judged, and the sentence that says what is wrong with it."""


def under_some(cities: tuple[Profile, ...], judged: Callable[[Profile], Iterator[Wrong]]) -> Iterator[str]:
    """What is wrong by every version of the city: nobody can tell from the log by which of them something was said."""
    newest = dict(judged(cities[-1]))
    others = [dict(judged(city)) for city in cities[:-1]] if newest else []
    for place, sentence in newest.items():
        if all(place in other for other in others):
            yield sentence


def _changes(facts: Facts, partition: int) -> tuple[Any, ...]:
    return tuple(event.fact for event in facts.of(city_subject(partition), CITY.name))


def cities(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """Every sentence that does not hold."""
    changes = _changes(facts, 0)
    for partition in range(PARTITIONS):
        if _changes(facts, partition) != changes:
            yield f"partition {partition} was told of {_changes(facts, partition)}, the first of {changes}"
        yield from _remembered(world, partition, changes)
    yield from _in_order(operations, facts)
    yield from _dated(world, facts)


def _remembered(world: World, partition: int, changes: tuple[CityFact, ...]) -> Iterator[str]:
    """Whoever hears of the city remembers what was said, and every process that owns the partition goes by it."""
    subject = city_subject(partition)
    for name, memory in world.memory.items():
        hears = CITY in services()[name].hears or CITY in services()[name].says
        state = memory.state_of(subject) if subject in memory.subject else CityFacts()
        if hears and state != CityFacts(changes):
            yield f"{name} {subject}: {state} is remembered, {changes} was said"
    for name, member in world.members.items():
        listener = member.listener
        view = listener.cities.get(partition)
        if CITY not in listener.service.hears or not world.running[name].alive or view is None:
            continue
        if view.amendments != len(changes):
            yield f"{name} {subject}: it goes by {view.amendments} of {len(changes)} changes"


def _in_order(operations: list[Operation], facts: Facts) -> Iterator[str]:
    """What was answered before another was asked for was said before it."""
    numbers = {event.id: event.seq for event in facts.of(city_subject(0), CITY.name)}
    said = []
    for one in operations:
        if one.act.startswith("city:"):
            says = said_by(one)
            assert says is not None
            kind = type_of(says)
            found = [numbers[i] for cause in one.causes if (i := one.says(cause, kind)) in numbers]
            said += [(one, found[0])] if found else []
    for first, number in said:
        for second, later in said:
            if first.answered < second.called and number > later:
                yield f"{first.act} was answered before {second.act} was asked for, and is said after it"


def _dated(world: World, facts: Facts) -> Iterator[str]:
    """Every open case is dated by the city as it is now."""
    newest, changes = versions(facts)[-1], len(_changes(facts, 0))
    for subject, row in sorted(world.memory["deadline"].subject.items()):
        case = world.memory["deadline"].packing.unpack(subject, *row).state
        if not isinstance(case, Case) or case.received_at is None or case.said.stopped is not None:
            continue
        if case.amendments != changes:
            yield f"deadline {subject}: dated by {case.amendments} of {changes} changes"
        made = clock(case, newest)
        waits = made is not None and any(one.question not in dict(case.said.resumed) for one in made.pauses)
        if made is not None and not waits and case.said.due != made.due:
            yield f"deadline {subject}: {case.said.due} was said to be the day, it is {made.due}"
