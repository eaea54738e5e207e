"""What notifier hears, and the rule that each input meets."""

from collections.abc import Mapping

from chassis.metrics import Metric
from chassis.service import Broadcast, Rule, Service
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
from contracts.groups import TopicFound
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
from contracts.topics import ASSIGNMENTS, CITY, DEADLINES, GROUPS, NOTICES, POSTS, REPLIES
from services.notifier.core import rules
from services.notifier.core.case import Case, Outcome, new

RULES: Mapping[type, Rule] = {
    PostReceived: rules.received,
    PostAssigned: rules.assigned,
    PostReassigned: rules.reassigned,
    DeadlineSet: rules.dated,
    DeadlineExtended: rules.extended,
    DeadlineRedated: rules.redated,
    DeadlineNear: rules.near,
    DeadlineMissed: rules.missed,
    MissWithdrawn: rules.miss_withdrawn,
    CaseEscalated: rules.escalated,
    PromiseBroken: rules.promise_broken,
    CitizenAsked: rules.asked,
    CitizenAnswered: rules.answered,
    ReplyDrafted: rules.drafted,
    ReplySentBack: rules.sent_back,
    ReplyPublished: rules.replied,
    ExtensionRequested: rules.extension_asked,
    PartWritten: rules.part_written,
    PostRated: rules.rated,
    PostReopened: rules.reopened,
    CaseUrged: rules.urged,
    InstructionGiven: rules.instructed,
    AssignmentHeld: rules.held,
    ReturnRefused: rules.return_refused,
    MeetingCalled: rules.meeting_called,
    LeadNamed: rules.lead_named,
    SpecialReportRaised: rules.special_report,
    PostsGrouped: rules.grouped,
    PostUngrouped: rules.ungrouped,
    TopicFound: rules.topic_found,
    PostHidden: rules.hidden,
    CitizenErased: rules.erased,
    Outcome: rules.settle,  # an answer from outside
}

METRICS = (
    Metric(
        "wenzheng_notices_total",
        "counter",
        ("channel", "outcome"),
        "Notices by channel and outcome.",
        "NoticesFail",
    ),
)


def build(profile: Profile) -> Service[Case, Profile]:
    """The service as a value; the same in life and in tests."""
    return Service(
        name="notifier",
        hears=(POSTS, REPLIES, ASSIGNMENTS, DEADLINES, GROUPS, CITY),
        says=(NOTICES,),
        rules=RULES,
        state=Case,
        initial=new,
        city=Broadcast(profile, Profile.amended),
        parked_limit=profile.policy.parking.limit_per_hour,
    )
