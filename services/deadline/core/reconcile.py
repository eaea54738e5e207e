"""The difference between what was said and armed and what the clock says now. Pure.

Every rule ends here, so that any order of facts leads to the same clock, the same standing words and
the same timers.
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
    EscalationLevel,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.decision import Context, Decision, Effect, Say
from contracts.facts import Fact
from contracts.identity import derived
from services.deadline.core.case import Arm, Cancel, Case, Ended, Said, Timer
from services.deadline.core.clock import Clock, Span, clock, ledger, warned_at

Here = Context[Profile]

LATE: Final = timedelta(hours=1)
"""City time after which a step of the ladder is marked as said late."""

ORDER: Final = ("limit", "near", "remind", "missed", "promise", "leader", "supervisor", "bulletin")
"""Kinds of timers; of those due at the same instant the earlier kind rings first."""

OWED: Final = ("missed", "promise", "leader", "supervisor", "bulletin")
"""Kinds whose word is a matter of record: said even when what ended the clock was heard first."""


def reconcile(case: Case, context: Here, at: datetime) -> Decision[Case]:
    """Say and arm what follows from the facts as they are; `at` dates what is said."""
    made = clock(case, context.city)
    said = case.said
    if made is not None and case.amendments != context.amendments and said.stopped is not None:
        judged = (said.handling, said.stopped)
        if judged == (made.handling, made.stop):
            # By the rules in force when it stopped; later ones concern open cases.
            return Decision(case)
    case = replace(case, amendments=context.amendments)
    if made is None:
        return Decision(case)
    facts: list[Fact] = []
    if said.handling != made.handling:
        facts += _owed(case, context)
        said = Said(handling=made.handling)
    said = _set(case, made, said, facts, context)
    said = _pauses(case, made, said, facts, context)
    said = _extensions(case, made, said, facts)
    said = _moved(case, made, said, facts, at)
    said = _withdraw(case, made, said, facts, at)
    said = _kept(case, made, said, facts, context, at)
    said = _stopped(case, made, said, facts, context)
    case = replace(case, said=said, due=made.due)
    return _armed(case, made, context, facts)


def ring(case: Case, timer: Timer, context: Here) -> Decision[Case]:
    """End a timer: say what it is for, dated at its instant, unless the facts have overtaken it.

    The clock is as the last reconciliation left it; to fold it again for each timer of a storm would
    be a third of the work.
    """
    said, fact = case.said, None
    if said.stopped is None or said.stopped > timer.due_at:
        said, fact = _word(case, timer, context)
    timers = tuple(other for other in case.timers if other is not timer)
    case = replace(case, timers=timers, ended=(*case.ended, Ended(timer.id, "rung")), said=said)
    spoken = (Say(fact),) if fact is not None else ()
    if timer.kind != "limit":
        # No fact has moved the clock, so the other timers stand as they are armed.
        return Decision(case, spoken)
    after = reconcile(case, context, timer.due_at)
    return Decision(after.state, (*spoken, *after.effects))


def _word(case: Case, timer: Timer, context: Here) -> tuple[Said, Fact | None]:
    """What a timer that rings has to say, and what is said then; nothing for what was said before."""
    at, said, kind, name = timer.due_at, case.said, timer.kind, case.clock_name
    due, department = case.due or at, case.department_at(at)
    match kind:
        case "near":
            near = DeadlineNear(at=at, clock=name, due=due, department=department)
            return replace(said, near=(*said.near, due)), near
        case "missed" if said.missed is None:
            missed = DeadlineMissed(at=at, clock=name, due=due, department=department)
            return replace(said, missed=due), missed
        case "remind" | "leader" | "supervisor" | "bulletin" if kind not in said.escalated:
            late = context.now - at > LATE
            step = CaseEscalated(at=at, level=kind, late=late, clock=name, due=due, department=department)
            return replace(said, escalated=(*said.escalated, kind)), step
        case "promise" if timer.about not in said.broken:
            broken = PromiseBroken(at=at, extension=timer.about, promised=at, department=department)
            return replace(said, broken=(*said.broken, timer.about)), broken
    return said, None


def _owed(case: Case, context: Here) -> list[Fact]:
    """What the handling before has still to say: its late reply and the reopening were heard before its timers rang."""
    said, facts = case.said, list[Fact]()
    before = replace(case, reopened=case.reopened[:-1])
    for timer in case.timers:
        if timer.kind in OWED and said.stopped is not None and timer.due_at < said.stopped:
            told, fact = _word(before, timer, context)
            before = replace(before, said=told)
            facts += [fact] if fact is not None else []
    return facts


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


def _pauses(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here) -> Said:
    resumed = dict(said.resumed)
    for pause in made.pauses:
        if pause.question not in said.paused:
            facts.append(
                ClockPaused(at=pause.start, question=pause.question, minutes_left=pause.minutes_left)
            )
            said = replace(said, paused=(*said.paused, pause.question))
        over = pause.answered or _limit_rang(case, pause)
        if over and pause.question not in resumed:
            facts.append(
                ClockResumed(
                    at=pause.end,
                    question=pause.question,
                    due=pause.due_after,
                    provisional=context.city.working_time.is_provisional(pause.due_after),
                )
            )
            resumed[pause.question] = pause.due_after
            said = replace(said, resumed=tuple(resumed.items()), due=made.due, provisional=made.provisional)
    return said


def _limit_rang(case: Case, pause: Span) -> bool:
    limit = _timer(case, case.said, "limit", pause.end, pause.question).id
    return any(ended.id == limit and ended.how == "rung" for ended in case.ended)


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
    """The due date differs from the last one said and nothing above has said why: the rules changed.

    A date that was provisional and stays where it is, is said again as well: now it is certain.
    """
    open_pause = any(pause.question not in dict(said.resumed) for pause in made.pauses)
    same = (said.due, said.provisional) == (made.due, made.provisional)
    if said.due is None or same or open_pause:
        return said
    reason = "放假安排或规则有变,重新计算" if said.due != made.due else "放假安排已公布,期限不变"
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


def _withdraw(case: Case, made: Clock, said: Said, facts: list[Fact], at: datetime) -> Said:
    """A miss that the facts, heard later, do not bear out is taken back; so is the ladder above it."""
    if said.missed is None:
        return said
    answered = made.stop is not None and made.stop <= made.due
    moved = made.due > said.missed
    if not answered and not moved:
        return said
    facts.append(
        MissWithdrawn(
            at=at, clock=case.clock_name, due=said.missed, department=case.department_at(said.missed)
        )
    )
    kept = tuple(level for level in said.escalated if level == "remind")
    return replace(said, missed=None, escalated=kept, withdrawn=said.withdrawn + 1)


def _kept(case: Case, made: Clock, said: Said, facts: list[Fact], context: Here, at: datetime) -> Said:
    """A promise called broken that the reply, heard later, had kept."""
    for extension in case.extensions:
        promised = context.city.working_time.closing(extension.new_date)
        if extension.id in said.broken and made.stop is not None and made.stop <= promised:
            facts.append(
                MissWithdrawn(at=at, clock="promise", due=promised, department=case.department_at(promised))
            )
            broken = tuple(other for other in said.broken if other != extension.id)
            said = replace(said, broken=broken, withdrawn=said.withdrawn + 1)
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


def _wanted(case: Case, made: Clock, context: Here) -> list[Timer]:
    """The timers that should be armed: those whose word is still to be said.

    After the stop those are left whose instant came before it: a miss that happened is said, whether
    the late reply or the timer is heard first.
    """
    time, policy, said, due = context.city.working_time, context.city.policy, case.said, made.due

    def timer(kind: str, at: datetime, about: str = "") -> Timer:
        return _timer(case, said, kind, at, about)

    wanted: list[Timer] = []
    for pause in made.pauses:
        if not pause.answered:
            wanted.append(timer("limit", pause.end, pause.question))
    if due not in said.near:
        wanted.append(timer("near", warned_at(made, policy.warning.share, time)))
    if said.missed is None:
        wanted.append(timer("missed", due))
    levels: tuple[tuple[EscalationLevel, int], ...] = (
        ("remind", policy.ladder.remind),
        ("leader", policy.ladder.leader),
        ("supervisor", policy.ladder.supervisor),
        ("bulletin", policy.ladder.bulletin),
    )
    for level, days in levels:
        at = due if days == 0 else time.add_days(due, days)
        if level not in said.escalated and at > made.start:
            wanted.append(timer(level, at))
    for extension in case.extensions:
        if extension.id not in said.broken and any(m.extension == extension.id for m in made.extensions):
            wanted.append(timer("promise", time.closing(extension.new_date), extension.id))
    if made.stop is not None:
        return [one for one in wanted if one.kind in OWED and one.due_at < made.stop]
    return wanted


def _timer(case: Case, said: Said, kind: str, at: datetime, about: str) -> Timer:
    """A timer by what it is for: the same wish is the same timer, save after a word was taken back."""
    name = f"{said.handling}/{kind}/{about}/{at.isoformat()}"
    if kind in OWED and said.withdrawn:
        name += f"/{said.withdrawn}"
    return Timer(derived(case.number, name), kind, at, about)


def _armed(case: Case, made: Clock, context: Here, facts: list[Fact]) -> Decision[Case]:
    rung = {ended.id for ended in case.ended if ended.how == "rung"}
    wanted = {timer.id: timer for timer in _wanted(case, made, context) if timer.id not in rung}
    effects: list[Effect] = [Say(fact) for fact in facts]
    known = {timer.id for timer in case.timers}
    ended = list(case.ended)
    for timer in case.timers:
        if timer.id not in wanted:
            effects.append(Cancel(timer.id))
            ended.append(Ended(timer.id, "cancelled"))
    for timer in wanted.values():
        if timer.id not in known:
            effects.append(Arm(timer))
            ended = [end for end in ended if end.id != timer.id]
    timers = tuple(sorted(wanted.values(), key=lambda timer: (timer.due_at, ORDER.index(timer.kind))))
    return Decision(replace(case, timers=timers, ended=tuple(ended)), tuple(effects))
