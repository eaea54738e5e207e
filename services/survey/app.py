"""What survey is asked, and the rule that each input meets. It hears nobody."""

from collections.abc import Mapping

from chassis.service import Broadcast, Rule, Service
from city.profile import Profile
from contracts.topics import BALLOTS, SURVEYS
from services.survey.core import requests as ask
from services.survey.core import rules
from services.survey.core.states import Kept, new

RULES: Mapping[type, Rule] = {
    ask.Draft: rules.draft,
    ask.Publish: rules.publish,
    ask.Entitle: rules.entitle,
    ask.GiveToken: rules.give_token,
    ask.Count: rules.count,
    ask.Cast: rules.cast,
    ask.Close: rules.close,
    ask.JudgeText: rules.judge_text,
    ask.PublishResult: rules.publish_result,
}


def build(profile: Profile) -> Service[Kept, Profile]:
    """The service as a value."""
    return Service(
        name="survey",
        hears=(),
        says=(SURVEYS, BALLOTS),
        rules=RULES,
        state=Kept,  # type: ignore[arg-type]  # three kinds of subjects
        initial=new,
        city=Broadcast(profile, Profile.amended),
        people=True,
    )
