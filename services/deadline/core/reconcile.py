"""The difference between what was said and what the clock says now, and the instant of the next word. Pure.

Every rule ends here, so that any order of facts leads to the same clock, the same standing words and
the same next instant.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from city.profile import Profile
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
from services.deadline.core.case import Arm, Cancel, Case, Over, Said
from services.deadline.core.clock import Clock, Span, clock, ledger, put_off
from services.deadline.core.taken_back import taken_back
from services.deadline.core.words import Word, dispatched_by, due_of, step, words

Here = Context[Profile]

LATE: Final = timedelta(hours=1)
"""City time after which a step of the ladder is marked as said late."""


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
    if case.instructions or case.promises:
        case = replace(case, beside=context.amendments)
    return _armed(case, min(filter(None, (following, instructed, promised)), default=None), facts, at)


def _clocked(
    case: Case, context: Here, at: datetime, until: datetime | None, facts: list[Fact]
) -> tuple[Case, datetime | None]:
    """What is said of the case's own clocks, and the instant of the next word."""
    case = _over(case, context, at, facts)
    made = clock(case, context.city)
    said = case.said
    if made is not None and case.amendments != context.amendments and said.stopped is not None:
        judged = (said.handling, said.stopped)
        if judged == (made.handling, made.stop):
            # By the rules in force when it stopped, whatever of it is heard now; later ones concern open cases.
            context = context.as_of(case.amendments)
            made = clock(case, context.city)
    case = replace(case, amendments=context.amendments)
    if made is None:
        return case, None
    if said.handling != made.handling:
        said = Said(handling=made.handling)
    said = _set(case, made, said, facts, context)
    said, following = _judged(case, made, said, facts, context, at, until)
    return replace(case, said=said), following


def _over(case: Case, context: Here, at: datetime, facts: list[Fact]) -> Case:
    """Each handling that is over is judged when the next begins, and anew whenever something of it is heard late.

    What is said of it is of the record: nobody has to do anything about it any more.
    """
    over = tuple(_again(case, one, context, at, facts) for one in case.over)
    said = case.said
    while said.handling > 0 and case.is_over(said.handling):
        over = (*over, _again(case, Over(said, case.amendments), context, at, facts))
        said = Said(handling=said.handling + 1)
    return replace(case, over=over, said=said) if over else case


def _again(case: Case, over: Over, context: Here, at: datetime, facts: list[Fact]) -> Over:
    """What was said of a handling that is over, put right."""
    said = over.said
    made = clock(case, context.city, said.handling)
    if made is None or made.stop is None:
        return over
    if over.amendments != context.amendments and said.stopped == made.stop:
        # As of the handling at hand: by the rules in force when it stopped.
        context = context.as_of(over.amendments)
        made = clock(case, context.city, said.handling)
        if made is None:
            return over
    said = _set(case, made, said, facts, context)
    said, _ = _judged(case, made, said, facts, context, at, None)
    return Over(said, context.amendments)


def _judged(
    case: Case,
    made: Clock,
    said: Said,
    facts: list[Fact],
    context: Here,
    at: datetime,
    until: datetime | None,
) -> tuple[Said, datetime | None]:
    """The difference between what was said of a handling and what its clock says, and the instant of its next word."""
    said = _pauses(made, said, facts, context)
    said = _extensions(case, made, said, facts)
    if not case.is_over(made.handling):
        said = _moved(case, made, said, facts, at)
    said = _withdraw(case, made, said, facts, context, at)
    said = _kept(case, made, said, facts, context, at)
    said = taken_back(case, made, said, facts, context, at)
    coming = sorted(words(case, made, said, context))
    due = due_of(coming, made, until)
    for word in due:
        said = _say(word, case, made, said, facts, context, at)
    said = _stopped(case, made, said, facts, context)
    following = coming[len(due)].at if made.stop is None and len(due) < len(coming) else None
    return said, following


