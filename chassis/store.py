"""What the engine asks of a store, whichever it is: one transaction that loads, decides nothing, and saves."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import GenericAlias
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from contracts.city_facts import CityFacts
from contracts.codec import Addressed
from contracts.decision import Effect
from contracts.identity import is_city_subject, partition_of

S = TypeVar("S")

Input = tuple[str, Any]
"""A subject and what a door has for it."""


@dataclass(frozen=True)
class Column(Generic[S]):
    """A typed column of the subject table, for queries; its value follows from the state."""

    name: str
    sql_type: str
    """PostgreSQL's name of the type, without `[]`."""
    value: Callable[[S], Any]


class Remembered:
    """Everything a service remembers of one subject. Mutable, but only inside one transaction.

    A state that comes from the store is decoded when a rule first asks for it, and is stored again as it
    came where no rule has changed it.
    """

    __slots__ = ("_decode", "_packed", "_state", "held", "partition", "said", "seen", "stored", "subject")

    def __init__(
        self,
        subject: str,
        partition: int,
        state: Any,
        seen: dict[str, int] | None = None,
        said: dict[str, int] | None = None,
        held: int = 0,
    ) -> None:
        self.subject = subject
        self.partition = partition
        self.seen = {} if seen is None else seen
        """Topic to the number of the last fact handled."""
        self.said = {} if said is None else said
        """Topic to the number of the last fact said."""
        self.held = held
        """Events of this subject in the table `waiting`."""
        self.stored = False
        """Whether it has a row in the store."""
        self._state = state
        self._packed: msgspec.Raw | None = None
        self._decode: Callable[[msgspec.Raw], Any] | None = None

    @classmethod
    def packed(
        cls,
        place: tuple[str, int, int],
        seen: dict[str, int],
        said: dict[str, int],
        state: msgspec.Raw,
        decode: Callable[[msgspec.Raw], Any],
    ) -> "Remembered":
        """From the store; `place` is subject, partition and number of waiting events."""
        subject, partition, held = place
        remembered = cls(subject, partition, None, seen, said, held)
        remembered.stored = True
        remembered._packed, remembered._decode = state, decode
        return remembered

    @classmethod
    def blank(cls, subject: str, initial: Callable[[str], Any]) -> "Remembered":
        """Of a subject never met: `initial` is what a service begins with, the city begins without facts."""
        state = CityFacts() if is_city_subject(subject) else initial(subject)
        return cls(subject, partition_of(subject), state, {}, {})

    @property
    def state(self) -> Any:
        """What the rules know of the subject. Raises what decoding raises."""
        if self._decode is not None:
            assert self._packed is not None
            self._state, self._decode = self._decode(self._packed), None
        return self._state

    @state.setter
    def state(self, state: Any) -> None:
        if state is not self._state or self._decode is not None:
            self._state, self._packed, self._decode = state, None, None

    @property
    def to_store(self) -> Any:
        """The state, or its bytes where it is as it came."""
        return self._state if self._packed is None else self._packed


class Packing:
    """Remembered things to bytes and back, for one type of state."""

    def __init__(self, state: type[Any]) -> None:
        # JSON and not msgpack, which would lose the offset of an instant; and a person can read it.
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(tuple[dict[str, int], dict[str, int], msgspec.Raw])
        self._state = msgspec.json.Decoder(state).decode
        self._state_alone = msgspec.json.Decoder(GenericAlias(tuple, (msgspec.Raw, msgspec.Raw, state)))
        self._city = msgspec.json.Decoder(CityFacts).decode

    def pack(self, remembered: Remembered) -> bytes:
        """Numbers and state as one value."""
        return self._encoder.encode((remembered.seen, remembered.said, remembered.to_store))

    def unpack(self, subject: str, partition: int, held: int, packed: bytes) -> Remembered:
        """The way back."""
        decode = self._city if is_city_subject(subject) else self._state
        seen, said, state = self._decoder.decode(packed)
        return Remembered.packed((subject, partition, held), seen, said, state, decode)

    def state(self, packed: bytes) -> Any:
        """The state alone, for who reads many and changes none; not that of a city."""
        return self._state_alone.decode(packed)[2]


class Waiting(Struct, gc=False):
    """A record that cannot be handled yet: an earlier one is missing, or it is parked."""

    subject: str
    """`?<partition>` where the record does not say (then `seq` is its offset)."""
    topic: str
    seq: int
    partition: int
    offset: int
    parked: bool
    reason: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    mark: str = ""
    """`replay` or `drop`, set by an operator; the partition's owner acts on it."""


@dataclass
class Position:
    """Where one partition number stands, in every topic heard."""

    partition: int
    owner: str
    offsets: dict[str, int]
    """Topic to the next offset to handle."""


class Applied(Struct, frozen=True, gc=False):
    """An effect with what its keeper must know beside it."""

    subject: str
    partition: int
    cause: str
    now: datetime
    """City time of the handling."""
    effect: Effect


