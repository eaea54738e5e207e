"""News of a post for those who follow it: what happened, who follows, and how far the telling has come. Pure data."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from contracts.decision import Effect

A_PAGE: Final = 100
"""Followers told at a time."""


class News(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something that publicly became of a post; its words follow from these."""

    cause: str
    """Id of the event."""
    kind: str
    department: str
    """The unit that it names."""
    at: datetime
    """City time of the fact."""


class Follower(Struct, frozen=True, gc=False):
    """Who follows a post, without an address."""

    id: str
    channels: tuple[str, ...]
    """By which they can be told, best first."""
    at: datetime
    """City time since which they follow: what happened before is not told."""


class KeepFollower(Effect, frozen=True):
    """Somebody follows the post at hand; again, with another box, after they left."""

    follower: Follower
    sealed: bytes


class DropFollower(Effect, frozen=True):
    """They follow it no more: the box is forgotten, and what waits for them ends with it."""

    follower: str


class DropFollowers(Effect, frozen=True):
    """Nobody follows the post at hand any more: its author was erased, and nothing will be told of it."""


class Spread(Effect, frozen=True):
    """The news are to be told to the followers of the post at hand that come after this one, from an instant on."""

    news: News
    after: str
    at: datetime


class NewsDue(Struct, frozen=True, tag="news-due"):
    """Input of the store: the next followers to be told of news."""

    id: str
    """Follows from the news and from whom they were told before."""
    news: News
    after: str
    followers: tuple[Follower, ...]
    """In order of their names."""
    more: bool
    """Others come after these."""
