"""What each request does to a case: refuse with a remedy, or say what happened. Pure."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from city.profile import Profile
from contracts.city_facts import CityFacts
from contracts.decision import (
    Context,
    Decision,
    Effect,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    NotNow,
    Say,
)
from contracts.facts import Fact
from contracts.identity import derived
from contracts.posts import (
    CitizenErased,
    PostFollowedUp,
    PostHeld,
    PostHidden,
    PostReceived,
    PostReleased,
    PostsGrouped,
    PostSupported,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import (
    AssignmentChosen,
    CaseAccepted,
    CaseUrged,
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    ExtensionRefused,
    ExtensionRequested,
    InstructionGiven,
    MeetingRuled,
    PartWritten,
    PostRated,
    PostReopened,
    ReplyApproved,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
    ReturnRequested,
    SpecialReportRequested,
)
from services.intake.core import requests as ask
from services.intake.core.case import (
    Case,
    Draft,
    Entry,
    Extension,
    FollowUp,
    Group,
    Question,
    Rating,
    Reply,
    Returned,
    WrittenPart,
)

Here = Context[Profile]

ACT_NAMES: Final[dict[str, str]] = {
    "acceptance": "受理",
    "question": "询问网民",
    "answer": "补充说明",
    "reply": "拟写回复",
    "approval": "审批回复",
    "reply-return": "退回修改",
    "extension": "申请延期",
    "extension-approval": "批准延期",
    "extension-refusal": "不批准延期",
    "part": "填写协办意见",
    "return": "退回",
    "assignment": "交办",
    "ruling": "交办会裁定",
    "special-report": "专报",
    "urging": "催办",
    "instruction": "批示",
    "moderation": "审核",
    "follow-up": "追问",
    "support": "支持",
    "rating": "评价",
    "reopening": "重新办理",
    "withdrawal": "撤回",
    "group": "并案",
    "ungroup": "取消并案",
}

MODERATION_ACTIONS: Final = ("hold", "release", "hide")


# -- citizens ---------------------------------------------------------------------------------


def submit(case: Case, request: ask.Submit, context: Here) -> Decision[Case]:
    """A new post: stored, numbered, said."""
    at = context.now
    kind = context.city.policy.kind(request.kind)
    received = PostReceived(
        at=at,
        number=request.number,
        kind=request.kind,  # type: ignore[arg-type]  # checked at the door
        title=request.title,
        text=request.text,
        area=request.area,
        place=request.place,
        public=request.public and kind.public,
        hide_name=request.hide_name,
        citizen=request.citizen,
        sealed=request.sealed,
        channels=request.channels,
    )
    case = Case(
        number=request.number,
        kind=request.kind,
        title=request.title,
        text=request.text,
        area=request.area,
        place=request.place,
        public=received.public,
        hide_name=request.hide_name,
        citizen=request.citizen,
        sealed=request.sealed,
        received_at=at,
        asks=kind.clock,
        history=(Entry(at, "received", "已受理"),),
    )
    effects: tuple[Effect, ...] = (Say(received),)
    hold = request.hold or (f"{kind.name}先审后发" if kind.moderated else "")
    if hold:
        case = replace(case, moderation="held")
        effects = (*effects, Say(PostHeld(at=at, reason=hold)))
    return Decision(case, effects, answer=case)


def follow_up(case: Case, request: ask.FollowUp, context: Here) -> Decision[Case]:
    """The citizen adds something to an own post."""
    _possible(case, "follow-up")
    at, identity = context.now, derived(context.cause, "follow-up")
    fact = PostFollowedUp(at=at, follow_up=identity, text=request.text, sealed=request.sealed)
    case = replace(case, follow_ups=(*case.follow_ups, FollowUp(identity, request.text, at)))
    return _say(case, fact, "followed-up", f"网民追问:{request.text}")


def answer(case: Case, request: ask.Answer, context: Here) -> Decision[Case]:
    """The citizen answers; the clock resumes."""
    _possible(case, "answer")
    question = case.question_open
    if question is None:
        raise _wrong_step(case, "answer")
    answered = replace(question, answer=request.text, answered_at=context.now)
    case = replace(case, questions=(*case.questions[:-1], answered), step="accepted", paused=False)
    fact = CitizenAnswered(at=context.now, question=question.id, text=request.text, sealed=request.sealed)
    return _say(case, fact, "answered", f"网民补充:{request.text}")


def rate(case: Case, request: ask.Rate, context: Here) -> Decision[Case]:
    """The citizen grades the latest reply, once, within the days the policy gives."""
    _possible(case, "rating")
    reply = case.replies[-1]
    days = context.city.policy.rating.days
    if context.now > reply.at + timedelta(days=days):
        raise NotNow("rating-over", "评价期已过", f"回复后 {days} 天内可以评价。", allowed=("reopening",))
    rating = Rating(reply.id, request.grade, request.text, context.now)
    fact = PostRated(
        at=context.now,
        reply=reply.id,
        grade=request.grade,
        text=request.text,
        handling=reply.handling,
        department=reply.department,
    )
    case = replace(case, ratings=(*case.ratings, rating), step="rated")
    return _say(case, fact, "rated", f"网民评价:{GRADES[request.grade]}")


GRADES: Final = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""好差评 GB/T 39735."""