@dataclass
class Outcome:
    """Everything one batch changes; a store saves it in a handful of statements."""

    changed: list[Remembered] = field(default_factory=list)
    moved: list[Remembered] = field(default_factory=list)
    """Subjects with a row, of which only numbers changed: neither their state nor its columns."""
    waiting_put: list[Waiting] = field(default_factory=list)
    waiting_gone: list[tuple[str, str, int]] = field(default_factory=list)
    """(subject, topic, seq)"""
    unparked: list[Waiting] = field(default_factory=list)
    """Parked records that an operator's mark has ended; kept for the audit."""
    effects: list[Applied] = field(default_factory=list)
    records: list[Addressed] = field(default_factory=list)
    """What was said, for publishing right after the commit."""
    blob: bytes = b""
    """The records to be published, packed; empty when nothing was said."""
    blob_id: str = ""
    acknowledged: list[str] = field(default_factory=list)
    """Outbox rows whose records the bus has; deleted with this commit."""
    positions: list[Position] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to save."""
        return bool(
            self.changed
            or self.moved
            or self.effects
            or self.positions
            or self.acknowledged
            or self.waiting_put
            or self.waiting_gone
        )


class Keeper(Protocol):
    """Keeps effects of some types; PostgreSQL's gets the connection, the memory twin does not."""

    @property
    def effects(self) -> tuple[type, ...]: ...


class PostgresKeeper(Keeper, Protocol):
    """Saves all effects of its types in one or two statements."""

    async def apply(self, connection: Any, applied: Sequence[Applied]) -> None: ...


class MemoryKeeper(Keeper, Protocol):
    """The twin: plain containers, one level deep, of immutable values (so that a copy undoes a transaction)."""

    def apply(self, applied: Sequence[Applied]) -> None: ...


NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""The instant of what is not going to be due."""


class DueDoor(Protocol):
    """Inputs that the passing of time brings. `partitions` maps each owned partition to its number of city facts."""

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        """City time before which a claim finds nothing; NEVER, or None when only a claim can tell.

        It is asked ten times a second, and without a transaction.
        """


class PostgresDoor(DueDoor, Protocol):
    """A due door on PostgreSQL."""

    async def claim(
        self, connection: Any, partitions: Mapping[int, int], now: datetime, limit: int
    ) -> list[Input]:
        """What is due now, at most `limit` inputs, taken inside the batch's transaction."""

    def undone(self) -> None:
        """A transaction ended without a commit, or perhaps without one: what the door remembers of its claims is not to be trusted."""


class MemoryDoor(DueDoor, Protocol):
    """Its twin in memory."""

    def any_due(self, partitions: Mapping[int, int], now: datetime) -> bool:
        """Whether `claim` would find something; for the memory bus, which runs until nothing is left."""

    def claim(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        """What is due now, at most `limit` inputs."""


def next_due(doors: Sequence[DueDoor], partitions: Mapping[int, int]) -> datetime | None:
    """City time before which none of the doors has anything; NEVER without doors, None when only a claim can tell."""
    instants = [door.next_due(partitions) for door in doors]
    return None if None in instants else min((at for at in instants if at is not None), default=NEVER)


class Transaction(Protocol):
    """One transaction of a store; leaving the context without error commits it."""

    @property
    def connection(self) -> Any:
        """PostgreSQL's connection; None in memory."""

    async def begin(
        self, partitions: Sequence[int], subjects: Sequence[str], lock: bool
    ) -> tuple[dict[int, Position], dict[str, Remembered]]:
        """Lock the position rows in order and read them; then load the subjects as `load` does.

        One statement: should another owner commit while it waits for the lock, the states may be older
        than the positions, which then show that other owner.
        """

    async def take(self, partitions: Sequence[int], owner: str) -> dict[int, Position]:
        """Write the new owner into the position rows, and read them."""

    async def load(self, subjects: Sequence[str], lock: bool) -> dict[str, Remembered]:
        """What is remembered of the subjects; unknown ones are absent. `lock`: lock rows in order, create missing."""

    async def load_free(
        self, subjects: Sequence[str], unlocked: Sequence[str]
    ) -> tuple[dict[str, Remembered], set[str]]:
        """As `load` with locks, but rows locked by others are skipped and named in the second part.

        The `unlocked` are only read, with the others, by the same statement.
        """

    async def waiting(self, subjects: Sequence[str]) -> list[Waiting]:
        """All waiting records of the subjects."""

    async def marked(self, partitions: Sequence[int]) -> list[Waiting]:
        """Waiting records an operator has marked."""

    async def due(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        """What the due doors have."""

    async def save(self, outcome: Outcome) -> None:
        """Everything at once; the commit follows when the context is left."""


class Store(Protocol):
    """Where a service keeps what it remembers."""

    packing: Packing

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        """City time before which no due door has anything; NEVER without doors, None when only a claim can tell."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """READ COMMITTED; one at a time for each store object. Raises ConnectionLost when its connection ends."""

    async def sweep(self, older_than: float, limit: int) -> list[tuple[str, bytes]]:
        """Lease outbox rows (id, blob) older than that many real seconds, for publishing again."""

    async def forget(self, acknowledged: Sequence[str]) -> None:
        """Delete acknowledged outbox rows, when no commit came to do it."""

    async def close(self) -> None:
        """Give connections back."""
