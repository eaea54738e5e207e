"""A post as its judges read it: a bounded part of it, and what one pass over that part can know. Pure.

Title, text and place stand in one line of characters: `title`, a line end, the text, a line end, the place.
Offsets count from its beginning, as in every reason. Words are found by the hash of their first two
characters: one pass of numpy marks where any word of a lexicon may begin, and only there is compared.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

import numpy as np

from city.normal import folded
from services.router.core.hashing import MIX, Hashes, pair, pairs, points

T = TypeVar("T")

LONGEST: Final = 3_000
"""Characters of a text that are read; of 8,475 real letters 13 are longer. What follows decides nothing."""
LONGEST_TITLE: Final = 200
"""Characters of a title that are read, twice what intake takes."""
LONGEST_PLACE: Final = 200
"""Characters of the post's own field for the place that are read."""
_BITS: Final = 18
"""With 2^18 places some seven characters of a post look like the beginning of a word and are none."""
_SHIFT: Final = np.uint32(32 - _BITS)


class Reading:
    """The part of a post that is read, in the forms in which its judges need it.

    It is in plain digits and simplified characters, one character for one, so that offsets hold in the post itself.
    """

    __slots__ = ("capitals", "cut", "place", "spots", "text", "three", "title", "two", "whole", "with_place")

    def __init__(self, title: str, text: str, place: str = "") -> None:
        self.title, self.text = folded(title[:LONGEST_TITLE]), folded(text[:LONGEST])
        self.cut = len(title) > LONGEST_TITLE or len(text) > LONGEST
        """Whether there was more than is read."""
        self.whole = f"{self.title}\n{self.text}"
        self.place = folded(place[:LONGEST_PLACE])
        self.with_place = f"{self.whole}\n{self.place}"
        self.capitals = _capitals(self.whole) + _capitals(self.with_place[len(self.whole) :])
        """`with_place` in capitals, character for character; title and text, or the place, that would grow stay as they are."""
        self.two, self.three = _starts(self.capitals)
        """Hashes of each two and each three characters in a row of `capitals`, by where they begin."""
        self.spots: dict[int, list[int]] = {}
        """Where words of a lexicon may begin, by the lexicon's identity, as a sieve has marked them."""


class Lexicon(Generic[T]):
    """Words to look for, each with what it stands for.

    Of words that overlap the one that begins first is found, and of those that begin together the longest.
    """

    def __init__(self, words: Mapping[str, T]) -> None:
        self._single = {word: stands_for for word, stands_for in words.items() if len(word) == 1}
        by_start: dict[str, list[tuple[str, T]]] = {}
        for word, stands_for in words.items():
            if len(word) > 1:
                # In capitals as the text is looked through, and as it stands for a text that stays as it is.
                for start in {word[:3], _capitals(word[:3])}:
                    by_start.setdefault(start, []).append((word, stands_for))
        self._by_start = {
            start: tuple(sorted(those, key=lambda pair: -len(pair[0]))) for start, those in by_start.items()
        }
        self._sieve: Sieve | None = None
        """Of this lexicon alone, for readings that no sieve of several has marked."""

    @property
    def beginnings(self) -> Iterable[str]:
        """The first three characters of each word; the whole word, where it has two."""
        return self._by_start

    def occurs(self, reading: Reading) -> bool:
        """Whether a word may stand in the reading; False is certain."""
        return bool(self._places(reading))

    def find(self, reading: Reading, text: str) -> list[tuple[int, str, T]]:
        """Where each word stands in a text, in order; `text` is one of the reading's forms, from their beginning on."""
        capitals, by_start, single = reading.capitals, self._by_start, self._single
        found: list[tuple[int, str, T]] = []
        free = 0
        """Where the last word ended."""
        for start in self._places(reading):
            if start < free:
                continue
            for word, stands_for in by_start.get(capitals[start : start + 3], ()):
                if text.startswith(word, start):
                    free = start + len(word)
                    found.append((start, word, stands_for))
                    break
            else:
                for word, stands_for in by_start.get(capitals[start : start + 2], ()):
                    if text.startswith(word, start):
                        free = start + 2
                        found.append((start, word, stands_for))
                        break
                else:
                    if text[start : start + 1] in single:
                        free = start + 1
                        found.append((start, text[start], single[text[start]]))
        return found

    def _places(self, reading: Reading) -> list[int]:
        """Where a word may begin."""
        if id(self) not in reading.spots:
            self._sieve = self._sieve or Sieve(self)
            self._sieve.mark(reading)
        places = reading.spots[id(self)]
        if self._single:
            forms = zip(reading.capitals, reading.with_place, strict=True)
            single = (n for n, form in enumerate(forms) if not self._single.keys().isdisjoint(form))
            return sorted({*places, *single})
        return places


class Sieve:
    """Several lexicons, looked for in one pass: it marks where words of each may begin. At most eight."""

    def __init__(self, *lexicons: Lexicon[Any]) -> None:
        self._lexicons = [(id(lexicon), np.uint8(1 << n)) for n, lexicon in enumerate(lexicons)]
        self._two = np.zeros(1 << _BITS, dtype=np.uint8)
        """By the hash of two characters: which lexicons have this word."""
        self._three = np.zeros(1 << _BITS, dtype=np.uint8)
        """By the hash of three characters: which have a word that begins so."""
        for lexicon, (_, bit) in zip(lexicons, self._lexicons, strict=True):
            starts = [start.ljust(3, "\n") for start in lexicon.beginnings]
            characters = points("".join(starts)).reshape(-1, 3)
            whole = characters[:, 2] == ord("\n")
            two = pair(characters[:, 0], characters[:, 1])
            three = _three(two, pair(characters[:, 1], characters[:, 2]))
            self._two[(two >> _SHIFT)[whole]] |= bit
            self._three[(three >> _SHIFT)[~whole]] |= bit

    def mark(self, reading: Reading) -> None:
        """Write down in the reading where words of each lexicon may begin."""
        may_begin = self._two.take(reading.two)
        may_begin |= self._three.take(reading.three)
        places = may_begin.nonzero()[0]
        which = may_begin.take(places)
        for lexicon, bit in self._lexicons:
            reading.spots[lexicon] = places[(which & bit).nonzero()[0]].tolist()


def _capitals(text: str) -> str:
    raised = text.upper()
    return raised if len(raised) == len(text) else text


def _starts(text: str) -> tuple[Hashes, Hashes]:
    """Beyond its end a text goes on with line ends, which no word has."""
    by_two = pairs(points(text + "\n\n"))
    return by_two[:-1] >> _SHIFT, _three(by_two[:-1], by_two[1:]) >> _SHIFT


def _three(first: Hashes, second: Hashes) -> Hashes:
    """The hash of three characters in a row, from those of their two pairs."""
    mixed: Hashes = first * MIX
    mixed ^= second
    return mixed
