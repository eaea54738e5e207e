"""The waiting room: records that cannot be handled yet, each in its place, and what a batch changed of it."""

from collections.abc import Iterable, Sequence

import msgspec

from chassis.store import Waiting

Place = tuple[str, str, int]
"""Subject, topic, number."""


class WaitingRoom:
    """Waiting and parked records of the subjects of one batch, by subject and topic, then by number."""

    def __init__(self, rows: Sequence[Waiting]) -> None:
        self._rows: dict[tuple[str, str], dict[int, Waiting]] = {}
        for row in rows:
            self._rows.setdefault((row.subject, row.topic), {})[row.seq] = row
        self._stored: set[Place] = {(row.subject, row.topic, row.seq) for row in rows}
        self._entered: dict[Place, Waiting] = {}
        self._left: set[Place] = set()
        self.unparked: list[Waiting] = []
        """Parked records that an operator's mark has ended."""

    def holds(self, subject: str, topic: str, seq: int) -> bool:
        """Whether this number has its place taken."""
        rows = self._rows.get((subject, topic))
        return rows is not None and seq in rows

    def anything(self, subject: str, topic: str) -> bool:
        """Whether any fact of this subject waits in this topic."""
        return bool(self._rows.get((subject, topic)))

    def get(self, subject: str, topic: str, seq: int) -> Waiting | None:
        """The record in this place, if any."""
        return self._rows.get((subject, topic), {}).get(seq)

    def last(self, subject: str, topic: str, otherwise: int) -> int:
        """The highest number waiting in this topic, or `otherwise`."""
        return max(self._rows.get((subject, topic), ()), default=otherwise)

    def enter(self, row: Waiting) -> None:
        """Let a record wait."""
        self._rows.setdefault((row.subject, row.topic), {})[row.seq] = row
        self._entered[(row.subject, row.topic, row.seq)] = row

    def park(self, row: Waiting, reason: str) -> None:
        """The record in its place has proved hopeless: it is parked, without an operator's mark."""
        self.enter(msgspec.structs.replace(row, parked=True, reason=reason, mark=""))

    def has_left(self, row: Waiting) -> bool:
        """Whether its place was given up in this batch."""
        return (row.subject, row.topic, row.seq) in self._left

    def leave(self, row: Waiting) -> None:
        """Give the place up: the record was handled, dropped, or had been handled already."""
        self._rows.get((row.subject, row.topic), {}).pop(row.seq, None)
        self._left.add((row.subject, row.topic, row.seq))
        if row.parked:
            self.unparked.append(row)

    def to_store(self) -> list[Waiting]:
        """Rows to write."""
        return [row for place, row in self._entered.items() if place not in self._left]

    def to_delete(self) -> list[Place]:
        """Rows to delete, in order."""
        return sorted(self._left & self._stored)


def waits(subjects: Iterable[str]) -> list[str]:
    """Subjects whose records do not say whose they are: they wait under `?<partition>`."""
    return sorted(subject for subject in subjects if subject.startswith("?"))
