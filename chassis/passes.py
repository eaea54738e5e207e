"""Passes: a short word of intake that whoever carries it has proved a telephone, for one place, under a name of that place alone.

A service that hears people elsewhere (a debate) neither sees the session at intake nor the hash by which intake knows a
citizen: the name in a pass is a keyed hash of place and citizen, and other places know the same person by another name.
"""

import hmac
from datetime import datetime, timedelta
from typing import Final

from chassis.vault import crockford, derived

LIVES: Final = timedelta(minutes=10)
"""A front end asks for a pass when its person acts."""
NAME: Final = 26
"""Characters of a name: 130 bits."""
_SEAL: Final = 26


class Passes:
    """Gives passes and reads them, with keys that follow from the shared secret."""

    def __init__(self, secret: bytes) -> None:
        self._names = derived(secret, b"name in a place")
        self._seals = derived(secret, b"pass")

    def name(self, place: str, citizen: str) -> str:
        """By what a place knows a citizen; `citizen` is intake's keyed hash."""
        return crockford(hmac.digest(self._names, f"{place}/{citizen}".encode(), "sha256"), NAME)

    def give(self, place: str, citizen: str, now: datetime) -> str:
        """A pass for a place, from real time `now`."""
        name, until = self.name(place, citizen), int((now + LIVES).timestamp())
        return f"{name}.{until}.{self._seal(place, name, str(until))}"

    def read(self, place: str, given: str, now: datetime) -> str:
        """The name in a pass; empty for what is none, is for another place, or is over."""
        name, _, rest = given.partition(".")
        until, _, seal = rest.partition(".")
        if not given.isascii() or not hmac.compare_digest(seal, self._seal(place, name, until)):
            return ""
        return name if int(until) > now.timestamp() else ""

    def _seal(self, place: str, name: str, until: str) -> str:
        return crockford(hmac.digest(self._seals, f"{place}/{name}/{until}".encode(), "sha256"), _SEAL)


class CallPasses:
    """Stats's word to intake that a supervisor may call the citizen of a case now: it is drawn in an open round.

    Intake does not hear of rounds, and opens no contact to a supervisor without it. The secret is theirs alone.
    """

    def __init__(self, secret: bytes) -> None:
        self._passes = Passes(secret)

    def give(self, number: str, person: str, now: datetime) -> str:
        """To this person, about this case, from real time `now`."""
        return self._passes.give(number, person, now)

    def holds(self, given: str, number: str, person: str, now: datetime) -> bool:
        """Whether it is this person's, about this case, and not over."""
        return self._passes.read(number, given, now) == self._passes.name(number, person)
