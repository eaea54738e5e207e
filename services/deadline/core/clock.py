"""The clock is a fold: facts in, clock out; the same for every order of arrival and every replay."""

import itertools
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from city.profile import Profile
from city.working_time import Counted, WorkingTime
from contracts.deadlines import Clock as ClockName
from contracts.deadlines import Held
from services.deadline.core.case import Case, Extension, Handling, Hidden, clock_name


class Span(Struct, frozen=True):
    """From `start` to `end` a question was open."""

    question: str
    start: datetime
    end: datetime
    """The answer, or the end of waiting for one."""
    answered: bool
    """Before the waiting limit; else it ends, or ended, when that passed, or with the case."""
    waited_out: bool
    """It ends, or ended, because the waiting limit passed."""
    minutes_left: int
    """Working minutes to the due instant, frozen at the start."""
    due_after: datetime


class Moved(Struct, frozen=True):
    """An extension and the due instant it led to."""

    extension: str
    at: datetime
    promised: datetime
    """The closing instant of the date given; of the next day worked where that is none."""
    due: datetime
    """What it led to: the promised instant, or later where a pause had moved the due instant beyond it."""


class Clock(Struct, frozen=True):
    """The clock of a handling."""

    handling: int
    start: datetime
    first_due: datetime
    """Before any pause or extension."""
    counted: tuple[Counted, ...]
    due: datetime
    provisional: bool
    pauses: tuple[Span, ...]
    extensions: tuple[Moved, ...]
    hidden: tuple[Hidden, ...]
    """While nobody could work on it, and no question was open."""
    stop: datetime | None
    cause: str
    """`replied`, `withdrawn`, `hidden`, or empty while it runs."""
    department: str
    """The unit whose reply stopped it."""

    @property
    def name(self) -> ClockName:
        """`reply`, or `second` after a reopening."""
        return clock_name(self.handling)

    @property
    def in_time(self) -> bool:
        """Whether it stopped not after the due instant then in force (按时率)."""
        return self.stop is not None and self.stop <= self.due


def clock(case: Case, city: Profile, number: int = 0) -> Clock | None:
    """The clock the facts make, of the handling at hand or of the one of this number.

    None before the post was heard, or when its kind carries no clock.
    """
    handling = case.handling_of(number) if number else case.handling
    rules = city.policy.kind(case.kind)
    if handling is None or not rules.clock:
        return None
    time = city.working_time
    days = rules.reply_days if handling.number == 1 else city.policy.reopen.reply_days
    first = time.due(handling.start, days)
    over = case.is_over(handling.number)
    stop, cause, department = _answered(case, handling) if over else _stop(case, handling)
    due, pauses, extensions, hidden = _moved(first.at, _movements(case, handling, stop, city), stop, time)
    return Clock(
        handling=handling.number,
        start=handling.start,
        first_due=first.at,
        counted=first.counted,
        due=due,
        provisional=time.is_provisional(due),
        pauses=tuple(pauses),
        extensions=tuple(extensions),
        hidden=tuple(hidden),
        stop=stop,
        cause=cause,
        department=department,
    )


def _moved(
    due: datetime, movements: "list[_Open | Moved | _Shut]", stop: datetime | None, time: WorkingTime
) -> tuple[datetime, list[Span], list[Moved], list[Hidden]]:
    """Where pauses, extensions and hidings that were undone, in order of time, move a due instant."""
    pauses: list[Span] = []
    extensions: list[Moved] = []
    hidden: list[Hidden] = []
    # When the clock last stood still, and when it was due then; where one standstill goes over into another, it is one.
    frozen_at = frozen_due = due
    # The latest date promised while it stood still: it resumes with that, if the minutes left end before.
    later: datetime | None = None
    for movement in movements:
        if isinstance(movement, Moved):
            # A pause that the stop has ended was open when time was granted in the instant of the stop.
            open_then = bool(pauses) and (movement.at < pauses[-1].end or pauses[-1].end == stop)
            frozen = open_then and pauses[-1].start <= movement.at
            due = max(due, movement.promised) if frozen else movement.promised
            extensions.append(replace(movement, due=due))
            if frozen:
                later = movement.promised if later is None else max(later, movement.promised)
                pauses[-1] = replace(pauses[-1], due_after=due)
            continue
        if not movement.continues:
            frozen_at, frozen_due, later = movement.start, due, None
        due = _due_after(frozen_at, frozen_due, movement.end, stop, time)
        due = due if later is None else max(due, later)
        end = movement.end if stop is None else min(movement.end, stop)
        if isinstance(movement, _Shut):
            hidden.append(Hidden(movement.start, end))
            if movement.continues and pauses:
                # The question's time ran out while the post was hidden: when its end is said, so is this date.
                pauses[-1] = replace(pauses[-1], due_after=due)
            continue
        left = max(0, time.minutes_between(frozen_at, frozen_due))
        answered = movement.answered and end == movement.end
        waited_out = not movement.answered and end == movement.end
        pauses.append(Span(movement.question, movement.start, end, answered, waited_out, left, due))
    return due, pauses, extensions, hidden


