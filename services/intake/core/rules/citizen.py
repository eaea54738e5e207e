"""What citizens do: post, add, answer, rate, reopen, withdraw, be forgotten, support a neighbour's post. Pure."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from city import named
from contracts.decision import Decision, Effect, NotNow, Say
from contracts.identity import derived
from contracts.posts import (
    CitizenErased,
    PostFollowedUp,
    PostHeld,
    PostReceived,
    PostSupported,
    PostWithdrawn,
    PreferenceChosen,
)
from contracts.replies import CitizenAnswered, PostRated, PostReopened
from services.intake.core import moderation
from services.intake.core import requests as ask
from services.intake.core.case import ORIGIN_NAMES, Case, Entry, FollowUp, Rating
from services.intake.core.rules.saying import Here, code, say, wrong_field
from services.intake.core.sealing import EraseKeys, KeepKeys
from services.intake.core.voices import KeepVoice

GRADES: Final = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""好差评 GB/T 39735."""

LATEST_VOICES: Final = 100
"""Voices kept in the case itself; more than can come between a look at the table and the commit."""


def submit(case: Case, post: ask.Submit, context: Here) -> Decision[Case]:
    """A new post: judged, numbered, stored, said.

    Raises Invalid for a kind that nobody answers or looks at, a word of the block list, an unknown area.
    """
    city, at = context.city, context.now
    kind = city.policy.kind(post.kind)
    if not kind.clock and not kind.moderated:
        raise wrong_field("kind", f"{kind.name}不由网民发布")
    area = code(named.area, context, "area", post.area, "没有这个区县")
    addressee = code(named.leader, context, "addressee", post.addressee, "没有这位领导")
    if addressee and post.kind != "mailbox":
        raise wrong_field("addressee", "只有领导信箱的信写给一位领导")
    hold = moderation.hold(post.verdict)
    received = PostReceived(
        at=at,
        number=f"{city.number_prefix}{at:%y%m%d}-{post.drawn:06d}",
        kind=post.kind,  # type: ignore[arg-type]  # checked at the door
        title=post.title,
        text=post.text,
        area=area,
        place=post.place,
        public=post.public and kind.public,
        hide_name=post.hide_name,
        citizen=post.citizen,
        channels=post.channels,
        sealed_contact=post.sealed_contact,
        sealed_text=post.sealed_text,
        addressee=addressee,
        origin=post.origin,
        entered_by=post.entered_by,
    )
    case = Case(
        number=received.number,
        kind=post.kind,
        title=post.title,
        text=post.text,
        area=area,
        place=post.place,
        public=received.public,
        hide_name=post.hide_name,
        citizen=post.citizen,
        sealed_contact=post.sealed_contact,
        sealed_text=post.sealed_text,
        addressee=addressee,
        origin=post.origin,
        entered_by=post.entered_by,
        received_at=at,
        asks=kind.clock,
        history=(_arrived(at, post),),
    )
    effects: tuple[Effect, ...] = (KeepKeys(post.contact_key, post.text_key), Say(received))
    hold = hold or (f"{kind.name}先审后发" if kind.moderated else "")
    if hold:
        case = replace(case, moderation="held")
        effects = (*effects, Say(PostHeld(at=at, reason=hold)))
    return Decision(case, effects, answer=case)