def _say(
    word: Word, case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, now: datetime
) -> Said:
    """Say a word, dated at its instant."""
    at, kind, name, due = word.at, word.kind, made.name, made.due
    department = case.department_at(at)
    match kind:
        case "limit":
            pause = next(pause for pause in made.pauses if pause.question == word.about)
            return _resumed(pause, made, said, facts, context)
        case "dispatch":
            facts.append(DispatchLate(at=at, due=at))
            return replace(said, dispatch=True, dispatch_over=(dispatched_by(case, context), at))
        case "meeting":
            call = next(one for one in case.meetings if one.called and one.at.isoformat() == word.about)
            assert call.until is not None
            facts.append(MeetingLate(at=at, until=call.until, department=department))
            over = (*said.meetings_over, (call.at, at))
            return replace(said, meetings=(*said.meetings, call.at), meetings_over=over)
        case "near":
            facts.append(
                DeadlineNear(at=at, clock=name, due=due, department=department, handling=made.handling)
            )
            return replace(said, near=(*said.near, due))
        case "missed":
            facts.append(
                DeadlineMissed(at=at, clock=name, due=due, department=department, handling=made.handling)
            )
            return replace(said, missed=due)
        case "promise":
            promised = next(moved.promised for moved in made.extensions if moved.extension == word.about)
            facts.append(
                PromiseBroken(
                    at=at,
                    extension=word.about,
                    promised=promised,
                    department=department,
                    handling=made.handling,
                )
            )
            return replace(said, broken=(*said.broken, word.about))
        case "remind" | "leader" | "supervisor" | "bulletin":
            late = now - at > LATE or case.is_over(made.handling)
            facts.append(
                CaseEscalated(
                    at=at,
                    level=kind,
                    late=late,
                    clock=name,
                    due=due,
                    department=department,
                    handling=made.handling,
                )
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
            clock=made.name,
            due=made.first_due,
            provisional=provisional,
            counted=_counted(made),
            department=case.department,
            handling=made.handling,
        )
    )
    return replace(said, due=made.first_due, provisional=provisional)


def _pauses(made: Clock, said: Said, facts: list[Fact], context: Here) -> Said:
    for pause in made.pauses:
        if pause.question not in said.paused:
            facts.append(
                ClockPaused(
                    at=pause.start,
                    question=pause.question,
                    minutes_left=pause.minutes_left,
                    handling=made.handling,
                )
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
            handling=made.handling,
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
                    clock=made.name,
                    reason=extension.reason,
                    progress=extension.progress,
                    due=due_of[extension.id],
                    provisional=made.provisional,
                    department=extension.department,
                    handling=made.handling,
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
            clock=made.name,
            previous=said.due,
            due=made.due,
            provisional=made.provisional,
            reason=reason,
            counted=_counted(made),
            department=case.department,
            handling=made.handling,
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
            at=at,
            clock=made.name,
            due=said.missed,
            department=case.department_at(said.missed),
            handling=made.handling,
        )
    )
    kept = tuple(level for level in said.escalated if level == "remind")
    return replace(said, missed=None, escalated=kept)


def _stepped_too_far(made: Clock, said: Said, context: Here) -> bool:
    """Whether a step of the ladder was said whose instant came only after the end."""
    stop = made.stop
    return stop is not None and any(
        step(level, made, context) >= stop for level in said.escalated if level != "remind"
    )


def _kept(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, at: datetime) -> Said:
    """A promise called broken that the reply, heard later, had kept."""
    for extension in case.extensions:
        if extension.id not in said.broken or made.stop is None:
            continue
        time = context.city.working_time
        date = time.closing_from(extension.new_date)
        if made.stop <= put_off(made, extension.approved_at, date, time):
            facts.append(
                MissWithdrawn(
                    at=at,
                    clock="promise",
                    due=date,
                    department=case.department_at(date),
                    handling=made.handling,
                )
            )
            broken = tuple(other for other in said.broken if other != extension.id)
            said = replace(said, broken=broken)
    return said


def _stopped(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here) -> Said:
    if made.stop is None:
        return replace(said, stopped=None, cause="") if said.stopped is not None else said
    time = context.city.working_time
    held = ledger(case, made, made.stop, time)
    # A reply and a hiding in one instant are two ends: the instant alone does not say which was told.
    if (said.stopped, said.held) == (made.stop, held) and said.cause in ("", made.cause):
        return said
    facts.append(
        ClockStopped(
            at=made.stop,
            clock=made.name,
            cause=made.cause,  # type: ignore[arg-type]  # one of the three by construction
            in_time=made.in_time,
            due=made.due,
            late_minutes=0 if made.in_time else time.minutes_between(made.due, made.stop),
            held=held,
            department=made.department or case.department_at(made.stop),
            handling=made.handling,
        )
    )
    cause = "" if made.cause == "replied" else made.cause
    return replace(
        said, stopped=made.stop, cause=cause, held=held, due=made.due, provisional=made.provisional
    )


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
