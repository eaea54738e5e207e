"""What the other services' facts change in a case as intake shows it. They never refuse. Pure."""

from datetime import datetime

from msgspec.structs import replace

from city.explain import day_of, moment
from city.profile import Profile
from contracts.assignments import (
    AssignmentHeld,
    LeadNamed,
    MeetingCalled,
    PostAssigned,
    PostReassigned,
    ReturnRefused,
    SpecialReportRaised,
)
from contracts.deadlines import (
    CaseEscalated,
    ClockResumed,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineRedated,
    DeadlineSet,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    MissWithdrawn,
    PromiseBroken,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseSet,
)
from contracts.decision import Context, Decision
from services.intake.core.case import (
    Case,
    Entry,
    SpecialReport,
    at_step,
    step_of,
    with_promise,
    without_request,
)
from services.intake.core.instruction import Instruction, changed

Here = Context[Profile]


def assigned(case: Case, fact: PostAssigned | PostReassigned, context: Here) -> Decision[Case]:
    """Another unit holds the case: it has to accept it anew, and to read what city leaders instructed.

    What lay before the former leader is void.
    """
    if step_of(case) in ("received", "accepted", "assigned"):
        case = at_step(case, "assigned")
    unit = context.city.department_name(fact.department)
    if fact.department != case.department:
        case = replace(without_request(case), instructions=tuple(map(_unread, case.instructions)))
    case = replace(
        case,
        department=fact.department,
        assisting=fact.assisting,
        assigned_at=fact.at,
        held=False,
        draft=None,
        sent_back=None,
        returns=tuple(replace(r, state="moved") if r.state == "asked" else r for r in case.returns),
    )
    kind = "assigned" if isinstance(fact, PostAssigned) else "reassigned"
    return _note(case, fact.at, kind, f"交{unit}办理")


def held(case: Case, fact: AssignmentHeld, context: Here) -> Decision[Case]:
    """A person must choose."""
    return _note(
        replace(case, held=True, candidates=fact.candidates), fact.at, "held", "待人工交办", public=False
    )


def return_refused(case: Case, fact: ReturnRefused, context: Here) -> Decision[Case]:
    """The unit keeps the case."""
    returns = tuple(replace(r, state="refused") if r.id == fact.request else r for r in case.returns)
    return _note(
        replace(case, returns=returns, held=False),
        fact.at,
        "return-refused",
        f"不同意退回:{fact.reason}",
        public=False,
    )


def meeting_called(case: Case, fact: MeetingCalled, context: Here) -> Decision[Case]:
    """A meeting must name the lead."""
    returns = tuple(replace(r, state="meeting") if r.state == "asked" else r for r in case.returns)
    return _note(
        replace(case, meeting=True, returns=returns),
        fact.at,
        "meeting",
        f"提请交办会:{fact.reason}",
        public=False,
    )


def lead_named(case: Case, fact: LeadNamed, context: Here) -> Decision[Case]:
    """Who leads and who assists, by the meeting's ruling or a supervisor's word."""
    by = "交办会" if case.meeting else "督查"
    helping = "、".join(context.city.department_name(unit) for unit in fact.assisting)
    text = f"{by}明确 {context.city.department_name(fact.lead)} 牵头" + (
        f",{helping} 协办" if helping else ""
    )
    return _note(
        replace(case, meeting=False, held=False, assisting=fact.assisting, parts=fact.parts),
        fact.at,
        "lead-named",
        text,
        public=False,
    )


def special_report(case: Case, fact: SpecialReportRaised, context: Here) -> Decision[Case]:
    """It lies on the city leaders' desk, whoever raised it."""
    raised = SpecialReport(fact.at, fact.reason, fact.text, fact.by)
    case = replace(case, special_reports=(*case.special_reports, raised))
    return _note(case, fact.at, "special-report", f"专报:{fact.reason}", public=False)


def dated(
    case: Case, fact: DeadlineSet | DeadlineExtended | DeadlineRedated, context: Here
) -> Decision[Case]:
    """The due date, as deadline counts it."""
    about = _of_which(case, fact.handling)
    if not about:
        case = replace(case, due=fact.due, provisional=fact.provisional)
    if isinstance(fact, DeadlineRedated) and fact.previous == fact.due:
        return _note(case, fact.at, "redated", f"{about}办结期限 {moment(fact.due)} 已确定")
    if isinstance(fact, DeadlineRedated):
        return _note(case, fact.at, "redated", f"{about}办结期限调整为 {moment(fact.due)}")
    if isinstance(fact, DeadlineSet):
        return _note(case, fact.at, "due", f"{about}办结期限 {moment(fact.due)}")
    return Decision(case)


