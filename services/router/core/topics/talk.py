"""What was told of the matters many people talk about, and what there is to tell next. Pure.

The window of posts (`topics`) lives in memory and is rebuilt at every start; what was told is stored.
So what to tell is always the difference between the two: a topic nobody was told of is found, one that
gained enough posts since has grown. A rebuilt window may call a topic by another name, since its first
posts have left it; a topic that shares most of its posts with a told one goes on under the told name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from contracts.groups import GroupFact, TopicFound, TopicGrown
from services.router.core.topics.window import Found

SAME: Final = 0.5
"""Share of the smaller topic's posts that two must have in common to be the same."""
REMEMBERED: Final = 2_000
"""Newest posts of a topic that are remembered as told."""


class Talk(Struct, frozen=True):
    """What was told of a topic."""

    topic: str
    seq: int
    """Facts said about it."""
    words: tuple[str, ...]
    posts: tuple[str, ...]
    """Ids of the posts told of, in the order they were told, the newest two thousand."""
    numbers: tuple[str, ...]
    size: int
    """Posts told of, all in all."""
    area: str
    place: str
    growth: float
    """Posts an hour over the window."""
    why: str
    found_at: datetime
    grown_at: datetime


def news(
    told: Mapping[str, Talk], standing: Sequence[Found], at: datetime, enough: int, share: float
) -> list[tuple[Talk, GroupFact]]:
    """What to say of the topics as they stand, each with what is then told of it.

    `enough`, `share`: a topic has grown when it gained so many posts or, if that is more, such a share of
    what was told.
    """
    found: list[tuple[Talk, GroupFact]] = []
    taken: set[str] = set()
    for topic in standing:
        known = _known(told, topic, taken)
        if known is None:
            taken.add(topic.topic)
            found.append(_found(topic, at))
            continue
        taken.add(known.topic)
        before = set(known.posts)
        joined = [n for n, post in enumerate(topic.posts) if post not in before]
        if len(joined) >= max(enough, share * len(topic.posts) / (1 + share)):
            found.append(_grown(known, topic, joined, at))
    return found


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


def _found(topic: Found, at: datetime) -> tuple[Talk, GroupFact]:
    talk = Talk(
        topic=topic.topic,
        seq=1,
        words=topic.words,
        posts=topic.posts[-REMEMBERED:],
        numbers=topic.numbers[-REMEMBERED:],
        size=len(topic.posts),
        area=topic.area,
        place=topic.place,
        growth=topic.growth,
        why=topic.why,
        found_at=at,
        grown_at=at,
    )
    fact = TopicFound(
        at=at,
        topic=topic.topic,
        words=topic.words,
        posts=topic.posts,
        numbers=topic.numbers,
        area=topic.area,
        place=topic.place,
        growth=topic.growth,
        why=topic.why,
    )
    return talk, fact


def _grown(known: Talk, topic: Found, joined: Sequence[int], at: datetime) -> tuple[Talk, GroupFact]:
    posts = tuple(topic.posts[n] for n in joined)
    numbers = tuple(topic.numbers[n] for n in joined)
    talk = Talk(
        topic=known.topic,
        seq=known.seq + 1,
        words=topic.words,
        posts=(*known.posts, *posts)[-REMEMBERED:],
        numbers=(*known.numbers, *numbers)[-REMEMBERED:],
        size=known.size + len(posts),
        area=topic.area,
        place=topic.place,
        growth=topic.growth,
        why=topic.why,
        found_at=known.found_at,
        grown_at=at,
    )
    fact = TopicGrown(
        at=at,
        topic=known.topic,
        words=topic.words,
        posts=posts,
        numbers=numbers,
        size=talk.size,
        area=topic.area,
        place=topic.place,
        growth=topic.growth,
        why=topic.why,
    )
    return talk, fact
