"""What intake is asked and what it hears, and the rule that each input meets."""

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
    ClockResumed,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineRedated,
    DeadlineSet,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.notices import NoticeFailed, NoticeSent, NoticeSuppressed
from contracts.topics import ASSIGNMENTS, CITY, DEADLINES, GROUPS, NOTICES, POSTS, REPLIES
from services.intake.core import heard, rules
from services.intake.core import requests as ask
from services.intake.core.case import Case, new

RULES: Mapping[type, Rule] = {
    # citizens
    ask.Submit: rules.submit,
    ask.FollowUp: rules.follow_up,
    ask.Answer: rules.answer,
    ask.Rate: rules.rate,
    ask.Reopen: rules.reopen,
    ask.Withdraw: rules.withdraw,
    ask.Erase: rules.erase,
    ask.Support: rules.support,
    # the holding unit
    ask.Accept: rules.accept,
    ask.Ask: rules.ask_citizen,
    ask.DraftReply: rules.draft_reply,
    ask.Approve: rules.approve,
    ask.Answered: rules.answered_with_group,
    ask.SendBack: rules.send_back,
    ask.RequestExtension: rules.request_extension,
    ask.ApproveExtension: rules.approve_extension,
    ask.RefuseExtension: rules.refuse_extension,
    ask.GiveBack: rules.give_back,
    # a unit that assists
    ask.WritePart: rules.write_part,
    # supervisor, mayor, operator
    ask.Choose: rules.choose,
    ask.Rule: rules.rule,
    ask.SpecialReport: rules.special_report,
    ask.Urge: rules.urge,
    ask.Instruct: rules.instruct,
    ask.Moderate: rules.moderate,
    ask.Join: rules.join,
    ask.Leave: rules.leave,
    ask.Publish: rules.publish,
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
    NoticeSent: heard.notice,
    NoticeFailed: heard.notice,
    NoticeSuppressed: heard.notice,
}

METRICS = (Metric("wenzheng_vault_reads_total", "counter", ("role",), "Personal data opened for staff."),)


def build(profile: Profile) -> Service[Case, Profile]:
    """The service as a value; its web side and its listening side are two processes of it."""
    return Service(
        name="intake",
        hears=(ASSIGNMENTS, DEADLINES, NOTICES, GROUPS),
        says=(POSTS, REPLIES, CITY),
        rules=RULES,
        state=Case,
        initial=new,
        city=Broadcast(profile, Profile.amended),
        parked_limit=profile.policy.parking.limit_per_hour,
        people=True,
    )