def reopen(case: Case, request: ask.Reopen, context: Here) -> Decision[Case]:
    """The citizen asks for a second handling, within the days the policy gives."""
    _possible(case, "reopening")
    reply = case.replies[-1]
    days = context.city.policy.reopen.days
    if context.now > reply.at + timedelta(days=days):
        raise NotNow("reopening-over", "重新办理期已过", f"回复后 {days} 天内可以申请重新办理。", allowed=())
    fact = PostReopened(at=context.now, reason=request.reason, reply=reply.id, department=case.department)
    case = replace(
        case,
        step="reopened",
        reopened=(*case.reopened, context.now),
        draft=None,
        due=None,
        missed=False,
        level="",
    )
    return _say(case, fact, "reopened", f"网民申请重新办理:{request.reason}")


def withdraw(case: Case, request: ask.Withdraw, context: Here) -> Decision[Case]:
    """The citizen takes the post back."""
    _possible(case, "withdrawal")
    case = replace(case, step="withdrawn", draft=None, held=False)
    return _say(case, PostWithdrawn(at=context.now), "withdrawn", "网民撤回")


def erase(case: Case, request: ask.Erase, context: Here) -> Decision[Case]:
    """The citizen is forgotten: the key is deleted beside this, the boxes can never be opened again."""
    _exists(case)
    if case.erased:
        return Decision(case, answer=case)
    case = replace(case, erased=True, sealed=b"")
    return _say(
        case, CitizenErased(at=context.now, citizen=case.citizen), "erased", "个人信息已删除", public=False
    )


def support(case: Case, request: ask.Support, context: Here) -> Decision[Case]:
    """One voice each; a second one changes nothing."""
    _possible(case, "support")
    if request.supporter in case.supporters:
        return Decision(case, answer=case)
    case = replace(case, supporters=(*case.supporters, request.supporter))
    return Decision(case, (Say(PostSupported(at=context.now, supporter=request.supporter)),), answer=case)


# -- the holding unit -------------------------------------------------------------------------


def accept(case: Case, request: ask.Accept, context: Here) -> Decision[Case]:
    """The clerk takes the case on."""
    _own(case, request.actor)
    _possible(case, "acceptance")
    fact = CaseAccepted(at=context.now, department=case.department, by=request.actor.person)
    unit = context.city.department_name(case.department)
    return _say(replace(case, step="accepted"), fact, "accepted", f"{unit}已受理", by=request.actor.person)


def ask_citizen(case: Case, request: ask.Ask, context: Here) -> Decision[Case]:
    """The clerk asks the citizen; the clock pauses."""
    _own(case, request.actor)
    _possible(case, "question")
    identity = derived(context.cause, "question")
    question = Question(identity, request.text, context.now)
    fact = CitizenAsked(
        at=context.now,
        question=identity,
        text=request.text,
        department=case.department,
        by=request.actor.person,
    )
    case = replace(case, questions=(*case.questions, question), step="asked", paused=True)
    return _say(case, fact, "asked", f"请补充:{request.text}", by=request.actor.person)


