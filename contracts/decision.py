"""What a rule is given and what it gives back: data, so that rules stay pure.

rule(state, input, context) -> Decision(state, effects)      or raises Refused
"""

from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from contracts.facts import Fact

S = TypeVar("S")
C = TypeVar("C")


class Effect(Struct, frozen=True, gc=False):
    """Something a rule wants done in the same transaction: say a fact, arm a timer, claim a notice."""


class Say(Effect, frozen=True, gc=False):
    """Say a fact about the subject at hand, in the topic where its kind is said.

    The engine gives it a derived id and the subject's next sequence number in that topic.
    """

    fact: Fact


class Decision(Struct, Generic[S], frozen=True, gc=False):
    """The state as it is now, and what is to be done about it."""

    state: S
    effects: tuple[Effect, ...] = ()
    answer: object = None
    """For a person who waits: what the door turns into the response."""


class Context(Struct, Generic[C], frozen=True, gc=False):
    """What a rule may know beside state and input."""

    subject: str
    cause: str
    """Id of the event, timer or request being handled; derived ids start from it."""
    now: datetime
    """City time of the handling. A rule for a *fact* goes by the fact's own `at`, never by this,
    so that a replay decides the same; only inputs from doors (a request, a timer) may use it."""
    city: C
    """The city's rules as this partition has learnt them."""
    amendments: int = 0
    """How many facts of topic `city` made them; grows by one with each."""
    foreseen: Any = None
    """What the service computed of the fact alone, by the same city, before the transaction; None where it did not."""
    earlier: tuple[C, ...] = ()
    """The city after 0, 1, 2 … facts, up to the one before the last."""

    def as_of(self, amendments: int) -> "Context[C]":
        """The same by the city after so many facts; by the newest where there were no more."""
        if amendments >= len(self.earlier):
            return self
        return replace(self, city=self.earlier[amendments], amendments=amendments, foreseen=None)


class FieldError(Struct, frozen=True):
    """One field of a request and what is wrong with it, in Chinese."""

    field: str
    reason: str


class Refused(Exception):
    """A person can put it right: becomes a problem document (RFC 9457) with the remedy.

    Rules raise one of the four kinds below; which HTTP status a kind has is known to the doors alone.
    `kind` is the last part of the problem's type, `title` and `detail` are Chinese sentences, `allowed`
    the acts that would be possible now.
    """

    def __init__(
        self,
        kind: str,
        title: str,
        detail: str = "",
        errors: tuple[FieldError, ...] = (),
        allowed: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(title)
        self.kind = kind
        self.title = title
        self.detail = detail
        self.errors = errors
        self.allowed = allowed


class Invalid(Refused):
    """What was filled in is outside what the rules take."""


class Forbidden(Refused):
    """It is not for this person, or not for this unit."""


class NotFound(Refused):
    """There is no such thing."""


class NotNow(Refused):
    """It is possible, but not at this step or not at this time."""


def unchanged(state: S) -> Decision[S]:
    """Nothing to do."""
    return Decision(state)
