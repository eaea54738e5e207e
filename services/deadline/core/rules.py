"""What each input does to a case: add the fact, then say the difference between is and should be."""

from datetime import datetime

from msgspec.structs import replace

from city.profile import Profile
from contracts.assignments import AssignmentHeld, LeadNamed, MeetingCalled, PostAssigned, PostReassigned
from contracts.decision import Context, Decision
from contracts.posts import (
    CitizenErased,
    PostHeld,
    PostHidden,
    PostReceived,
    PostReleased,
    PostRestored,
    PostsGrouped,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import (
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    ExtensionRequested,
    InstructionGiven,
    InstructionReported,
    InstructionSentBack,
    PostReopened,
    PromiseReported,
    ReplyApproved,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
    ReplyToSign,
)
from services.deadline.core import instructions, promises
from services.deadline.core.case import (
    Assisting,
    Case,
    DraftMove,
    Extension,
    Hidden,
    Holding,
    Left,
    Meeting,
    Member,
    Published,
    Question,
    Redate,
    Requested,
    Said,
    TimerDue,
)
from services.deadline.core.reconcile import reconcile

Here = Context[Profile]


def start(case: Case, post: PostReceived, context: Here) -> Decision[Case]:
    """The post was received: its clock starts with the day of receipt.

    Reopenings that were heard before it ended handlings of which nothing could be said yet: each is judged first.
    """
    case = replace(case, number=post.number, kind=post.kind, public=post.public, received_at=post.at)
    if case.reopened and context.city.policy.kind(case.kind).clock:
        case = replace(case, said=Said(handling=1))
    return reconcile(case, context, post.at)


def show(case: Case, fact: PostHeld | PostReleased, context: Here) -> Decision[Case]:
    """Moderation withholds the post, or finds nothing against it: what its door tells, not its clock."""
    return Decision(replace(case, withheld=isinstance(fact, PostHeld)))


def erase(case: Case, fact: CitizenErased, context: Here) -> Decision[Case]:
    """The author's data is gone; the clock goes on, and nothing written is told to the public any more."""
    return Decision(replace(case, erased=True))


def hold(case: Case, fact: PostAssigned | PostReassigned, context: Here) -> Decision[Case]:
    """Another unit holds the case; the due date stays."""
    case = replace(case, holdings=(*case.holdings, Holding(fact.at, fact.department)))
    case = _assist(case, fact.at, fact.assisting)
    if case.said.due is None or case.amendments != context.amendments:
        return reconcile(case, context, fact.at)
    # The holder moves no date and no timer; most posts are only ever assigned.
    return _held(case, context, fact.at)


def wait(case: Case, fact: AssignmentHeld, context: Here) -> Decision[Case]:
    """A person must choose the unit: the time for dispatch runs, unless some unit has had the case."""
    if case.held or case.holdings:
        return Decision(case)
    return reconcile(replace(case, held=True), context, fact.at)


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


def ask_for_time(case: Case, fact: ExtensionRequested, context: Here) -> Decision[Case]:
    """More time was asked for: no clock moves, what would have come of it under other rules may be asked later."""
    return Decision(
        replace(case, requests=(*case.requests, Requested(fact.extension, fact.at, fact.long_works)))
    )


def extend(case: Case, fact: ExtensionApproved, context: Here) -> Decision[Case]:
    """More time was granted; intake judged it by the time of the request."""
    about = (fact.extension, fact.at, fact.new_date, fact.reason, fact.progress, fact.department)
    extension = Extension(*about, replies=len(case.replies))
    return reconcile(replace(case, extensions=(*case.extensions, extension)), context, fact.at)


def stop(case: Case, reply: ReplyPublished, context: Here) -> Decision[Case]:
    """The published reply ends the clock; a miss said in ignorance of it is withdrawn."""
    published = Published(reply.reply, reply.at, reply.department, reply.handling, reply.lead, reply.group)
    desk = (*case.desk, DraftMove(reply.at, reply.department, there=False))
    case = promises.given(replace(case, replies=(*case.replies, published), desk=desk), reply)
    return reconcile(case, context, reply.at)


def start_again(case: Case, reopened: PostReopened, context: Here) -> Decision[Case]:
    """The citizen reopened the case: a second handling, with a clock of its own."""
    return reconcile(replace(case, reopened=(*case.reopened, reopened.at)), context, reopened.at)


def leave(case: Case, fact: PostWithdrawn | PostHidden, context: Here) -> Decision[Case]:
    """The post left the count; the first leaving is the one."""
    cause = "withdrawn" if isinstance(fact, PostWithdrawn) else "hidden"
    left = case.left or Left(fact.at, cause)
    return reconcile(replace(case, left=left), context, fact.at)


def restore(case: Case, fact: PostRestored, context: Here) -> Decision[Case]:
    """A hidden post is back: its clock goes on with the working minutes that were left, and so does what its replies promise."""
    if case.left is None or case.left.cause != "hidden":
        return Decision(case)
    hidden = (*case.hidden, Hidden(case.left.at, fact.at))
    promised = tuple(replace(one, outcome="") if one.outcome == "hidden" else one for one in case.promises)
    back = replace(case, left=None, withheld=False, hidden=hidden, promises=promised)
    return reconcile(back, context, fact.at)


def draft(
    case: Case, fact: ReplyDrafted | ReplySentBack | ReplyApproved | ReplyToSign, context: Here
) -> Decision[Case]:
    """A draft went to the leader's desk or left it: the ledger's matter, not the due date's."""
    desk = DraftMove(fact.at, fact.department, isinstance(fact, ReplyDrafted))
    return _held(replace(case, desk=(*case.desk, desk)), context, fact.at)


def meet(case: Case, fact: MeetingCalled | LeadNamed, context: Here) -> Decision[Case]:
    """An assignment meeting was called, to rule by its day, or has ruled: for the due date only the ledger's matter."""
    if isinstance(fact, LeadNamed):
        case = _assist(case, fact.at, fact.assisting)
        return _held(
            replace(case, meetings=(*case.meetings, Meeting(fact.at, called=False))), context, fact.at
        )
    meeting = Meeting(fact.at, called=True, until=fact.until, holdings=len(case.holdings))
    return reconcile(replace(case, meetings=(*case.meetings, meeting)), context, fact.at)


def _assist(case: Case, at: datetime, units: tuple[str, ...]) -> Case:
    """Who helps from now on; most cases need nobody, and remember nothing of it."""
    if not units and not case.assisting:
        return case
    return replace(case, assisting=(*case.assisting, Assisting(at, units)))


def instruct(case: Case, fact: InstructionGiven | InstructionSentBack, context: Here) -> Decision[Case]:
    """The unit has to report back by the closing time of a day; one without a day is nobody's clock."""
    if fact.due_day is None:
        return Decision(case)
    return reconcile(instructions.given(case, fact.instruction, fact.due_day, fact.at), context, fact.at)


def report_instruction(case: Case, fact: InstructionReported, context: Here) -> Decision[Case]:
    """The unit reported back: in time, or late, which is then said if it was not yet."""
    return reconcile(instructions.reported(case, fact.instruction, fact.at), context, fact.at)


def report_promise(case: Case, fact: PromiseReported, context: Here) -> Decision[Case]:
    """The unit reported that what a reply promised is done: in time, or late, which is then said if it was not yet."""
    return reconcile(promises.reported(case, fact), context, fact.at)


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


def time_passed(case: Case, timer: TimerDue, context: Here) -> Decision[Case]:
    """The case's timer has rung: what is due by now is said, and the next word gets the timer.

    What is due follows from the facts and the city's rules as they are: one that was said, or is not
    due any more, is not said (again).
    """
    rung = replace(case, next_at=None, rung=case.rung + 1)
    return reconcile(rung, context, context.now, timer.until or timer.due_at)


def redate(case: Case, sweep: Redate, context: Here) -> Decision[Case]:
    """The city's calendar or policy changed: date the case again."""
    return reconcile(case, context, context.now)


def _held(case: Case, context: Here, at: datetime) -> Decision[Case]:
    """Who holds the case moves no clock; but a ledger that was said with the stop is said again, put right, and what was late may not be."""
    late = case.said.dispatch_over or case.said.meetings_over
    said = case.said.stopped is not None or case.over or late
    return reconcile(case, context, at) if said else Decision(case)
