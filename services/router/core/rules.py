"""What each fact does to the assignment of a post. Pure.

    received ─┬─> assigned ──return──> reassigned ──return──> meeting called ──ruled──> lead named
              └─> held for a person ──chosen──> assigned

One return within one working day, citing the duty item that says whose it is; router rules at once
when that item names another unit, otherwise the supervisor does. The unit asked first keeps what it
returned late, twice or without reason (首问负责). With the second return, or when a third unit is drawn
in, or the case would go back to who has held it, an assignment meeting (交办会) must name lead and
assisting units; nothing moves before it has, and its ruling stands. Where neither the duty list nor a
candidate is left that has not returned it, a special report (专报) asks the city leaders for an owner.
The numbers are the policy's, table `return`.
"""

from datetime import datetime

from msgspec.structs import replace

from contracts.assignments import (
    AssignmentHeld,
    Candidate,
    LeadNamed,
    MeetingCalled,
    PostAssigned,
    PostReassigned,
    Reason,
    ReturnRefused,
    SpecialReportRaised,
)
from contracts.decision import Context, Decision, Effect, Say, unchanged
from contracts.facts import Fact
from contracts.posts import PostReceived, PostRestored, PostUngrouped
from contracts.replies import (
    AssignmentChosen,
    MeetingRuled,
    ReplyPublished,
    ReturnRequested,
    SpecialReportRequested,
)
from services.router.core import standing
from services.router.core.case import Case, Choice, Decided, Judges, Returned


def assign(case: Case, post: PostReceived, context: Context[Judges]) -> Decision[Case]:
    """Give the post to the unit whose duty it is, with reasons, or hold it for a person.

    Kinds on which the city's policy sets no clock (a debate, a survey) ask nobody for an answer.
    """
    case = replace(case, number=post.number, received_at=post.at)
    if not context.city.profile.policy.kind(post.kind).clock:
        return Decision(case)
    choice = context.foreseen or context.city.choose(post)
    case = replace(case, candidates=choice.candidates)
    if case.closed:
        return Decision(case)
    decision = _assigned(case, post, choice) if choice.department else _hold(case, post.at, choice)
    for fact in case.early:
        decision = _then(decision, fact, context)
    return Decision(replace(decision.state, early=()), decision.effects)


def choose(case: Case, chosen: AssignmentChosen, context: Context[Judges]) -> Decision[Case]:
    """A person decided: for a held post, over a return, or against the router."""
    if case.received_at is None:
        return Decision(replace(case, early=(*case.early, chosen)))
    if case.closed:
        return unchanged(case)
    reason = Reason(kind="person", text=chosen.reason)
    request = _open_request(case)
    if not case.department:
        said: Fact = PostAssigned(
            at=chosen.at,
            number=case.number,
            department=chosen.department,
            duty_item="",
            reasons=(reason,),
            confidence=1.0,
            rule_version=_rule_version(case),
            model_version=_model_version(case),
            assisting=chosen.assisting,
            chosen_by=chosen.by,
        )
    elif chosen.department == case.department and request:
        said = ReturnRefused(
            at=chosen.at,
            request=request,
            department=case.department,
            reason=chosen.reason,
            unfounded=True,
        )
    elif chosen.department == case.department and chosen.assisting == case.assisting:
        return unchanged(case)
    elif chosen.department == case.department:
        said = LeadNamed(at=chosen.at, lead=case.department, assisting=chosen.assisting, reason=chosen.reason)
    else:
        said = PostReassigned(
            at=chosen.at,
            number=case.number,
            department=chosen.department,
            previous=case.department,
            cause="chosen",
            reasons=(reason,),
            assisting=chosen.assisting,
            request=request,
        )
    outcome = "refused" if isinstance(said, ReturnRefused) else "reassigned"
    case = _settle(case, request, outcome)
    case = _hold_by(case, chosen.department, chosen.at, chosen.assisting)
    return _say(replace(case, held=False), chosen.at, said, chosen_by=chosen.by)


def give_back(case: Case, asked: ReturnRequested, context: Context[Judges]) -> Decision[Case]:
    """A unit says "not ours" and names the duty item that says whose it is."""
    if case.received_at is None:
        return Decision(replace(case, early=(*case.early, asked)))
    refusal = _refusal(case, asked, context)
    if refusal:
        return _refuse(case, asked, refusal)
    owner, numbers = context.city.owner(asked.duty_item), context.city.profile.policy.return_
    if owner == asked.department:
        owner = ""
    earlier = [one.department for one in case.returned if one.outcome != "refused"]
    # Whom a person took the case from is no party to the dispute.
    drawn_in = {*earlier, case.department, owner} - {""}
    if (
        len(earlier) + 1 >= numbers.before_meeting
        or owner in case.holders
        or len(drawn_in) > numbers.departments_before_meeting
    ):
        return _call_meeting(case, asked, sorted(drawn_in), context)
    if not owner:
        case = replace(case, returned=(*case.returned, _returned(asked, "open")), held=True)
        said = AssignmentHeld(
            at=asked.at,
            number=case.number,
            candidates=case.candidates[:3],
            rule_version=_rule_version(case),
            model_version=_model_version(case),
        )
        decision = _say(case, asked.at, said, candidates=case.candidates[:3])
        others = {one.department for one in case.candidates} - set(case.holders)
        return decision if others else _report_ownerless(decision, asked)
    reassigned = PostReassigned(
        at=asked.at,
        number=case.number,
        department=owner,
        previous=case.department,
        cause="return",
        duty_item=asked.duty_item,
        reasons=(Reason(kind="duty", text=f"职责清单 {asked.duty_item}"),),
        request=asked.request,
        rule_version=_rule_version(case),
        model_version=_model_version(case),
    )
    case = replace(case, returned=(*case.returned, _returned(asked, "reassigned")))
    return _say(_hold_by(case, owner, asked.at, case.assisting), asked.at, reassigned)


