"""What deadline hears, and the rule that each input meets."""

from collections.abc import Mapping

from chassis.engine.pace import A_PAGE_FOLLOWS
from chassis.metrics import Metric
from chassis.service import Broadcast, Rule, Service
from city.profile import Profile
from contracts.assignments import AssignmentHeld, LeadNamed, MeetingCalled, PostAssigned, PostReassigned
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
from contracts.topics import ASSIGNMENTS, CITY, DEADLINES, POSTS, REPLIES
from services.deadline.core import rules
from services.deadline.core.case import Case, Redate, TimerDue, new

RULES: Mapping[type, Rule] = {
    PostReceived: rules.start,
    AssignmentHeld: rules.wait,
    PostAssigned: rules.hold,
    PostReassigned: rules.hold,
    CitizenAsked: rules.pause,
    CitizenAnswered: rules.resume,
    ExtensionRequested: rules.ask_for_time,
    ExtensionApproved: rules.extend,
    ReplyDrafted: rules.draft,
    ReplySentBack: rules.draft,
    ReplyApproved: rules.draft,
    ReplyToSign: rules.draft,
    ReplyPublished: rules.stop,
    PostReopened: rules.start_again,
    InstructionGiven: rules.instruct,
    InstructionSentBack: rules.instruct,
    InstructionReported: rules.report_instruction,
    PromiseReported: rules.report_promise,
    PostWithdrawn: rules.leave,
    PostHidden: rules.leave,
    PostRestored: rules.restore,
    PostHeld: rules.show,
    PostReleased: rules.show,
    CitizenErased: rules.erase,
    MeetingCalled: rules.meet,
    LeadNamed: rules.meet,
    PostsGrouped: rules.join,
    PostUngrouped: rules.part,
    TimerDue: rules.time_passed,  # time passes
    Redate: rules.redate,  # the city changed its days or its numbers
}

METRICS = (
    Metric("wenzheng_timers_fired_total", "counter", (), "Timers that ended by ringing."),
    Metric(
        "wenzheng_timer_lateness_seconds",
        "histogram",
        (),
        "City time between a timer's instant and its ringing.",
        "TimersLate",
        (1, 2, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400),
    ),
    Metric(
        "wenzheng_calendar_horizon_days",
        "gauge",
        (),
        "Days until the last published day of the calendar.",
        "CalendarEnds",
    ),
)


def build(profile: Profile) -> Service[Case, Profile]:
    """The service as a value; the same in life and in tests."""
    return Service(
        name="deadline",
        hears=(POSTS, REPLIES, ASSIGNMENTS, CITY),
        says=(DEADLINES,),
        rules=RULES,
        state=Case,
        initial=new,
        pace=A_PAGE_FOLLOWS,
        city=Broadcast(profile, Profile.amended),
        parked_limit=profile.policy.parking.limit_per_hour,
    )
