"""What must hold of notices: who is said to be told was told, once, and what did not arrive goes by the next way."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from contracts.notices import NoticeFailed, NoticeSent
from contracts.posts import PreferenceChosen
from services.notifier.core.case import Case
from services.notifier.core.followers import told as concerns
from services.notifier.core.news import News
from services.notifier.core.rules import following
from services.notifier.store import Row
from tests.simulation.facts import Facts
from tests.simulation.world import World


def told(world: World, facts: Facts) -> Iterator[str]:
    """Every sentence about notices that does not hold."""
    yield from _notices(world)
    yield from _followers(world)
    yield from _receipts(world, facts)


def told_otherwise(world: World) -> set[str]:
    """Notices to citizens that failed and were followed by one of another channel."""
    ways: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in world.claims.rows.values():
        ways[_news(row)].add(row.notice.channel)
    return {
        identity
        for identity, row in world.claims.rows.items()
        if row.state == "failed" and row.notice.audience == "citizen"
        if following(row.notice.channel, row.notice.others) in ways[_news(row)]
    }


def _news(row: Row) -> tuple[str, ...]:
    """Who is told of what: the same by whichever channel."""
    return row.subject, row.notice.cause, row.notice.kind, row.notice.follower


def _next_way(world: World, row: Row) -> str:
    """The channel by which a citizen is told what this one refused; empty where there is none."""
    notice, case = row.notice, world.notifications.state_of(row.subject)
    if notice.audience != "citizen" or (case.chosen == "none" and not notice.follower):
        return ""
    after = following(notice.channel, notice.others)
    return after if notice.follower or after in case.channels else ""


def still_to_be_worked_on(world: World) -> bool:
    """Whether a word is under way, or one that was heard has not ended its notices yet."""
    return bool(world.gateway.under_way) or any(
        row.state == "sent" and not row.arrived
        for word in world.receipts.open()
        for _, row in world.receipts.about(word)
    )


def _receipts(world: World, facts: Facts) -> Iterator[str]:
    """The first word about a message stands: what did not arrive has failed, once, and is told by the next way."""
    sent = Counter(event.fact.notice for event in facts.every(NoticeSent))
    failed = Counter(event.fact.notice for event in facts.every(NoticeFailed))
    rows = world.claims.rows
    for word in world.receipts.kept.values():
        for identity, row in world.receipts.about(word):
            if word.arrived and row.state == "sent" and not row.arrived:
                yield f"notice {identity} arrived, and nobody marked it"
            # Whoever was erased, or wants nothing any more, before it was known to be sent is told by no other way.
            ended = ("failed", 1), ("suppressed", 0)
            if not word.arrived and (row.state, failed[identity]) not in ended:
                yield f"notice {identity} did not arrive: it is {row.state} and failed {failed[identity]} times"
    for identity, times in failed.items():
        if times > 1 or sent[identity] > 1:
            yield f"notice {identity} was sent {sent[identity]} and failed {times} times"
    by_channel = Counter(
        (*_news(row), row.notice.channel) for row in rows.values() if row.notice.audience == "citizen"
    )
    # Who chose anew may have wanted nothing when it failed.
    choosy = {event.subject for event in facts.every(PreferenceChosen)}
    for identity in failed:
        after = _next_way(world, rows[identity])
        times = by_channel[(*_news(rows[identity]), after)]
        if after and times != 1 and not (times == 0 and rows[identity].subject in choosy):
            yield f"notice {identity} failed, and by {after} {times} were told"


def _notices(world: World) -> Iterator[str]:
    """What is said to be sent arrived, and again only as a repeat."""
    for identity, row in world.claims.rows.items():
        times = world.arrived[row.digest or identity]
        if row.state == "sent" and not times:
            yield f"notice {identity} is said to be sent and never arrived"
        if times > 1 and not row.digest and not row.repeated and row.attempts < 2:
            yield f"notice {identity} arrived {times} times and is no repeat"


def _followers(world: World) -> Iterator[str]:
    """Who follows a post was told of each of its news, or stands among those who will be."""
    followers = world.claims.followers
    rows = [row for row in world.claims.rows.values() if row.notice.follower]
    reached = {(row.subject, row.notice.follower, row.notice.cause) for row in rows}
    for (subject, name), (follower, _) in followers.kept.items():
        case = world.notifications.state_of(subject)
        for news in case.news:
            owed = news.at >= follower.at and concerns(case, news) and not _came_back(case, news)
            if (
                owed
                and not {(subject, name, news.cause)} & reached
                and (subject, news.cause) not in followers.spreading
            ):
                yield f"{name} follows {subject} and was not told: {news.kind}"
    if len(reached) != len(rows):
        yield "somebody who follows was told of the same twice"


def _came_back(case: Case, news: News) -> bool:
    """Whether the post left and came back: to whom it was not told meanwhile, it is no news any more."""
    since = case.news[case.news.index(news) + 1 :]
    return news.kind == "news-hidden" and any(later.kind == "news-restored" for later in since)
