"""What a service is: a value. The chassis runs it on Kafka, or with all others in one process."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from msgspec import Struct

from chassis.engine.pace import PEOPLE_WAIT, Pace
from contracts.decision import Context, Decision
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
    foresee: Callable[[Fact, C], Any] | None = None
    """foresee(fact, city) -> value; pure. Computed of each fact heard before the transaction opens, for what costs time
    and needs no state; the rule finds it in `Context.foreseen`, or None where the city has changed since."""
    pace: Pace = PEOPLE_WAIT
    """How long to rest after a batch, by who waits for the next one."""
    people: bool = False
    """People's requests change the same rows, so rows are locked one by one as well."""
    topic_by_name: Mapping[str, Topic] = field(init=False)
    input_by_tag: Mapping[str, type] = field(init=False)
    """The inputs of doors that have a tag; one that the passing of time brings needs one, in case it must be parked."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "topic_by_name", {topic.name: topic for topic in self.hears})
        object.__setattr__(
            self,
            "input_by_tag",
            {tag: kind for kind in self.rules if not issubclass(kind, Fact) and (tag := tag_of(kind))},
        )


def tag_of(kind: type) -> str:
    """The tag that names a kind of input for ever, so that its class may be renamed while one of it is parked.

    Empty where the struct has none.
    """
    config = getattr(kind, "__struct_config__", None)
    tag = getattr(config, "tag", None)
    return tag if isinstance(tag, str) else ""


class Incoming(Struct, frozen=True, gc=False):
    """One record of a poll, as the bus gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