def draft_reply(case: Case, request: ask.DraftReply, context: Here) -> Decision[Case]:
    """The clerk lays a reply before the leader; a second handling is another person's."""
    _own(case, request.actor)
    _possible(case, "reply")
    if case.handling > 1 and any(reply.by == request.actor.person for reply in case.replies):
        raise NotNow(
            "same-person",
            "重新办理须由另一人承办",
            "您承办过第一次回复,请由本单位其他人员拟写。",
            allowed=case.allowed(),
        )
    identity = derived(context.cause, "reply")
    draft = Draft(identity, request.text, request.actor.person, context.now)
    fact = ReplyDrafted(
        at=context.now, reply=identity, text=request.text, department=case.department, by=request.actor.person
    )
    decision = _say(
        replace(case, draft=draft), fact, "drafted", "回复待领导审阅", public=False, by=request.actor.person
    )
    return Decision(decision.state, decision.effects, answer=identity)


def approve(case: Case, request: ask.Approve, context: Here) -> Decision[Case]:
    """The leader puts the unit's name under the reply; it is published."""
    _own(case, request.actor)
    draft = _draft(case, request.reply, "approval")
    approved = ReplyApproved(
        at=context.now, reply=draft.id, department=case.department, by=request.actor.person
    )
    published = ReplyPublished(
        at=context.now,
        reply=draft.id,
        text=draft.text,
        department=case.department,
        by=draft.by,
        handling=case.handling,
    )
    reply = Reply(draft.id, draft.text, case.department, draft.by, context.now, case.handling)
    unit = context.city.department_name(case.department)
    case = replace(case, draft=None, replies=(*case.replies, reply), step="replied", paused=False, held=False)
    case = _write(case, context.now, "replied", f"{unit}回复:{draft.text}", by=request.actor.person)
    return Decision(case, (Say(approved), Say(published)), answer=case)


def answered_with_group(case: Case, request: ask.Answered, context: Here) -> Decision[Case]:
    """The lead's published reply answers this member, too; one that is answered, or has left that lead, stays so."""
    if case.group is None or case.group.lead != request.lead or not case.open:
        return Decision(case, answer=case)
    reply = Reply(
        request.reply, request.text, request.department, request.by, context.now, case.handling, request.lead
    )
    published = ReplyPublished(
        at=context.now,
        reply=request.reply,
        text=request.text,
        department=request.department,
        by=request.by,
        handling=case.handling,
        lead=request.lead,
    )
    case = replace(case, draft=None, replies=(*case.replies, reply), step="replied", paused=False, held=False)
    unit = context.city.department_name(request.department)
    return _say(case, published, "replied", f"{unit}并案回复:{request.text}")


def send_back(case: Case, request: ask.SendBack, context: Here) -> Decision[Case]:
    """The leader wants it improved."""
    _own(case, request.actor)
    draft = _draft(case, request.reply, "reply-return")
    fact = ReplySentBack(
        at=context.now,
        reply=draft.id,
        remark=request.remark,
        department=case.department,
        by=request.actor.person,
    )
    text = f"领导退回修改:{request.remark}"
    return _say(replace(case, draft=None), fact, "sent-back", text, public=False, by=request.actor.person)


def request_extension(case: Case, request: ask.RequestExtension, context: Here) -> Decision[Case]:
    """More time: reason, new date and progress; at most so often, so far, and before the due instant."""
    _own(case, request.actor)
    _possible(case, "extension")
    time, rules = context.city.working_time, context.city.policy.extension
    due = case.due or time.due(_received(case)).at
    if context.now > due:
        raise NotNow(
            "extension-late",
            "已到期,不能再申请延期",
            "延期须在到期前申请。",
            allowed=_without(case, "extension"),
        )
    if sum(extension.state != "refused" for extension in case.extensions) >= rules.at_most:
        raise NotNow("extension-often", f"最多延期 {rules.at_most} 次", allowed=_without(case, "extension"))
    if request.long_works:
        latest = (_received(case) + timedelta(days=rules.long_works_days)).date()
    else:
        latest = time.add_days(due, rules.working_days).date()
    if not due.date() < request.new_date <= latest:
        raise Invalid(
            "extension-date",
            "延期日期不在允许范围内",
            f"应晚于 {due.date()},不晚于 {latest}。",
            errors=(FieldError("new_date", f"应晚于 {due.date()},不晚于 {latest}"),),
        )
    identity = derived(context.cause, "extension")
    extension = Extension(
        identity,
        request.reason,
        request.new_date,
        request.progress,
        request.actor.person,
        context.now,
        long_works=request.long_works,
    )
    fact = ExtensionRequested(
        at=context.now,
        extension=identity,
        reason=request.reason,
        new_date=request.new_date,
        progress=request.progress,
        long_works=request.long_works,
        department=case.department,
        by=request.actor.person,
    )
    case = replace(case, extensions=(*case.extensions, extension))
    text = f"申请延期至 {request.new_date}:{request.reason}"
    decision = _say(case, fact, "extension-asked", text, public=False, by=request.actor.person)
    return Decision(decision.state, decision.effects, answer=identity)


