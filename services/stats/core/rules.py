"""What each fact changes in a case, and so in the figures. Pure."""

from datetime import datetime

from msgspec.structs import replace

from city.profile import Profile
from contracts.assignments import LeadNamed, MeetingCalled, PostAssigned, PostReassigned, ReturnRefused
from contracts.deadlines import (
    CaseEscalated,
    ClockStopped,
    DeadlineExtended,
    DeadlineMissed,
    DispatchLate,
    DispatchLateWithdrawn,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
    MissWithdrawn,
    PromiseBroken,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseSet,
)
from contracts.decision import Context, Decision, Effect, unchanged
from contracts.posts import (
    PostFollowedUp,
    PostHidden,
    PostReceived,
    PostRestored,
    PostsGrouped,
    PostSupported,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import (
    CaseAccepted,
    CitizenAnswered,
    FirstWordGiven,
    FollowUpAnswered,
    InstructionGiven,
    InstructionReported,
    PostRated,
    PostReopened,
    ReplyPublished,
    ReplySentBack,
    ReturnRequested,
    SuggestionDecided,
    SuggestionFollowedThrough,
)
from services.stats.core.accountability.grounds import judged, with_fault, without_fault
from services.stats.core.case import Case, CitizenSeen, Count, Fault, Replied, Said
from services.stats.core.cells import difference, implied

Here = Context[Profile]


def received(case: Case, fact: PostReceived, context: Here) -> Decision[Case]:
    """The post counts from here on."""
    after = replace(
        case,
        received_at=fact.at,
        number=fact.number,
        kind=fact.kind,
        area=fact.area,
        clock=context.city.policy.kind(fact.kind).clock,
        citizen=fact.citizen,
        origin=fact.origin,
    )
    decision = _change(case, after, context)
    if fact.citizen == context.subject:
        # Nobody signed: distinct people are counted (注册), and this is a post and no person.
        return decision
    return Decision(decision.state, (*decision.effects, CitizenSeen(fact.citizen)))


def supported(case: Case, fact: PostSupported, context: Here) -> Decision[Case]:
    """Whoever supports a post and signs with it is a person that takes part (注册), too; the post's own figures stay."""
    return Decision(case, (CitizenSeen(fact.supporter),)) if fact.signed else unchanged(case)


def assigned(case: Case, fact: PostAssigned | PostReassigned, context: Here) -> Decision[Case]:
    """Another unit holds the case."""
    after = replace(case, holders=(*case.holders, (fact.at, fact.department)))
    if fact.duty_item:
        after = replace(after, duties=(*case.duties, (fact.at, fact.department, fact.duty_item)))
    return _change(case, after, context)


def dispatched_late(case: Case, fact: DispatchLate, context: Here) -> Decision[Case]:
    """As far as the clock knew no unit had the post when the time for dispatch was over."""
    return _change(case, replace(case, dispatched_late=True, dispatch_due=fact.due))


def dispatch_was_not_late(case: Case, fact: DispatchLateWithdrawn, context: Here) -> Decision[Case]:
    """It had longer, or a unit had it, or nobody was to: all of that was heard late."""
    return _change(case, replace(case, dispatched_late=False, dispatch_due=None))


def accepted(case: Case, fact: CaseAccepted, context: Here) -> Decision[Case]:
    """The holding unit took the post on."""
    return _change(case, replace(case, accepted=(*case.accepted, (fact.at, fact.department))))


def meeting_called(case: Case, fact: MeetingCalled, context: Here) -> Decision[Case]:
    """An assignment meeting is to rule."""
    heard = (len(case.ruled), len(case.holders))
    after = replace(
        case,
        meetings=(*case.meetings, (fact.at, fact.until)),
        meetings_after=(*case.meetings_after, heard),
    )
    return _change(case, after)


def meeting_late(case: Case, fact: MeetingLate, context: Here) -> Decision[Case]:
    """It had not ruled when its time was over."""
    return _change(case, replace(case, meetings_late=(*case.meetings_late, fact.until)))


def meeting_was_not_late(case: Case, fact: MeetingLateWithdrawn, context: Here) -> Decision[Case]:
    """It had longer, or was over, or nobody waited for it: all of that was heard late."""
    late = tuple(until for until in case.meetings_late if until != fact.until)
    return _change(case, replace(case, meetings_late=late))


def meeting_ruled(case: Case, fact: LeadNamed, context: Here) -> Decision[Case]:
    """The assignment meeting has ruled."""
    return _change(case, replace(case, ruled=(*case.ruled, fact.at)))


def replied(case: Case, fact: ReplyPublished, context: Here) -> Decision[Case]:
    """A reply was published."""
    reply = Replied(fact.at, fact.department, fact.handling, fact.lead, fact.group)
    return _change(case, replace(case, replies=(*case.replies, reply)))


def first_word(case: Case, fact: FirstWordGiven, context: Here) -> Decision[Case]:
    """The citizen heard something before the reply; of a second handling it is not counted."""
    if fact.handling > 1:
        return unchanged(case)
    said = Said(fact.at, fact.department)
    return _change(case, replace(case, first_words=(*case.first_words, said)))


def promised(case: Case, fact: ReplyPromiseSet, context: Here) -> Decision[Case]:
    """A reply promises something; said again when its due instant moves, and counted once."""
    if any(reply == fact.reply for reply, _ in case.promises):
        return unchanged(case)
    return _change(case, replace(case, promises=(*case.promises, (fact.reply, ""))))


def promise_ended(case: Case, fact: ReplyPromiseEnded, context: Here) -> Decision[Case]:
    """It was reported done, in time or late, or the post left; what is said last counts.

    That it ended by a hiding which was undone is heard late.
    """
    if fact.outcome == "hidden" and _undone(case, fact):
        return unchanged(case)
    ended = tuple((one, fact.outcome if one == fact.reply else how) for one, how in case.promises)
    hidden = tuple((one, hiding) for one, hiding in case.promises_hidden if one != fact.reply)
    if fact.hiding:
        hidden = (*hidden, (fact.reply, fact.hiding))
    return _change(case, replace(case, promises=ended, promises_hidden=hidden))


def _undone(case: Case, fact: ReplyPromiseEnded) -> bool:
    """Whether the hiding that ended a promise was undone, as far as was heard.

    It has a number, for the instant of a restoration may be that of the next hiding, too.
    """
    if case.restored_at is None:
        return False
    if fact.hiding and case.restorations:
        return fact.hiding <= case.restorations
    # The fact is from before it had a number, or the state from before restorations were counted.
    return fact.at <= case.restored_at


def reply_promise_broken(case: Case, fact: ReplyPromiseBroken, context: Here) -> Decision[Case]:
    """What a reply promised was not reported done by the day it named."""
    fault = Fault("promise", fact.department, fact.at, _about(f"reply {fact.reply}", fact.due))
    after = replace(case, promises_broken=(*case.promises_broken, fact.reply))
    return _change(case, with_fault(after, fault), context)


def reply_promise_break_withdrawn(
    case: Case, fact: ReplyPromiseBreakWithdrawn, context: Here
) -> Decision[Case]:
    """It was kept in time after all, or nobody waits for it."""
    broken = tuple(one for one in case.promises_broken if one != fact.reply)
    after = without_fault(
        replace(case, promises_broken=broken), "promise", _about(f"reply {fact.reply}", fact.due)
    )
    return _change(case, after, context)


def stopped(case: Case, fact: ClockStopped, context: Here) -> Decision[Case]:
    """How the clock stopped, and who held the post how long; of second handlings the newest counts."""
    if 0 < fact.handling < case.second_stopped and fact.clock == "second":
        return unchanged(case)
    minutes = tuple((one.holder, one.minutes) for one in fact.held)
    if fact.clock == "second":
        after = replace(case, second_in_time=fact.in_time, second_held=minutes, second_stopped=fact.handling)
    else:
        after = replace(case, in_time=fact.in_time, held=minutes)
    return _change(case, after)


def missed(case: Case, fact: DeadlineMissed, context: Here) -> Decision[Case]:
    """The due instant passed; of second handlings the newest counts."""
    if fact.clock == "second":
        if case.second_missed and case.second_due is not None and fact.due < case.second_due:
            return unchanged(case)
        return _change(case, replace(case, second_missed=True, second_due=fact.due))
    return _change(case, replace(case, missed=True, missed_due=fact.due))


def escalated(case: Case, fact: CaseEscalated, context: Here) -> Decision[Case]:
    """The ladder's last step: a bulletin names the case."""
    if fact.level != "bulletin":
        return unchanged(case)
    after = with_fault(case, Fault("overdue", fact.department, fact.at, _about(fact.clock, fact.due)))
    if fact.clock == "reply":
        after = replace(after, named_at=fact.at)
    return _change(case, after, context)


def miss_withdrawn(case: Case, fact: MissWithdrawn, context: Here) -> Decision[Case]:
    """It was no miss, or no broken promise."""
    about = _about(fact.clock, fact.due)
    if fact.clock == "promise":
        after = without_fault(replace(case, broken=case.broken - 1), "promise", about)
    elif fact.clock == "second":
        of_another = case.second_due is not None and case.second_due != fact.due
        after = case if of_another else replace(case, second_missed=False)
        after = without_fault(after, "overdue", about)
    else:
        after = replace(case, missed=False, missed_due=None, named_at=None)
        after = without_fault(after, "overdue", about)
    return _change(case, after, context)


def extended(case: Case, fact: DeadlineExtended, context: Here) -> Decision[Case]:
    """More time was granted."""
    return _change(case, replace(case, extensions=case.extensions + 1))


def promise_broken(case: Case, fact: PromiseBroken, context: Here) -> Decision[Case]:
    """A promised date passed."""
    fault = Fault("promise", fact.department, fact.at, _about("promise", fact.promised))
    return _change(case, with_fault(replace(case, broken=case.broken + 1), fault), context)


def returned(case: Case, fact: ReturnRequested, context: Here) -> Decision[Case]:
    """A unit said "not ours"."""
    return _change(case, replace(case, returns=(*case.returns, fact.department)))


def return_refused(case: Case, fact: ReturnRefused, context: Here) -> Decision[Case]:
    """A person ruled that the unit had no ground to give the post back; a refusal by limits alone is no fault."""
    if not fact.unfounded:
        return unchanged(case)
    return _change(case, with_fault(case, Fault("return", fact.department, fact.at)), context)


def sent_back(case: Case, fact: ReplySentBack, context: Here) -> Decision[Case]:
    """The quality check at the leader's desk did not let a reply pass."""
    after = replace(case, sent_back=(*case.sent_back, fact.department))
    return _change(case, with_fault(after, Fault("sent-back", fact.department, fact.at)), context)


def instructed(case: Case, fact: InstructionGiven, context: Here) -> Decision[Case]:
    """A city leader wants a report; an instruction of before they were followed asks for none."""
    if not fact.instruction or fact.due_day is None:
        return unchanged(case)
    return _change(case, replace(case, instructions=(*case.instructions, fact.instruction)))


def instruction_reported(case: Case, fact: InstructionReported, context: Here) -> Decision[Case]:
    """The unit reported back; again where the leader wanted more."""
    return _change(case, replace(case, instructions_reported=(*case.instructions_reported, fact.instruction)))


def instruction_overdue(case: Case, fact: InstructionOverdue, context: Here) -> Decision[Case]:
    """Nothing was reported by its due instant."""
    overdue = (*case.instructions_overdue, (fact.instruction, fact.due))
    return _change(case, replace(case, instructions_overdue=overdue))


def instruction_was_not_overdue(
    case: Case, fact: InstructionOverdueWithdrawn, context: Here
) -> Decision[Case]:
    """A report given in time was heard late."""
    withdrawn = (fact.instruction, fact.due)
    left = tuple(one for one in case.instructions_overdue if one != withdrawn)
    return _change(case, replace(case, instructions_overdue=left))


def rated(case: Case, fact: PostRated, context: Here) -> Decision[Case]:
    """The latest rating counts, by the policy in force: a later policy judges no earlier grade."""
    satisfied_from = context.city.policy.rating.satisfied_from
    after = replace(case, grade=fact.grade, satisfied_from=satisfied_from)
    return _change(case, replace(after, solved=fact.solved))


def reopened(case: Case, fact: PostReopened, context: Here) -> Decision[Case]:
    """A second handling begins; it has columns of its own."""
    after = replace(
        case,
        reopened=case.reopened + 1,
        reopened_at=fact.at,
        # States of before the due instant was kept: whatever was missed was missed in an earlier handling.
        second_missed=case.second_missed and case.second_due is not None,
    )
    return _change(case, with_fault(after, Fault("reopened", fact.department, fact.at)), context)


def decided(case: Case, fact: SuggestionDecided, context: Here) -> Decision[Case]:
    """What the unit said last of a suggestion counts."""
    return _change(case, replace(case, adoption=fact.outcome))


def followed_through(case: Case, fact: SuggestionFollowedThrough, context: Here) -> Decision[Case]:
    """Something was done of a suggestion; it counts once."""
    return _change(case, replace(case, follow_throughs=case.follow_throughs + 1))


def left(case: Case, fact: PostWithdrawn | PostHidden, context: Here) -> Decision[Case]:
    """The post leaves the count."""
    cause = "withdrawn" if isinstance(fact, PostWithdrawn) else "hidden"
    return _change(case, replace(case, left=case.left or cause))


def restored(case: Case, fact: PostRestored, context: Here) -> Decision[Case]:
    """A hidden post counts again, and so do the promises of its replies, but those that the next hiding has ended: that may be heard first."""
    if case.left != "hidden":
        return unchanged(case)
    counted = case.restorations > 0 or case.restored_at is None
    restorations = case.restorations + 1 if counted else 0
    by = dict(case.promises_hidden)
    promises = tuple(
        (reply, "" if how == "hidden" and not (counted and by.get(reply, 0) > restorations) else how)
        for reply, how in case.promises
    )
    after = replace(case, left="", promises=promises, restored_at=fact.at, restorations=restorations)
    return _change(case, after)


def followed_up(case: Case, fact: PostFollowedUp, context: Here) -> Decision[Case]:
    """The author's follow-up is one more message of the citizen."""
    return _change(case, replace(case, follow_ups=case.follow_ups + 1))


def follow_up_answered(case: Case, fact: FollowUpAnswered, context: Here) -> Decision[Case]:
    """A follow-up has its answer, after so many hours."""
    hours = (fact.at - fact.asked_at).total_seconds() / 3600
    return _change(case, replace(case, follow_up_hours=(*case.follow_up_hours, hours)))


def answered(case: Case, fact: CitizenAnswered, context: Here) -> Decision[Case]:
    """The author's answer is one more message of the citizen."""
    return _change(case, replace(case, answers=case.answers + 1))


def grouped(case: Case, fact: PostsGrouped, context: Here) -> Decision[Case]:
    """The lead's reply counts for the case."""
    return _change(case, replace(case, ungrouped=False))


def ungrouped(case: Case, fact: PostUngrouped, context: Here) -> Decision[Case]:
    """The lead's reply counts no more."""
    left = (*case.left_groups, fact.group)
    return _change(case, replace(case, ungrouped=True, left_groups=left))


def _change(before: Case, after: Case, context: Here | None = None) -> Decision[Case]:
    """With a context: the fact may be ground for a record, or may say whose a ground is."""
    changes = difference(implied(before), implied(after))
    effects: tuple[Effect, ...] = (Count(changes),) if changes else ()
    if context is not None and (after.faults or after.grounds):
        after, suspected = judged(after, context.city.policy.accountability)
        effects += suspected
    return Decision(after, effects)


def _about(clock: str, due: datetime) -> str:
    return f"{clock}:{due.isoformat()}"
