"""How the cases of a round are drawn: a pure function of the seed, the numbers in order, and how many are wanted.

A case's ticket is SHA-256 of `seed/number`; the lowest tickets are drawn. So anyone can draw again with `sha256sum` and
`sort`, a case's luck does not depend on which other cases there are, and no random generator's version matters.
"""

import hashlib
import heapq
from collections.abc import Iterable
from typing import NamedTuple

from contracts.inspections import Drawn


class Sample(NamedTuple):
    """What was drawn, and out of how many."""

    drawn: tuple[Drawn, ...]
    """In the order of the numbers."""
    population: int
    fingerprint: str
    """SHA-256 of all numbers in order, each with a line feed: whether two lists to draw from are the same."""


def ticket(seed: str, number: str) -> int:
    """The place of a case in the draw; the lowest are drawn."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest())


class Draw:
    """Takes the cases in the order of their numbers, a million if need be, and keeps no more than are drawn."""

    def __init__(self, seed: str, size: int) -> None:
        self._seed, self._size = seed, size
        self._kept: list[tuple[int, str, str]] = []
        self._population = 0
        self._fingerprint = hashlib.sha256()

    def take(self, answered: Iterable[tuple[str, str]]) -> None:
        """Numbers and units of some more cases."""
        for number, unit in answered:
            self._population += 1
            self._fingerprint.update(f"{number}\n".encode())
            # Negative, so that the heap's first is the highest ticket that is kept.
            entry = (-ticket(self._seed, number), number, unit)
            if len(self._kept) < self._size:
                heapq.heappush(self._kept, entry)
            else:
                heapq.heappushpop(self._kept, entry)

    def done(self) -> Sample:
        """What has been drawn of those that were taken."""
        drawn = tuple(Drawn(number, unit) for number, unit in sorted(entry[1:] for entry in self._kept))
        return Sample(drawn, self._population, self._fingerprint.hexdigest())


def draw(seed: str, answered: Iterable[tuple[str, str]], size: int) -> Sample:
    """The sample of a whole list: numbers, in order, and the units that answered."""
    drawing = Draw(seed, size)
    drawing.take(answered)
    return drawing.done()