def approve_extension(case: Case, request: ask.ApproveExtension, context: Here) -> Decision[Case]:
    """The leader grants it; it reaches the citizen with reason, new date and progress."""
    _own(case, request.actor)
    extension = _extension(case, request.extension, "extension-approval")
    fact = ExtensionApproved(
        at=context.now,
        extension=extension.id,
        reason=extension.reason,
        new_date=extension.new_date,
        progress=extension.progress,
        department=case.department,
        by=request.actor.person,
    )
    case = replace(
        _extension_state(case, extension.id, "approved"),
        due=context.city.working_time.closing(extension.new_date),
    )
    text = f"延期至 {extension.new_date},原因:{extension.reason},进展:{extension.progress}"
    return _say(case, fact, "extended", text, by=request.actor.person)


def refuse_extension(case: Case, request: ask.RefuseExtension, context: Here) -> Decision[Case]:
    """The leader refuses it; nothing changes."""
    _own(case, request.actor)
    extension = _extension(case, request.extension, "extension-refusal")
    fact = ExtensionRefused(
        at=context.now,
        extension=extension.id,
        remark=request.remark,
        department=case.department,
        by=request.actor.person,
    )
    case = _extension_state(case, extension.id, "refused")
    text = f"领导不同意延期:{request.remark}"
    return _say(case, fact, "extension-refused", text, public=False, by=request.actor.person)


def write_part(case: Case, request: ask.WritePart, context: Here) -> Decision[Case]:
    """An assisting unit writes its part, for the lead's reply; it may add to it while the case is open."""
    _exists(case)
    unit = request.actor.department
    if unit not in case.assisting or unit == case.department:
        raise Forbidden("not-assisting", "不是本帖的协办单位", "协办意见由协办单位填写。")
    _possible(case, "part")
    identity = derived(context.cause, "part")
    part = WrittenPart(identity, unit, request.text, request.actor.person, context.now)
    fact = PartWritten(
        at=context.now,
        part=identity,
        text=request.text,
        department=unit,
        lead=case.department,
        by=request.actor.person,
    )
    case = replace(case, written_parts=(*case.written_parts, part))
    text = f"{context.city.department_name(unit)}协办意见:{request.text}"
    return _say(case, fact, "part-written", text, public=False, by=request.actor.person)


def give_back(case: Case, request: ask.GiveBack, context: Here) -> Decision[Case]:
    """One return within one working day, citing the duty item that says whose it is (首问负责)."""
    _own(case, request.actor)
    _possible(case, "return")
    keeps, numbers = "", context.city.policy.return_
    if sum(earlier.department == case.department for earlier in case.returns) >= numbers.at_most:
        keeps = f"本单位已退回过 {numbers.at_most} 次。"
    days = numbers.working_days
    if case.assigned_at is not None and context.now > context.city.working_time.add_days(
        case.assigned_at, days
    ):
        keeps = f"交办后 {days} 个工作日内可以退回一次。"
    if keeps:
        raise NotNow("first-asked", "按首问负责制,由本单位继续办理", keeps, allowed=_without(case, "return"))
    if context.city.duties and request.duty_item not in context.city.duty:
        raise Invalid("invalid", "职责清单中没有这一条", errors=(FieldError("duty_item", "没有这一条职责"),))
    identity = derived(context.cause, "return")
    returned = Returned(identity, case.department, request.duty_item, context.now)
    fact = ReturnRequested(
        at=context.now,
        request=identity,
        duty_item=request.duty_item,
        reason=request.reason,
        department=case.department,
        by=request.actor.person,
    )
    case = replace(case, returns=(*case.returns, returned))
    text = f"申请退回,依据 {request.duty_item}:{request.reason}"
    return _say(case, fact, "return-asked", text, public=False, by=request.actor.person)