def rule(case: Case, ruled: MeetingRuled, context: Context[Judges]) -> Decision[Case]:
    """The meeting named who leads and who assists; that stands."""
    if case.received_at is None:
        return Decision(replace(case, early=(*case.early, ruled)))
    if case.closed:
        return unchanged(case)
    reason = Reason(kind="ruling", text=ruled.reason)
    named = LeadNamed(
        at=ruled.at, lead=ruled.lead, assisting=ruled.assisting, reason=ruled.reason, parts=ruled.parts
    )
    moved: Fact | None = None
    if not case.department:
        moved = PostAssigned(
            at=ruled.at,
            number=case.number,
            department=ruled.lead,
            duty_item="",
            reasons=(reason,),
            confidence=1.0,
            rule_version=_rule_version(case),
            model_version=_model_version(case),
            assisting=ruled.assisting,
            chosen_by=ruled.by,
        )
    elif ruled.lead != case.department:
        moved = PostReassigned(
            at=ruled.at,
            number=case.number,
            department=ruled.lead,
            previous=case.department,
            cause="meeting",
            reasons=(reason,),
            assisting=ruled.assisting,
        )
    case = replace(
        _hold_by(case, ruled.lead, ruled.at, ruled.assisting), meeting=False, held=False, ruled=True
    )
    decision = _say(case, ruled.at, named, chosen_by=ruled.by)
    if moved is None:
        return decision
    after = _say(decision.state, ruled.at, moved, chosen_by=ruled.by)
    return Decision(after.state, (*decision.effects, *after.effects))


def report(case: Case, asked: SpecialReportRequested, context: Context[Judges]) -> Decision[Case]:
    """The supervisor takes the case to the city leaders (专报)."""
    if case.received_at is None:
        return Decision(replace(case, early=(*case.early, asked)))
    raised = SpecialReportRaised(at=asked.at, reason="督查提请专报", text=asked.text, by=asked.by)
    return _say(case, asked.at, raised)


def answer(case: Case, fact: ReplyPublished, context: Context[Judges]) -> Decision[Case]:
    """The post is answered; whoever asks the same finds the answer."""
    if fact.group:
        gone = fact.group in case.left_groups
    else:
        gone = bool(fact.lead) and case.ungrouped_at is not None and fact.at <= case.ungrouped_at
    if gone:
        return unchanged(case)
    return Decision(
        replace(case, answered=True, answered_by_lead=bool(fact.lead), answering_group=fact.group)
    )


def ungroup(case: Case, fact: PostUngrouped, context: Context[Judges]) -> Decision[Case]:
    """It left its group, and with it the lead's reply; one of the next group may have been heard before."""
    gone = case.answered_by_lead and case.answering_group in ("", fact.group)
    left = (*case.left_groups, fact.group)
    return Decision(
        replace(case, answered=case.answered and not gone, left_groups=left, ungrouped_at=fact.at)
    )


def restore(case: Case, fact: PostRestored, context: Context[Judges]) -> Decision[Case]:
    """A hidden post is back; where a person was to choose, a person is asked again."""
    days = context.city.profile.policy.return_.working_days
    held_since = standing.back_since(case, fact.at, context.city.profile.working_time, days)
    case = replace(case, closed=False, closed_at=None, assigned_at=held_since)
    ruled = [one for one in case.decided if one.kind != "SpecialReportRaised"]
    if not ruled or ruled[-1].kind != "AssignmentHeld":
        return Decision(case)
    said = AssignmentHeld(
        at=fact.at,
        number=case.number,
        candidates=case.candidates[:3],
        rule_version=_rule_version(case),
        model_version=_model_version(case),
    )
    return _say(replace(case, held=True), fact.at, said, candidates=case.candidates[:3])


# -- what the rules share -------------------------------------------------------------------------


def _assigned(case: Case, post: PostReceived, choice: Choice) -> Decision[Case]:
    best = choice.candidates[0]
    said = PostAssigned(
        at=post.at,
        number=post.number,
        department=choice.department,
        duty_item=best.duty_item,
        reasons=best.reasons,
        confidence=choice.confidence,
        rule_version=choice.rule_version,
        model_version=choice.model_version,
        area=choice.area,
        street=choice.street,
    )
    case = _hold_by(case, choice.department, post.at, ())
    return _say(case, post.at, said, candidates=choice.candidates)


