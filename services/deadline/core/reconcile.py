"""The difference between what was said and what the clock says now, and the instant of the next word. Pure.

Every rule ends here, so that any order of facts leads to the same clock, the same standing words and
the same next instant.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from msgspec.structs import replace

from city.profile import Profile
from city.working_time import WorkingTime
from contracts.deadlines import (
    CaseEscalated,
    ClockPaused,
    ClockResumed,
    ClockStopped,
    CountedDay,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineNear,
    DeadlineRedated,
    DeadlineSet,
    DispatchLate,
    MeetingLate,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.decision import Context, Decision, Effect, Say
from contracts.facts import Fact
from services.deadline.core import instructions, promises
from services.deadline.core.case import Arm, Cancel, Case, Said
from services.deadline.core.clock import Clock, Span, clock, ledger, put_off, warned_at

Here = Context[Profile]

LATE: Final = timedelta(hours=1)
"""City time after which a step of the ladder is marked as said late."""

ORDER: Final = (
    "limit",
    "dispatch",
    "meeting",
    "near",
    "remind",
    "missed",
    "promise",
    "leader",
    "supervisor",
    "bulletin",
)
"""Kinds of words that time brings; of those due at the same instant the earlier kind is said first."""

LADDER: Final = ("remind", "leader", "supervisor", "bulletin")
"""Levels of escalation, in order; also kinds of words, and names in the policy."""

OWED: Final = ("limit", "dispatch", "meeting", "missed", "promise", "leader", "supervisor", "bulletin")
"""Kinds whose word is a matter of record: said even when what ended the clock is heard first."""


_LIMIT, _DISPATCH, _MEETING, _NEAR, _MISSED, _PROMISE = map(
    ORDER.index, ("limit", "dispatch", "meeting", "near", "missed", "promise")
)


class Word(NamedTuple):
    """A word that time brings. Words sort by instant, then in `ORDER`."""

    at: datetime
    rank: int
    """Place of its kind in `ORDER`."""
    about: str = ""
    """The question, the extension or the call of a meeting it concerns."""

    @property
    def kind(self) -> str:
        """What it says, one of `ORDER`."""
        return ORDER[self.rank]


def reconcile(case: Case, context: Here, at: datetime, until: datetime | None = None) -> Decision[Case]:
    """Say what follows from the facts as they are, and arm the timer for the next word.

    `at` dates what is said of facts; what time brings is dated at its own instant. `until` (when a timer
    has rung): the words due by then are said, too. Whatever has become of the case's own clock, those of
    instructions and of what replies promised go on.
    """
    facts: list[Fact] = []
    case, following = _clocked(case, context, at, until, facts)
    case, instructed = instructions.judged(case, context, at, until, facts)
    case, promised = promises.judged(case, context, at, until, facts)
    return _armed(case, min(filter(None, (following, instructed, promised)), default=None), facts, at)


def _clocked(
    case: Case, context: Here, at: datetime, until: datetime | None, facts: list[Fact]
) -> tuple[Case, datetime | None]:
    """What is said of the case's own clock, and the instant of its next word."""
    made = clock(case, context.city)
    said = case.said
    if made is not None and case.amendments != context.amendments and said.stopped is not None:
        judged = (said.handling, said.stopped)
        if judged == (made.handling, made.stop):
            # By the rules in force when it stopped; later ones concern open cases.
            return case, None
    case = replace(case, amendments=context.amendments)
    if made is None:
        return case, None
    if said.handling != made.handling:
        said = Said(handling=made.handling)
    said = _set(case, made, said, facts, context)
    said = _pauses(made, said, facts, context)
    said = _extensions(case, made, said, facts)
    said = _moved(case, made, said, facts, at)
    said = _withdraw(case, made, said, facts, context, at)
    said = _kept(case, made, said, facts, context, at)
    words = sorted(_words(case, made, said, context))
    due = _due(words, made, until)
    for word in due:
        said = _say(word, case, made, said, facts, context, at)
    said = _stopped(case, made, said, facts, context)
    following = words[len(due)].at if made.stop is None and len(due) < len(words) else None
    return replace(case, said=said), following


def _words(case: Case, made: Clock, said: Said, context: Here) -> Iterator[Word]:
    """What time has still to bring, as the facts are now."""
    time, policy, due = context.city.working_time, context.city.policy, made.due
    for pause in made.pauses:
        if pause.waited_out and pause.question not in dict(said.resumed):
            yield Word(pause.end, _LIMIT, pause.question)
    if case.held and not said.dispatch and not case.reopened:
        ends = put_off(made, made.start, dispatched_by(case, context), time)
        if not case.department_at(ends):
            yield Word(ends, _DISPATCH)
    yield from _meetings(case, made, said, time)
    if due not in said.near and (warned := warned_at(made, policy.warning.share, time)) < due:
        yield Word(warned, _NEAR)
    if said.missed is None:
        yield Word(due, _MISSED)
    for level in LADDER:
        if level not in said.escalated:
            at = _step(level, made, context)
            if at > made.start:
                yield Word(at, ORDER.index(level))
    for moved in made.extensions:
        if moved.extension not in said.broken:
            yield Word(put_off(made, moved.at, moved.promised, time), _PROMISE, moved.extension)