# -- the supervisor, the mayor, the operator --------------------------------------------------


def choose(case: Case, request: ask.Choose, context: Here) -> Decision[Case]:
    """A person decides who answers."""
    _possible(case, "assignment")
    _known_units(context, "department", (request.department, *request.assisting))
    fact = AssignmentChosen(
        at=context.now,
        department=request.department,
        assisting=request.assisting,
        reason=request.reason,
        by=request.actor.person,
    )
    text = f"督查指定 {context.city.department_name(request.department)}:{request.reason}"
    return _say(case, fact, "chosen", text, public=False, by=request.actor.person)


def rule(case: Case, request: ask.Rule, context: Here) -> Decision[Case]:
    """The assignment meeting named lead and assisting units."""
    _possible(case, "ruling")
    _known_units(context, "lead", (request.lead, *request.assisting))
    _known_units(context, "parts", tuple(request.parts))
    if set(request.parts) - {request.lead, *request.assisting}:
        raise Invalid(
            "invalid", "分工只能给牵头和协办单位", errors=(FieldError("parts", "有的单位不在其中"),)
        )
    fact = MeetingRuled(
        at=context.now,
        lead=request.lead,
        assisting=request.assisting,
        reason=request.reason,
        parts=request.parts,
        by=request.actor.person,
    )
    text = f"交办会明确 {context.city.department_name(request.lead)} 牵头:{request.reason}"
    return _say(case, fact, "ruled", text, public=False, by=request.actor.person)


def special_report(case: Case, request: ask.SpecialReport, context: Here) -> Decision[Case]:
    """The supervisor takes the case to the city leaders (专报)."""
    _possible(case, "special-report")
    fact = SpecialReportRequested(at=context.now, text=request.text, by=request.actor.person)
    return _say(case, fact, "special-report", "已专报市领导", public=False, by=request.actor.person)


def urge(case: Case, request: ask.Urge, context: Here) -> Decision[Case]:
    """The supervisor urges the unit (催办)."""
    _possible(case, "urging")
    fact = CaseUrged(at=context.now, text=request.text, by=request.actor.person)
    return _say(case, fact, "urged", f"督查催办:{request.text}", public=False, by=request.actor.person)


def instruct(case: Case, request: ask.Instruct, context: Here) -> Decision[Case]:
    """A city leader writes an instruction (批示)."""
    _possible(case, "instruction")
    fact = InstructionGiven(at=context.now, text=request.text, by=request.actor.person)
    return _say(case, fact, "instructed", f"领导批示:{request.text}", public=False, by=request.actor.person)


def moderate(case: Case, request: ask.Moderate, context: Here) -> Decision[Case]:
    """Hold, release or hide a post; it leaves a trace."""
    _possible(case, "moderation")
    by, at, reason = request.actor.person, context.now, request.reason
    if request.action == "hold" and case.moderation == "":
        fact: Fact = PostHeld(at=at, reason=reason, by=by)
        case = replace(case, moderation="held")
    elif request.action == "release" and case.moderation == "held":
        fact = PostReleased(at=at, reason=reason, by=by)
        case = replace(case, moderation="")
    elif request.action == "hide" and case.moderation != "hidden":
        fact = PostHidden(at=at, reason=reason, by=by)
        case = replace(case, moderation="hidden", step="hidden", draft=None, held=False)
    else:
        possible = {"": ("hold", "hide"), "held": ("release", "hide"), "hidden": ()}[case.moderation]
        raise NotNow(
            "wrong-step", "现在不能这样审核", f"可以:{'、'.join(possible) or '无'}。", allowed=possible
        )
    text = {"hold": "暂不公开", "release": "恢复公开", "hide": "已屏蔽"}[request.action]
    return _say(case, fact, "moderated", f"{text}:{reason}", public=False, by=by)


