"""What each request does to a forum, to a comment, to what a person may still say, to a voice. Pure.

    forum     draft ──publish──> open ──close──> closed           from its end on people say nothing more
    comment   held ──release──> shown ──hide──> hidden ──release──> shown; its author may withdraw it at any time
    prepared  held ──approve──> shown; held ──return──> hidden, for good

A forum is a debate or a dialogue. What people say meets the forum's own row as well, so nothing is taken in beside the closing.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from city.profile import Profile
from contracts.debates import (
    CommentHidden,
    CommentReceived,
    CommentReleased,
    CommentSupported,
    CommentWithdrawn,
    DebateClosed,
    DebateOpened,
    Matter,
    QuestionEntered,
    StatementMade,
)
from contracts.decision import (
    Context,
    Decision,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    NotNow,
    Say,
    unchanged,
)
from contracts.dialogues import AnswerPrepared, DialogueClosed, DialogueOpened, Occasion
from services.debate.core import requests as ask
from services.debate.core.states import TOLD_EACH, Comment, Debate, Dialogue, Forum, Person, Voice

Here = Context[Profile]


def draft(forum: Forum, request: ask.Draft, context: Here) -> Decision[Forum]:
    """A forum that staff alone see yet; it can be written anew until it is published."""
    matter = request.matter
    if forum.step not in ("", "draft"):
        raise NotNow("published", f"{_name(forum)}已经发布", f"发布后的{_name(forum)}不能修改。")
    if matter.department not in context.city.department:
        raise _incomplete(forum, "department", "没有这个单位")
    if isinstance(matter, Occasion):
        _check_occasion(forum, matter, context.city)
    kept = replace(forum, step="draft", matter=matter)
    return Decision(kept, answer=kept)


def publish(forum: Forum, request: ask.Open, context: Here) -> Decision[Forum]:
    """From now on people take part."""
    matter = forum.matter
    if forum.step != "draft" or matter is None:
        raise NotNow("not-a-draft", "现在不能这样做", "只有草稿可以发布。")
    if matter.ends <= context.now:
        raise _incomplete(forum, "ends", "截止时间已过")
    kept = replace(forum, step="open", opened_at=context.now)
    return Decision(kept, (Say(_opened(matter, context.now, request.by)),), answer=kept)


def close(debate: Debate, request: ask.Close, context: Here) -> Decision[Debate]:
    """It is over: everybody reads what was said and what was decided. Before its time it needs a reason."""
    _check_can_end(debate, request.reason, context.now)
    said = {"summary": request.summary, "decision": request.decision, "reason": request.reason}
    kept = replace(debate, step="closed", closed_at=context.now, **said)
    return Decision(kept, (Say(DebateClosed(at=context.now, by=request.by, **said)),), answer=kept)


def end(dialogue: Dialogue, request: ask.End, context: Here) -> Decision[Dialogue]:
    """It is over: its transcript is whole. Before its time it needs a reason."""
    _check_can_end(dialogue, request.reason, context.now)
    said = {"summary": request.summary, "reason": request.reason}
    kept = replace(dialogue, step="closed", closed_at=context.now, **said)
    return Decision(kept, (Say(DialogueClosed(at=context.now, by=request.by, **said)),), answer=kept)


def listen(forum: Forum, request: ask.Listen, context: Here) -> Decision[Forum]:
    """People are heard while it is open."""
    _check_published(forum)
    if isinstance(forum.matter, Occasion) and context.now < forum.matter.asked_from:
        raise NotNow("not-yet", "提问还没有开始", "请在开始提问的时间以后再来。")
    if not forum.hears(context.now):
        raise NotNow("closed", f"{_name(forum)}已经结束", "已过截止时间,不再接受发言和支持。")
    return unchanged(forum)


def attend(forum: Forum, request: ask.Attend, context: Here) -> Decision[Forum]:
    """Units are heard until it is closed: what came in the last hour is answered, too."""
    _check_published(forum)
    if forum.step != "open":
        raise NotNow("closed", f"{_name(forum)}已经结束", "总结公布后不再发布回应。")
    return unchanged(forum)


def prepare(dialogue: Dialogue, request: ask.Prepare, context: Here) -> Decision[Dialogue]:
    """As `attend`; whoever may approve is told of the unit's first answer that waits, and of those that join it once an hour."""
    attend(dialogue, ask.Attend(), context)
    unit, waiting = request.department, dialogue.waiting
    kept = replace(dialogue, waiting={**waiting, unit: waiting.get(unit, 0) + 1})
    last = dialogue.told.get(unit)
    tells = unit not in waiting or last is None or context.now - last >= TOLD_EACH
    return _tell(kept, [unit] if tells else [], request.by, context)


def remind(dialogue: Dialogue, request: ask.Remind, context: Here) -> Decision[Dialogue]:
    """Nobody has judged what waits: whoever may is told again."""
    return _tell(dialogue, dialogue.to_remind(context.now), "", context)


