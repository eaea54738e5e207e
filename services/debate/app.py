"""What debate is asked, and the rule that each input meets. It hears nobody."""

from collections.abc import Mapping

from chassis.service import Broadcast, Rule, Service
from city.profile import Profile
from contracts.topics import COMMENTS, DEBATES, DIALOGUES
from services.debate.core import requests as ask
from services.debate.core import rules
from services.debate.core.states import Kept, new

RULES: Mapping[type, Rule] = {
    ask.Draft: rules.draft,
    ask.Open: rules.publish,
    ask.Close: rules.close,
    ask.End: rules.end,
    ask.Listen: rules.listen,
    ask.Attend: rules.attend,
    ask.Prepare: rules.prepare,
    ask.Remind: rules.remind,
    ask.Judge: rules.judge,
    ask.PassOn: rules.pass_on,
    ask.TakePart: rules.take_part,
    ask.BeAnswered: rules.be_answered,
    ask.Comment: rules.comment,
    ask.State: rules.state,
    ask.Approve: rules.approve,
    ask.Enter: rules.enter,
    ask.Moderate: rules.moderate,
    ask.Support: rules.support,
    ask.GiveVoice: rules.give_voice,
    ask.Withdraw: rules.withdraw,
}


def build(profile: Profile) -> Service[Kept, Profile]:
    """The service as a value."""
    return Service(
        name="debate",
        hears=(),
        says=(DEBATES, COMMENTS, DIALOGUES),
        rules=RULES,
        state=Kept,  # type: ignore[arg-type]  # five kinds of subjects
        initial=new,
        city=Broadcast(profile, Profile.amended),
        people=True,
    )
