"""A post's assignment as a test drives it: facts in, and what is said of them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from contracts.assignments import AssignmentHeld, Candidate, PostAssigned, Reason
from contracts.decision import Context, Say
from contracts.facts import Fact
from contracts.posts import PostReceived
from contracts.replies import (
    AssignmentChosen,
    MeetingRuled,
    ReturnRequested,
)
from services.router.app import RULES
from services.router.core.case import Case, Choice, new
from tests.services.intake.door import PROFILE, at

MONDAY = at("2026-03-02T10:00")
UNITS = ("transport", "housing", "water", "education")
ITEM = {f"{unit}-item": unit for unit in UNITS}


@dataclass
class Judge:
    """A city whose router gives every post to one unit, or is unsure."""

    department: str = "transport"
    candidates: tuple[str, ...] = ("transport", "housing")
    profile: Any = PROFILE

    def choose(self, post: PostReceived) -> Choice:
        return Choice(
            department=self.department,
            candidates=tuple(
                Candidate(unit, f"{unit}-item", 0.4, (Reason(kind="duty", text="职责"),))
                for unit in self.candidates
            ),
            confidence=0.9,
            rule_version="r1",
            model_version="m1",
            area="321322",
            street="321322001",
        )

    def owner(self, duty_item: str) -> str:
        return ITEM.get(duty_item, "")


@dataclass
class Post:
    """One post's assignment, and what was said of it."""

    judge: Judge = field(default_factory=Judge)
    case: Case = field(default_factory=lambda: new("p"))
    said: list[Fact] = field(default_factory=list)
    heard: int = 0

    def hear(self, fact: Fact) -> list[Fact]:
        self.heard += 1
        context: Context[Any] = Context("p", f"cause-{self.heard}", fact.at, self.judge, 0)
        decision = RULES[type(fact)](self.case, fact, context)
        self.case = decision.state
        said = [effect.fact for effect in decision.effects if isinstance(effect, Say)]
        for each in said:
            # Whoever decided it: by which list and which model the post was judged.
            if isinstance(each, PostAssigned | AssignmentHeld):
                assert (each.rule_version, each.model_version) == ("r1", "m1")
        self.said += said
        return said

    def received(self) -> "Post":
        self.hear(PostReceived(at=MONDAY, number="SQ-1", kind="complaint", title="t", text="x", citizen="c"))
        return self

    def returned(self, unit: str, item: str, hours: float = 1) -> list[Fact]:
        asked = ReturnRequested(
            at=MONDAY + timedelta(hours=hours),
            request=f"r{self.heard}",
            duty_item=item,
            reason="不是本单位职责",
            department=unit,
            by="clerk",
        )
        return self.hear(asked)

    def ruled(self, lead: str, *assisting: str, hours: float = 5) -> list[Fact]:
        ruled = MeetingRuled(
            at=MONDAY + timedelta(hours=hours),
            lead=lead,
            assisting=assisting,
            reason="裁定",
            parts=dict.fromkeys(assisting, "配合"),
            by="supervisor",
        )
        return self.hear(ruled)

    def chosen(self, unit: str, hours: float = 2) -> list[Fact]:
        return self.hear(
            AssignmentChosen(
                at=MONDAY + timedelta(hours=hours), department=unit, reason="职责", by="supervisor"
            )
        )


def kinds(said: list[Fact]) -> list[type]:
    return [type(fact) for fact in said]