def _tell(dialogue: Dialogue, units: Sequence[str], by: str, context: Here) -> Decision[Dialogue]:
    """With what is said to these units' leaders, and when they were told."""
    if dialogue.matter is None or not units:
        return Decision(dialogue)
    title, waiting = dialogue.matter.title, dialogue.waiting
    said = (
        AnswerPrepared(at=context.now, department=unit, title=title, by=by, waiting=waiting[unit])
        for unit in units
    )
    kept = replace(dialogue, told={**dialogue.told, **dict.fromkeys(units, context.now)})
    return Decision(kept, tuple(Say(fact) for fact in said))


def judge(dialogue: Dialogue, request: ask.Judge, context: Here) -> Decision[Dialogue]:
    """One answer of the unit waits no more; after the closing it is sent back at most."""
    if request.approved:
        attend(dialogue, ask.Attend(), context)
    left = dialogue.waiting.get(request.department, 0) - 1
    others = {unit: count for unit, count in dialogue.waiting.items() if unit != request.department}
    # Answers of before they were counted are none too many.
    return Decision(replace(dialogue, waiting=others | ({request.department: left} if left > 0 else {})))


def pass_on(dialogue: Dialogue, request: ask.PassOn, context: Here) -> Decision[Dialogue]:
    """What was left open is handed over when nobody answers it here any more."""
    _check_published(dialogue)
    if dialogue.step != "closed":
        raise NotNow("not-closed", "现在不能这样做", "对话结束前,请在这里回答。")
    return unchanged(dialogue)


def take_part(person: Person, request: ask.TakePart, context: Here) -> Decision[Person]:
    """One more comment of this person, or under this number; withdrawn ones count, so that nobody fills the moderators'
    day."""
    most = context.city.policy.debates.a_person
    if person.comments >= most:
        raise NotNow("comments-over", f"一人在一个议题中最多发言 {most} 条", "感谢您的参与。")
    return Decision(Person(request.debate, person.comments + 1))


def be_answered(comment: Comment, request: ask.BeAnswered, context: Here) -> Decision[Comment]:
    """One level of answers, under what everybody reads."""
    _check_shown(comment, request.debate)
    if comment.answers:
        raise Invalid(
            "invalid", "只能回应议题下的发言", errors=(FieldError("answers", "这是一条回应,不能再回应"),)
        )
    return unchanged(comment)


def comment(new: Comment, request: ask.Comment, context: Here) -> Decision[Comment]:
    """What a person says; read by all at once, or when a moderator has looked."""
    kept = Comment(
        debate=request.debate,
        standing="held" if request.held else "shown",
        text=request.text,
        answers=request.answers,
        at=context.now,
        person=request.person,
        proven=request.proven,
        reason=request.held,
    )
    fact = CommentReceived(
        at=context.now,
        debate=request.debate,
        person=request.person,
        text=request.text,
        answers=request.answers,
        proven=request.proven,
        held=request.held,
    )
    return Decision(kept, (Say(fact),), answer=kept)


def state(new: Comment, request: ask.State, context: Here) -> Decision[Comment]:
    """What a unit says is read by all at once, under the unit's name; what its clerk prepares, once it is approved."""
    kept = Comment(
        debate=request.debate,
        standing="held" if request.held else "shown",
        prepared=bool(request.held),
        reason=request.held,
        text=request.text,
        answers=request.answers,
        at=context.now,
        department=request.department,
        speaker=request.speaker,
    )
    fact = StatementMade(
        at=context.now,
        debate=request.debate,
        department=request.department,
        text=request.text,
        answers=request.answers,
        speaker=request.speaker,
        held=request.held,
        by=request.by,
    )
    return Decision(kept, (Say(fact),), answer=kept)


def approve(answer: Comment, request: ask.Approve, context: Here) -> Decision[Comment]:
    """Everybody reads a prepared answer, as said now; or its clerk reads why not, and prepares another."""
    _check_said(answer, request.debate)
    if not answer.prepared or answer.standing != "held":
        raise NotNow("judged", "现在不能这样做", "这条回答已经有人审过。")
    if request.approved:
        kept = replace(answer, standing="shown", prepared=False, reason="", at=context.now)
        return Decision(kept, (Say(CommentReleased(at=context.now, by=request.by)),), answer=kept)
    if not request.reason:
        raise Invalid("invalid", "退回需要说明原因", errors=(FieldError("reason", "请说明原因"),))
    kept = replace(answer, standing="hidden", reason=request.reason)
    fact = CommentHidden(at=context.now, reason=request.reason, by=request.by)
    return Decision(kept, (Say(fact),), answer=kept)


def enter(question: Comment, request: ask.Enter, context: Here) -> Decision[Comment]:
    """A question became a post; its page names it from now on."""
    _check_shown(question, request.debate)
    if question.department or question.post:
        raise NotNow("entered", "现在不能这样做", "只有还没有转为帖子的提问可以转办。")
    kept = replace(question, post=request.number)
    fact = QuestionEntered(at=context.now, number=request.number, by=request.by)
    return Decision(kept, (Say(fact),), answer=kept)