def resumed(case: Case, fact: ClockResumed, context: Here) -> Decision[Case]:
    """The clock runs again; a question nobody answered is open no longer."""
    if _of_which(case, fact.handling):
        return Decision(case)
    if step_of(case) == "asked" and _last_question(case) == fact.question:
        case = at_step(case, "accepted")
    paused = step_of(case) == "asked"
    return Decision(replace(case, due=fact.due, provisional=fact.provisional, paused=paused))


def missed(case: Case, fact: DeadlineMissed, context: Here) -> Decision[Case]:
    """The due instant passed without a reply."""
    about = _of_which(case, fact.handling)
    case = case if about else replace(case, missed=True)
    return _note(case, fact.at, "missed", f"{about}已超期")


def miss_withdrawn(case: Case, fact: MissWithdrawn, context: Here) -> Decision[Case]:
    """There was no miss, or no broken promise."""
    if fact.clock == "promise":
        return _note(case, fact.at, "promise-kept", f"承诺日期 {day_of(fact.due)}已兑现,记录已更正")
    about = _of_which(case, fact.handling)
    case = case if about else replace(case, missed=False, level="")
    return _note(case, fact.at, "miss-withdrawn", f"{about}超期已更正")


def escalated(case: Case, fact: CaseEscalated, context: Here) -> Decision[Case]:
    """A step of the ladder."""
    names = {"remind": "催办承办人", "leader": "提醒分管领导", "supervisor": "督查", "bulletin": "列入通报"}
    about = _of_which(case, fact.handling)
    case = case if about else replace(case, level=fact.level)
    return _note(case, fact.at, "escalated", f"{about}{names[fact.level]}", public=False)


def promise_broken(case: Case, fact: PromiseBroken, context: Here) -> Decision[Case]:
    """The promised date passed."""
    return _note(case, fact.at, "promise-broken", f"承诺日期 {day_of(fact.promised)}未兑现")


def instruction_overdue(case: Case, fact: InstructionOverdue, context: Here) -> Decision[Case]:
    """Nobody reported back on an instruction; of a term that is over, or of a report in time, it is not true any more."""
    one = next((one for one in case.instructions if one.id == fact.instruction), None)
    if one is None or one.due is None or one.due.date() != fact.due_day:
        return Decision(case)
    if one.reports and one.reports[-1].returned_at is None and one.reports[-1].at <= fact.due:
        return Decision(case)
    case = replace(case, instructions=changed(case.instructions, one, replace(one, overdue=True)))
    return _note(case, fact.at, "instruction-overdue", "批示超期未反馈", public=False)


def instruction_overdue_withdrawn(
    case: Case, fact: InstructionOverdueWithdrawn, context: Here
) -> Decision[Case]:
    """It was reported back on in time after all."""
    one = next((one for one in case.instructions if one.id == fact.instruction), None)
    if one is None or not one.overdue:
        return Decision(case)
    case = replace(case, instructions=changed(case.instructions, one, replace(one, overdue=False)))
    return _note(case, fact.at, "instruction-overdue-withdrawn", "批示超期已更正", public=False)


def reply_promise_set(case: Case, fact: ReplyPromiseSet, context: Here) -> Decision[Case]:
    """When what a reply promised is due, as deadline counts it."""
    return Decision(with_promise(case, fact.reply, due=fact.due))


def reply_promise_broken(case: Case, fact: ReplyPromiseBroken, context: Here) -> Decision[Case]:
    """Nobody reported done what a reply promised; of a report in time it is not true any more."""
    if not _waits(case, fact.reply):
        return Decision(case)
    case = with_promise(case, fact.reply, broken=True)
    return _note(case, fact.at, "reply-promise-broken", f"承诺于{day_of(fact.day)}前办结,逾期未兑现")


def reply_promise_break_withdrawn(
    case: Case, fact: ReplyPromiseBreakWithdrawn, context: Here
) -> Decision[Case]:
    """What a reply promised was done in time, or nobody waits for it."""
    if all(
        reply.id != fact.reply or reply.promise is None or not reply.promise.broken for reply in case.replies
    ):
        return Decision(case)
    case = with_promise(case, fact.reply, broken=False)
    return _note(
        case, fact.at, "reply-promise-break-withdrawn", f"承诺于{day_of(fact.day)}前办结,逾期记录已更正"
    )


def _of_which(case: Case, handling: int) -> str:
    """Names the handling that a fact is about where another has begun since: the case as it is shown is not touched by it."""
    return f"第{handling}次办理:" if 0 < handling < case.handling else ""


def _waits(case: Case, identity: str) -> bool:
    return any(reply.id == identity for reply in case.promises_waiting)


def _unread(one: Instruction) -> Instruction:
    return replace(one, read_at=None, in_hand_at=None) if one.waits else one


def _last_question(case: Case) -> str:
    return case.questions[-1].id if case.questions else ""


def _note(case: Case, at: datetime, kind: str, text: str, public: bool = True) -> Decision[Case]:
    return Decision(replace(case, history=(*case.history, Entry(at, kind, text, public))))