def _due_after(
    frozen_at: datetime, frozen_due: datetime, end: datetime, stop: datetime | None, time: WorkingTime
) -> datetime:
    """The due instant of a clock that stands still from `frozen_at` to `end`. A standstill ends with the case at the latest.

    A clock that stops while it stands still never runs again: its due instant stays. Where that has passed
    meanwhile, it moves as if the clock had gone on at the stop, for the minutes left were frozen.
    """
    if stop is None or end <= stop:
        return time.resume(frozen_due, frozen_at, end)
    return frozen_due if stop <= frozen_due else time.resume(frozen_due, frozen_at, stop)


def warned_at(made: Clock, share: float, time: WorkingTime) -> datetime:
    """When this share of the working time up to the due instant is gone; what was frozen does not count.

    Never inside a pause: nobody is warned while the citizen is waited for, or the post is hidden.
    """
    pauses = [span for span in _frozen(made) if span.start < made.due]
    frozen = sum(time.minutes_between(pause.start, min(pause.end, made.due)) for pause in pauses)
    left = round((time.minutes_between(made.start, made.due) - frozen) * share)
    at = made.start
    for pause in pauses:
        worked = time.minutes_between(at, pause.start)
        if left <= worked:
            break
        left, at = left - worked, pause.end
    warned = time.add_minutes(at, left)
    return max(warned, pauses[-1].end) if pauses else warned


def put_off(made: Clock, since: datetime, at: datetime, time: WorkingTime) -> datetime:
    """An instant that stands beside the due one, by as much later as the post was hidden between `since` and it."""
    for span in made.hidden:
        if since <= span.start < at:
            at = time.resume(at, span.start, span.end)
    return at


def _frozen(made: Clock) -> list[Span | Hidden]:
    """When nobody's minutes passed, in order of time: never two at once."""
    both: list[Span | Hidden] = [*made.pauses, *made.hidden]
    return sorted(both, key=lambda span: span.start)


class Stretch(Struct, frozen=True):
    """From `start` to `end` one holder had the case."""

    holder: str
    start: datetime
    end: datetime


def stretches(case: Case, made: Clock, until: datetime) -> list[Stretch]:
    """Who held the case from the start of the handling to `until`, in order, without gap or overlap.

    Exactly one does at any time: the citizen while a question is open, else `moderation` while the post was
    hidden, else the meeting while one sits (until it rules, or a person assigns the case over its head), else
    the leader of the holding unit whose desk has a draft, else the unit, before any the router.
    """
    marks = {made.start, until}
    marks.update(at for pause in made.pauses for at in (pause.start, pause.end))
    marks.update(at for span in case.hidden for at in (span.start, span.end))
    marks.update(holding.at for holding in case.holdings)
    marks.update(step.at for step in case.desk)
    marks.update(meeting.at for meeting in case.meetings)
    ordered = sorted(mark for mark in marks if made.start <= mark <= until)
    return [Stretch(_holder(case, made, start), start, end) for start, end in itertools.pairwise(ordered)]


def ledger(case: Case, made: Clock, until: datetime, time: WorkingTime) -> tuple[Held, ...]:
    """Working minutes by holder from the start of the handling to `until`; they sum to the elapsed ones."""
    minutes: dict[str, int] = {}
    for stretch in stretches(case, made, until):
        passed = time.minutes_between(stretch.start, stretch.end)
        if passed:
            minutes[stretch.holder] = minutes.get(stretch.holder, 0) + passed
    return tuple(Held(holder, count) for holder, count in minutes.items())


def assisted(case: Case, made: Clock, until: datetime, time: WorkingTime) -> tuple[Held, ...]:
    """Working minutes for which each unit assisted, beside the ledger: they are nobody's minutes twice.

    As for the holder, what a question to the citizen froze does not count.
    """
    changes = sorted(case.assisting, key=lambda change: change.at)
    ends = [*(change.at for change in changes[1:]), until]
    minutes: dict[str, int] = {}
    for change, end in zip(changes, ends, strict=False):
        start, end = max(change.at, made.start), min(end, until)
        if start >= end:
            continue
        passed = time.minutes_between(start, end)
        for frozen in _frozen(made):
            if frozen.start < end and frozen.end > start:
                passed -= time.minutes_between(max(frozen.start, start), min(frozen.end, end))
        for unit in change.units:
            minutes[unit] = minutes.get(unit, 0) + passed
    return tuple(Held(unit, count) for unit, count in minutes.items() if count)


