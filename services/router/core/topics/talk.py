"""What was told of the matters many people talk about, and what there is to tell next. Pure.

The window of posts (`window`) lives in memory and is rebuilt at every start; what was told is stored.
So what to tell is always the difference between the two: a topic nobody was told of is found, one that
gained enough posts since has grown. A rebuilt window may call a topic by another name, since its first
posts have left it; a topic that shares most of its posts with a told one goes on under the told name.

Words, place and reason are kept as they stand now: where a post was hidden, its words leave what is stored
of the topic, and a topic that no longer stands keeps no words at all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from contracts.decision import Context, Decision, Say, unchanged
from contracts.groups import GroupFact, TopicFound, TopicGrown
from services.router.core.topics.window import Found

SAME: Final = 0.5
"""Share of the smaller topic's posts that two must have in common to be the same."""
REMEMBERED: Final = 2_000
"""Newest posts of a topic that are remembered as told."""


class Talk(Struct, frozen=True):
    """What was told of a topic."""

    topic: str
    seq: int = 0
    """Facts said about it."""
    words: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    """Ids of the posts told of, in the order they were told, the newest two thousand."""
    numbers: tuple[str, ...] = ()
    size: int = 0
    """Posts told of, all in all."""
    area: str = ""
    place: str = ""
    growth: float = 0.0
    """Posts an hour over the window."""
    why: str = ""
    found_at: datetime | None = None
    grown_at: datetime | None = None


def new(topic: str) -> Talk:
    """A topic of which nothing was told yet."""
    return Talk(topic)


class TopicStands(Struct, frozen=True, tag="topic.stands"):
    """How a topic stands in the window now."""

    found: Found
    enough: int
    """It has grown when it gained so many posts or,"""
    share: float
    """if that is more, such a share of what was told."""


class TopicFades(Struct, frozen=True, tag="topic.fades"):
    """A topic that was told of no longer stands in the window."""


def stands(talk: Talk, given: TopicStands, context: Context[Any]) -> Decision[Talk]:
    """Tell of a topic when it is new or has grown enough; words that it no longer shares are forgotten at once."""
    found = given.found
    now = replace(
        talk, words=found.words, area=found.area, place=found.place, growth=found.growth, why=found.why
    )
    before = set(talk.posts)
    joined = [n for n, post in enumerate(found.posts) if post not in before]
    if talk.seq and len(joined) < max(given.enough, given.share * len(found.posts) / (1 + given.share)):
        # Words that are still said need no writing down; words that are not must go, whoever said them.
        still = set(talk.words) <= set(found.words) and talk.place == found.place
        return unchanged(talk) if still else Decision(now)
    posts = tuple(found.posts[n] for n in joined)
    numbers = tuple(found.numbers[n] for n in joined)
    now = replace(
        now,
        seq=talk.seq + 1,
        posts=(*talk.posts, *posts)[-REMEMBERED:],
        numbers=(*talk.numbers, *numbers)[-REMEMBERED:],
        size=talk.size + len(posts),
        found_at=talk.found_at or context.now,
        grown_at=context.now,
    )
    told_now: dict[str, Any] = {
        "at": context.now,
        "topic": now.topic,
        "words": now.words,
        "posts": posts,
        "numbers": numbers,
        "area": now.area,
        "place": now.place,
        "growth": now.growth,
        "why": now.why,
    }
    fact = TopicGrown(size=now.size, **told_now) if talk.seq else TopicFound(**told_now)
    return Decision(now, (Say(fact),))


def fades(talk: Talk, given: TopicFades, context: Context[Any]) -> Decision[Talk]:
    """What it was about is forgotten; which posts it had is not, so that it can go on under its name."""
    return Decision(replace(talk, words=(), place="", growth=0.0, why=""))


def told_of(told: Mapping[str, Talk], standing: Sequence[Found]) -> list[tuple[str, Found]]:
    """Each topic that stands, with the name under which it is or will be told; no two go on under one name."""
    taken: set[str] = set()
    named: list[tuple[str, Found]] = []
    for topic in standing:
        known = _known(told, topic, taken)
        name = topic.topic if known is None else known.topic
        taken.add(name)
        named.append((name, topic))
    return named


def inputs(
    told: Mapping[str, Talk], standing: Sequence[Found], enough: int, share: float
) -> list[tuple[str, TopicStands | TopicFades]]:
    """What the rules are given, topic by topic: all that stand, and those told of that no longer do."""
    named = told_of(told, standing)
    there = {name for name, _ in named}
    gone = [name for name, talk in told.items() if name not in there and (talk.words or talk.why)]
    return [
        *((name, TopicStands(found, enough, share)) for name, found in named),
        *((name, TopicFades()) for name in gone),
    ]


def news(
    told: Mapping[str, Talk], standing: Sequence[Found], at: datetime, enough: int, share: float
) -> list[tuple[Talk, GroupFact | None]]:
    """What the rules make of the topics as they stand: each that changed, and the fact to say of it, if any."""
    found = [
        news_of(told.get(name) or new(name), given, at)
        for name, given in inputs(told, standing, enough, share)
    ]
    return [one for one in found if one is not None]


def news_of(
    before: Talk, given: TopicStands | TopicFades, at: datetime
) -> tuple[Talk, GroupFact | None] | None:
    """The topic after what is given, and the fact to say of it, if any; None where nothing has changed."""
    context: Context[Any] = Context(before.topic, "", at, None)
    decision = (
        stands(before, given, context) if isinstance(given, TopicStands) else fades(before, given, context)
    )
    if decision.state == before:
        return None
    facts = [
        effect.fact
        for effect in decision.effects
        if isinstance(effect, Say) and isinstance(effect.fact, GroupFact)
    ]
    return decision.state, facts[0] if facts else None


def _known(told: Mapping[str, Talk], topic: Found, taken: set[str]) -> Talk | None:
    """What was told of this topic, under whichever name."""
    if topic.topic in told and topic.topic not in taken:
        return told[topic.topic]
    posts = set(topic.posts)
    best, most = None, 0
    for talk in told.values():
        common = len(posts.intersection(talk.posts))
        if talk.topic not in taken and common > most and common >= SAME * min(len(posts), len(talk.posts)):
            best, most = talk, common
    return best
