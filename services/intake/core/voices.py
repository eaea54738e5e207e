"""Voices of neighbours that outgrow the case, and contacts of those who follow it: what rules want kept beside it. Pure."""

from contracts.decision import Effect


class KeepVoice(Effect, frozen=True, gc=False):
    """Remember for ever that this neighbour supports the post at hand."""

    supporter: str
    network: str


class KeepContact(Effect, frozen=True, gc=False):
    """Keep the new key of a follower's contact, in the same transaction as what is said of it."""

    follower: str
    key: bytes


class EraseContact(Effect, frozen=True, gc=False):
    """Delete the key of a follower's contact: its box can never be opened again."""

    follower: str
