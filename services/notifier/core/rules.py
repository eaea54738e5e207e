"""The table of what is told: each fact, to whom, in which words. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

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
    DeadlineExtended,
    DeadlineMissed,
    DeadlineNear,
    DeadlineRedated,
    DeadlineSet,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.decision import Context, Decision, Effect, Say
from contracts.groups import TopicFound
from contracts.identity import derived
from contracts.notices import Audience, NoticeFailed, NoticeSent, NoticeSuppressed
from contracts.posts import CitizenErased, PostHidden, PostReceived, PostsGrouped, PostUngrouped
from contracts.replies import (
    CaseUrged,
    CitizenAnswered,
    CitizenAsked,
    ExtensionRequested,
    InstructionGiven,
    PartWritten,
    PostRated,
    PostReopened,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
)
from services.notifier.core.case import Case, Claim, Early, Notice, Outcome, Settle

Here = Context[Profile]

SUPERVISION: Final = "supervision"
"""Code of the supervising e-government centre in every profile."""

MAYOR_DESK: Final = "government-office"

FALLBACK: Final = {"wechat": "sms", "sms": "mail"}
"""Where a citizen is told when the better channel refuses."""

TITLE_LENGTH: Final = 20


def received(case: Case, post: PostReceived, context: Here) -> Decision[Case]:
    """From now on people can be told; what was heard early is told now."""
    case = replace(
        case,
        number=post.number,
        title=post.title[:TITLE_LENGTH],
        citizen=post.citizen,
        sealed=post.sealed,
        channels=post.channels,
    )
    effects: list[Effect] = []
    for early in case.waiting:
        text = early.text.replace("{number}", post.number)
        effects += _tell_as(case, early.kind, early.audience, early.department, text, early.cause, post.at)
    decision = _tell_assigned(replace(case, waiting=()), post.at, context)
    return Decision(decision.state, (*effects, *decision.effects))


def assigned(case: Case, fact: PostAssigned, context: Here) -> Decision[Case]:
    """The clerk is told at once; the citizen when the due date is known, too."""
    case = replace(case, department=fact.department)
    told = _tell(case, "assigned", "clerk", f"新交办 {fact.number}", context, fact.at, fact.department)
    decision = _tell_assigned(told.state, fact.at, context)
    return Decision(decision.state, (*told.effects, *decision.effects))


def reassigned(case: Case, fact: PostReassigned, context: Here) -> Decision[Case]:
    """The new unit's clerk and the citizen are told."""
    case = replace(case, department=fact.department)
    name = context.city.department_name(fact.department)
    return _both(
        _tell(case, "reassigned", "clerk", f"转交办 {fact.number}", context, fact.at, fact.department),
        lambda state: _tell(
            state,
            "reassigned",
            "citizen",
            f"您的帖子{fact.number}已转由{name}办理,期限不变",
            context,
            fact.at,
        ),
    )


def dated(case: Case, fact: DeadlineSet, context: Here) -> Decision[Case]:
    """With department and due date known the citizen is told both; a second clock is told by itself."""
    case = replace(case, due=fact.due, provisional=fact.provisional)
    if fact.clock == "second":
        text = f"您申请重新办理的帖子{{number}}将于{_minute(fact.due, context)}前回复"
        return _tell(case, "reopened", "citizen", text, context, fact.at)
    return _tell_assigned(case, fact.at, context)


def extended(case: Case, fact: DeadlineExtended, context: Here) -> Decision[Case]:
    """Reason, new date and progress reach the citizen (说清缘由、告知时间和进程)."""
    case = replace(case, due=fact.due, provisional=fact.provisional)
    text = f"您的帖子{{number}}延期至{_minute(fact.due, context)},原因:{fact.reason},进展:{fact.progress}"
    return _tell(case, "extended", "citizen", text, context, fact.at)


def redated(case: Case, fact: DeadlineRedated, context: Here) -> Decision[Case]:
    """The citizen learns of a new date; that the date stays as it was is no news."""
    case = replace(case, due=fact.due, provisional=fact.provisional)
    if fact.previous == fact.due:
        return Decision(case)
    text = f"您的帖子{{number}}办结期限调整为{_minute(fact.due, context)},{fact.reason}"
    return _tell(case, "redated", "citizen", text, context, fact.at)