def _meetings(case: Case, made: Clock, said: Said, time: WorkingTime) -> Iterator[Word]:
    """Of each meeting of this handling that did not rule by its time, unless a person assigned the post over its head."""
    ruled = [one.at for one in case.meetings if not one.called]
    ends = sorted([*ruled, *(held.at for held in case.holdings)])
    for one in case.meetings:
        if one.until is None or one.at < made.start or one.at in said.meetings:
            continue
        until = put_off(made, one.at, one.until, time)
        if not any(one.at < end <= until for end in ends):
            yield Word(until, _MEETING, one.at.isoformat())


def dispatched_by(case: Case, context: Here) -> datetime:
    """When the time for dispatch is over: the policy's share of a working day after the receipt."""
    assert case.received_at is not None
    time = context.city.working_time
    day = time.next_working_instant(case.received_at).date()
    minutes = time.minutes_between(time.opening(day), time.closing(day))
    share: float = context.city.policy.dispatch.working_days
    return time.add_minutes(case.received_at, round(minutes * share))


def _due(words: list[Word], made: Clock, until: datetime | None) -> list[Word]:
    """Of the words in order those to be said now.

    Once the clock has stopped, those are owed whose instant came before it: a miss that happened is
    said, whether the late reply or the timer is heard first.
    """
    if made.stop is not None:
        return [word for word in words if word.kind in OWED and word.at < made.stop]
    return [word for word in words if until is not None and word.at <= until]


def _say(
    word: Word, case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, now: datetime
) -> Said:
    """Say a word, dated at its instant."""
    at, kind, name, due = word.at, word.kind, case.clock_name, made.due
    department = case.department_at(at)
    match kind:
        case "limit":
            pause = next(pause for pause in made.pauses if pause.question == word.about)
            return _resumed(pause, made, said, facts, context)
        case "dispatch":
            facts.append(DispatchLate(at=at, due=at))
            return replace(said, dispatch=True)
        case "meeting":
            call = next(one for one in case.meetings if one.at.isoformat() == word.about)
            assert call.until is not None
            facts.append(MeetingLate(at=at, until=call.until, department=department))
            return replace(said, meetings=(*said.meetings, call.at))
        case "near":
            facts.append(DeadlineNear(at=at, clock=name, due=due, department=department))
            return replace(said, near=(*said.near, due))
        case "missed":
            facts.append(DeadlineMissed(at=at, clock=name, due=due, department=department))
            return replace(said, missed=due)
        case "promise":
            promised = next(moved.promised for moved in made.extensions if moved.extension == word.about)
            facts.append(PromiseBroken(at=at, extension=word.about, promised=promised, department=department))
            return replace(said, broken=(*said.broken, word.about))
        case "remind" | "leader" | "supervisor" | "bulletin":
            late = now - at > LATE
            facts.append(
                CaseEscalated(at=at, level=kind, late=late, clock=name, due=due, department=department)
            )
            return replace(said, escalated=(*said.escalated, kind))
    raise AssertionError(f"{kind} is no kind of word")


def _counted(made: Clock) -> tuple[CountedDay, ...]:
    return tuple(CountedDay(day.day, day.counts, day.reason) for day in made.counted)


def _set(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here) -> Said:
    if said.due is not None:
        return said
    provisional = context.city.working_time.is_provisional(made.first_due)
    facts.append(
        DeadlineSet(
            at=made.start,
            clock=case.clock_name,
            due=made.first_due,
            provisional=provisional,
            counted=_counted(made),
            department=case.department,
        )
    )
    return replace(said, due=made.first_due, provisional=provisional)


def _pauses(made: Clock, said: Said, facts: list[Fact], context: Here) -> Said:
    for pause in made.pauses:
        if pause.question not in said.paused:
            facts.append(
                ClockPaused(at=pause.start, question=pause.question, minutes_left=pause.minutes_left)
            )
            said = replace(said, paused=(*said.paused, pause.question))
        if pause.answered and pause.question not in dict(said.resumed):
            said = _resumed(pause, made, said, facts, context)
    return said


def _resumed(pause: Span, made: Clock, said: Said, facts: list[Fact], context: Here) -> Said:
    """The question was answered, or waited for long enough."""
    facts.append(
        ClockResumed(
            at=pause.end,
            question=pause.question,
            due=pause.due_after,
            provisional=context.city.working_time.is_provisional(pause.due_after),
        )
    )
    resumed = (*said.resumed, (pause.question, pause.due_after))
    return replace(said, resumed=resumed, due=made.due, provisional=made.provisional)


