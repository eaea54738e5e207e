"""I3: every timer ends once, no case is called late wrongly, and nothing is said before its instant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from contracts.codec import Event
from contracts.deadlines import (
    CaseEscalated,
    DeadlineMissed,
    DeadlineNear,
    DeadlineSet,
    DispatchLate,
    DispatchLateWithdrawn,
    InstructionNear,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
    MissWithdrawn,
    PromiseBroken,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseNear,
)
from contracts.decision import Context
from contracts.facts import Fact
from services.deadline.app import RULES
from services.deadline.core.case import Case, Said
from services.deadline.core.clock import Clock, clock
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part, heard

EARLY: Final = timedelta(seconds=2)
"""Tolerance between the broker's clock and city time."""

LATE: Final = timedelta(minutes=1)
"""How long a clock may have been due before a case without its word counts as forgotten."""

RUNG: Final = (
    DeadlineMissed
    | CaseEscalated
    | DeadlineNear
    | PromiseBroken
    | DispatchLate
    | MeetingLate
    | InstructionNear
    | InstructionOverdue
    | ReplyPromiseNear
    | ReplyPromiseBroken
)
"""Facts that a timer makes, and that carry the instant for which it was armed."""


class Timed(Invariant):
    """The clock that deadline remembers, the timers in its table, and the clock that the log makes."""

    name = "I3"
    sentence = "计时各终一次,无冤判,不提前 every timer ends once, no wrong miss, nothing early"

    async def part(self, part: Part) -> None:
        """Fold each case anew, and compare clock and timers."""
        armed: dict[str, tuple[datetime, int]] = {}
        async for timer in self.snapshot.connection.cursor(
            "select subject, due_at, number from deadline.timer where partition = $1::smallint",
            part.partition,
        ):
            armed[timer["subject"]] = (timer["due_at"], timer["number"])
        position = self.snapshot.positions["deadline"].get(part.partition, {})
        facts = heard(part, ("posts", "replies", "assignments"), position)
        for subject, remembered in part.states["deadline"].items():
            self.row.checked += 1
            self._timer(remembered.state, armed.get(subject))
            if remembered.held:
                self.row.in_flight += 1
                continue
            self._clock(subject, remembered.state, facts.get(subject, []), part)
            self._late(remembered.state, part)
        said: dict[tuple[str, int], Event] = {}
        for logged in part.log["deadlines"]:
            if logged.event is None:
                continue
            said[(logged.subject, logged.event.seq)] = logged.event
            if isinstance(logged.event.fact, RUNG) and (
                self.snapshot.city_time(logged.at) + EARLY < logged.event.fact.at
            ):
                self.row.fail(
                    f"{logged.subject}: {type(logged.event.fact).__name__} was said before its instant"
                )
        self._once([said[place] for place in sorted(said)])

    def _timer(self, case: Case, armed: tuple[datetime, int] | None) -> None:
        remembered = None if case.next_at is None else (case.next_at, case.rung)
        if remembered != armed:
            self.row.fail(f"{case.number}: its timer is remembered as {remembered}, the table has {armed}")

    def _once(self, events: Iterable[Event]) -> None:
        """No word that time brought stands twice of a handling."""
        standing: dict[tuple[str, int], set[tuple[object, ...]]] = defaultdict(set)
        beside: dict[str, set[tuple[object, ...]]] = defaultdict(set)
        for event in events:
            fact = event.fact
            # Of one that is over something may be heard late, under its number; 0: said before it was named.
            words = standing[event.subject, getattr(fact, "handling", 0)]
            match fact:
                case DeadlineSet():
                    words.clear()
                case MissWithdrawn(clock="promise", due=due):
                    words.difference_update(
                        [word for word in words if word[0] == "promise" and word[2] == due]
                    )
                case MissWithdrawn():
                    words.difference_update([word for word in words if word[0] in _TAKEN_BACK])
                case DeadlineMissed() | CaseEscalated() | DeadlineNear() | PromiseBroken():
                    self._said(event, _word(fact), words)
                case InstructionNear():
                    self._warned(event, fact.instruction, fact.due, beside[event.subject])
                case InstructionOverdue():
                    self._said(event, (fact.instruction, fact.due), beside[event.subject])
                case DispatchLate():
                    self._said(event, ("dispatch",), beside[event.subject])
                case DispatchLateWithdrawn():
                    beside[event.subject].discard(("dispatch",))
                case MeetingLate():
                    self._said(event, ("meeting", fact.until), beside[event.subject])
                case MeetingLateWithdrawn():
                    beside[event.subject].discard(("meeting", fact.until))
                case ReplyPromiseNear():
                    self._warned(event, fact.reply, fact.due, beside[event.subject])
                case ReplyPromiseBroken():
                    self._said(event, ("broken", fact.reply, fact.due), beside[event.subject])
                case ReplyPromiseBreakWithdrawn():
                    beside[event.subject].discard(("broken", fact.reply, fact.due))
                case InstructionOverdueWithdrawn():
                    beside[event.subject].discard((fact.instruction, fact.due))

    def _warned(self, event: Event, owed: str, due: datetime, words: set[tuple[object, ...]]) -> None:
        """A due instant that moves, and moves back, is warned of each time."""
        words.difference_update([word for word in words if word[:2] == ("near", owed) and word[2] != due])
        self._said(event, ("near", owed, due), words)

    def _said(self, event: Event, word: tuple[object, ...], words: set[tuple[object, ...]]) -> None:
        if word in words:
            self.row.fail(f"{event.subject}: {type(event.fact).__name__} was said twice")
        words.add(word)

    def _late(self, case: Case, part: Part) -> None:
        """A case that is late is called so, or a timer is about to; so is a handling that is over."""
        for said, amendments in _handlings(case):
            made = clock(case, part.city.city, said.handling)
            if made is None or amendments != part.city.amendments or said.missed is not None:
                continue
            ended = made.stop or self.snapshot.now
            pending = case.next_at is not None and case.next_at <= made.due
            if ended > made.due + LATE and not pending and made.cause in ("", "replied"):
                self.row.fail(f"{case.number}: late since {made.due}, and nobody says so")

    def _clock(self, subject: str, case: Case, facts: list[Fact], part: Part) -> None:
        folded: Any = Case()
        for fact in facts:
            rule = RULES.get(type(fact))
            if rule is not None:
                context = Context(subject, "audit", fact.at, part.city.city, part.city.amendments)
                folded = rule(folded, fact, context).state
        if {(one.id, one.due_day) for one in folded.instructions} != {
            (one.id, one.due_day) for one in case.instructions
        }:
            self.row.fail(f"{case.number}: other instructions wait than the log says")
        if {(one.id, one.day) for one in folded.promises} != {(one.id, one.day) for one in case.promises}:
            self.row.fail(f"{case.number}: other promises wait than the log says")
        for number in range(1, 2 + max(len(folded.reopened), len(case.reopened))):
            logged, kept = _clock_of(folded, number, part), _clock_of(case, number, part)
            if logged != kept:
                self.row.fail(f"{case.number}: the clock of the log differs from the one remembered")
            elif _in_time(logged) and any(
                said.handling == number and said.missed is not None for said, _ in _handlings(case)
            ):
                self.row.fail(f"{case.number}: a miss stands against a reply in time")


def _handlings(case: Case) -> list[tuple[Said, int]]:
    """What was said of each handling whose clock was set, and by which rules: the one at hand last."""
    said = [*((one.said, one.amendments) for one in case.over), (case.said, case.amendments)]
    return [one for one in said if one[0].handling]


def _clock_of(case: Case, number: int, part: Part) -> Clock | None:
    """Its clock of the handling of this number; none where the case knows of no such handling."""
    return clock(case, part.city.city, number) if number <= 1 + len(case.reopened) else None


_TAKEN_BACK: Final = ("missed", "leader", "supervisor", "bulletin")
"""What a withdrawn miss takes with it."""


def _word(fact: DeadlineMissed | CaseEscalated | DeadlineNear | PromiseBroken) -> tuple[object, ...]:
    """What is to be said once, until it is taken back or another handling begins."""
    match fact:
        case CaseEscalated():
            return (fact.level,)
        case DeadlineNear():
            return ("near", fact.due)
        case PromiseBroken():
            return ("promise", fact.extension, fact.promised)
    return ("missed",)


def _in_time(logged: Clock | None) -> bool:
    return logged is not None and logged.stop is not None and logged.stop <= logged.due
