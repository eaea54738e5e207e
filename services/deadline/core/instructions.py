"""The clock of a city leader's instruction: it runs beside the case's own, and no pause of that stops it. Pure.

Only instructions that wait for a report are remembered. A report ends the clock, in time or late; an instruction
that is sent back comes again, with a due day of its own.
"""

from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from city.profile import Profile
from contracts.deadlines import InstructionNear, InstructionOverdue, InstructionOverdueWithdrawn
from contracts.decision import Context
from contracts.facts import Fact
from services.deadline.core import owed
from services.deadline.core.case import Case, Instructed

Here = Context[Profile]

_FACTS: Final = {
    "near": InstructionNear,
    "overdue": InstructionOverdue,
    "withdrawn": InstructionOverdueWithdrawn,
}


def given(case: Case, identity: str, due_day: date, at: datetime) -> Case:
    """The case with an instruction more that waits for a report."""
    others = tuple(one for one in case.instructions if one.id != identity)
    return replace(case, instructions=(*others, Instructed(identity, due_day, given_at=at)))


def reported(case: Case, identity: str, at: datetime) -> Case:
    """The unit has reported back; `judged` forgets the instruction once it has said what is owed."""
    waiting = (replace(one, reported_at=at) if one.id == identity else one for one in case.instructions)
    return replace(case, instructions=tuple(waiting))


def judged(
    case: Case, context: Here, at: datetime, until: datetime | None, facts: list[Fact]
) -> tuple[Case, datetime | None]:
    """Say of each instruction what is due by `until` or owed by its end; the case, and the instant of the next word.

    A word that the facts, heard later, do not bear out is taken back, as a miss of the case is. `at` dates that.
    """
    if not case.instructions:
        return case, None
    time, days = context.city.working_time, context.city.policy.instruction.warning_working_days
    kept: list[Instructed] = []
    following: list[datetime | None] = []
    for one in case.instructions:
        due = owed.due_on(one.due_day, one.given_at, case.hidden, time)
        warned = time.warning(one.given_at, due, days) if one.given_at is not None else None
        found = owed.judged(owed.Owed(due, _end(case, one), warned, one.near, one.overdue), at, until)
        facts.extend(
            _FACTS[word.what](
                at=word.at,
                instruction=one.id,
                due_day=one.due_day,
                due=word.due,
                department=case.department_at(word.held),
            )
            for word in found.words
        )
        following.append(found.following)
        if one.reported_at is None or owed.may_be_restored(case.left):
            kept.append(replace(one, near=found.near, overdue=found.overdue))
    return replace(case, instructions=tuple(kept)), min(filter(None, following), default=None)


def _end(case: Case, one: Instructed) -> datetime | None:
    """When nobody waited for a report any more: it was given, or the post left the count."""
    left = None if case.left is None else case.left.at
    return min(filter(None, (one.reported_at, left)), default=None)
