"""The clock of what a reply promises (承诺办结日期): it runs beside the case's own, and no pause of that stops it. Pure.

It ends once: with the unit's report, or with the post's leaving. Neither a reopening nor another unit ends it, for the
citizen was promised; whoever holds the case when it is due answers for it. docs/states.md has the table.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, Literal

from msgspec.structs import replace

from city.profile import Profile
from contracts.deadlines import (
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseNear,
    ReplyPromiseSet,
)
from contracts.decision import Context
from contracts.facts import Fact
from contracts.replies import PromiseReported, ReplyPublished
from services.deadline.core import owed
from services.deadline.core.case import Case, Promised

Here = Context[Profile]
Outcome = Literal["kept", "late", "withdrawn", "hidden"]

_FACTS: Final = {
    "near": ReplyPromiseNear,
    "overdue": ReplyPromiseBroken,
    "withdrawn": ReplyPromiseBreakWithdrawn,
}


def given(case: Case, reply: ReplyPublished) -> Case:
    """The case with what the reply promises; a lead's reply promises in the lead's own case alone."""
    if reply.promised_day is None or reply.lead:
        return case
    promised = Promised(reply.reply, reply.at, reply.promised_day, reply.department)
    return replace(case, promises=(*case.promises, promised))


def reported(case: Case, fact: PromiseReported) -> Case:
    """The unit reported it done; `judged` forgets the promise once it has said what is owed."""
    waiting = (replace(one, reported_at=fact.at) if one.id == fact.reply else one for one in case.promises)
    return replace(case, promises=tuple(waiting))


def judged(
    case: Case, context: Here, at: datetime, until: datetime | None, facts: list[Fact]
) -> tuple[Case, datetime | None]:
    """Say of each promise what is due by `until` or owed by its end; the case, and the instant of the next word.

    A word that the facts, heard later, do not bear out is taken back, as a miss of the case is. `at` dates that.
    """
    if not case.promises:
        return case, None
    time, days = context.city.working_time, context.city.policy.promise.warning_working_days
    kept: list[Promised] = []
    following: list[datetime | None] = []
    for one in case.promises:
        due = owed.due_on(one.day, one.at, case.hidden, time)
        end, outcome = _end(case, one, due)
        after = _set(one, due, context, at, facts)
        warned = time.warning(one.at, due, days)
        found = owed.judged(owed.Owed(due, end, warned, one.near, one.broken), at, until)
        facts.extend(
            _said(_FACTS[word.what], case, one, word.at, word.due, word.held) for word in found.words
        )
        following.append(found.following)
        if end is not None and outcome != after.outcome:
            hiding = 1 + len(case.hidden) if outcome == "hidden" else 0
            ended = partial(ReplyPromiseEnded, outcome=outcome, hiding=hiding)
            facts.append(_said(ended, case, one, end, due, end))
            after = replace(after, outcome=outcome)
        if one.reported_at is None or owed.may_be_restored(case.left):
            kept.append(replace(after, near=found.near, broken=found.overdue))
    return replace(case, promises=tuple(kept)), min(filter(None, following), default=None)


def _said(
    fact: Callable[..., Fact], case: Case, one: Promised, at: datetime, due: datetime, held: datetime
) -> Fact:
    """A fact about a promise; `held`: the instant at which whoever held the case is meant."""
    department = case.department_at(held) or one.department
    return fact(at=at, reply=one.id, day=one.day, due=due, department=department)


def _end(case: Case, one: Promised, due: datetime) -> tuple[datetime | None, Outcome]:
    """When nobody waited for it any more, and why: it was reported, or the post left the count before that."""
    left = case.left
    if left is not None and (one.reported_at is None or left.at < one.reported_at):
        return left.at, "withdrawn" if left.cause == "withdrawn" else "hidden"
    return one.reported_at, "kept" if one.reported_at is not None and one.reported_at <= due else "late"


def _set(one: Promised, due: datetime, context: Here, at: datetime, facts: list[Fact]) -> Promised:
    if one.due == due or one.outcome:
        return one
    facts.append(
        ReplyPromiseSet(
            at=one.at if one.due is None else at,
            reply=one.id,
            day=one.day,
            due=due,
            provisional=context.city.working_time.is_provisional(due),
            department=one.department,
        )
    )
    return replace(one, due=due)
