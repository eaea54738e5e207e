"""Who follows a post is told what publicly becomes of it: at once where few follow, page after page where many do. Pure."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from city.notice_words import FOLLOWER
from city.profile import Profile
from contracts.decision import Context, Decision, Effect
from contracts.facts import Fact
from contracts.identity import derived
from contracts.posts import (
    FollowerJoined,
    FollowerLeft,
    PostHeld,
    PostHidden,
    PostReceived,
    PostReleased,
    PostRestored,
    PostWithdrawn,
)
from services.notifier.core.case import Case, Claim, Notice
from services.notifier.core.news import (
    DropFollower,
    DropFollowers,
    Follower,
    KeepFollower,
    News,
    NewsDue,
    Spread,
)
from services.notifier.core.table_of_followers import FOLLOWERS_TOLD, WORDS

Here = Context[Profile]

PAUSE: Final = timedelta(seconds=5)
"""City time between two pages of the same news: ten thousand followers are told within nine minutes, and nobody else waits for them."""
KEPT: Final = 6
"""The latest news of a post, for those whose following is heard later than the news, and for a release."""


def follow(case: Case, fact: FollowerJoined, context: Here) -> Decision[Case]:
    """From now on this contact is told; of what happened since they asked, and was heard before them, at once."""
    follower = Follower(fact.follower, fact.channels, fact.at)
    effects: list[Effect] = [KeepFollower(follower, fact.sealed_contact)]
    effects += [
        _claimed(case, news, follower, context.city)
        for news in case.news
        if news.at >= follower.at and told(case, news)
    ]
    return Decision(replace(case, followed=True), tuple(effects))


def forgotten(case: Case) -> tuple[Effect, ...]:
    """The author's data is gone, and with it who followed."""
    return (DropFollowers(),) if case.followed else ()


def unfollow(case: Case, fact: FollowerLeft, context: Here) -> Decision[Case]:
    """They are told nothing more; what waits for them has no address any more."""
    return Decision(case, (DropFollower(fact.follower),))


def note(case: Case, fact: Fact, context: Here, effects: list[Effect]) -> Case:
    """What a fact changes in how public the post is, and the news that it makes."""
    case = _standing(case, fact)
    row = FOLLOWERS_TOLD.get(type(fact))
    if row is not None and case.public:
        unit = getattr(fact, "department", "") or case.department
        news = News(context.cause, row.kind, unit, fact.at)
        case = replace(case, news=(*case.news, news)[-KEPT:])
        fresh: tuple[News, ...] = (news,)
    else:
        fresh = ()
    if isinstance(fact, PostReleased | PostRestored):
        # What happened while nobody could read the post is told with its release; to whom it was told, it is not again.
        fresh = case.news
    if case.followed:
        effects += [Spread(news, "", context.now) for news in fresh if told(case, news)]
    return case


def spread(case: Case, due: NewsDue, context: Here) -> Decision[Case]:
    """The next page of followers is told; the rest follows after a pause, and after a quiet night."""
    if not told(case, due.news):
        return Decision(case)
    notices = context.city.policy.notices
    if notices.is_quiet(context.now.time()):
        return Decision(case, (Spread(due.news, due.after, _morning(context)),))
    effects: list[Effect] = [
        _claimed(case, due.news, follower, context.city)
        for follower in due.followers
        if due.news.at >= follower.at
    ]
    if due.more:
        effects.append(Spread(due.news, due.followers[-1].id, context.now + PAUSE))
    return Decision(case, tuple(effects))


def _morning(context: Here) -> datetime:
    """When the quiet hours end that have begun."""
    until = context.city.policy.notices.quiet_until
    today = context.now.replace(hour=until.hour, minute=until.minute, second=0, microsecond=0)
    return today if today > context.now else today + timedelta(days=1)


def _standing(case: Case, fact: Fact) -> Case:
    """How public the post is after a fact."""
    match fact:
        case PostReceived():
            return replace(case, public=fact.public)
        case PostHeld():
            return replace(case, moderation="held")
        case PostReleased() | PostRestored():
            return replace(case, moderation="")
        case PostHidden():
            return replace(case, moderation="hidden")
        case PostWithdrawn():
            return replace(case, withdrawn=True)
        case _:
            return case


def told(case: Case, news: News) -> bool:
    """Whether anybody may read of the post what these news say."""
    if not case.public or case.erased:
        return False
    leaves = WORDS[news.kind].leaves
    if case.withdrawn or case.moderation == "hidden":
        return leaves
    # That it left is no news any more once it is back.
    return case.moderation != "held" and not leaves


def _claimed(case: Case, news: News, follower: Follower, city: Profile) -> Claim:
    """The notice to one follower, by the best channel they left."""
    said = city.notice_words.text(FOLLOWER, news.kind, WORDS[news.kind].text)
    text = said.format(number=case.number, unit=city.department_name(news.department))
    unsent = Notice(
        "",
        news.cause,
        news.kind,
        "citizen",
        "",
        news.department,
        text,
        follower=follower.id,
        others=follower.channels,
    )
    return Claim(by_channel(unsent, follower.channels[0], news.at))


def by_channel(notice: Notice, channel: str, at: datetime) -> Notice:
    """The notice to a follower by this channel, under the id that follows from cause, kind, follower and channel."""
    recipient = f"notice/{notice.kind}/follower:{notice.follower}/{channel}"
    return replace(notice, id=derived(notice.cause, recipient), channel=channel, at=at)
