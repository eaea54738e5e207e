"""What citizens do: post, add, answer, rate, reopen, withdraw, be forgotten, support a neighbour's post. Pure."""

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from city import named
from contracts.decision import Decision, Effect, NotNow, Say
from contracts.identity import derived
from contracts.posts import (
    CitizenErased,
    FollowerJoined,
    FollowerLeft,
    HidingAppealed,
    PostFollowedUp,
    PostHeld,
    PostReceived,
    PostSupported,
    PostWithdrawn,
    PreferenceChosen,
)
from contracts.replies import CitizenAnswered, PostRated, PostReopened, Solved
from services.intake.core import moderation
from services.intake.core import requests as ask
from services.intake.core.attachments import DropAttachments, KeepAttachments, files_of
from services.intake.core.case import Case, Entry, FollowUp, Rating, step_of, without_request
from services.intake.core.hiding import Hiding, later_by_hidings
from services.intake.core.names import ORIGIN_NAMES
from services.intake.core.rules.saying import Here, code, few, say, with_files, write, wrong_field
from services.intake.core.sealing import EraseKeys, KeepKeys
from services.intake.core.voices import EraseContact, KeepContact, KeepVoice

GRADES: Final = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""好差评 GB/T 39735."""
SOLVED_NAMES: Final[dict[Solved, str]] = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}

_NO_FILES: Final = {"attachments": (), "sealed_attachments": b""}
"""What is left of the files of a reply after the erasure: their keys lay under the post's."""
_FORGOTTEN: Final = {"sealed": b"", **_NO_FILES}
"""What is left of the boxes and files of an answer or follow-up."""
LATEST_VOICES: Final = 100
"""Voices kept in the case itself; more than can come between a look at the table and the commit."""


def submit(case: Case, post: ask.Submit, context: Here) -> Decision[Case]:
    """A new post: judged, numbered, stored, said.

    Raises Invalid for a kind that nobody answers or looks at, a word of the block list, an unknown area, too many files.
    """
    city, at = context.city, context.now
    kind = city.policy.kind(post.kind)
    posted = city.policy.posted
    if post.kind not in posted:
        raise wrong_field("kind", f"{kind.name}不由网民发布,应为 {'、'.join(posted)} 之一")
    area = code(named.area, context, "area", post.area, "没有这个区县")
    addressee = code(named.leader, context, "addressee", post.addressee, "没有这位领导")
    if addressee and post.kind != "mailbox":
        raise wrong_field("addressee", "只有领导信箱的信写给一位领导")
    limits = city.policy.attachments
    if len(post.attachments) > limits.at_most:
        raise wrong_field("attachments", f"一个帖子最多 {limits.at_most} 个附件")
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
        attachments=post.attachments,
        sealed_attachments=post.sealed_attachments,
        sealed_point=post.sealed_point,
    )
    case = _case(received, kind.clock)
    effects: tuple[Effect, ...] = (KeepKeys(post.contact_key, post.text_key), Say(received))
    if received.attachments:
        effects = (*effects, KeepAttachments(files_of(received.attachments)))
    hold = moderation.hold(post.verdict) or (f"{kind.name}先审后发" if kind.moderated else "")
    if received.attachments and received.public and limits.moderated:
        # Nobody can mask a face or an identity card on a picture.
        hold = hold or "附件先审后发"
    if hold:
        case = replace(case, moderation="held")
        case = write(case, at, "moderated", f"暂不公开:{hold}", public=False)
        effects = (*effects, Say(PostHeld(at=at, reason=hold)))
    return Decision(case, effects, answer=case)


def _case(received: PostReceived, asks: bool) -> Case:
    """What is remembered of a new post; `asks`: somebody must answer it."""
    return Case(
        number=received.number,
        kind=received.kind,
        title=received.title,
        text=received.text,
        area=received.area,
        place=received.place,
        public=received.public,
        hide_name=received.hide_name,
        citizen=received.citizen,
        sealed_contact=received.sealed_contact,
        sealed_text=received.sealed_text,
        attachments=received.attachments,
        sealed_attachments=received.sealed_attachments,
        sealed_point=received.sealed_point,
        addressee=received.addressee,
        origin=received.origin,
        entered_by=received.entered_by,
        received_at=received.at,
        asks=asks,
        history=(_arrived(received),),
    )


