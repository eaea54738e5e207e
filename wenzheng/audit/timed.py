"""I3: every timer ends once, no case is called late wrongly, and nothing is said before its instant."""

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final

from contracts.deadlines import CaseEscalated, DeadlineMissed, DeadlineNear, PromiseBroken
from contracts.decision import Context
from contracts.facts import Fact
from services.deadline.app import RULES
from services.deadline.core.case import Case
from services.deadline.core.clock import Clock, clock
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part, heard

EARLY: Final = timedelta(seconds=2)
"""Tolerance between the broker's clock and city time."""

RUNG: Final = DeadlineMissed | CaseEscalated | DeadlineNear | PromiseBroken
"""Facts that a timer makes, and that carry the instant for which it was armed."""


class Timed(Invariant):
    """The clock that deadline remembers, the timers in its table, and the clock that the log makes."""

    name = "I3"
    sentence = "计时各终一次,无冤判,不提前 every timer ends once, no wrong miss, nothing early"

    async def part(self, part: Part) -> None:
        """Fold each case anew, and compare clock and timers."""
        armed: dict[str, set[str]] = defaultdict(set)
        async for timer in self.snapshot.connection.cursor(
            "select id::text, subject from deadline.timer where partition = $1::smallint", part.partition
        ):
            armed[timer["subject"]].add(timer["id"])
        position = self.snapshot.positions["deadline"].get(part.partition, {})
        facts = heard(part, ("posts", "replies", "assignments"), position)
        for subject, remembered in part.states["deadline"].items():
            self.row.checked += 1
            self._timers(remembered.state, armed.get(subject, set()))
            if remembered.held:
                self.row.in_flight += 1
            else:
                self._clock(subject, remembered.state, facts.get(subject, []), part)
        for logged in part.log["deadlines"]:
            if logged.event is None or not isinstance(logged.event.fact, RUNG):
                continue
            if self.snapshot.city_time(logged.at) + EARLY < logged.event.fact.at:
                self.row.fail(
                    f"{logged.subject}: {type(logged.event.fact).__name__} was said before its instant"
                )

    def _timers(self, case: Case, armed: set[str]) -> None:
        remembered = {timer.id for timer in case.timers}
        if remembered != armed:
            self.row.fail(f"{case.number}: {len(remembered ^ armed)} timers differ from the table")
        ended = [end.id for end in case.ended]
        if len(ended) != len(set(ended)) or set(ended) & remembered:
            self.row.fail(f"{case.number}: a timer ended twice")

    def _clock(self, subject: str, case: Case, facts: list[Fact], part: Part) -> None:
        folded: Any = Case()
        for fact in facts:
            rule = RULES.get(type(fact))
            if rule is not None:
                context = Context(subject, "audit", fact.at, part.city.city, part.city.amendments)
                folded = rule(folded, fact, context).state
        logged, kept = clock(folded, part.city.city), clock(case, part.city.city)
        if logged != kept:
            self.row.fail(f"{case.number}: the clock of the log differs from the one remembered")
        elif case.said.missed is not None and _in_time(logged):
            self.row.fail(f"{case.number}: a miss stands against a reply in time")


def _in_time(logged: Clock | None) -> bool:
    return logged is not None and logged.stop is not None and logged.stop <= logged.due
