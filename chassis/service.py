"""What a service is: a value. The chassis runs it on Kafka, or with all others in one process."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from contracts.decision import Context, Decision, Effect
from contracts.facts import Fact
from contracts.topics import Topic

S = TypeVar("S")
C = TypeVar("C")

Rule = Callable[[Any, Any, Context[Any]], Decision[Any]]
"""rule(state, input, context) -> Decision; pure. The types differ from rule to rule, the table cannot say them."""


@dataclass(frozen=True)
class Broadcast(Generic[C]):
    """Broadcast state: what facts about the whole city make of `initial`, folded per partition in its order."""

    initial: C
    fold: Callable[[C, Fact], C]
    prepare: Callable[[Fact], Awaitable[None]] | None = None
    """Awaited before a city fact is folded, to fetch what the fold needs (such as a model by its checksum)."""


@dataclass(frozen=True)
class Service(Generic[S, C]):
    """A service as data: what it hears and says, the rule each input meets, what it remembers.

    `rules` maps the type of an input (a fact heard, or a door's own struct) to its rule; a fact
    without a rule is counted as heard and otherwise ignored. `initial(subject)` is the state of a
    subject never met.
    """

    name: str
    hears: tuple[Topic, ...]
    says: tuple[Topic, ...]
    rules: Mapping[type, Rule]
    state: type[S]
    initial: Callable[[str], S]
    city: Broadcast[C]
    parked_limit: int = 100
    """More parked events than this within an hour: stop and call a person."""
    poll_limit: int = 3000
    """Records of one poll at most. All are decided in one transaction, which the database ends when it stands still for
    3 s; where a rule is dear, so many must be decided in a fraction of that even when others want the processor."""
    people: bool = False
    """People's requests change the same rows, so rows are locked one by one as well."""
    topic_by_name: Mapping[str, Topic] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "topic_by_name", {topic.name: topic for topic in self.hears})


class Incoming(Struct, frozen=True, gc=False):
    """One record of a poll, as the bus gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Applied(Struct, frozen=True, gc=False):
    """An effect with what its keeper must know beside it."""

    subject: str
    partition: int
    cause: str
    now: datetime
    """City time of the handling."""
    effect: Effect