def near(case: Case, fact: DeadlineNear, context: Here) -> Decision[Case]:
    """The clerk is warned."""
    text = f"即将到期 {{number}},{_minute(fact.due, context)}"
    return _tell(case, "near", "clerk", text, context, fact.at, fact.department or case.department)


def missed(case: Case, fact: DeadlineMissed, context: Here) -> Decision[Case]:
    """The leader learns at the due instant, and is asked to see to it."""
    case = replace(case, missed_told=True)
    unit = fact.department or case.department
    return _tell(case, "missed", "leader", "已超期,请督促办理 {number}", context, fact.at, unit)


def miss_withdrawn(case: Case, fact: MissWithdrawn, context: Here) -> Decision[Case]:
    """Whoever was told of the miss is told that there was none: the leader, and the supervisor if it went so far."""
    if fact.clock == "promise":
        text = "承诺更正 {number},已按时兑现"
        return _tell(case, "miss-withdrawn", "supervisor", text, context, fact.at)
    told_leader, told_supervisor = case.missed_told, case.supervisor_told
    case = replace(case, missed_told=False, supervisor_told=False)
    text = "超期更正 {number},并未超期"
    decision: Decision[Case] = Decision(case)
    if told_leader:
        unit = fact.department or case.department
        decision = _tell(case, "miss-withdrawn", "leader", text, context, fact.at, unit)
    if told_supervisor:
        decision = _both(
            decision,
            lambda state: _tell(state, "miss-withdrawn", "supervisor", text, context, fact.at),
        )
    return decision


def escalated(case: Case, fact: CaseEscalated, context: Here) -> Decision[Case]:
    """Each step of the ladder has its reader; the leader who learns of the miss at the same instant is told once."""
    unit = fact.department or case.department
    match fact.level:
        case "remind":
            return _tell(case, "remind", "clerk", "明日到期 {number}", context, fact.at, unit)
        case "leader" if case.missed_told and fact.at == fact.due:
            return Decision(case)
        case "leader":
            return _tell(case, "escalated", "leader", "请督促办理 {number}", context, fact.at, unit)
        case _:
            name = context.city.department_name(unit)
            case = replace(case, supervisor_told=True)
            return _tell(case, "escalated", "supervisor", f"{name}超期未复 {{number}}", context, fact.at)


def promise_broken(case: Case, fact: PromiseBroken, context: Here) -> Decision[Case]:
    """The supervisor learns of a broken promise."""
    return _tell(case, "promise-broken", "supervisor", "承诺日期未兑现 {number}", context, fact.at)


def asked(case: Case, fact: CitizenAsked, context: Here) -> Decision[Case]:
    """The citizen is asked."""
    return _tell(case, "asked", "citizen", f"您的帖子{{number}}需要补充:{fact.text}", context, fact.at)


def answered(case: Case, fact: CitizenAnswered, context: Here) -> Decision[Case]:
    """The clerk learns that the answer is there."""
    return _tell(case, "answered", "clerk", "网民已补充 {number}", context, fact.at, case.department)


def drafted(case: Case, fact: ReplyDrafted, context: Here) -> Decision[Case]:
    """The leader has something to approve."""
    return _tell(case, "to-approve", "leader", "回复待审阅 {number}", context, fact.at, fact.department)


def part_written(case: Case, fact: PartWritten, context: Here) -> Decision[Case]:
    """The lead's clerk can use it in the reply."""
    name = context.city.department_name(fact.department)
    text = f"协办意见已到 {{number}}:{name}"
    return _tell(case, "part-written", "clerk", text, context, fact.at, fact.lead)


def extension_asked(case: Case, fact: ExtensionRequested, context: Here) -> Decision[Case]:
    """The leader has an extension to decide."""
    text = f"延期待审批 {{number}},拟延至{fact.new_date}"
    return _tell(case, "to-approve", "leader", text, context, fact.at, fact.department)


def sent_back(case: Case, fact: ReplySentBack, context: Here) -> Decision[Case]:
    """The clerk has to improve the draft."""
    return _tell(case, "sent-back", "clerk", "回复被退回修改 {number}", context, fact.at, fact.department)


