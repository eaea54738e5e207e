"""Whether what is owed by a day was said as it should be: promises of replies, city leaders' instructions, and their timers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import pairwise

from city.profile import Profile
from contracts.deadlines import (
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseSet,
)
from contracts.posts import PostHidden, PostRestored, PostWithdrawn
from services.intake.core.case import Case, Reply
from services.intake.core.instruction import Instruction
from services.stats.core.case import Case as StatsCase
from tests.simulation import hidings
from tests.simulation.cities import Wrong, under_some, versions
from tests.simulation.facts import Facts
from tests.simulation.world import World


def clocks(world: World, facts: Facts) -> Iterator[str]:
    """A sentence for each word too many or too few, and for each timer that rings for nothing or is missing."""
    known = versions(facts)
    yield from under_some(known, partial(_said, world, facts))
    yield from _armed(world, facts, known[-1])


def _said(world: World, facts: Facts, city: Profile) -> Iterator[Wrong]:
    """What was said of promises and instructions."""
    judged = partial(_judged, now=world.clock.now(), latest=world.clock.latest(world.loop.time()))
    changed = len(versions(facts)) > 1
    for subject in sorted(world.memory["intake"].subject):
        case = facts.state("intake", subject)
        if not isinstance(case, Case) or facts.state("deadline", subject) is None:
            continue
        counted = _Counted(facts, subject)
        wrong = [f"deadline {subject}: {one}" for one in counted.misplaced]
        known = facts.state("stats", subject)
        if isinstance(known, StatsCase) and {r: o for r, o in known.promises if o} != counted.ended:
            wrong.append(f"stats {subject}: of promises it knows {known.promises}, said: {counted.ended}")
        yield from ((one, one) for one in wrong)
        for reply in case.replies:
            if reply.promise is not None:
                yield from _promised(counted, case, reply, city, changed, judged)
        for one in case.instructions:
            yield from _instructed(counted, case, one, city, judged)


def _armed(world: World, facts: Facts, city: Profile) -> Iterator[str]:
    """Each timer rings for something, and for whatever is owed by a day; what is waited for is owed by the day said last."""
    armed = world.timers.armed
    latest = world.clock.latest(world.loop.time())
    for subject in sorted(world.memory["intake"].subject):
        case, clock = facts.state("intake", subject), facts.state("deadline", subject)
        if not isinstance(case, Case) or clock is None:
            continue
        instant = armed[subject][0] if subject in armed else None
        if instant != clock.next_at:
            yield f"deadline {subject}: the timer is armed for {instant}, its case says {clock.next_at}"
        owed, counted = list[datetime](), _Counted(facts, subject)
        for reply in case.replies:
            if reply.promise is not None:
                owed += _open(case, reply.promise.reported_at, reply.promise.day, latest, city)
                yield from _set(counted, reply, city)
        for one in case.instructions:
            owed += _open(
                case, one.reports[-1].at if not one.waits else None, _due(one, city).date(), latest, city
            )
        for at in owed:
            if instant is None or instant > at:
                yield f"deadline {subject}: something is owed by {at}, and the timer is armed for {instant}"
        waits = any(not one.outcome for one in clock.promises) or clock.instructions
        if instant is not None and case.step in ("replied", "rated", "withdrawn", "hidden") and not waits:
            yield f"deadline {subject}: nobody waits for anything, and the timer is armed for {instant}"


Judge = Callable[[str, int, datetime, datetime | None], Iterator[Wrong]]
"""Judges whether something was called overdue as often as it should be: place, times, its instant, and the end."""


class _Counted:
    """What deadline said of a case's promises and instructions, once for each number."""

    def __init__(self, facts: Facts, subject: str) -> None:
        self.place = subject
        self.set: dict[str, list[datetime]] = defaultdict(list)
        """Of each promise the instants that were said to be its day's end."""
        self.repeated = False
        self.ended: dict[str, str] = {}
        self.broken: Counter[str] = Counter()
        self.overdue: Counter[tuple[str, object]] = Counter()
        self.misplaced: list[str] = []
        """What was said to have ended by a hiding that there was not, or not then."""
        said = [event.fact for event in facts.of(subject, "posts")]
        undone = sum(isinstance(fact, PostRestored) for fact in said)
        began = [fact.at for fact in said if isinstance(fact, PostHidden)]
        for event in facts.of(subject, "deadlines"):
            match event.fact:
                case ReplyPromiseSet(reply=reply, due=due):
                    self.set[reply].append(due)
                case ReplyPromiseEnded(reply=reply, outcome=outcome, hiding=hiding):
                    # A post may be hidden again in the instant of its restoration: the number says by which it ended.
                    if (outcome == "hidden") != (event.fact.at in began[hiding - 1 : hiding]):
                        self.misplaced.append(f"{reply} ended as {outcome} by hiding {hiding} of {began}")
                    if outcome == "hidden" and hiding <= undone:
                        continue  # It is waited for again.
                    # An earlier end that is heard later is said as well, and counts.
                    self.repeated |= self.ended.get(reply) == outcome
                    self.ended[reply] = outcome
                case ReplyPromiseBroken(reply=reply):
                    self.broken[reply] += 1
                case ReplyPromiseBreakWithdrawn(reply=reply):
                    self.broken[reply] -= 1
                case InstructionOverdue(instruction=one, due_day=day):
                    self.overdue[(one, day)] += 1
                case InstructionOverdueWithdrawn(instruction=one, due_day=day):
                    self.overdue[(one, day)] -= 1
        self.hidden = hidings.hidings(facts.of(subject, "posts"))
        """When it was hidden for a time: what was owed by a day of that is owed later."""
        left = [fact for fact in said if isinstance(fact, PostWithdrawn | PostHidden)]
        gone = next(iter(left[undone:]), None)
        self.left = None if gone is None else gone.at
        self.how = "hidden" if isinstance(gone, PostHidden) else "withdrawn"


