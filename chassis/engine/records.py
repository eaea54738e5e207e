"""A poll's records on their way into batches: decoded before the transaction, in order, a part at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.clock import real_seconds
from chassis.service import Incoming, Service
from contracts.codec import Event, Unreadable, decode, placed
from contracts.identity import partition_of


@dataclass(frozen=True, slots=True)
class Read:
    """A record of the poll after decoding: an event, or a subject and a reason why not, or neither."""

    incoming: Incoming
    subject: str
    seq: int
    event: Event | None
    reason: str = ""
    foreseen: Any = None
    """What `Service.foresee` computed of the fact before the transaction."""
    city_version: int = -1
    """The number of city facts by which it was foreseen; another number makes it void."""


def read(service: Service[Any, Any], incoming: Incoming) -> Read:
    """Decode a record. One that does not even say its subject gets `?<partition>` and its offset."""
    topic = service.topic_by_name[incoming.topic]
    try:
        event = decode(topic, incoming.key, incoming.value, incoming.headers)
        if partition_of(event.subject) != incoming.partition:
            raise Unreadable("subject belongs to another partition")
        return Read(incoming, event.subject, event.seq, event)
    except Unreadable as problem:
        try:
            subject, seq = placed(incoming.key, incoming.headers)
            if partition_of(subject) == incoming.partition:
                return Read(incoming, subject, seq, None, str(problem))
        except (Unreadable, ValueError):
            pass
        return Read(incoming, f"?{incoming.partition}", incoming.offset, None, str(problem))


def lockable(subjects: Iterable[str]) -> list[str]:
    """Without those of records that do not say theirs, in the order in which rows are locked."""
    return sorted(subject for subject in subjects if not subject.startswith("?"))


class Backlog:
    """The records of one poll that no batch has decided yet, in the order of the poll."""

    def __init__(self, poll: Sequence[Incoming]) -> None:
        self._fetched = deque(poll)
        self._read: deque[Read] = deque()

    def __bool__(self) -> bool:
        """Whether any record is left."""
        return bool(self._fetched or self._read)

    def take(self, limit: int, seconds: float, look: Callable[[Incoming], Read | None]) -> list[Read]:
        """The next records, decoded by `look`: at most `limit`, and no more after `seconds`, but at least one.

        A record for which `look` returns None is nobody's here, and is left out.
        """
        until = real_seconds() + seconds
        taken: list[Read] = []
        while self._read and len(taken) < limit:
            taken.append(self._read.popleft())
        while self._fetched and len(taken) < limit:
            record = look(self._fetched.popleft())
            if record is not None:
                taken.append(record)
                if real_seconds() > until:
                    break
        return taken

    def put_back(self, undecided: Sequence[Read]) -> None:
        """Records taken and not decided; they come first in the next batch."""
        self._read.extendleft(reversed(undecided))