def replied(case: Case, fact: ReplyPublished, context: Here) -> Decision[Case]:
    """The citizen is told, and asked to rate."""
    name = context.city.department_name(fact.department)
    return _tell(case, "replied", "citizen", f"您的帖子{{number}}已由{name}回复,请评价", context, fact.at)


def rated(case: Case, fact: PostRated, context: Here) -> Decision[Case]:
    """The clerk learns of a bad grade."""
    if fact.grade >= context.city.policy.rating.satisfied_from:
        return Decision(case)
    return _tell(case, "rated", "clerk", "网民不满意 {number}", context, fact.at, fact.department)


def reopened(case: Case, fact: PostReopened, context: Here) -> Decision[Case]:
    """Clerk and leader have it again."""
    unit = fact.department or case.department
    return _both(
        _tell(case, "reopened", "clerk", "网民申请重新办理 {number}", context, fact.at, unit),
        lambda state: _tell(state, "reopened", "leader", "网民申请重新办理 {number}", context, fact.at, unit),
    )


def urged(case: Case, fact: CaseUrged, context: Here) -> Decision[Case]:
    """The clerk is urged (催办)."""
    return _tell(
        case, "urged", "clerk", f"督查催办 {{number}}:{fact.text[:50]}", context, fact.at, case.department
    )


def instructed(case: Case, fact: InstructionGiven, context: Here) -> Decision[Case]:
    """The unit's leader reads the instruction (批示)."""
    text = f"领导批示 {{number}}:{fact.text[:50]}"
    return _tell(case, "instructed", "leader", text, context, fact.at, case.department)


def held(case: Case, fact: AssignmentHeld, context: Here) -> Decision[Case]:
    """The supervisor has to choose a unit."""
    return _tell(case, "held", "supervisor", f"待人工交办 {fact.number}", context, fact.at)


def return_refused(case: Case, fact: ReturnRefused, context: Here) -> Decision[Case]:
    """The unit keeps the case."""
    text = f"退回未获同意 {{number}}:{fact.reason[:50]}"
    return _tell(case, "return-refused", "clerk", text, context, fact.at, fact.department)


def meeting_called(case: Case, fact: MeetingCalled, context: Here) -> Decision[Case]:
    """The supervisor calls the meeting (交办会)."""
    text = f"请召开交办会 {{number}},{_minute(fact.until, context)}前"
    return _tell(case, "meeting", "supervisor", text, context, fact.at)


def lead_named(case: Case, fact: LeadNamed, context: Here) -> Decision[Case]:
    """Every assisting unit is told; the lead is told by its assignment."""
    decision: Decision[Case] = Decision(case)
    for unit in fact.assisting:
        after = _tell(decision.state, "assisting", "clerk", "请协办 {number}", context, fact.at, unit)
        decision = Decision(after.state, (*decision.effects, *after.effects))
    return decision


def special_report(case: Case, fact: SpecialReportRaised, context: Here) -> Decision[Case]:
    """The city leaders read it (专报)."""
    return _tell(case, "special-report", "mayor", f"专报 {{number}}:{fact.reason[:50]}", context, fact.at)


def grouped(case: Case, fact: PostsGrouped, context: Here) -> Decision[Case]:
    """Each member is told: grouping keeps the people."""
    text = f"您的帖子{{number}}与{fact.lead_number}并案办理"
    return _tell(case, "grouped", "citizen", text, context, fact.at)


def ungrouped(case: Case, fact: PostUngrouped, context: Here) -> Decision[Case]:
    """Who left a group is told that the post is handled by itself again."""
    return _tell(case, "ungrouped", "citizen", "您的帖子{number}不再并案,单独办理", context, fact.at)


def topic_found(case: Case, fact: TopicFound, context: Here) -> Decision[Case]:
    """The supervisor learns at once what many people are asking about; its subject is no post."""
    text = f"热点:{fact.why}"
    return Decision(
        case, tuple(_tell_as(case, "topic", "supervisor", SUPERVISION, text, context.cause, fact.at))
    )


def hidden(case: Case, fact: PostHidden, context: Here) -> Decision[Case]:
    """Moderation tells the author."""
    return _tell(case, "hidden", "citizen", f"您的帖子{{number}}未予公开:{fact.reason}", context, fact.at)


