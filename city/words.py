"""The city's word lists for moderation: what is blocked at the door, held for a person, or starred out.

A word is found however it is written: in traditional or full-width characters, in capitals, with blanks, dots or
characters that nobody sees between its own.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b
from typing import Final, Literal

import ahocorasick  # type: ignore[import-not-found, unused-ignore]
from msgspec import Struct

from city.characters import BLANKS, UNSHOWN, as_class
from city.normal import folded

_PARTING: Final = re.compile(rf"[{BLANKS}{UNSHOWN}*_.·•・~|/\\\-]")
"""What people put between the characters of a word to slip it past a list; no mark that ends a clause."""
_LEFT_OUT: Final = "\0"


class Match(Struct, frozen=True):
    """A listed word, and where it stands in the text."""

    word: str
    start: int
    end: int


class Verdict(Struct, frozen=True):
    """What the lists say of a text, and which words they found, each once."""

    outcome: Literal["pass", "hold", "block"]
    found: tuple[str, ...] = ()


class WordLists:
    """Block, hold and mask words in one automaton; a word in two lists is in the stricter one."""

    def __init__(self, block: Iterable[str], hold: Iterable[str], mask: Iterable[str] = ()) -> None:
        self.block = frozenset(map(str.lower, block))
        self.hold = frozenset(map(str.lower, hold)) - self.block
        self.mask = frozenset(map(str.lower, mask)) - self.block - self.hold
        self._automaton = ahocorasick.Automaton()
        for word in sorted(self.block | self.hold | self.mask):
            key = _compared(word)[0] or word
            self._automaton.add_word(key, (word, len(key)))
        if len(self._automaton):
            self._automaton.make_automaton()

    @cached_property
    def version(self) -> str:
        """A short hash of the lists."""
        text = repr((sorted(self.block), sorted(self.hold), sorted(self.mask)))
        return blake2b(text.encode(), digest_size=5).hexdigest()

    def judge(self, text: str) -> Verdict:
        """Whether a text may pass, must wait for a person, or is refused. Block wins over hold."""
        return self.verdict(self.matches(text))

    def verdict(self, matches: Iterable[Match]) -> Verdict:
        """What follows from the listed words of a text. Block wins over hold."""
        found = {match.word for match in matches}
        blocked = tuple(sorted(found & self.block))
        if blocked:
            return Verdict("block", blocked)
        held = tuple(sorted(found & self.hold))
        return Verdict("hold", held) if held else Verdict("pass")

    def masked(self, text: str, matches: Iterable[Match] | None = None) -> str:
        """The text with the words of the mask list as asterisks, one character for one; `matches` where they are known."""
        characters: list[str] | None = None
        for match in self.matches(text) if matches is None else matches:
            if match.word in self.mask:
                characters = characters or list(text)
                characters[match.start : match.end] = "*" * (match.end - match.start)
        return text if characters is None else "".join(characters)

    def matches(self, text: str) -> list[Match]:
        """Every listed word of a text, also where blanks or dots part its characters."""
        if not len(self._automaton):
            return []
        compared, read = _compared(text)
        found = list(self._automaton.iter(compared))
        if not found:
            return []
        places = None if read is None else [n for n, character in enumerate(read) if character != _LEFT_OUT]
        return [Match(word, *_span(places, last - length + 1, last)) for last, (word, length) in found]


class _Compared(dict[int, str]):
    """Character to the one it is compared as, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        character = folded(chr(point)).lower()
        parts = _PARTING.fullmatch(character) or unicodedata.category(chr(point)) in ("Mn", "Me")
        self[point] = _LEFT_OUT if parts else character if len(character) == 1 else chr(point)
        return self[point]


_COMPARED: Final = _Compared()
_ORDINARY_POINTS: Final = (
    0x0A,
    *range(0x21, 0x7F),
    *range(0x2010, 0x2030),
    *range(0x3000, 0xA000),
    *range(0xFF00, 0xFFF0),
)
_CHANGED: Final = re.compile(
    f"[^{as_class(point for point in _ORDINARY_POINTS if _COMPARED[point] == chr(point))}]"
)
"""What is left out of the comparison, or compared as another character: a few of a text, so the rest is not looked up."""


def _compared(text: str) -> tuple[str, str | None]:
    """The text as words are looked for in it, and with what was left out marked; None where nothing was."""
    read = _CHANGED.sub(_compare, text)
    if _LEFT_OUT not in read:
        return folded(read), None
    return folded(read.replace(_LEFT_OUT, "")), read


def _compare(match: re.Match[str]) -> str:
    return _COMPARED[ord(match.group())]


def _span(places: list[int] | None, first: int, last: int) -> tuple[int, int]:
    return (first, last + 1) if places is None else (places[first], places[last] + 1)
