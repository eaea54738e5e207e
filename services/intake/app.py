"""What intake is asked and what it hears, and the rule that each input meets."""

from collections.abc import Mapping

from chassis.engine.pace import A_PAGE_FOLLOWS
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
    ClockResumed,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineRedated,
    DeadlineSet,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    MissWithdrawn,
    PromiseBroken,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseSet,
)
from contracts.topics import ASSIGNMENTS, CITY, DEADLINES, POSTS, REPLIES
from services.intake.core import city, deciding, heard
from services.intake.core import requests as ask
from services.intake.core.case import Case, new
from services.intake.core.rules import citizen, unit

RULES: Mapping[type, Rule] = {
    ask.Submit: citizen.submit,
    ask.Asked: deciding.decide,
    ask.Answered: unit.answered_with_group,
    ask.Unfollow: citizen.unfollow,
    ask.Publish: city.publish,
    # the other services
    PostAssigned: heard.assigned,
    PostReassigned: heard.assigned,
    AssignmentHeld: heard.held,
    ReturnRefused: heard.return_refused,
    MeetingCalled: heard.meeting_called,
    LeadNamed: heard.lead_named,
    SpecialReportRaised: heard.special_report,
    DeadlineSet: heard.dated,
    DeadlineExtended: heard.dated,
    DeadlineRedated: heard.dated,
    ClockResumed: heard.resumed,
    DeadlineMissed: heard.missed,
    MissWithdrawn: heard.miss_withdrawn,
    CaseEscalated: heard.escalated,
    PromiseBroken: heard.promise_broken,
    ReplyPromiseSet: heard.reply_promise_set,
    ReplyPromiseBroken: heard.reply_promise_broken,
    ReplyPromiseBreakWithdrawn: heard.reply_promise_break_withdrawn,
    InstructionOverdue: heard.instruction_overdue,
    InstructionOverdueWithdrawn: heard.instruction_overdue_withdrawn,
}

READS = "wenzheng_vault_reads_total"
FILES_AWAY = "wenzheng_files_away"
METRICS = (
    Metric(READS, "counter", ("role",), "Personal data opened, by who read it."),
    Metric(FILES_AWAY, "gauge", (), "1 while files can be neither kept nor handed out.", "FilesAway"),
)


def build(profile: Profile) -> Service[Case, Profile]:
    """The service as a value; its web side and its listening side are two processes of it."""
    return Service(
        name="intake",
        hears=(ASSIGNMENTS, DEADLINES),
        says=(POSTS, REPLIES, CITY),
        rules=RULES,
        state=Case,
        initial=new,
        pace=A_PAGE_FOLLOWS,
        city=Broadcast(profile, Profile.amended),
        parked_limit=profile.policy.parking.limit_per_hour,
        people=True,
    )