def erased(case: Case, fact: CitizenErased, context: Here) -> Decision[Case]:
    """Nobody can be told any more."""
    return Decision(replace(case, erased=True, sealed=b"", channels=()))


def settle(case: Case, outcome: Outcome, context: Here) -> Decision[Case]:
    """A notice has ended; a citizen whose channel refused is told by the next one."""
    notice = outcome.notice
    effects: list[Effect] = [Settle(notice.id, outcome.state, outcome.attempts, outcome.reason)]
    about: dict[str, Any] = {
        "notice": notice.id,
        "cause": notice.cause,
        "kind": notice.kind,
        "audience": notice.audience,
        "channel": notice.channel,
        "department": notice.department,
    }
    match outcome.state:
        case "sent":
            fact: NoticeSent | NoticeFailed | NoticeSuppressed = NoticeSent(
                at=context.now, attempts=outcome.attempts, repeated=outcome.repeated, **about
            )
        case "failed":
            fact = NoticeFailed(at=context.now, attempts=outcome.attempts, reason=outcome.reason, **about)
        case _:
            fact = NoticeSuppressed(at=context.now, reason=outcome.reason, **about)
    effects.append(Say(fact))
    following = FALLBACK.get(notice.channel)
    if outcome.state == "failed" and notice.audience == "citizen" and following in case.channels:
        effects.append(
            Claim(
                _notice(notice.cause, notice.kind, "citizen", str(following), notice.department, notice.text)
            )
        )
    return Decision(case, tuple(effects))


# -- what the rules share -------------------------------------------------------------------------


def _tell_assigned(case: Case, at: datetime, context: Here) -> Decision[Case]:
    """Number, department and due date together, once, whichever of them came last."""
    if case.told_assigned or not case.number or not case.department or case.due is None:
        return Decision(case)
    name = context.city.department_name(case.department)
    provisional = "(暂定)" if case.provisional else ""
    text = f"您的帖子{case.number}已交{name}办理,{_minute(case.due, context)}前回复{provisional}"
    return _tell(replace(case, told_assigned=True), "assigned", "citizen", text, context, at)


def _tell(
    case: Case,
    kind: str,
    audience: Audience,
    text: str,
    context: Here,
    at: datetime,
    department: str = "",
) -> Decision[Case]:
    if audience == "supervisor":
        department = SUPERVISION
    elif audience == "mayor":
        department = MAYOR_DESK
    elif audience == "citizen":
        department = case.department
    if not case.number:
        early = Early(kind, audience, department, text, context.cause)
        return Decision(replace(case, waiting=(*case.waiting, early)))
    text = text.replace("{number}", case.number)
    return Decision(case, tuple(_tell_as(case, kind, audience, department, text, context.cause, at)))


def _tell_as(
    case: Case, kind: str, audience: str, department: str, text: str, cause: str, at: datetime
) -> list[Effect]:
    if audience != "citizen":
        if not department:
            return []
        return [Claim(_notice(cause, kind, audience, "robot", department, f"{text} {case.title}"))]
    if case.channels:
        return [Claim(_notice(cause, kind, audience, case.channels[0], department, text))]
    notice = _notice(cause, kind, audience, "sms", department, "")
    reason = "erased" if case.erased else "no contact"
    suppressed = NoticeSuppressed(
        at=at,
        notice=notice.id,
        cause=cause,
        kind=kind,
        audience="citizen",
        channel="sms",
        department=department,
        reason=reason,
    )
    return [Say(suppressed)]


def _notice(cause: str, kind: str, audience: str, channel: str, department: str, text: str) -> Notice:
    recipient = audience if audience == "citizen" else f"{audience}:{department}"
    return Notice(
        id=derived(cause, f"notice/{kind}/{recipient}/{channel}"),
        cause=cause,
        kind=kind,
        audience=audience,
        channel=channel,
        department=department,
        text=text,
    )


def _both(first: Decision[Case], then: Callable[[Case], Decision[Case]]) -> Decision[Case]:
    second = then(first.state)
    return Decision(second.state, (*first.effects, *second.effects))


def _minute(at: datetime, context: Here) -> str:
    return f"{at.astimezone(context.city.zone):%m月%d日%H:%M}"
