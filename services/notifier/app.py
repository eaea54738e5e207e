"""What notifier hears, and the rule that each input meets."""

from collections.abc import Mapping

from chassis.engine.pace import NOBODY_WAITS
from chassis.metrics import Metric
from chassis.service import Broadcast, Rule, Service
from city.profile import Profile, ProfileError
from contracts.posts import CitizenErased, FollowerJoined, FollowerLeft, PreferenceChosen
from contracts.topics import (
    ACCOUNTABILITY,
    ASSIGNMENTS,
    CITY,
    DEADLINES,
    DIALOGUES,
    GROUPS,
    INSPECTIONS,
    NOTICES,
    POSTS,
    REPLIES,
)
from services.notifier.core import followers, preference, rules
from services.notifier.core.case import Case, Outcome, new
from services.notifier.core.news import NewsDue
from services.notifier.core.table import TOLD
from services.notifier.core.texts import unfit

RULES: Mapping[type, Rule] = {
    **dict.fromkeys(TOLD, rules.tell),  # to whom and in which words: core/table.py
    CitizenErased: rules.erase,
    PreferenceChosen: preference.prefer,
    FollowerJoined: followers.follow,
    FollowerLeft: followers.unfollow,
    NewsDue: followers.spread,  # time passes: the next page of those who follow
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
    """The service as a value; the same in life and in tests. Raises ProfileError where the city's own words are unfit."""
    wrong = unfit(profile)
    if wrong:
        raise ProfileError(wrong)
    return Service(
        name="notifier",
        hears=(POSTS, REPLIES, ASSIGNMENTS, DEADLINES, GROUPS, ACCOUNTABILITY, INSPECTIONS, DIALOGUES, CITY),
        says=(NOTICES,),
        rules=RULES,
        state=Case,
        initial=new,
        pace=NOBODY_WAITS,
        city=Broadcast(profile, Profile.amended),
        parked_limit=profile.policy.parking.limit_per_hour,
    )
