"""What a fact of another service changes in a case: given, heard, and all that is different then."""

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import asdict, replace

from contracts.decision import Context
from contracts.facts import Fact
from services.intake.app import RULES
from services.intake.core.case import Case, Entry, Question
from services.intake.core.instruction import Instruction, Report
from tests.services.intake.door import PROFILE, at

BEFORE, NOW, DUE, LATER = (at(f"2026-03-0{day}T10:00") for day in (2, 3, 5, 6))
CONTEXT = Context("post-1", "cause-1", at("2026-03-31T09:00"), PROFILE)
"""Heard weeks later: a fact's own instant counts."""

CASE = Case(
    number="SQ260302-000001",
    kind="complaint",
    title="路灯不亮",
    received_at=BEFORE,
    step="accepted",
    department="transport",
    assisting=("sport",),
    assigned_at=BEFORE,
    due=DUE,
    history=(Entry(BEFORE, "received", "已受理"),),
)
QUESTION = (Question("q1", "哪里?", BEFORE, "南门", BEFORE), Question("q2", "哪一盏?", BEFORE))
READ = Instruction("速办", "mayor", BEFORE, id="i1", due=DUE, read_at=BEFORE, in_hand_at=BEFORE)
REPORTED = replace(READ, id="i2", reports=(Report("已办", "transport", "leader-1", BEFORE),))


@dataclass(frozen=True)
class Heard:
    """`given` is what is special of the case; `line` is what its history says of the fact, if anything."""

    fact: Fact
    changes: dict[str, Any]
    line: tuple[str, str, bool] | None = None
    given: dict[str, Any] = field(default_factory=dict)

    def is_true(self) -> None:
        """The fact changes these fields, adds this line, and leaves everything else as it was."""
        case = replace(CASE, **self.given)

        decision = RULES[type(self.fact)](case, self.fact, CONTEXT)

        before, after = asdict(case), asdict(decision.state)
        line = () if self.line is None else (Entry(self.fact.at, *self.line),)
        assert {name: after[name] for name in self.changes} == self.changes
        assert {name for name in after if after[name] != before[name]} - {"history"} <= self.changes.keys()
        assert decision.state.history == (*case.history, *line)
        assert (decision.effects, decision.answer) == ((), None), "what is heard is never answered"
