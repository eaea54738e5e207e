"""What router hears, and the rule that each input meets."""

from collections.abc import Mapping

from chassis.service import Broadcast, Rule, Service
from city.profile import Profile
from contracts.posts import PostHidden, PostReceived, PostWithdrawn
from contracts.replies import AssignmentChosen, MeetingRuled, ReturnRequested, SpecialReportRequested
from contracts.topics import ASSIGNMENTS, CITY, POSTS, REPLIES
from services.router.core import case
from services.router.core.case import Case, new
from services.router.core.routing import Routing
from services.router.store import Models

RULES: Mapping[type, Rule] = {
    PostReceived: case.assign,
    AssignmentChosen: case.choose,
    ReturnRequested: case.give_back,
    MeetingRuled: case.rule,
    SpecialReportRequested: case.report,
    PostWithdrawn: case.close,
    PostHidden: case.close,
}


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
        parked_limit=profile.policy.parking.limit_per_hour,
    )
