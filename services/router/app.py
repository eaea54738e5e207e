"""What router hears, and the rule that each input meets."""

from collections.abc import Mapping

from chassis.metrics import Metric
from chassis.service import Broadcast, Rule, Service
from city.profile import Profile
from contracts.posts import (
    PostHidden,
    PostReceived,
    PostRestored,
    PostSupported,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import (
    AssignmentChosen,
    MeetingRuled,
    PostReopened,
    ReplyPublished,
    ReturnRequested,
    SpecialReportRequested,
)
from contracts.topics import ASSIGNMENTS, CITY, GROUPS, POSTS, REPLIES
from services.router.core import rules, standing
from services.router.core.assigning.routing import Routing, foresee
from services.router.core.case import Case, new
from services.router.core.topics import talk
from services.router.core.topics.talk import Talk, TopicFades, TopicStands
from services.router.store import Models

RULES: Mapping[type, Rule] = {
    PostReceived: rules.assign,
    AssignmentChosen: rules.choose,
    ReturnRequested: rules.give_back,
    MeetingRuled: rules.rule,
    SpecialReportRequested: rules.report,
    ReplyPublished: rules.answer,
    PostReopened: standing.reopen,
    PostUngrouped: rules.ungroup,
    PostSupported: standing.support,
    PostWithdrawn: standing.close,
    PostHidden: standing.close,
    PostRestored: rules.restore,
}

METRICS = (
    Metric(
        "wenzheng_overview_lag_events",
        "gauge",
        (),
        "Facts about posts the overview has not seen yet.",
        "OverviewBehind",
    ),
    Metric("wenzheng_overview_posts", "gauge", (), "Posts the overview keeps."),
    Metric(
        "wenzheng_overview_leads",
        "gauge",
        (),
        "1 where this instance tells of topics, else 0.",
        "NobodyTellsTopics",
    ),
    Metric(
        "wenzheng_topic_facts_total", "counter", (), "Hot topics found or grown, as told by this instance."
    ),
)


def build(profile: Profile, models: Models) -> Service[Case, Routing]:
    """The service as a value; the same in life and in tests."""
    return Service(
        name="router",
        hears=(POSTS, REPLIES, CITY),
        says=(ASSIGNMENTS,),
        rules=RULES,
        state=Case,
        initial=new,
        city=Broadcast(Routing(profile, models.loaded), Routing.amended, models.fetch),
        foresee=foresee,
        parked_limit=profile.policy.parking.limit_per_hour,
    )


TALK_RULES: Mapping[type, Rule] = {
    TopicStands: talk.stands,
    TopicFades: talk.fades,
}


def build_talk() -> Service[Talk, None]:
    """What router says of the whole city: it hears nothing of it partition by partition, it is told (`teller.py`)."""
    return Service(
        name="router",
        hears=(),
        says=(GROUPS,),
        rules=TALK_RULES,
        state=Talk,
        initial=talk.new,
        city=Broadcast(None, lambda city, fact: city),
    )
