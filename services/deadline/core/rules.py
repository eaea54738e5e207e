"""What each input does to a case: add the fact, then say and arm the difference between is and should be."""

from datetime import datetime

from msgspec.structs import replace

from city.profile import Profile
from contracts.assignments import LeadNamed, MeetingCalled, PostAssigned, PostReassigned
from contracts.decision import Context, Decision, Effect
from contracts.posts import PostHidden, PostReceived, PostsGrouped, PostUngrouped, PostWithdrawn
from contracts.replies import (
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    PostReopened,
    ReplyApproved,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
)
from services.deadline.core.case import (
    Assisting,
    Cancel,
    Case,
    Desk,
    Extension,
    Holding,
    Left,
    Meeting,
    Member,
    Published,
    Question,
    Redate,
    TimerDue,
)
from services.deadline.core.reconcile import reconcile, ring

Here = Context[Profile]


def start(case: Case, post: PostReceived, context: Here) -> Decision[Case]:
    """The post was received: its clock starts with the day of receipt."""
    return reconcile(replace(case, number=post.number, kind=post.kind, received_at=post.at), context, post.at)


def hold(case: Case, fact: PostAssigned | PostReassigned, context: Here) -> Decision[Case]:
    """Another unit holds the case; the due date stays."""
    case = replace(case, holdings=(*case.holdings, Holding(fact.at, fact.department)))
    case = _assist(case, fact.at, fact.assisting)
    if case.said.due is None or case.amendments != context.amendments:
        return reconcile(case, context, fact.at)
    # The holder moves no date and no timer; most posts are only ever assigned.
    return _held(case, context, fact.at)


def pause(case: Case, asked: CitizenAsked, context: Here) -> Decision[Case]:
    """A question to the citizen is open."""
    early = dict(case.answered_early)
    question = Question(asked.question, asked.at, early.get(asked.question))
    return reconcile(replace(case, questions=(*case.questions, question)), context, asked.at)


def resume(case: Case, answer: CitizenAnswered, context: Here) -> Decision[Case]:
    """The citizen answered."""
    questions = tuple(
        replace(question, answered_at=answer.at)
        if question.id == answer.question and question.answered_at is None
        else question
        for question in case.questions
    )
    early = case.answered_early
    if all(question.id != answer.question for question in case.questions):
        early = (*early, (answer.question, answer.at))
    return reconcile(replace(case, questions=questions, answered_early=early), context, answer.at)


def extend(case: Case, fact: ExtensionApproved, context: Here) -> Decision[Case]:
    """More time was granted; intake judged it by the time of the request."""
    extension = Extension(fact.extension, fact.at, fact.new_date, fact.reason, fact.progress, fact.department)
    return reconcile(replace(case, extensions=(*case.extensions, extension)), context, fact.at)


def stop(case: Case, reply: ReplyPublished, context: Here) -> Decision[Case]:
    """The published reply ends the clock; a miss said in ignorance of it is withdrawn."""
    published = Published(reply.reply, reply.at, reply.department, reply.handling, reply.lead)
    desk = (*case.desk, Desk(reply.at, reply.department, there=False))
    return reconcile(replace(case, replies=(*case.replies, published), desk=desk), context, reply.at)


def start_again(case: Case, reopened: PostReopened, context: Here) -> Decision[Case]:
    """The citizen reopened the case: a second handling, with a clock of its own."""
    return reconcile(replace(case, reopened=(*case.reopened, reopened.at)), context, reopened.at)


def leave(case: Case, fact: PostWithdrawn | PostHidden, context: Here) -> Decision[Case]:
    """The post left the count; the first leaving is the one."""
    cause = "withdrawn" if isinstance(fact, PostWithdrawn) else "hidden"
    left = case.left or Left(fact.at, cause)
    return reconcile(replace(case, left=left), context, fact.at)


def draft(case: Case, fact: ReplyDrafted | ReplySentBack | ReplyApproved, context: Here) -> Decision[Case]:
    """A draft went to the leader's desk or came back: the ledger's matter, not the due date's."""
    desk = Desk(fact.at, fact.department, isinstance(fact, ReplyDrafted))
    return _held(replace(case, desk=(*case.desk, desk)), context, fact.at)


def meet(case: Case, fact: MeetingCalled | LeadNamed, context: Here) -> Decision[Case]:
    """An assignment meeting was called or has ruled: the ledger's matter."""
    meeting = Meeting(fact.at, isinstance(fact, MeetingCalled))
    if isinstance(fact, LeadNamed):
        case = _assist(case, fact.at, fact.assisting)
    return _held(replace(case, meetings=(*case.meetings, meeting)), context, fact.at)


def _assist(case: Case, at: datetime, units: tuple[str, ...]) -> Case:
    """Who helps from now on; most cases need nobody, and remember nothing of it."""
    if not units and not case.assisting:
        return case
    return replace(case, assisting=(*case.assisting, Assisting(at, units)))


def join(case: Case, fact: PostsGrouped, context: Here) -> Decision[Case]:
    """The case joined a group; it keeps its own clock."""
    member = Member(fact.group, fact.lead)
    return reconcile(replace(case, groups=(*case.groups, member)), context, fact.at)


def part(case: Case, fact: PostUngrouped, context: Here) -> Decision[Case]:
    """The case left its group and goes on as if it had never been in it."""
    groups = tuple(
        replace(member, parted=True) if member.group == fact.group else member for member in case.groups
    )
    return reconcile(replace(case, groups=groups), context, fact.at)


def time_passed(case: Case, due: TimerDue, context: Here) -> Decision[Case]:
    """A timer's instant has passed. One that was cancelled meanwhile says nothing.

    When the city's rules have changed since the case was dated, it is dated again first: the instant
    may no longer be the one to speak of.
    """
    effects: tuple[Effect, ...] = ()
    if case.amendments != context.amendments:
        dated = reconcile(case, context, context.now)
        case, effects = dated.state, tuple(one for one in dated.effects if one != Cancel(due.id))
    timer = next((timer for timer in case.timers if timer.id == due.id), None)
    if timer is None:
        return Decision(case, effects)
    rung = ring(case, timer, context)
    return Decision(rung.state, (*effects, *rung.effects)) if effects else rung


def redate(case: Case, sweep: Redate, context: Here) -> Decision[Case]:
    """The city's calendar or policy changed: date the case again."""
    return reconcile(case, context, context.now)


def _held(case: Case, context: Here, at: datetime) -> Decision[Case]:
    """Who holds the case moves no clock; but a ledger that was said with the stop is said again, put right."""
    return Decision(case) if case.said.stopped is None else reconcile(case, context, at)