def _due(one: Instruction, city: Profile) -> datetime:
    assert one.due is not None
    return city.working_time.closing_from(one.due.date())


def _open(
    case: Case, done: datetime | None, day: date, latest: datetime, city: Profile
) -> Iterator[datetime]:
    """The instant by which something is waited for, as long as no clock has shown it."""
    due = city.working_time.closing_from(day)
    if done is None and not case.left and due > latest:
        yield due


def _set(counted: _Counted, reply: Reply, city: Profile) -> Iterator[str]:
    """Of a promise that is waited for."""
    promise, dues = reply.promise, counted.set[reply.id]
    if promise is None or promise.reported_at is not None or counted.left is not None:
        return
    due = city.working_time.closing_from(promise.day)
    due = hidings.owed(due, reply.at, counted.hidden, city.working_time)
    if dues[-1:] != [due]:
        yield f"deadline {counted.place} {reply.id}: its day was set as {dues}, it is owed by {due}"


def _promised(
    counted: _Counted, case: Case, reply: Reply, city: Profile, changed: bool, judged: Judge
) -> Iterator[Wrong]:
    promise, place, time = reply.promise, f"deadline {counted.place} {reply.id}", city.working_time
    assert promise is not None
    due = hidings.owed(time.closing_from(promise.day), reply.at, counted.hidden, time)
    outcome = ""
    if promise.reported_at is not None:
        outcome = "kept" if promise.reported_at <= due else "late"
    elif counted.left is not None:
        outcome = counted.how
    dues = counted.set[reply.id]
    # Where the calendar changed, a day may be what it was before.
    again = any(one == other for one, other in pairwise(dues)) if changed else len(set(dues)) < len(dues)
    if not dues or again or (len(dues) > 1 and not (counted.hidden or changed)):
        yield f"{place} set", f"{place}: its day was set as {dues}"
    if counted.ended.get(reply.id, "") != outcome or counted.repeated:
        told = f"should have ended as {outcome!r}, was said: {counted.ended}, {counted.repeated}"
        yield f"{place} ended", f"{place}: {told}"
    yield from judged(place, counted.broken[reply.id], due, promise.reported_at or counted.left)


def _instructed(
    counted: _Counted, case: Case, one: Instruction, city: Profile, judged: Judge
) -> Iterator[Wrong]:
    ends = [at for at in (one.reports[-1].at if not one.waits else None, counted.left) if at is not None]
    due, place = _due(one, city), f"deadline {counted.place} {one.id}"
    assert one.due is not None
    times = counted.overdue[(one.id, one.due.date())]
    if len(one.reports) > 1 or (one.reports and one.waits):
        # Sent back, perhaps for the same day: the last word alone counts.
        if times not in (0, 1):
            yield place, f"{place}: called overdue {times} times"
        return
    owed = hidings.owed(due, one.at, counted.hidden, city.working_time)
    yield from judged(place, times, owed, min(ends, default=None))


def _judged(
    place: str, times: int, due: datetime, end: datetime | None, now: datetime, latest: datetime
) -> Iterator[Wrong]:
    """Overdue once where the end came late or never, and not at all where it came in time or the day is not over."""
    expected = {0, 1}
    if end is not None:
        expected = {0} if end <= due else {1}
    elif due <= now:
        expected = {1}
    elif due > latest:
        expected = {0}
    if times not in expected:
        yield place, f"{place}: due {due}, ended {end}, now {now}: called overdue {times} times"