def _holder(case: Case, made: Clock, at: datetime) -> str:
    if any(pause.start <= at < pause.end for pause in made.pauses):
        return "citizen"
    if any(span.start <= at < span.end for span in made.hidden):
        return "moderation"
    holding = case.holding_at(at)
    meetings = [meeting for meeting in case.meetings if meeting.at <= at]
    if meetings and meetings[-1].called and not any(end <= at for end in case.ends_of(meetings[-1])):
        return "meeting"
    # A draft that lay on the leader's desk when the post was hidden is gone, and nobody drafts before it is back.
    back = [span.end for span in case.hidden if span.start <= at]
    desk = [step for step in case.desk if step.at <= at and (not back or step.at >= back[-1])]
    unit = holding.department if holding is not None else ""
    if desk and desk[-1].there and desk[-1].department == unit:
        return f"leader:{unit}"
    return unit or "router"


def _stop(case: Case, handling: Handling) -> tuple[datetime | None, str, str]:
    # Its number says which handling a reply ends. Where a clock was set back since that began, its stamp is earlier.
    ends = [
        (max(reply.at, handling.start), "replied", reply.department)
        for reply in case.replies
        if reply.handling >= handling.number and (not reply.lead or case.answered_by(reply.lead, reply.group))
    ]
    if case.left is not None:
        ends.append((case.left.at, case.left.cause, ""))
    return min(ends, key=lambda end: end[0]) if ends else (None, "", "")


def _answered(case: Case, handling: Handling) -> tuple[datetime | None, str, str]:
    """How a handling ended after which another has begun: by the first of its replies that answers the case.

    Whoever was not content with a lead's reply, and left the group after that, was answered by it. That the post was hidden
    meanwhile is undone: nobody reopens a hidden one.
    """
    given = [reply for reply in case.replies if reply.handling == handling.number]
    standing = [reply for reply in given if not reply.lead or case.answered_by(reply.lead, reply.group)]
    first = min(standing or given, key=lambda reply: reply.at, default=None)
    return (None, "", "") if first is None else (max(first.at, handling.start), "replied", first.department)


class _Open(Struct, frozen=True):
    """A stretch of time during which a question was open."""

    question: str
    start: datetime
    end: datetime
    answered: bool
    continues: bool = False
    """The clock stood still already when it began."""


class _Shut(Struct, frozen=True):
    """A stretch of time during which the post was hidden."""

    start: datetime
    end: datetime
    continues: bool = False
    """The clock stood still already when it began."""


def _movements(
    case: Case, handling: Handling, stop: datetime | None, city: Profile
) -> list[_Open | Moved | _Shut]:
    """Pauses, extensions and hidings of this handling in order of time; what came after the stop moves nothing."""
    time = city.working_time
    still: list[_Open | _Shut] = [_Shut(span.start, span.end) for span in case.hidden]
    for question in case.questions:
        limit = time.add_days(question.asked_at, city.policy.pause.working_days)
        answered = question.answered_at is not None and question.answered_at <= limit
        end = question.answered_at if answered and question.answered_at is not None else limit
        still.append(_Open(question.id, question.asked_at, end, answered))
    frozen: list[_Open | _Shut] = []
    for one in sorted(still, key=_place):
        if one.start < handling.start or (stop is not None and one.start >= stop):
            continue
        if frozen and one.start < frozen[-1].end:
            # What begins while the clock stands still freezes only what is not frozen already.
            one = replace(one, start=frozen[-1].end, continues=True)
        if one.end > one.start and (stop is None or one.start < stop):
            frozen.append(one)
    moved = [
        Moved(extension.id, extension.approved_at, date := time.closing_from(extension.new_date), date)
        for extension in case.extensions
        if extension.approved_at >= handling.start and _granted(case, extension, stop)
    ]
    return sorted([*frozen, *moved], key=_place)


def _granted(case: Case, extension: Extension, stop: datetime | None) -> bool:
    """Whether it was granted before the stop; of one in the same instant the order tells in which reply and grant were said."""
    if stop is None or extension.approved_at < stop:
        return True
    if extension.approved_at > stop or extension.replies is None:
        return False
    return all(reply.at < stop for reply in case.replies[: extension.replies])


def _place(movement: _Open | Moved | _Shut) -> tuple[datetime, int, str]:
    if isinstance(movement, Moved):
        return movement.at, 1, movement.extension
    return movement.start, 0, movement.question if isinstance(movement, _Open) else ""
