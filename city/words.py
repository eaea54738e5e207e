"""The city's word lists for moderation: what is blocked at the door, what a person must look at first."""

from collections.abc import Iterable
from typing import Literal

import ahocorasick
from msgspec import Struct


class Verdict(Struct, frozen=True):
    """What the lists say of a text, and which words they found."""

    outcome: Literal["pass", "hold", "block"]
    found: tuple[str, ...] = ()


class WordLists:
    """Block and hold words in one automaton."""

    def __init__(self, block: Iterable[str], hold: Iterable[str]) -> None:
        self.block = frozenset(block)
        self.hold = frozenset(hold) - self.block
        self._automaton = ahocorasick.Automaton()
        for word in sorted(self.block | self.hold):
            self._automaton.add_word(word, word)
        if len(self._automaton):
            self._automaton.make_automaton()

    def judge(self, text: str) -> Verdict:
        """Block wins over hold."""
        if not len(self._automaton):
            return Verdict("pass")
        found = {word for _, word in self._automaton.iter(text.replace(" ", ""))}
        blocked = tuple(sorted(found & self.block))
        if blocked:
            return Verdict("block", blocked)
        return Verdict("hold", tuple(sorted(found))) if found else Verdict("pass")