def moderate(comment: Comment, request: ask.Moderate, context: Here) -> Decision[Comment]:
    """Everybody reads it, or nobody does any more; the same word twice changes nothing."""
    _check_said(comment, request.debate)
    if comment.prepared:
        raise NotNow("prepared", "现在不能这样做", "这条回答由单位分管领导或主持人审核。")
    if comment.standing == "withdrawn":
        raise NotNow("withdrawn", "现在不能这样做", "发言人已经撤回这条发言。")
    standing = "shown" if request.shown else "hidden"
    if comment.standing == standing:
        return Decision(comment, answer=comment)
    if request.shown:
        kept = replace(comment, standing="shown", reason="")
        return Decision(kept, (Say(CommentReleased(at=context.now, by=request.by)),), answer=kept)
    if not request.reason:
        raise Invalid("invalid", "不予公开需要说明原因", errors=(FieldError("reason", "请说明原因"),))
    kept = replace(comment, standing="hidden", reason=request.reason)
    fact = CommentHidden(at=context.now, reason=request.reason, by=request.by)
    return Decision(kept, (Say(fact),), answer=kept)


def support(comment: Comment, request: ask.Support, context: Here) -> Decision[Comment]:
    """One more person of the same mind; nobody supports the own comment, or what a unit states."""
    _check_shown(comment, request.debate)
    if comment.department:
        raise NotNow("official", "现在不能这样做", "单位的回应不参加支持统计。")
    if comment.person == request.person:
        raise NotNow("own", "现在不能这样做", "不能支持自己的发言。")
    kept = replace(comment, supports=comment.supports + 1)
    return Decision(kept, (Say(CommentSupported(at=context.now, person=request.person)),), answer=kept)


def give_voice(voice: Voice, request: ask.GiveVoice, context: Here) -> Decision[Voice]:
    """The first one counts."""
    if voice.exists:
        raise NotNow("already-supported", "已经支持过", "每人对一条发言只能支持一次。")
    return Decision(Voice(request.debate, request.comment, request.person))


def withdraw(comment: Comment, request: ask.Withdraw, context: Here) -> Decision[Comment]:
    """Its author takes it back: the text is forgotten here, and it counts in no figure."""
    _check_said(comment, request.debate)
    if comment.department or comment.person != request.person:
        raise Forbidden("not-yours", "不能撤回别人的发言")
    if comment.standing == "withdrawn":
        return Decision(comment, answer=comment)
    kept = replace(comment, standing="withdrawn", text="", reason="")
    return Decision(kept, (Say(CommentWithdrawn(at=context.now)),), answer=kept)


def _name(forum: Forum) -> str:
    return "评议" if isinstance(forum, Debate) else "对话"


def _incomplete(forum: Forum, field: str, reason: str) -> Invalid:
    return Invalid("invalid", f"{_name(forum)}还不完整", errors=(FieldError(field, reason),))


def _check_occasion(forum: Forum, occasion: Occasion, city: Profile) -> None:
    if not occasion.asked_from <= occasion.begins < occasion.ends:
        raise _incomplete(forum, "begins", "应不早于开始提问,并早于结束")
    invited = set(occasion.invited)
    if invited - set(city.department):
        raise _incomplete(forum, "invited", "没有这个单位")
    if len(invited) < len(occasion.invited) or occasion.department in invited:
        raise _incomplete(forum, "invited", "每个单位只写一次,不含嘉宾的单位")


def _opened(matter: Matter | Occasion, at: datetime, by: str) -> DebateOpened | DialogueOpened:
    if isinstance(matter, Occasion):
        return DialogueOpened(at=at, occasion=matter, by=by, units=(matter.department, *matter.invited))
    return DebateOpened(at=at, matter=matter, by=by)


def _check_can_end(forum: Forum, reason: str, now: datetime) -> None:
    if forum.step != "open" or forum.matter is None:
        raise NotNow("not-open", "现在不能这样做", f"只有进行中的{_name(forum)}可以结束。")
    if now < forum.matter.ends and not reason:
        raise Invalid(
            "invalid", "提前结束需要说明原因", errors=(FieldError("reason", "提前结束需要说明原因"),)
        )


def _check_published(forum: Forum) -> None:
    if forum.step in ("", "draft"):
        raise NotFound("not-found", "没有找到", f"没有这个{_name(forum)}。")


def _check_said(comment: Comment, debate: str) -> None:
    if not comment.exists or comment.debate != debate:
        raise NotFound("not-found", "没有找到", "没有这条发言。")


def _check_shown(comment: Comment, debate: str) -> None:
    """Whether it is held, hidden or was never said is not told."""
    _check_said(comment, debate)
    if comment.standing != "shown":
        raise NotFound("not-found", "没有找到", "没有这条发言。")