def follow_up(case: Case, asked: ask.Asked[ask.Added], context: Here) -> Decision[Case]:
    """The citizen adds something to an own post."""
    _within_limits(case, asked.body.text, context)
    files = few(asked.files, context)
    at, identity, text, box = (
        context.now,
        derived(context.cause, "follow-up"),
        asked.body.text,
        _box(case, asked),
    )
    fact = PostFollowedUp(at=at, follow_up=identity, text=text, sealed=box, **files)
    case = replace(case, follow_ups=(*case.follow_ups, FollowUp(identity, text, at, box, **files)))
    return with_files(say(case, fact, "followed-up", "网民追问", of=identity), asked.files)


def answer(case: Case, asked: ask.Asked[ask.Added], context: Here) -> Decision[Case]:
    """The citizen answers the open question; the clock resumes."""
    question, text, box = case.questions[-1], asked.body.text, _box(case, asked)
    files = few(asked.files, context)
    answered = replace(question, answer=text, answered_at=context.now, sealed=box, **files)
    case = replace(case, questions=(*case.questions[:-1], answered), step="accepted", paused=False)
    fact = CitizenAnswered(at=context.now, question=question.id, text=text, sealed=box, **files)
    return with_files(say(case, fact, "answered", "网民补充", of=question.id), asked.files)


def rating(case: Case, asked: ask.Asked[ask.Grade], context: Here) -> Decision[Case]:
    """The citizen grades the latest reply, once, within the days the policy gives, and may say whether all is solved."""
    reply, grade, text, solved = case.replies[-1], asked.body.grade, asked.body.text, asked.body.solved
    days = context.city.policy.rating.days
    if context.now > later_by_hidings(reply.at + timedelta(days=days), reply.at, case.hidings_undone):
        raise NotNow("rating-over", "评价期已过", f"回复后 {days} 天内可以评价。", allowed=("reopening",))
    fact = PostRated(
        at=context.now,
        reply=reply.id,
        grade=grade,
        text=text,
        handling=reply.handling,
        department=reply.department,
        solved=solved,
    )
    rated = Rating(reply.id, grade, text, context.now, solved)
    case = replace(case, ratings=(*case.ratings, rated), step="rated")
    told = f",{SOLVED_NAMES[solved]}" if solved is not None else ""
    return say(case, fact, "rated", f"网民评价:{GRADES[grade]}{told}")


def reopening(case: Case, asked: ask.Asked[ask.ReasonOnly], context: Here) -> Decision[Case]:
    """The citizen asks for a second handling, within the days the policy gives; what lay before the leader is void."""
    reply, days = case.replies[-1], context.city.policy.reopen.days
    if context.now > later_by_hidings(reply.at + timedelta(days=days), reply.at, case.hidings_undone):
        raise NotNow("reopening-over", "重新办理期已过", f"回复后 {days} 天内可以申请重新办理。", allowed=())
    fact = PostReopened(at=context.now, reason=asked.body.reason, reply=reply.id, department=case.department)
    case = replace(
        without_request(case),
        step="reopened",
        reopened=(*case.reopened, context.now),
        draft=None,
        sent_back=None,
        due=None,
        missed=False,
        level="",
    )
    return say(case, fact, "reopened", f"网民申请重新办理:{asked.body.reason}")


def withdrawal(case: Case, asked: ask.Asked[ask.Nothing], context: Here) -> Decision[Case]:
    """The citizen takes the post back."""
    case = replace(case, step="withdrawn", draft=None, sent_back=None, held=False)
    return say(case, PostWithdrawn(at=context.now), "withdrawn", "网民撤回")