def _extensions(case: Case, made: Clock, said: Said, facts: list[Fact]) -> Said:
    due_of = {moved.extension: moved.due for moved in made.extensions}
    for extension in case.extensions:
        if extension.id in due_of and extension.id not in said.extended:
            facts.append(
                DeadlineExtended(
                    at=extension.approved_at,
                    extension=extension.id,
                    clock=case.clock_name,
                    reason=extension.reason,
                    progress=extension.progress,
                    due=due_of[extension.id],
                    provisional=made.provisional,
                    department=extension.department,
                )
            )
            extended = (*said.extended, extension.id)
            said = replace(said, extended=extended, due=made.due, provisional=made.provisional)
    return said


def _moved(case: Case, made: Clock, said: Said, facts: list[Fact], at: datetime) -> Said:
    """The due date differs from the last one said and nothing above has said why: the rules changed, or the post was hidden.

    A date that was provisional and stays where it is, is said again as well: now it is certain.
    """
    open_pause = any(pause.question not in dict(said.resumed) for pause in made.pauses)
    same = (said.due, said.provisional) == (made.due, made.provisional)
    if said.due is None or same or open_pause:
        return said
    reason = "放假安排或规则有变,重新计算" if said.due != made.due else "放假安排已公布,期限不变"
    if said.stopped is not None and made.hidden and made.stop is None:
        reason = "帖子恢复办理,屏蔽期间不计时"
    facts.append(
        DeadlineRedated(
            at=at,
            clock=case.clock_name,
            previous=said.due,
            due=made.due,
            provisional=made.provisional,
            reason=reason,
            counted=_counted(made),
            department=case.department,
        )
    )
    return replace(said, due=made.due, provisional=made.provisional)


def _withdraw(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, at: datetime) -> Said:
    """A miss that the facts, heard later, do not bear out, or date otherwise, is taken back; so is the ladder above it.

    Also where the case ended late, but before a step that was said of it: what did happen is said anew.
    """
    if said.missed is None:
        return said
    answered = made.stop is not None and made.stop <= made.due
    moved = made.due != said.missed
    if not answered and not moved and not _stepped_too_far(made, said, context):
        return said
    facts.append(
        MissWithdrawn(
            at=at, clock=case.clock_name, due=said.missed, department=case.department_at(said.missed)
        )
    )
    kept = tuple(level for level in said.escalated if level == "remind")
    return replace(said, missed=None, escalated=kept)


def _stepped_too_far(made: Clock, said: Said, context: Here) -> bool:
    """Whether a step of the ladder was said whose instant came only after the end."""
    stop = made.stop
    return stop is not None and any(
        _step(level, made, context) >= stop for level in said.escalated if level != "remind"
    )


def _step(level: str, made: Clock, context: Here) -> datetime:
    """The instant of a step of the ladder."""
    time, days = context.city.working_time, int(getattr(context.city.policy.ladder, level))
    return put_off(made, made.due, made.due if days == 0 else time.add_days(made.due, days), time)


def _kept(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, at: datetime) -> Said:
    """A promise called broken that the reply, heard later, had kept."""
    for extension in case.extensions:
        if extension.id not in said.broken or made.stop is None:
            continue
        time = context.city.working_time
        date = time.closing_from(extension.new_date)
        if made.stop <= put_off(made, extension.approved_at, date, time):
            facts.append(MissWithdrawn(at=at, clock="promise", due=date, department=case.department_at(date)))
            broken = tuple(other for other in said.broken if other != extension.id)
            said = replace(said, broken=broken)
    return said


def _stopped(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here) -> Said:
    if made.stop is None:
        return replace(said, stopped=None) if said.stopped is not None else said
    time = context.city.working_time
    held = ledger(case, made, made.stop, time)
    if (said.stopped, said.held) == (made.stop, held):
        return said
    facts.append(
        ClockStopped(
            at=made.stop,
            clock=case.clock_name,
            cause=made.cause,  # type: ignore[arg-type]  # one of the three by construction
            in_time=made.in_time,
            due=made.due,
            late_minutes=0 if made.in_time else time.minutes_between(made.due, made.stop),
            held=held,
            department=made.department or case.department_at(made.stop),
        )
    )
    return replace(said, stopped=made.stop, held=held)


def _armed(case: Case, following: datetime | None, facts: list[Fact], at: datetime) -> Decision[Case]:
    """With the timer armed for the next word, and no more when there is none."""
    said: tuple[Effect, ...] = tuple(map(Say, facts))
    if following is None:
        cancelled = (Cancel(),) if case.next_at is not None else ()
        return Decision(replace(case, next_at=None), (*said, *cancelled))
    if following == case.next_at and following >= at:
        return Decision(case, said)
    # One whose instant is past is armed again: it may have been dropped by an operator.
    return Decision(replace(case, next_at=following), (*said, Arm(following, case.rung)))
