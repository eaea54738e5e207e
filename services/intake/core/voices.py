"""Voices of neighbours that outgrow the case: what the rule wants kept beside it. Pure."""

from contracts.decision import Effect


class KeepVoice(Effect, frozen=True, gc=False):
    """Remember for ever that this neighbour supports the post at hand."""

    supporter: str
    network: str
