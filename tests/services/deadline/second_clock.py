"""A second clock: slow, naive, and written from the words of the rules alone, to hold beside the first.

It shares no code with `city.working_time` and `services.deadline`: time is a row of minutes, each worked or not,
and every question is answered by going along that row.

- The answer is due at the closing time of the third working day after the day of receipt.
- While a question to the citizen is open, the working minutes left are frozen: until the answer, or for five working
  days. Resuming, it is due when they are used up, rounded up to that day's closing time.
- An approved extension moves the due date to the closing time of the new date (of the next working day, where it is
  none); inside a pause, the clock resumes with whichever is later.
- A published reply stops the clock; so do withdrawal and hiding. A pause ends with the case.
- A hidden post that is restored goes on with the working minutes that were left, as after a question; where a question was
  open as well, the clock stood still once. What comes after the due date waits as well. Nobody holds it meanwhile, and a draft on the leader's desk is gone.
- A reopened case has five working days from the reopening.
- The lead's reply stops its members' clocks; who has left the group goes on as if never grouped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import compress, pairwise

from contracts.assignments import LeadNamed, MeetingCalled, PostAssigned, PostReassigned
from contracts.city_facts import PolicyChanged
from contracts.facts import Fact
from contracts.posts import (
    PostHidden,
    PostReceived,
    PostRestored,
    PostsGrouped,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import (
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    PostReopened,
    ReplyApproved,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
    ReplyToSign,
)
from tests.services.deadline.second_calendar import Days


@dataclass
class Rules:
    """The numbers of the rules."""

    reply_days: int = 3
    second_days: int = 5
    waiting_days: int = 5
    remind: int = -1
    supervisor: int = 1
    bulletin: int = 5

    def changed(self, facts: Iterable[PolicyChanged], kind: str) -> "Rules":
        """With the numbers that were published later."""
        rules = Rules(**vars(self))
        for fact in facts:
            for table, numbers in fact.part.items():
                for name, number in numbers.items():
                    match table, name:
                        case _, "reply_days" if table == f"kinds.{kind}":
                            rules.reply_days = int(number)
                        case "pause", "working_days":
                            rules.waiting_days = int(number)
                        case "ladder", "remind" | "supervisor" | "bulletin":
                            setattr(rules, name, int(number))
        return rules


@dataclass
class Reading:
    """What the second clock says of a case."""

    start: datetime
    first_due: datetime
    due: datetime
    provisional: bool
    stop: datetime | None
    cause: str
    waits: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Stretches during which any question was open; touching ones are one."""
    shut: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Stretches during which it was hidden."""
    promised: dict[str, datetime] = field(default_factory=dict)
    warned: datetime | None = None
    """When 80 % of the working time up to the due instant was gone; None when the citizen is waited for until then."""
    ladder: dict[str, datetime] = field(default_factory=dict)

    @property
    def in_time(self) -> bool:
        """Whether it stopped in time."""
        return self.stop is not None and self.stop <= self.due


def read(facts: Sequence[Fact], days: Days, rules: Rules) -> Reading:
    """What the facts, in order of time, come to."""
    [post] = [fact for fact in facts if isinstance(fact, PostReceived)]
    reopenings = [fact.at for fact in facts if isinstance(fact, PostReopened)]
    start = reopenings[-1] if reopenings else post.at
    count = rules.second_days if reopenings else rules.reply_days
    first_due = days.closing(days.after(start.date(), count), start)
    stop, cause = _stopped(facts, start, len(reopenings) + 1)
    reading = Reading(start, first_due, first_due, False, stop, cause)
    _move(reading, facts, days, rules)
    reading.provisional = reading.due.date() > days.published_until()
    warned = _warned(reading, days)
    reading.warned = warned if warned < reading.due else None
    for level, number in (
        ("remind", rules.remind),
        ("supervisor", rules.supervisor),
        ("bulletin", rules.bulletin),
    ):
        reading.ladder[level] = _put_off(
            days.closing(days.after(reading.due.date(), number), start), reading, days
        )
    reading.ladder["leader"] = reading.due
    return reading


def _put_off(step: datetime, reading: Reading, days: Days) -> datetime:
    """A step after the due date, with the worked minutes that were left to it when the post was hidden."""
    for begin, end in sorted(reading.shut):
        if reading.due <= begin < step and (left := days.minutes(begin, step)):
            step = days.closing(days.used_up(end, left).date(), end)
    return step


def _stopped(facts: Sequence[Fact], start: datetime, handling: int) -> tuple[datetime | None, str]:
    lead_of: dict[str, str] = {}
    answering: dict[str, bool] = {}
    for fact in facts:
        if isinstance(fact, PostsGrouped):
            lead_of[fact.group] = fact.lead
            answering[fact.lead] = True
        elif isinstance(fact, PostUngrouped):
            answering[lead_of[fact.group]] = False
    ends = []
    gone: datetime | None = None
    for fact in facts:
        match fact:
            case ReplyPublished() if fact.at >= start and fact.handling >= handling:
                if not fact.lead or answering.get(fact.lead, True):
                    ends.append((fact.at, 0, "replied"))
            case PostWithdrawn():
                ends.append((fact.at, 1, "withdrawn"))
            case PostHidden():
                gone = fact.at
            case PostRestored():
                gone = None
    if gone is not None:
        ends.append((gone, 1, "hidden"))
    return (min(ends)[0], min(ends)[2]) if ends else (None, "")


_Step = tuple[datetime, int, str, datetime]
"""When, a rank among those of one instant, which, and until when the clock stands still or what is promised."""


def _steps(reading: Reading, facts: Sequence[Fact], days: Days, rules: Rules) -> list[_Step]:
    """Questions, hidings that were undone and extensions of this handling, in order of time; the stretches are written down."""
    stop = reading.stop
    answers: dict[str, datetime] = {}
    for fact in facts:
        if isinstance(fact, CitizenAnswered):
            answers.setdefault(fact.question, fact.at)
    steps: list[_Step] = []
    for fact in facts:
        if fact.at < reading.start or (stop is not None and fact.at >= stop):
            continue
        if isinstance(fact, CitizenAsked):
            limit = days.closing(days.after(fact.at.date(), rules.waiting_days), fact.at)
            until = min(limit, answers.get(fact.question, limit))
            steps.append((fact.at, 1, fact.question, until))
            if until > fact.at:
                reading.waits.append((fact.at, until if stop is None else min(until, stop)))
        elif isinstance(fact, PostHidden):
            back = min((other.at for other in facts if _restores(other, fact)), default=None)
            if back is not None and back > fact.at:
                steps.append((fact.at, 1, "", back))
                reading.shut.append((fact.at, back))
        elif isinstance(fact, ExtensionApproved):
            promised = days.closing(days.from_day(fact.new_date), fact.at)
            reading.promised[fact.extension] = promised
            steps.append((fact.at, 2, fact.extension, promised))
    return sorted(steps, key=lambda step: step[:3])


def _move(reading: Reading, facts: Sequence[Fact], days: Days, rules: Rules) -> None:
    """Go through questions, hidings, answers and extensions in order of time."""
    stop = reading.stop
    steps = _steps(reading, facts, days, rules)
    reading.waits = _joined(reading.waits)
    waiting_from: datetime | None = None
    waiting_until = reading.start
    left = 0
    later: datetime | None = None

    def resume(until: datetime) -> None:
        nonlocal waiting_from, later
        if waiting_from is None or waiting_until > until:
            return
        _resume(reading, days, left, waiting_until, later)
        waiting_from, later = None, None

    for at, rank, _, value in steps:
        resume(at)
        if rank == 1:
            if value <= at:
                continue
            if waiting_from is None:
                waiting_from, waiting_until, left = at, value, days.minutes(at, reading.due)
            else:
                waiting_until = max(waiting_until, value)
        elif waiting_from is None:
            reading.due = value
        else:
            later = value if later is None else max(later, value)
    if waiting_from is None:
        return
    if stop is None or waiting_until <= stop:
        resume(waiting_until)
        return
    if stop > reading.due:
        _resume(reading, days, left, stop, None)
    reading.due = reading.due if later is None else max(reading.due, later)


def _joined(stretches: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(stretches):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _restores(fact: Fact, hidden: PostHidden) -> bool:
    return isinstance(fact, PostRestored) and fact.at >= hidden.at


def _resume(reading: Reading, days: Days, left: int, at: datetime, later: datetime | None) -> None:
    if left:
        reading.due = days.closing(days.used_up(at, left).date(), at)
    if later is not None:
        reading.due = max(reading.due, later)


def _warned(reading: Reading, days: Days) -> datetime:
    """Go along the minutes that are worked and not frozen, to the one that makes 80 %."""
    start, due = days.place(reading.start), days.place(reading.due)
    row = days.works(start, due)
    for begin, end in (*reading.waits, *reading.shut):
        first, last = max(days.place(begin), start) - start, min(days.place(end), due) - start
        if first < last:
            row[first:last] = bytes(last - first)
    running = list(compress(range(start, due), row))
    gone = round(len(running) * 0.8)
    ending = running[gone - 1] + 1 if gone else start
    warned = reading.start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
        minutes=ending - start + reading.start.hour * 60 + reading.start.minute
    )
    if not gone:
        warned = reading.start
    return max([warned, *(b for a, b in (*reading.waits, *reading.shut) if a < reading.due)])


def held(facts: Sequence[Fact], reading: Reading, until: datetime, days: Days) -> Mapping[str, int]:
    """Worked minutes from the start to an instant by whoever held the case: each minute is one holder's."""
    marks = sorted(
        {reading.start, until, *(fact.at for fact in facts), *(at for wait in reading.waits for at in wait)}
    )
    minutes: dict[str, int] = {}
    for begin, end in pairwise(mark for mark in marks if reading.start <= mark <= until):
        holder = _holder(facts, reading, begin)
        passed = days.minutes(begin, end)
        if passed:
            minutes[holder] = minutes.get(holder, 0) + passed
    return minutes


def _holder(facts: Sequence[Fact], reading: Reading, at: datetime) -> str:
    if any(begin <= at < end for begin, end in reading.waits):
        return "citizen"
    if any(begin <= at < end for begin, end in reading.shut):
        return "moderation"
    unit, sitting, desk = "", False, ""
    for fact in facts:
        if fact.at > at:
            break
        match fact:
            case PostAssigned() | PostReassigned():
                unit, sitting = fact.department, False
            case MeetingCalled():
                sitting = True
            case LeadNamed():
                sitting = False
            case ReplyDrafted():
                desk = fact.department
            case ReplySentBack() | ReplyApproved() | ReplyToSign() | ReplyPublished() | PostRestored():
                desk = ""
    if sitting:
        return "meeting"
    if desk and desk == unit:
        return f"leader:{unit}"
    return unit or "router"
