"""What stats hears, and the rule that each input meets."""

from collections.abc import Mapping

from chassis.engine.pace import NOBODY_WAITS
from chassis.metrics import Metric
from chassis.service import Broadcast, Rule, Service
from city.profile import Profile
from contracts.assignments import LeadNamed, MeetingCalled, PostAssigned, PostReassigned, ReturnRefused
from contracts.deadlines import (
    CaseEscalated,
    ClockStopped,
    DeadlineExtended,
    DeadlineMissed,
    DispatchLate,
    DispatchLateWithdrawn,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
    MissWithdrawn,
    PromiseBroken,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseSet,
)
from contracts.posts import (
    PostFollowedUp,
    PostHidden,
    PostReceived,
    PostRestored,
    PostsGrouped,
    PostSupported,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import (
    CaseAccepted,
    CitizenAnswered,
    FirstWordGiven,
    FollowUpAnswered,
    InstructionGiven,
    InstructionReported,
    PostRated,
    PostReopened,
    ReplyPublished,
    ReplySentBack,
    ReturnRequested,
    SuggestionDecided,
    SuggestionFollowedThrough,
)
from contracts.surveys import ResultPublished, SurveyPublished
from contracts.topics import (
    ACCOUNTABILITY,
    ASSIGNMENTS,
    BULLETINS,
    CITY,
    DEADLINES,
    INSPECTIONS,
    POSTS,
    REPLIES,
    SURVEYS,
)
from services.stats.core import review, rules
from services.stats.core.accountability import acts, record
from services.stats.core.accountability.record import Record
from services.stats.core.bulletin import document
from services.stats.core.bulletin.document import Bulletin
from services.stats.core.case import Case, new
from services.stats.core.inspections import acts as round_acts
from services.stats.core.inspections import round as rounds
from services.stats.core.inspections.round import Round

RULES: Mapping[type, Rule] = {
    PostReceived: rules.received,
    PostAssigned: rules.assigned,
    PostReassigned: rules.assigned,
    DispatchLate: rules.dispatched_late,
    DispatchLateWithdrawn: rules.dispatch_was_not_late,
    MeetingCalled: rules.meeting_called,
    MeetingLate: rules.meeting_late,
    MeetingLateWithdrawn: rules.meeting_was_not_late,
    LeadNamed: rules.meeting_ruled,
    CaseAccepted: rules.accepted,
    ReplyPublished: rules.replied,
    FirstWordGiven: rules.first_word,
    ClockStopped: rules.stopped,
    DeadlineMissed: rules.missed,
    CaseEscalated: rules.escalated,
    MissWithdrawn: rules.miss_withdrawn,
    DeadlineExtended: rules.extended,
    PromiseBroken: rules.promise_broken,
    ReplyPromiseSet: rules.promised,
    ReplyPromiseBroken: rules.reply_promise_broken,
    ReplyPromiseBreakWithdrawn: rules.reply_promise_break_withdrawn,
    ReplyPromiseEnded: rules.promise_ended,
    ReturnRequested: rules.returned,
    ReturnRefused: rules.return_refused,
    ReplySentBack: rules.sent_back,
    InstructionGiven: rules.instructed,
    InstructionReported: rules.instruction_reported,
    InstructionOverdue: rules.instruction_overdue,
    InstructionOverdueWithdrawn: rules.instruction_was_not_overdue,
    PostRated: rules.rated,
    PostReopened: rules.reopened,
    FollowUpAnswered: rules.follow_up_answered,
    SuggestionDecided: rules.decided,
    SuggestionFollowedThrough: rules.followed_through,
    PostWithdrawn: rules.left,
    PostHidden: rules.left,
    PostRestored: rules.restored,
    PostFollowedUp: rules.followed_up,
    CitizenAnswered: rules.answered,
    PostSupported: rules.supported,
    PostsGrouped: rules.grouped,
    PostUngrouped: rules.ungrouped,
    SurveyPublished: review.asked,
    ResultPublished: review.published,
}

METRICS = (
    Metric(
        "wenzheng_posts",
        "gauge",
        ("outcome",),
        "Posts of this month by outcome: received, replied, open, overdue.",
    ),
    Metric(
        "wenzheng_unit_posts",
        "gauge",
        ("department", "outcome"),
        "This month's posts of each unit by outcome.",
    ),
    Metric(
        "wenzheng_reply_rate",
        "gauge",
        (),
        "Replied / received this month, clocked posts (回复率).",
        "ReplyRateFalls",
    ),
    Metric(
        "wenzheng_on_time_rate", "gauge", (), "In time / (replied + open and overdue) this month (按时率)."
    ),
    Metric(
        "wenzheng_satisfaction",
        "gauge",
        (),
        "Satisfied / rated this month, latest rating of each post (满意度).",
    ),
)


def build(profile: Profile) -> Service[Case, Profile]:
    """The service as a value; the same in life and in tests."""
    return Service(
        name="stats",
        hears=(POSTS, REPLIES, ASSIGNMENTS, DEADLINES, SURVEYS, CITY),
        says=(),
        rules=RULES,
        state=Case,
        initial=new,
        pace=NOBODY_WAITS,
        city=Broadcast(profile, Profile.amended),
        parked_limit=profile.policy.parking.limit_per_hour,
    )


def build_bulletins(profile: Profile) -> Service[Bulletin, Profile]:
    """What stats says of whole periods: it hears nothing of it, people draft, answer and issue (`bulletins/door.py`)."""
    return Service(
        name="stats",
        hears=(),
        says=(BULLETINS,),
        rules=document.RULES,
        state=Bulletin,
        initial=document.new,
        city=Broadcast(profile, Profile.amended),
    )


def build_accountability(profile: Profile) -> Service[Record, Profile]:
    """问责 records: the grounds that the rules above find open them, people act on them (`accountability/door.py`)."""
    return Service(
        name="stats",
        hears=(),
        says=(ACCOUNTABILITY,),
        rules=acts.RULES,
        state=Record,
        initial=record.new,
        city=Broadcast(profile, Profile.amended),
    )


def build_inspections(profile: Profile) -> Service[Round, Profile]:
    """Rounds of 督查 and 回访: drawn from the cases above, acted on by the centre and by units (`inspections/door.py`)."""
    return Service(
        name="stats",
        hears=(),
        says=(INSPECTIONS,),
        rules=round_acts.RULES,
        state=Round,
        initial=rounds.new,
        city=Broadcast(profile, Profile.amended),
    )
