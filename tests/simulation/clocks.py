"""Whether what is owed by a day was said as it should be: promises of replies, city leaders' instructions, and their timers."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

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
from tests.services.intake.door import PROFILE
from tests.simulation import hidings
from tests.simulation.facts import Facts
from tests.simulation.world import World


def clocks(world: World, facts: Facts) -> Iterator[str]:
    """A sentence for each word too many or too few, and for each timer that rings for nothing or is missing."""
    deadline, stats = world.memory["deadline"], world.memory["stats"]
    armed = world.timers.armed
    now, latest = world.clock.now(), world.clock.latest(world.loop.time())
    for subject in sorted(world.memory["intake"].subject):
        case, clock = world.memory["intake"].state_of(subject), deadline.state_of(subject)
        if not isinstance(case, Case) or clock is None:
            continue
        instant = armed[subject][0] if subject in armed else None
        if instant != clock.next_at:
            yield f"deadline {subject}: the timer is armed for {instant}, its case says {clock.next_at}"
        owed = list[datetime]()
        counted = _Counted(facts, subject)
        yield from (f"deadline {subject}: {one}" for one in counted.misplaced)
        ended = counted.ended
        for reply in case.replies:
            if reply.promise is None:
                continue
            owed += _open(case, reply.promise.reported_at, reply.promise.day, latest)
            yield from _promised(counted, case, reply, now, latest)
        for one in case.instructions:
            owed += _open(case, one.reports[-1].at if not one.waits else None, _due(one).date(), latest)
            yield from _instructed(counted, case, one, now, latest)
        for at in owed:
            if instant is None or instant > at:
                yield f"deadline {subject}: something is owed by {at}, and the timer is armed for {instant}"
        waits = any(not one.outcome for one in clock.promises) or clock.instructions
        if instant is not None and case.step in ("replied", "rated", "withdrawn", "hidden") and not waits:
            yield f"deadline {subject}: nothing is waited for, and the timer is armed for {instant}"
        known = stats.state_of(subject)
        if isinstance(known, StatsCase) and {r: o for r, o in known.promises if o} != ended:
            yield f"stats {subject}: of promises it knows {known.promises}, deadline said {ended}"


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


def _due(one: Instruction) -> datetime:
    assert one.due is not None
    return PROFILE.working_time.closing_from(one.due.date())


def _open(case: Case, done: datetime | None, day: object, latest: datetime) -> Iterator[datetime]:
    """The instant by which something is waited for, as long as no clock has shown it."""
    due = PROFILE.working_time.closing_from(day)  # type: ignore[arg-type]
    if done is None and not case.left and due > latest:
        yield due


def _promised(counted: _Counted, case: Case, reply: Reply, now: datetime, latest: datetime) -> Iterator[str]:
    promise, place = reply.promise, f"deadline {counted.place} {reply.id}"
    assert promise is not None
    due = hidings.owed(PROFILE.working_time.closing_from(promise.day), reply.at, counted.hidden)
    outcome = ""
    if promise.reported_at is not None:
        outcome = "kept" if promise.reported_at <= due else "late"
    elif counted.left is not None:
        outcome = counted.how
    dues = counted.set[reply.id]
    if not dues or len(set(dues)) < len(dues) or (len(dues) > 1 and not counted.hidden):
        yield f"{place}: its day was set as {dues}"
    elif not outcome and dues[-1] != due:
        yield f"{place}: its day was set as {dues}, it is owed by {due}"
    if counted.ended.get(reply.id, "") != outcome or counted.repeated:
        yield f"{place}: should have ended as {outcome!r}, was said: {counted.ended}, {counted.repeated}"
    end = promise.reported_at or counted.left
    yield from _judged(place, counted.broken[reply.id], due, end, now, latest)


def _instructed(
    counted: _Counted, case: Case, one: Instruction, now: datetime, latest: datetime
) -> Iterator[str]:
    ends = [at for at in (one.reports[-1].at if not one.waits else None, counted.left) if at is not None]
    due, place = _due(one), f"deadline {counted.place} {one.id}"
    times = counted.overdue[(one.id, due.date())]
    if len(one.reports) > 1 or (one.reports and one.waits):
        # Sent back, perhaps for the same day: the last word alone counts.
        if times not in (0, 1):
            yield f"{place}: called overdue {times} times"
        return
    owed = hidings.owed(due, one.at, counted.hidden)
    yield from _judged(place, times, owed, min(ends, default=None), now, latest)


def _judged(
    place: str, times: int, due: datetime, end: datetime | None, now: datetime, latest: datetime
) -> Iterator[str]:
    """Overdue once where the end came late or never, and not at all where it came in time or the day is not over."""
    expected = {0, 1}
    if end is not None:
        expected = {0} if end <= due else {1}
    elif due <= now:
        expected = {1}
    elif due > latest:
        expected = {0}
    if times not in expected:
        yield f"{place}: due {due}, ended {end}, now {now}: called overdue {times} times"
