"""A case at a desk: facts in, words out, and time that passes when the test says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from city.profile import Profile
from contracts.city_facts import CalendarPublished, PolicyChanged
from contracts.decision import Context, Say
from contracts.facts import Fact
from services.deadline.app import RULES
from services.deadline.core.case import Arm, Cancel, Case, Redate, TimerDue
from tests.services.deadline.facts import PROFILE, at


@dataclass
class Desk:
    """A case, the instant for which its timer is armed, and everything it has said."""

    case: Case = field(default_factory=Case)
    armed: datetime | None = None
    said: list[Fact] = field(default_factory=list)
    city: Profile = PROFILE
    amendments: int = 0
    earlier: tuple[Profile, ...] = ()

    def hear(self, *facts: Any, now: datetime | None = None) -> list[Fact]:
        """Handle inputs; returns what was said of them. A fact about the city dates an open case again."""
        before = len(self.said)
        for fact in facts:
            if isinstance(fact, CalendarPublished | PolicyChanged):
                self.learn(fact)
                self.sweep(fact.at)
                continue
            instant = now or getattr(fact, "at", None) or getattr(fact, "due_at", at("2026-03-02T09:00"))
            context = Context("post", "cause", instant, self.city, self.amendments, earlier=self.earlier)
            decision = RULES[type(fact)](self.case, fact, context)
            self.case = decision.state
            for effect in decision.effects:
                if isinstance(effect, Say):
                    self.said.append(effect.fact)
                elif isinstance(effect, Arm):
                    assert effect.number == self.case.rung
                    self.armed = effect.at
                elif isinstance(effect, Cancel):
                    assert self.armed is not None
                    self.armed = None
        assert self.case.next_at == self.armed
        return self.said[before:]

    def learn(self, fact: Fact) -> None:
        """The city changes its rules; the sweep has not come to the case yet."""
        self.earlier, self.amendments = (*self.earlier, self.city), self.amendments + 1
        self.city = self.city.amended(fact)

    def sweep(self, now: datetime) -> None:
        """Date the case again when it is stale and anything of it is waited for, as the store's sweep finds it."""
        dated_by = self.case.dated_by
        if dated_by is not None and dated_by < self.amendments:
            self.hear(Redate(self.amendments), now=now)

    def until(self, when: str) -> list[Fact]:
        """Let time pass; the timer rings a second after each instant for which it is armed by then."""
        before = len(self.said)
        while self.armed is not None and self.armed <= at(when):
            self.ring(self.armed, self.armed + timedelta(seconds=1))
        return self.said[before:]

    def ring(self, due_at: datetime, now: datetime) -> list[Fact]:
        """The claim found the timer armed for `due_at` at `now`, maybe much later."""
        self.armed = None
        return self.hear(TimerDue("timer", due_at, now), now=now)


def names(facts: Sequence[Fact]) -> list[str]:
    return [type(fact).__name__ + (f":{fact.level}" if hasattr(fact, "level") else "") for fact in facts]


def given(*facts: Fact) -> Desk:
    desk = Desk()
    desk.hear(*facts)
    return desk
