"""What rules want done with the keys of a post, and what a case shows once its boxes are opened. Pure."""

from msgspec import Struct

from contracts.decision import Effect


class KeepKeys(Effect, frozen=True, gc=False):
    """Keep the new keys of the post at hand, in the same transaction as its boxes."""

    contact: bytes
    """Empty when the post has no contact."""
    text: bytes


class EraseKeys(Effect, frozen=True, gc=False):
    """Delete the keys of the post at hand: its boxes can never be opened again."""


class Opened(Struct, frozen=True):
    """What the boxes of a case hold; empty where they are not opened, or cannot be any more."""

    contact: dict[str, str] = {}
    """name, phone, openid, mail"""
    post: dict[str, str] = {}
    """title, text, place"""
    point: dict[str, str] = {}
    """longitude, latitude, datum, street_address"""
    added: dict[str, str] = {}
    """Id of a question or follow-up to what the citizen wrote."""
    names: dict[str, str] = {}
    """Id of a file to its name as it was given."""


CLOSED = Opened()
"""For those to whom no box is opened."""