def _hold(case: Case, at: datetime, choice: Choice) -> Decision[Case]:
    said = AssignmentHeld(
        at=at,
        number=case.number,
        candidates=choice.candidates[:3],
        rule_version=choice.rule_version,
        model_version=choice.model_version,
    )
    return _say(replace(case, held=True), at, said, candidates=choice.candidates[:3])


def _refusal(case: Case, asked: ReturnRequested, context: Context[Judges]) -> str:
    """Why the unit keeps the case, in Chinese; empty when the return must be ruled upon."""
    if case.closed:
        return "该帖已撤回或屏蔽"
    if asked.department != case.department or case.assigned_at is None:
        return "不是当前承办单位"
    if case.meeting:
        return "交办会尚未裁定"
    if case.ruled:
        return "交办会已经裁定，按裁定办理"
    numbers = context.city.profile.policy.return_
    if sum(earlier.department == asked.department for earlier in case.returned) >= numbers.at_most:
        return f"同一单位只能退回 {numbers.at_most} 次，按首问负责继续办理"
    if asked.at > context.city.profile.working_time.add_days(case.assigned_at, numbers.working_days):
        return f"超过 {numbers.working_days} 个工作日，按首问负责继续办理"
    return ""


def _refuse(case: Case, asked: ReturnRequested, reason: str) -> Decision[Case]:
    said = ReturnRefused(at=asked.at, request=asked.request, department=asked.department, reason=reason)
    case = replace(case, returned=(*case.returned, _returned(asked, "refused")))
    return _say(case, asked.at, said)


def _call_meeting(
    case: Case, asked: ReturnRequested, departments: list[str], context: Context[Judges]
) -> Decision[Case]:
    said = MeetingCalled(
        at=asked.at,
        departments=tuple(departments),
        reason="单位之间反复退回，提请交办会明确牵头单位",
        until=context.city.profile.working_time.add_days(
            asked.at, context.city.profile.policy.return_.meeting_working_days
        ),
    )
    case = replace(case, meeting=True, returned=(*case.returned, _returned(asked, "meeting")))
    return _say(case, asked.at, said)


def _report_ownerless(decision: Decision[Case], asked: ReturnRequested) -> Decision[Case]:
    """Nobody is left whose duty it might be: the city leaders are asked, once."""
    if decision.state.reported:
        return decision
    raised = SpecialReportRaised(at=asked.at, reason="职责清单与候选单位中都没有承办单位", text=asked.reason)
    after = _say(replace(decision.state, reported=True), asked.at, raised)
    return Decision(after.state, (*decision.effects, *after.effects))


def _returned(asked: ReturnRequested, outcome: str) -> Returned:
    return Returned(asked.request, asked.department, asked.duty_item, asked.at, outcome)


def _open_request(case: Case) -> str:
    return next((r.request for r in case.returned if r.outcome == "open"), "")


def _settle(case: Case, request: str, outcome: str) -> Case:
    return replace(
        case,
        returned=tuple(replace(r, outcome=outcome) if r.request == request else r for r in case.returned),
    )


def _hold_by(case: Case, department: str, at: datetime, assisting: tuple[str, ...]) -> Case:
    holders = case.holders if department in case.holders else (*case.holders, department)
    assigned_at = case.assigned_at if department == case.department else at
    return replace(case, department=department, assigned_at=assigned_at, assisting=assisting, holders=holders)


def _say(
    case: Case, at: datetime, fact: Fact, candidates: tuple[Candidate, ...] = (), chosen_by: str = ""
) -> Decision[Case]:
    decided = Decided(
        at=at,
        kind=type(fact).__name__,
        department=case.department,
        confidence=getattr(fact, "confidence", 0.0),
        candidates=candidates,
        reasons=getattr(fact, "reasons", ()),
        rule_version=getattr(fact, "rule_version", ""),
        model_version=getattr(fact, "model_version", ""),
        chosen_by=chosen_by,
    )
    return Decision(replace(case, decided=(*case.decided, decided)), (Say(fact),))


def _then(
    decision: Decision[Case],
    fact: AssignmentChosen | MeetingRuled | ReturnRequested | SpecialReportRequested,
    context: Context[Judges],
) -> Decision[Case]:
    """A fact that came before the post itself takes effect after it."""
    effects: tuple[Effect, ...] = decision.effects
    match fact:
        case AssignmentChosen():
            after = choose(decision.state, fact, context)
        case MeetingRuled():
            after = rule(decision.state, fact, context)
        case ReturnRequested():
            after = give_back(decision.state, fact, context)
        case SpecialReportRequested():
            after = report(decision.state, fact, context)
    return Decision(after.state, (*effects, *after.effects))


def _rule_version(case: Case) -> str:
    return next((d.rule_version for d in case.decided if d.rule_version), "")


def _model_version(case: Case) -> str:
    return next((d.model_version for d in case.decided if d.model_version), "")