def appeal(case: Case, asked: ask.Asked[ask.ReasonOnly], context: Here) -> Decision[Case]:
    """The author of a hidden post asks that a moderator looks again."""
    reason = asked.body.reason
    hiding = replace(case.hiding or Hiding(step_of(case)), appealed_at=context.now)
    fact = HidingAppealed(at=context.now, reason=reason)
    return say(replace(case, hiding=hiding), fact, "appealed", f"网民申诉:{reason}")


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
        followers=(),
        sealed=b"",
        sealed_contact=b"",
        sealed_text=b"",
        attachments=(),
        sealed_attachments=b"",
        sealed_point=b"",
        questions=tuple(replace(question, **_FORGOTTEN) for question in case.questions),
        follow_ups=tuple(replace(added, **_FORGOTTEN) for added in case.follow_ups),
        replies=tuple(replace(reply, **_NO_FILES) for reply in case.replies),
        draft=replace(case.draft, **_NO_FILES) if case.draft else None,
        sent_back=replace(case.sent_back, **_NO_FILES) if case.sent_back else None,
        written_parts=tuple(replace(part, **_NO_FILES) for part in case.written_parts),
    )
    decision = say(case, fact, "erased", "个人信息已删除", public=False)
    return Decision(decision.state, (EraseKeys(), DropAttachments(), *decision.effects), answer=case)


def support(case: Case, asked: ask.Asked[ask.Voice], context: Here) -> Decision[Case]:
    """One voice each; a second one changes nothing, and one network has only so many. Whoever left a contact follows the post.

    Exact however many come at once: the latest voices and followers are in the case, older ones in what the door looked up.
    """
    supporter, voice = asked.actor.person, asked.body
    case, effects = _joined(case, voice.follower, context)
    if voice.known or supporter in case.supporters or any(supporter == known for known, _ in case.voices):
        return Decision(case, effects, answer=case)
    # A voice may be both in the case and in the table: the larger count is the true one at its least.
    recent = sum(network == voice.network for _, network in case.voices)
    if max(recent, voice.earlier) >= context.city.policy.supports.a_network:
        raise NotNow("supports-over", "同一网络对本帖的支持已达上限", "感谢您的关注。")
    case = replace(
        case,
        voices=(*case.voices, (supporter, voice.network))[-LATEST_VOICES:],
        voice_count=case.voice_count + 1,
    )
    said = PostSupported(at=context.now, supporter=supporter, signed=voice.signed)
    return Decision(case, (KeepVoice(supporter, voice.network), Say(said), *effects), answer=case)


def _joined(case: Case, follower: ask.Follower | None, context: Here) -> tuple[Case, tuple[Effect, ...]]:
    """The case with one more follower; unchanged where the contact follows it already, or is the author's, who is told anyway."""
    if (
        follower is None
        or follower.known
        or follower.id in case.followers
        or follower.citizen == case.citizen
    ):
        return case, ()
    said = FollowerJoined(
        at=context.now,
        follower=follower.id,
        channels=follower.channels,
        sealed_contact=follower.sealed_contact,
    )
    case = replace(case, followers=(*case.followers, follower.id)[-LATEST_VOICES:])
    return case, (KeepContact(follower.id, follower.key), Say(said))


def unfollow(case: Case, asked: ask.Unfollow, context: Here) -> Decision[Case]:
    """A follower is told nothing more, and their contact is forgotten; their voice stays. Twice is once."""
    case = replace(case, followers=tuple(one for one in case.followers if one != asked.follower))
    said = FollowerLeft(at=context.now, follower=asked.follower)
    return Decision(case, (EraseContact(asked.follower), Say(said)), answer=case)


def _arrived(received: PostReceived) -> Entry:
    """The first line of the history; of a post that staff wrote down it says so, and staff read who."""
    how = f"({ORIGIN_NAMES[received.origin]}代录)" if received.entered_by else ""
    return Entry(received.at, "received", f"已受理{how}", by=received.entered_by)


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


def _box(case: Case, asked: ask.Asked[ask.Added]) -> bytes:
    """The box of what is added; none after the erasure, when no key is left that would open it."""
    return b"" if case.erased else asked.sealed
