"""Passwords that many people use: made of a few words, dates, runs of the keyboard and repetitions. Pure.

A list of leaked passwords knows `suqian2025` and not `suqian2026`. So the stems of such lists ship as words
(`common_words.txt`), and what people make of them is told by rules: capitals and look-alikes (`P@ssw0rd`), digits of any
kind before and after, marks in between, runs of the keyboard, the same thing twice. Together they stand for more than a
hundred thousand million passwords; a list of the first hundred thousand of ten characters is among the tests.
(ASVS 5.0, 6.2.4 and 6.2.12.)
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

LONGEST_PART: Final = 24
"""Characters of the longest stem or run that is looked for."""
PARTS: Final = 3
"""Stems, numbers and runs of which a common password is made at most."""
ODD: Final = 2
"""Letters that may stand beside them."""
SHORTEST_UNIT: Final = 10
"""What is repeated counts once; when it is shorter than this, nothing more is asked."""

_WORDS: Final = Path(__file__).with_name("common_words.txt")
_LOOKALIKES: Final = str.maketrans("@4301$5!7|", "aaeoissitl")
_UNSHIFTED: Final = str.maketrans("!@#$%^&*()", "1234567890")
_ROWS: Final = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
_COLUMNS: Final = "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p"
_SHORTEST_RUN: Final = 3
_MARKS: Final = re.compile(r"[ -/:-@\[-`{-~]{1,3}")
_DIGITS: Final = re.compile(r"[0-9]+")
_SAME: Final = re.compile(r"(.)\1{2,}")
_REPEATED: Final = re.compile(r"(.+?)\1+")


def is_common(password: str) -> bool:
    """Whether many people use a password like it."""
    text = unicodedata.normalize("NFKC", password).lower()
    if len(set(text)) < 5:
        return True
    repeated = _REPEATED.fullmatch(text)
    if repeated is not None:
        text = repeated[1]
        if len(text) < SHORTEST_UNIT:
            return True
    return _is_made_of_parts(text)


def _is_made_of_parts(text: str) -> bool:
    """Whether some way of cutting the text needs few parts and leaves few letters over."""
    reached: dict[int, set[tuple[int, int]]] = {0: {(0, 0)}}
    for at in range(len(text)):
        for parts, odd in reached.pop(at, set()):
            for end, cost_parts, cost_odd in _steps(text, at):
                cost = (parts + cost_parts, odd + cost_odd)
                if cost[0] <= PARTS and cost[1] <= ODD:
                    reached.setdefault(end, set()).add(cost)
    return bool(reached.get(len(text)))


def _steps(text: str, at: int) -> list[tuple[int, int, int]]:
    """Where a part that begins at a place may end, and what it costs: parts, odd letters."""
    steps = [(at + 1, 0, 1)]
    for pattern, cost in ((_MARKS, 0), (_DIGITS, 1), (_SAME, 1)):
        match = pattern.match(text, at)
        if match is not None:
            steps.append((match.end(), cost, 0))
    for end in range(at + 2, min(len(text), at + LONGEST_PART) + 1):
        piece = text[at:end]
        if piece in _stems() or piece.translate(_LOOKALIKES) in _stems() or _is_run(piece):
            steps.append((end, 1, 0))
    return steps


def _is_run(piece: str) -> bool:
    """Whether keys that lie side by side were pressed one after the other, or the alphabet was said."""
    if len(piece) < _SHORTEST_RUN:
        return False
    plain = piece.translate(_UNSHIFTED)
    return any(plain in run or plain[::-1] in run for run in (*_ROWS, _COLUMNS))


@cache
def _stems() -> frozenset[str]:
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