def follow_up(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The citizen adds something to an own post."""
    _within_limits(case, asked.body.text, context)
    at, identity, text, box = (
        context.now,
        derived(context.cause, "follow-up"),
        asked.body.text,
        _box(case, asked),
    )
    fact = PostFollowedUp(at=at, follow_up=identity, text=text, sealed=box)
    case = replace(case, follow_ups=(*case.follow_ups, FollowUp(identity, text, at, box)))
    return say(case, fact, "followed-up", "网民追问", of=identity)


def answer(case: Case, asked: ask.Asked[ask.TextOnly], context: Here) -> Decision[Case]:
    """The citizen answers the open question; the clock resumes."""
    question, text, box = case.questions[-1], asked.body.text, _box(case, asked)
    answered = replace(question, answer=text, answered_at=context.now, sealed=box)
    case = replace(case, questions=(*case.questions[:-1], answered), step="accepted", paused=False)
    fact = CitizenAnswered(at=context.now, question=question.id, text=text, sealed=box)
    return say(case, fact, "answered", "网民补充", of=question.id)


def rating(case: Case, asked: ask.Asked[ask.Grade], context: Here) -> Decision[Case]:
    """The citizen grades the latest reply, once, within the days the policy gives."""
    reply, grade, text = case.replies[-1], asked.body.grade, asked.body.text
    days = context.city.policy.rating.days
    if context.now > reply.at + timedelta(days=days):
        raise NotNow("rating-over", "评价期已过", f"回复后 {days} 天内可以评价。", allowed=("reopening",))
    fact = PostRated(
        at=context.now,
        reply=reply.id,
        grade=grade,
        text=text,
        handling=reply.handling,
        department=reply.department,
    )
    case = replace(case, ratings=(*case.ratings, Rating(reply.id, grade, text, context.now)), step="rated")
    return say(case, fact, "rated", f"网民评价:{GRADES[grade]}")


def reopening(case: Case, asked: ask.Asked[ask.ReasonOnly], context: Here) -> Decision[Case]:
    """The citizen asks for a second handling, within the days the policy gives."""
    reply, days = case.replies[-1], context.city.policy.reopen.days
    if context.now > reply.at + timedelta(days=days):
        raise NotNow("reopening-over", "重新办理期已过", f"回复后 {days} 天内可以申请重新办理。", allowed=())
    fact = PostReopened(at=context.now, reason=asked.body.reason, reply=reply.id, department=case.department)
    case = replace(
        case,
        step="reopened",
        reopened=(*case.reopened, context.now),
        draft=None,
        due=None,
        missed=False,
        level="",
    )
    return say(case, fact, "reopened", f"网民申请重新办理:{asked.body.reason}")


def withdrawal(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The citizen takes the post back."""
    case = replace(case, step="withdrawn", draft=None, held=False)
    return say(case, PostWithdrawn(at=context.now), "withdrawn", "网民撤回")


def preference(case: Case, asked: ask.Asked[ask.Preference], context: Here) -> Decision[Case]:
    """How the author is told from now on; the same choice again, or one after the erasure, changes nothing."""
    channel, at_night = asked.body.channel, asked.body.at_night
    if case.erased or (case.told_by, case.told_at_night) == (channel, at_night):
        return Decision(case, answer=case)
    case = replace(case, told_by=channel, told_at_night=at_night)
    fact = PreferenceChosen(at=context.now, channel=channel, at_night=at_night)  # type: ignore[arg-type]  # checked at the door
    return Decision(case, (Say(fact),), answer=case)


def erasure(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """What the author gave with this post is forgotten: its key is deleted beside this, its boxes never open again.

    No other post is touched, whatever contact it names: what was typed proves nothing about who typed it.
    """
    if case.erased:
        return Decision(case, answer=case)
    fact = CitizenErased(at=context.now, citizen=case.citizen)
    case = replace(
        case,
        erased=True,
        sealed=b"",
        sealed_contact=b"",
        sealed_text=b"",
        questions=tuple(replace(question, sealed=b"") for question in case.questions),
        follow_ups=tuple(replace(added, sealed=b"") for added in case.follow_ups),
    )
    decision = say(case, fact, "erased", "个人信息已删除", public=False)
    return Decision(decision.state, (EraseKeys(), *decision.effects), answer=case)


def support(case: Case, asked: ask.Asked[ask.Voice], context: Here) -> Decision[Case]:
    """One voice each; a second one changes nothing, and one network has only so many.

    Exact however many come at once: the latest voices are in the case, older ones in what the door looked up.
    """
    supporter, voice = asked.actor.person, asked.body
    if voice.known or supporter in case.supporters or any(supporter == known for known, _ in case.voices):
        return Decision(case, answer=case)
    # A voice may be both in the case and in the table: the larger count is the true one at its least.
    recent = sum(network == voice.network for _, network in case.voices)
    if max(recent, voice.earlier) >= context.city.policy.supports.a_network:
        raise NotNow("supports-over", "同一网络对本帖的支持已达上限", "感谢您的关注。")
    case = replace(
        case,
        voices=(*case.voices, (supporter, voice.network))[-LATEST_VOICES:],
        voice_count=case.voice_count + 1,
    )
    said = PostSupported(at=context.now, supporter=supporter)
    return Decision(case, (KeepVoice(supporter, voice.network), Say(said)), answer=case)


def _arrived(at: datetime, post: ask.Submit) -> Entry:
    """The first line of the history; of a post that staff wrote down it says so, and staff read who."""
    how = f"({ORIGIN_NAMES[post.origin]}代录)" if post.entered_by else ""
    return Entry(at, "received", f"已受理{how}", by=post.entered_by)


def _within_limits(case: Case, text: str, context: Here) -> None:
    """Raises NotNow when the author has added as much as the policy takes.

    Answers, ratings and reopenings need no limit: each of them follows an act of the unit.
    """
    limits = context.city.policy.follow_ups
    if len(case.follow_ups) >= limits.at_most:
        raise NotNow("follow-ups-over", f"一个帖子最多追问 {limits.at_most} 次", "如有新的情况,请另发新帖。")
    if len(text) + sum(len(added.text) for added in case.follow_ups) > limits.characters:
        raise NotNow(
            "follow-ups-over", f"一个帖子的追问最多共 {limits.characters} 字", "请写短一些,或另发新帖。"
        )


def _box(case: Case, asked: ask.Asked[ask.TextOnly]) -> bytes:
    """The box of what is added; none after the erasure, when no key is left that would open it."""
    return b"" if case.erased else asked.sealed
