"""What intake answers about how an author is told."""

from typing import Literal, TypedDict


class ToldBy(TypedDict):
    """By which channel, and whether at night, the author wants to be told."""

    channel: str
    """`best`: the best that the contact holds; `none`: not at all."""
    at_night: bool


class Unsubscribed(TypedDict):
    """The link was taken in; whether it was a right one is not told."""

    state: Literal["taken"]
