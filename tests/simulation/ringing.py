"""Whether the bell of 督查 told of each day that was set once: of one that is near, and of one that is over."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from city.profile import Profile
from contracts.city_facts import CityFacts
from contracts.codec import Event
from contracts.identity import city_subject
from contracts.inspections import (
    CaseInspected,
    CorrectionJudged,
    CorrectionNear,
    CorrectionOverdue,
    CorrectionReported,
    RoundClosed,
    RoundOpened,
    RoundStopped,
)
from services.stats.core.inspections.round import Round
from tests.services.intake.door import PROFILE
from tests.simulation.facts import Facts
from tests.simulation.world import World


def ringing(world: World, facts: Facts) -> Iterator[str]:
    """A sentence for each word too many or too few."""
    now, latest = world.clock.now(), world.clock.latest(world.loop.time())
    for event in facts.every(RoundOpened):
        yield from _told(event.subject, facts.of(event.subject, "inspections"), now, latest)


def still_to_ring(world: World) -> bool:
    """Whether a day is near or over of which nothing was said yet."""
    rounds = [one for one in world.memory["rounds"].states() if isinstance(one, Round)]
    remembered = world.memory["stats"].state_of(city_subject(0)) or CityFacts()
    city = reduce(Profile.amended, remembered.facts, PROFILE)
    return any(one.word(item, world.clock.now(), city) for one in rounds for item in one.items)


def _told(place: str, events: Sequence[Event], now: datetime, latest: datetime) -> Iterator[str]:
    """Of one round: nothing is told after its end, of a case that was reported on, or twice of one day."""
    owed: dict[str, datetime] = {}
    told: Counter[tuple[str, str, datetime]] = Counter()
    over = False
    for event in events:
        fact: Any = event.fact
        match fact:
            case CaseInspected() | CorrectionJudged():
                owed.pop(fact.case, None)
                if fact.until is not None:
                    owed[fact.case] = fact.until
            case CorrectionReported():
                owed.pop(fact.case, None)
            case CorrectionNear() | CorrectionOverdue():
                kind = type(fact).__name__
                told[(kind, fact.case, fact.until)] += 1
                if over or owed.get(fact.case) != fact.until:
                    yield f"{place} {fact.case}: {kind} of {fact.until}, owed by {owed.get(fact.case)}, ended: {over}"
                if kind == CorrectionOverdue.__name__ and fact.until > latest:
                    yield f"{place} {fact.case}: overdue since {fact.until}, which no clock has shown"
            case RoundClosed() | RoundStopped():
                over = True
    yield from (
        f"{place} {case}: {kind} of {day} {times} times"
        for (kind, case, day), times in told.items()
        if times > 1
    )
    for case, until in owed.items():
        if not over and until < now and not told[(CorrectionOverdue.__name__, case, until)]:
            yield f"{place} {case}: nobody was told that {until} is over"
