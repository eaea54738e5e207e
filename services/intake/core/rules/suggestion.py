"""What becomes of a suggestion (建言献策): whether it is adopted, and what was done of it. Pure."""

from typing import Final

from msgspec.structs import replace

from contracts.decision import Decision, NotNow
from contracts.identity import derived
from contracts.replies import SuggestionDecided, SuggestionFollowedThrough
from services.intake.core import requests as ask
from services.intake.core.case import Adoption, Case, FollowThrough
from services.intake.core.names import OUTCOME_NAMES
from services.intake.core.rules.saying import Here, received_at, say, wrong_field

LONGEST: Final = 50
"""Entries of follow-through of one suggestion: one a week for a year."""


def adoption(case: Case, asked: ask.Asked[ask.Adoption], context: Here) -> Decision[Case]:
    """The leader says whether the suggestion is adopted, and why; what was said before is replaced."""
    outcome, reason, by = asked.body.outcome, asked.body.reason, asked.actor.person
    name = OUTCOME_NAMES[outcome]
    before = case.adoption
    if before is not None and (before.outcome, before.reason) == (outcome, reason):
        raise NotNow("decided-before", f"已登记为{name}", "结果和理由都没有变化。")
    if outcome == "declined" and case.follow_throughs:
        raise NotNow("followed-through", "已有落实情况,不能改为未采纳", "可以改为采纳或部分采纳。")
    fact = SuggestionDecided(
        at=context.now, outcome=outcome, reason=reason, department=case.department, by=by
    )
    case = replace(case, adoption=Adoption(outcome, reason, case.department, context.now))
    unit = context.city.department_name(case.department)
    return say(case, fact, "suggestion-decided", f"{unit}{name}建议:{reason}", by=by)


def follow_through(case: Case, asked: ask.Asked[ask.FollowThrough], context: Here) -> Decision[Case]:
    """The clerk writes down what was done of the suggestion, and on which day."""
    text, done_on, by = asked.body.text, asked.body.done_on, asked.actor.person
    first, last = received_at(case).date(), context.now.date()
    if not first <= done_on <= last:
        raise wrong_field("done_on", f"应在 {first} 至 {last} 之间")
    if len(case.follow_throughs) >= LONGEST:
        raise NotNow("follow-throughs-over", f"一件建议最多登记 {LONGEST} 次落实情况")
    identity = derived(context.cause, "follow-through")
    fact = SuggestionFollowedThrough(
        at=context.now,
        follow_through=identity,
        text=text,
        done_on=done_on,
        department=case.department,
        by=by,
    )
    done = FollowThrough(identity, text, done_on, context.now)
    case = replace(case, follow_throughs=(*case.follow_throughs, done))
    return say(case, fact, "followed-through", f"落实情况({done_on}):{text}", by=by)