def join(case: Case, request: ask.Join, context: Here) -> Decision[Case]:
    """The case joins a group; its clock stays its own."""
    _possible(case, "group")
    if case.group is not None:
        raise NotNow(
            "grouped", "已在并案中", f"{case.number} 已在并案 {case.group.id} 中。", allowed=("ungroup",)
        )
    fact = PostsGrouped(
        at=context.now,
        group=request.group,
        lead=request.lead,
        lead_number=request.lead_number,
        members=request.members,
        by=request.actor.person,
    )
    group = Group(request.group, request.lead, request.lead_number, request.members)
    text = f"与 {request.lead_number} 并案办理"
    return _say(replace(case, group=group), fact, "grouped", text, by=request.actor.person)


def leave(case: Case, request: ask.Leave, context: Here) -> Decision[Case]:
    """The case leaves its group and goes on as if it had never been in it."""
    if case.group is None or case.group.id != request.group:
        raise NotFound("not-found", "不在这个并案中")
    by_lead = [reply for reply in case.replies if reply.lead]
    step = case.step
    if by_lead and case.step in ("replied", "rated"):
        step = "accepted" if case.department else "received"
    kept = tuple(reply for reply in case.replies if not reply.lead)
    fact = PostUngrouped(at=context.now, group=request.group, by=request.actor.person)
    case = replace(case, group=None, replies=kept, step=step)
    return _say(case, fact, "ungrouped", "取消并案,单独办理", by=request.actor.person)


def publish(state: CityFacts, request: ask.Publish, context: Here) -> Decision[CityFacts]:
    """A fact about the city, in one partition; the door asks it of all of them at once."""
    return Decision(CityFacts((*state.facts, request.fact)), (Say(request.fact),))


# -- what the rules share ---------------------------------------------------------------------


def _exists(case: Case) -> None:
    if not case.exists:
        raise NotFound("not-found", "没有找到", "没有这个编号的帖子。")


def _possible(case: Case, act: str) -> None:
    _exists(case)
    if act not in case.allowed():
        raise _wrong_step(case, act)


def _wrong_step(case: Case, act: str) -> NotNow:
    allowed = case.allowed()
    names = "、".join(ACT_NAMES[name] for name in allowed) or "无"
    return NotNow("wrong-step", f"现在不能{ACT_NAMES[act]}", f"目前可以:{names}。", allowed=allowed)


def _own(case: Case, actor: ask.Actor) -> None:
    _exists(case)
    if case.department != actor.department:
        raise Forbidden("not-own-case", "不是本单位承办的帖子", "只能办理由本单位承办的帖子。")


def _draft(case: Case, reply: str, act: str) -> Draft:
    if case.draft is None:
        raise _wrong_step(case, act)
    if case.draft.id != reply:
        raise NotFound("not-found", "没有这份回复", "它可能已被审批或退回。")
    return case.draft


def _extension(case: Case, extension: str, act: str) -> Extension:
    found = next((e for e in case.extensions if e.id == extension), None)
    if found is None:
        raise NotFound("not-found", "没有这份延期申请")
    if found.state != "asked":
        raise _wrong_step(case, act)
    return found


def _extension_state(case: Case, extension: str, state: str) -> Case:
    changed = tuple(replace(e, state=state) if e.id == extension else e for e in case.extensions)
    return replace(case, extensions=changed)


def _known_units(context: Here, field: str, units: tuple[str, ...]) -> None:
    unknown = [unit for unit in units if unit not in context.city.department]
    if unknown:
        raise Invalid(
            "invalid", "没有这个单位", errors=(FieldError(field, f"没有代码为 {unknown[0]} 的单位"),)
        )


def _received(case: Case) -> datetime:
    assert case.received_at is not None
    return case.received_at


def _without(case: Case, act: str) -> tuple[str, ...]:
    return tuple(other for other in case.allowed() if other != act)


def _write(case: Case, at: datetime, kind: str, text: str, public: bool = True, by: str = "") -> Case:
    return replace(case, history=(*case.history, Entry(at, kind, text, public, by)))


def _say(case: Case, fact: Fact, kind: str, text: str, public: bool = True, by: str = "") -> Decision[Case]:
    case = _write(case, fact.at, kind, text, public, by)
    return Decision(case, (Say(fact),), answer=case)
