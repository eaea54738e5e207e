"""What the other services' facts change in a case as intake shows it. They never refuse. Pure."""

from datetime import datetime

from msgspec.structs import replace

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
    MissWithdrawn,
    PromiseBroken,
)
from contracts.decision import Context, Decision
from services.intake.core.case import Case, Entry, Extension, Step

Here = Context[Profile]


def assigned(case: Case, fact: PostAssigned | PostReassigned, context: Here) -> Decision[Case]:
    """Another unit holds the case: it has to accept it anew; what lay before the former leader is void."""
    step: Step = case.step
    if step in ("received", "accepted", "assigned"):
        step = "assigned"
    unit = context.city.department_name(fact.department)
    if fact.department != case.department:
        case = replace(case, extensions=tuple(map(_lapsed, case.extensions)))
    case = replace(
        case,
        department=fact.department,
        assisting=fact.assisting,
        assigned_at=fact.at,
        step=step,
        held=False,
        draft=None,
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
    """The city leaders have it."""
    return _note(case, fact.at, "special-report", f"专报:{fact.reason}", public=False)


def dated(
    case: Case, fact: DeadlineSet | DeadlineExtended | DeadlineRedated, context: Here
) -> Decision[Case]:
    """The due date, as deadline counts it."""
    case = replace(case, due=fact.due, provisional=fact.provisional)
    if isinstance(fact, DeadlineRedated) and fact.previous == fact.due:
        return _note(case, fact.at, "redated", f"办结期限 {_minute(fact.due)} 已确定")
    if isinstance(fact, DeadlineRedated):
        return _note(case, fact.at, "redated", f"办结期限调整为 {_minute(fact.due)}")
    if isinstance(fact, DeadlineSet):
        return _note(case, fact.at, "due", f"办结期限 {_minute(fact.due)}")
    return Decision(case)


def resumed(case: Case, fact: ClockResumed, context: Here) -> Decision[Case]:
    """The clock runs again; a question nobody answered is open no longer."""
    step: Step = "accepted" if case.step == "asked" and _last_question(case) == fact.question else case.step
    return Decision(
        replace(case, due=fact.due, provisional=fact.provisional, step=step, paused=step == "asked")
    )


def missed(case: Case, fact: DeadlineMissed, context: Here) -> Decision[Case]:
    """The due instant passed without a reply."""
    return _note(replace(case, missed=True), fact.at, "missed", "已超期")


def miss_withdrawn(case: Case, fact: MissWithdrawn, context: Here) -> Decision[Case]:
    """There was no miss, or no broken promise."""
    if fact.clock == "promise":
        return _note(case, fact.at, "promise-kept", f"承诺日期 {fact.due.date()} 已兑现,记录已更正")
    return _note(replace(case, missed=False, level=""), fact.at, "miss-withdrawn", "超期已更正")


def escalated(case: Case, fact: CaseEscalated, context: Here) -> Decision[Case]:
    """A step of the ladder."""
    names = {"remind": "催办承办人", "leader": "提醒分管领导", "supervisor": "督查", "bulletin": "列入通报"}
    return _note(replace(case, level=fact.level), fact.at, "escalated", names[fact.level], public=False)


def promise_broken(case: Case, fact: PromiseBroken, context: Here) -> Decision[Case]:
    """The promised date passed."""
    return _note(case, fact.at, "promise-broken", f"承诺日期 {fact.promised.date()} 未兑现")


def _lapsed(extension: Extension) -> Extension:
    return replace(extension, state="lapsed") if extension.state == "asked" else extension


def _last_question(case: Case) -> str:
    return case.questions[-1].id if case.questions else ""


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _note(case: Case, at: datetime, kind: str, text: str, public: bool = True) -> Decision[Case]:
    return Decision(replace(case, history=(*case.history, Entry(at, kind, text, public))))
