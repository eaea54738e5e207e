"""Whether each rung of the ladder was said once and when it should be: warnings, misses, escalations, and dates of extensions."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from city.profile import Profile
from contracts.assignments import AssignmentHeld, LeadNamed, MeetingCalled, PostAssigned, PostReassigned
from contracts.codec import Event
from contracts.deadlines import (
    CaseEscalated,
    ClockPaused,
    ClockResumed,
    ClockStopped,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineNear,
    DeadlineRedated,
    DeadlineSet,
    DispatchLate,
    DispatchLateWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.facts import Fact
from contracts.posts import PostHidden, PostReceived, PostRestored, PostUngrouped, PostWithdrawn
from contracts.replies import ExtensionApproved, PostReopened, ReplyPublished
from services.intake.core.case import Case
from services.stats.core.case import Case as StatsCase
from tests.simulation.cities import Wrong, under_some, versions
from tests.simulation.facts import Facts
from tests.simulation.hidings import hidings, put_off, questions, standing
from tests.simulation.world import World

RUNGS: Final = ("leader", "supervisor", "bulletin")
"""Rungs that are a matter of record; the policy says on which working day after the due one they stand."""


Once = Callable[[str, int, datetime, datetime | None], Iterator[Wrong]]
"""Judges whether a word was said as often as it should be: place, times, its instant, and the end."""


class _Said:
    """What deadline said of one handling, with what it took back."""

    def __init__(self) -> None:
        self.due: datetime | None = None
        self.missed: datetime | None = None
        self.rungs: dict[str, datetime] = {}
        self.near: Counter[datetime] = Counter()
        self.extended: Counter[str] = Counter()
        self.broken: dict[str, datetime] = {}
        self.paused = self.resumed = 0


class _Been:
    """What people did in one handling."""

    def __init__(self) -> None:
        self.start: datetime | None = None
        self.end: datetime | None = None
        self.hidden: list[tuple[datetime, datetime]] = []
        """When it was hidden for a time, which puts off what stands beside the due date."""
        self.approved: dict[str, ExtensionApproved] = {}

    @property
    def ends(self) -> tuple[datetime, ...]:
        """When it ended, if it did."""
        return () if self.end is None else (self.end,)


def ladder(world: World, facts: Facts) -> Iterator[str]:
    """A sentence for each word too many or too few, by whatever the city was when it was said."""
    yield from under_some(versions(facts), partial(_ladder, world, facts))


def _ladder(world: World, facts: Facts, city: Profile) -> Iterator[Wrong]:
    once = partial(_once, now=world.clock.now(), latest=world.clock.latest(world.loop.time()))
    for subject in sorted(world.memory["intake"].subject):
        case = facts.state("intake", subject)
        if not isinstance(case, Case) or not case.exists or not city.policy.kind(case.kind).clock:
            continue
        wrong: list[str] = []
        said, been = _read(facts.of(subject, "deadlines"), wrong), _lived(facts, subject, city)
        if len(said) != len(been):
            wrong.append(f"{len(been)} handlings have begun, {len(said)} clocks were set")
        yield from ((f"{subject}: {one}", f"deadline {subject}: {one}") for one in wrong)
        for n, (words, done) in enumerate(zip(said, been, strict=False), 1):
            place = f"deadline {subject}, handling {n}"
            yield from _rungs(place, words, done, city, once)
            yield from _extensions(place, words, done, city, once)
        yield from _waited(facts, subject, been, city, once)
        known = facts.state("stats", subject)
        counted = sum(words.extended.total() for words in said), sum(len(words.broken) for words in said)
        if isinstance(known, StatsCase) and (known.extensions, known.broken) != counted:
            told = f"{known.extensions} extensions, {known.broken} broken; deadline said {counted}"
            yield f"stats {subject}", f"stats {subject}: {told}"


def _read(events: Sequence[Event], wrong: list[str]) -> list[_Said]:
    """What stands of what was said, handling by handling; what was said twice is wrong at once."""
    found: list[_Said] = []
    for event in events:
        fact = event.fact
        if isinstance(fact, DeadlineSet):
            found.append(_Said())
        number = getattr(fact, "handling", None)
        if number is None:
            continue
        if not 0 < number <= len(found):
            wrong.append(f"{type(fact).__name__} of handling {number}, when {len(found)} were set")
            continue
        if number < len(found) and isinstance(fact, DeadlineSet | DeadlineNear | DeadlineRedated):
            wrong.append(f"{type(fact).__name__} of handling {number}, when {len(found)} were set")
        # Something was heard late of one that is over.
        said = found[number - 1]
        match fact:
            case DeadlineSet(due=due) | DeadlineRedated(due=due) | ClockStopped(due=due):
                said.due = due
            case ClockPaused():
                said.paused += 1
            case ClockResumed(due=due):
                said.due, said.resumed = due, said.resumed + 1
            case DeadlineExtended(extension=one, due=due):
                said.due, said.extended[one] = due, said.extended[one] + 1
            case DeadlineNear(due=due):
                said.near[due] += 1
                wrong += [f"was warned of {due} twice"] if said.near[due] > 1 else []
            case DeadlineMissed(due=due):
                wrong += [f"missed {due} while a miss of {said.missed} stood"] if said.missed else []
                said.missed = due
            case CaseEscalated(level=level, due=due):
                wrong += [f"reached {level} twice"] if level in said.rungs else []
                said.rungs[level] = due
            case PromiseBroken(extension=one, promised=promised):
                wrong += [f"broke the date of {one} twice"] if one in said.broken else []
                said.broken[one] = promised
            case MissWithdrawn(clock="promise", due=due):
                standing = [one for one, promised in said.broken.items() if promised == due]
                wrong += [] if standing else [f"took back a broken date {due} that did not stand"]
                said.broken = {one: at for one, at in said.broken.items() if one not in standing[:1]}
            case MissWithdrawn(due=due):
                wrong += [] if said.missed == due else [f"took back a miss of {due} that did not stand"]
                said.missed = None
                said.rungs = {level: at for level, at in said.rungs.items() if level == "remind"}
    return found


def _lived(facts: Facts, subject: str, city: Profile) -> list[_Been]:
    """Each handling: when it began, when it ended, and what was granted in it, in the order in which it was done.

    Who leaves a group goes on as if the reply of its lead had never been; but one that somebody was not content with has ended
    its handling, and another has begun.
    """
    found, given = [_Been()], list[ReplyPublished]()
    parted = {
        event.fact.group for event in facts.of(subject, "posts") if isinstance(event.fact, PostUngrouped)
    }
    for event in facts.of(subject, "replies"):
        match event.fact:
            case PostReopened(at=at):
                found[-1].end = _first(given, parted) or min(reply.at for reply in given)
                found.append(_Been())
                found[-1].start, given = at, []
            case ReplyPublished() as reply:
                given.append(reply)
            case ExtensionApproved(extension=one) as fact:
                found[-1].approved[one] = fact
    found[-1].end = _first(given, parted)
    said = [event.fact for event in facts.of(subject, "posts")]
    undone = sum(isinstance(fact, PostRestored) for fact in said)
    left = [fact for fact in said if isinstance(fact, PostWithdrawn | PostHidden)][undone:]
    if left and found[-1].end is None:
        found[-1].end = left[0].at
    still = [*hidings(facts.of(subject, "posts")), *questions(facts.of(subject, "replies"), city)]
    for been in found:
        been.hidden = standing(still, been.start, been.end)
    return found


def _first(given: list[ReplyPublished], parted: set[str]) -> datetime | None:
    """When the first reply that stands was given."""
    return next((reply.at for reply in given if reply.group not in parted), None)


def _rungs(place: str, said: _Said, done: _Been, city: Profile, once: Once) -> Iterator[Wrong]:
    """The miss and every rung above it: said if its instant came before the end, else not."""
    if said.due is None or (done.end is None and said.paused > said.resumed):
        return  # It stands still: what is due is not known.
    time, due = city.working_time, said.due
    steps = {level: getattr(city.policy.ladder, level) for level in RUNGS}
    instants = {
        level: put_off(due if not days else time.add_days(due, days), due, done.hidden, time)
        for level, days in steps.items()
    }
    stands = dict.fromkeys(said.rungs, 1)
    for level, at in {"missed": due, **instants}.items():
        times = int(said.missed is not None) if level == "missed" else stands.get(level, 0)
        yield from once(f"{place}: {level}", times, at, done.end)


def _extensions(place: str, said: _Said, done: _Been, city: Profile, once: Once) -> Iterator[Wrong]:
    """What was granted moved the clock once, and its date was called broken where it was."""
    for identity, fact in done.approved.items():
        # What was granted in the instant of the end was granted before it; by a clock that was set back since, it moves nothing.
        late = done.end is not None and fact.at > done.end
        if said.extended[identity] != 1 and not (late and not said.extended[identity]):
            told = f"{place}: extension {identity} moved the clock {said.extended[identity]} times"
            yield told, told
        if late:
            continue
        promised = city.working_time.closing_from(fact.new_date)
        broken = int(identity in said.broken)
        instant = put_off(promised, fact.at, done.hidden, city.working_time)
        yield from once(f"{place}: date of {identity}", broken, instant, done.end)
    for identity in said.extended.keys() - done.approved.keys():
        told = f"{place}: extension {identity} moved a clock and was not granted in this handling"
        yield told, told


def _waited(facts: Facts, subject: str, been: list[_Been], city: Profile, once: Once) -> Iterator[Wrong]:
    """A post that waited too long for a person to choose its unit, and each meeting that did not rule by its time."""
    said = [event.fact for event in facts.of(subject, "deadlines")]
    assigned = [event.fact for event in facts.of(subject, "assignments")]
    posts = [event.fact for event in facts.of(subject, "posts")]
    received = next((fact.at for fact in posts if isinstance(fact, PostReceived)), None)
    if received is None:
        return  # Whoever finds the gap in the log tells of it.
    given = [fact.at for fact in assigned if isinstance(fact, PostAssigned | PostReassigned)]
    late = _standing(said, DispatchLate, DispatchLateWithdrawn)
    if assigned and isinstance(assigned[0], AssignmentHeld):
        over = put_off(_dispatched_by(received, city), received, been[0].hidden, city.working_time)
        end = min((*given, *been[0].ends), default=None)
        # Of a handling that is over it is said only once an assignment was heard (ADR 74).
        if given or len(been) == 1 or late > 1:
            yield from once(f"deadline {subject}: dispatch", late, over, end)
    elif late:
        told = f"deadline {subject}: it never waited for a person, and was late for {late} times"
        yield told, told
    awaited = Counter(fact.until for fact in said if isinstance(fact, MeetingLate))
    awaited.subtract(fact.until for fact in said if isinstance(fact, MeetingLateWithdrawn))
    for n, meeting in enumerate(assigned):
        if not isinstance(meeting, MeetingCalled):
            continue
        done = next(one for one in reversed(been) if one.start is None or one.start <= meeting.at)
        over = put_off(meeting.until, meeting.at, done.hidden, city.working_time)
        times, place = awaited.pop(meeting.until, 0), f"deadline {subject}: meeting of {meeting.at}"
        ends = [
            fact.at for fact in assigned[n:] if isinstance(fact, LeadNamed | PostAssigned | PostReassigned)
        ]
        yield from once(place, times, over, min((*ends, *done.ends), default=None))
    for until in awaited:
        told = f"deadline {subject}: nobody called a meeting until {until}"
        yield told, told


def _standing(said: list[Fact], late: type[Fact], withdrawn: type[Fact]) -> int:
    """How often a word stands that may be taken back."""
    return sum(isinstance(fact, late) - isinstance(fact, withdrawn) for fact in said)


def _dispatched_by(received: datetime, city: Profile) -> datetime:
    """The policy's share of the working day on which it was received, or the next."""
    time = city.working_time
    day = time.next_working_instant(received).date()
    minutes = time.minutes_between(time.opening(day), time.closing(day))
    return time.add_minutes(received, round(minutes * city.policy.dispatch.working_days))


def _once(
    place: str, times: int, at: datetime, end: datetime | None, now: datetime, latest: datetime
) -> Iterator[Wrong]:
    """Once where it came before the end, and not at all where the end came first or no clock has shown it."""
    expected = {0, 1}
    if end is not None:
        expected = {int(at < end)}
    elif at <= now:
        expected = {1}
    elif at > latest:
        expected = {0}
    if times not in expected:
        yield place, f"{place} of {at}, ended {end}, now {now}: said {times} times"
