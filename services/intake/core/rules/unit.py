"""What the holding unit does, its clerks and its leader, and the units that assist. Pure."""

from datetime import date, timedelta

from msgspec.structs import replace

from city import named
from city.explain import day_of
from contracts.decision import Decision, FieldError, Invalid, NotFound, NotNow, Say
from contracts.identity import derived
from contracts.replies import (
    CaseAccepted,
    CitizenAsked,
    ExtensionApproved,
    ExtensionRefused,
    ExtensionRequested,
    FirstWordGiven,
    PartWritten,
    ReplyApproved,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
    ReplyToSign,
    ReturnRequested,
)
from services.intake.core import requests as ask
from services.intake.core.case import (
    Case,
    Draft,
    Extension,
    FirstWord,
    Question,
    Reply,
    Returned,
    WrittenPart,
)
from services.intake.core.rules.following import answered_by, promise_of, promised_day
from services.intake.core.rules.saying import Here, code, few, received_at, say, with_files, write


def acceptance(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The clerk takes the case on; a second handling is another person's."""
    by = asked.actor.person
    _another_person(case, by)
    fact = CaseAccepted(at=context.now, department=case.department, by=by)
    unit = context.city.department_name(case.department)
    return say(replace(case, step="accepted"), fact, "accepted", f"{unit}已受理", by=by)


def first_word(case: Case, asked: ask.Asked[ask.FirstWord], context: Here) -> Decision[Case]:
    """A first word to the citizen, in the unit's name and by its clerk alone; the reply is still awaited."""
    text, by = asked.body.text, asked.actor.person
    _another_person(case, by)
    fact = FirstWordGiven(
        at=context.now, text=text, handling=case.handling, department=case.department, by=by
    )
    word = FirstWord(text, case.department, by, context.now, case.handling)
    unit = context.city.department_name(case.department)
    case = replace(case, first_words=(*case.first_words, word))
    return say(case, fact, "first-word", f"{unit}初步回复:{text}", by=by)


def question(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The clerk asks the citizen; the clock pauses."""
    identity, text, by = derived(context.cause, "question"), asked.body.text, asked.actor.person
    fact = CitizenAsked(at=context.now, question=identity, text=text, department=case.department, by=by)
    questions = (*case.questions, Question(identity, text, context.now))
    case = replace(case, questions=questions, step="asked", paused=True)
    return say(case, fact, "asked", f"请补充:{text}", by=by)


def reply(case: Case, asked: ask.Asked[ask.Drafted], context: Here) -> Decision[Case]:
    """The clerk lays a reply before the leader, with its files; a second handling is another person's."""
    by, files = asked.actor.person, few(asked.files, context)
    if case.handling > 1 and any(earlier.by == by for earlier in case.replies):
        raise NotNow("same-person", "重新办理须由另一人承办", "您承办过第一次回复,请由本单位其他人员拟写。")
    identity, text, day = derived(context.cause, "reply"), asked.body.text, promised_day(asked.body, context)
    fact = ReplyDrafted(
        at=context.now,
        reply=identity,
        text=text,
        promised_day=day,
        department=case.department,
        by=by,
        **files,
    )
    case = replace(case, draft=Draft(identity, text, by, context.now, day, **files), sent_back=None)
    return with_files(say(case, fact, "drafted", "回复待领导审阅", public=False, by=by), asked.files)


def approval(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The leader puts the unit's name under the reply; it is published, or goes to whom the letter was written to."""
    draft, by = draft_of(case, asked.target), asked.actor.person
    if case.addressee:
        return _to_sign(case, draft, by, context)
    return publish(case, draft, by, context)


def publish(case: Case, draft: Draft, approved_by: str, context: Here, signed_by: str = "") -> Decision[Case]:
    """A draft becomes the answer: in the unit's name, or signed, in that of the leader to whom the letter was written."""
    name = case.addressee if signed_by else ""
    approved = ReplyApproved(at=context.now, reply=draft.id, department=case.department, by=approved_by)
    published = ReplyPublished(
        at=context.now,
        reply=draft.id,
        text=draft.text,
        department=case.department,
        by=draft.by,
        handling=case.handling,
        in_name_of=name,
        signed_by=signed_by,
        attachments=draft.attachments,
        sealed_attachments=draft.sealed_attachments,
        promised_day=draft.promised_day,
    )
    answered = Reply(
        draft.id,
        draft.text,
        case.department,
        draft.by,
        context.now,
        case.handling,
        in_name_of=name,
        attachments=draft.attachments,
        sealed_attachments=draft.sealed_attachments,
        promise=promise_of(draft.promised_day, context),
    )
    author = context.city.leader_name(name) if name else context.city.department_name(case.department)
    case, follow_ups = answered_by(replied(case, answered), answered)
    case = write(case, context.now, "replied", f"{author}回复:{draft.text}", by=signed_by or approved_by)
    return Decision(case, (Say(approved), Say(published), *follow_ups), answer=case)


def answered_with_group(case: Case, answered: ask.Answered, context: Here) -> Decision[Case]:
    """The lead's published reply answers this member, too; one that is answered, or has left that lead, stays so.

    One that was erased gets no files: their keys would lie under its own, which is gone.
    """
    if case.group is None or case.group.lead != answered.lead or not case.open:
        return Decision(case, answer=case)
    came = ask.NO_FILES if case.erased else answered.files
    files = {"attachments": came.attachments, "sealed_attachments": came.sealed}
    published = ReplyPublished(
        at=context.now,
        reply=answered.reply,
        text=answered.text,
        department=answered.department,
        by=answered.by,
        handling=case.handling,
        lead=answered.lead,
        group=case.group.id,
        **files,  # type: ignore[arg-type]  # two fields of two kinds
    )
    given = Reply(
        answered.reply,
        answered.text,
        answered.department,
        answered.by,
        context.now,
        case.handling,
        answered.lead,
        **files,  # type: ignore[arg-type]
    )
    unit = context.city.department_name(answered.department)
    case, follow_ups = answered_by(replied(case, given), given)
    case = write(case, context.now, "replied", f"{unit}并案回复:{answered.text}")
    return with_files(Decision(case, (Say(published), *follow_ups), answer=case), came)


def reply_return(case: Case, asked: ask.Asked[ask.Remark], context: Here) -> Decision[Case]:
    """The leader wants the reply improved."""
    draft, remark, by = draft_of(case, asked.target), asked.body.remark, asked.actor.person
    fact = ReplySentBack(at=context.now, reply=draft.id, remark=remark, department=case.department, by=by)
    text = f"领导退回修改:{remark}"
    return say(sent_back(case, draft, remark), fact, "sent-back", text, public=False, by=by)


def extension(case: Case, asked: ask.Asked[ask.Extension], context: Here) -> Decision[Case]:
    """More time: reason, new date and progress; at most so often, so far, and before the due instant."""
    wish, by = asked.body, asked.actor.person
    _extendable(case, wish, context)
    identity = derived(context.cause, "extension")
    requested = Extension(
        identity, wish.reason, wish.new_date, wish.progress, by, context.now, long_works=wish.long_works
    )
    fact = ExtensionRequested(
        at=context.now,
        extension=identity,
        reason=wish.reason,
        new_date=wish.new_date,
        progress=wish.progress,
        long_works=wish.long_works,
        department=case.department,
        by=by,
    )
    case = replace(case, extensions=(*case.extensions, requested))
    text = f"申请延期至{day_of(wish.new_date)}:{wish.reason}"
    return say(case, fact, "extension-asked", text, public=False, by=by)


def extension_approval(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The leader grants it; it reaches the citizen with reason, new date and progress."""
    granted, by = _extension(case, asked.target), asked.actor.person
    fact = ExtensionApproved(
        at=context.now,
        extension=granted.id,
        reason=granted.reason,
        new_date=granted.new_date,
        progress=granted.progress,
        department=case.department,
        by=by,
    )
    case = replace(
        _decided(case, granted.id, "approved"), due=context.city.working_time.closing_from(granted.new_date)
    )
    text = f"延期至{day_of(granted.new_date)},原因:{granted.reason},进展:{granted.progress}"
    return say(case, fact, "extended", text, by=by)


def extension_refusal(case: Case, asked: ask.Asked[ask.Remark], context: Here) -> Decision[Case]:
    """The leader refuses it; nothing changes."""
    refused, remark, by = _extension(case, asked.target), asked.body.remark, asked.actor.person
    fact = ExtensionRefused(
        at=context.now, extension=refused.id, remark=remark, department=case.department, by=by
    )
    case = _decided(case, refused.id, "refused")
    return say(case, fact, "extension-refused", f"领导不同意延期:{remark}", public=False, by=by)


def _to_sign(case: Case, draft: Draft, by: str, context: Here) -> Decision[Case]:
    fact = ReplyToSign(
        at=context.now, reply=draft.id, addressee=case.addressee, department=case.department, by=by
    )
    case = replace(case, draft=replace(draft, approved_by=by))
    text = f"回复待{context.city.leader_name(case.addressee)}签发"
    return say(case, fact, "to-sign", text, public=False, by=by)


def part(case: Case, asked: ask.Asked[ask.Added], context: Here) -> Decision[Case]:
    """An assisting unit writes its part, for the lead's reply; it may add to it while the case is open."""
    identity, actor, text = derived(context.cause, "part"), asked.actor, asked.body.text
    files = few(asked.files, context)
    written = WrittenPart(identity, actor.department, text, actor.person, context.now, **files)
    fact = PartWritten(
        at=context.now,
        part=identity,
        text=text,
        department=actor.department,
        lead=case.department,
        by=actor.person,
        **files,
    )
    case = replace(case, written_parts=(*case.written_parts, written))
    line = f"{context.city.department_name(actor.department)}协办意见:{text}"
    return with_files(say(case, fact, "part-written", line, public=False, by=actor.person), asked.files)


def return_(case: Case, asked: ask.Asked[ask.Return], context: Here) -> Decision[Case]:
    """One return within one working day, citing the duty item that says whose it is (首问负责)."""
    duty_item, by = asked.body.duty_item, asked.actor.person
    if why := _kept(case, context):
        raise NotNow("first-asked", "按首问负责制,由本单位继续办理", why)
    if context.city.duties:
        duty_item = code(named.duty_item, context, "duty_item", duty_item, "职责清单中没有这一条")
    identity = derived(context.cause, "return")
    fact = ReturnRequested(
        at=context.now,
        request=identity,
        duty_item=duty_item,
        reason=asked.body.reason,
        department=case.department,
        by=by,
    )
    case = replace(case, returns=(*case.returns, Returned(identity, case.department, duty_item, context.now)))
    text = f"申请退回,依据 {duty_item}:{asked.body.reason}"
    return say(case, fact, "return-asked", text, public=False, by=by)


# -- inside -------------------------------------------------------------------------------------


def _another_person(case: Case, person: str) -> None:
    """Raises NotNow for whoever wrote an earlier reply to a case that was reopened."""
    if case.handling > 1 and any(earlier.by == person for earlier in case.replies):
        raise NotNow("same-person", "重新办理须由另一人承办", "您承办过第一次回复,请由本单位其他人员办理。")


def replied(case: Case, given: Reply) -> Case:
    """The case with its published reply."""
    return replace(
        case,
        draft=None,
        sent_back=None,
        replies=(*case.replies, given),
        step="replied",
        paused=False,
        held=False,
    )


def sent_back(case: Case, draft: Draft, remark: str) -> Case:
    """The case with its draft in the clerk's hands again, text and files."""
    return replace(case, draft=None, sent_back=replace(draft, remark=remark, approved_by=""))


def draft_of(case: Case, identity: str) -> Draft:
    """The draft that is asked about. Raises NotFound when it is another one, or none."""
    if case.draft is None or case.draft.id != identity:
        raise NotFound("not-found", "没有这份回复", "它可能已被审批或退回。")
    return case.draft


def _extension(case: Case, identity: str) -> Extension:
    waiting = case.extension_asked
    if waiting is None or waiting.id != identity:
        raise NotFound("not-found", "没有这份延期申请", "它可能已被审批。")
    return waiting


def _decided(case: Case, identity: str, state: str) -> Case:
    decided = tuple(replace(e, state=state) if e.id == identity else e for e in case.extensions)
    return replace(case, extensions=decided)


def _extendable(case: Case, wish: ask.Extension, context: Here) -> None:
    """Raises NotNow when it is late or asked too often, Invalid for a date outside the policy's limits."""
    time, limits = context.city.working_time, context.city.policy.extension
    due = case.due or time.due(received_at(case)).at
    if context.now > due:
        raise NotNow("extension-late", "已到期,不能再申请延期", "延期须在到期前申请。")
    if sum(earlier.state not in ("refused", "lapsed") for earlier in case.extensions) >= limits.at_most:
        raise NotNow("extension-often", f"最多延期 {limits.at_most} 次")
    latest: date
    if wish.long_works:
        latest = (received_at(case) + timedelta(days=limits.long_works_days)).date()
    else:
        latest = time.add_days(due, limits.working_days).date()
    if not due.date() < wish.new_date <= latest:
        between = f"应晚于{day_of(due)},不晚于{day_of(latest)}"
        raise Invalid(
            "extension-date", "延期日期不在允许范围内", f"{between}。", (FieldError("new_date", between),)
        )
    if not time.is_working_day(wish.new_date):
        following = time.closing_from(wish.new_date).date()
        near = following if following <= latest else time.add_days(time.closing(wish.new_date), -1).date()
        why = f"{day_of(wish.new_date)}不上班({time.why(wish.new_date)}),可选{day_of(near)}"
        raise Invalid("extension-day-off", "延期应到工作日", f"{why}。", (FieldError("new_date", why),))


def _kept(case: Case, context: Here) -> str:
    """Why the unit keeps the case; empty when it may still say "not ours"."""
    limits = context.city.policy.return_
    if sum(earlier.department == case.department for earlier in case.returns) >= limits.at_most:
        return f"本单位已退回过 {limits.at_most} 次。"
    days, assigned_at = limits.working_days, case.assigned_at
    if assigned_at is not None and context.now > context.city.working_time.add_days(assigned_at, days):
        return f"交办后 {days} 个工作日内可以退回一次。"
    return ""
