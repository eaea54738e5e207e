"""Facts about characters that Unicode's database in Python does not offer, as classes for patterns.

Sources: DerivedCoreProperties.txt (Default_Ignorable_Code_Point), PropList.txt (Bidi_Control), emoji-data.txt
(Extended_Pictographic), UAX #15 (stream-safe text) and UTS #37 (ideographic variation sequences), Unicode 15.
"""

import sys
import unicodedata
from collections.abc import Iterable
from typing import Final

IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What is shown as nothing at all where it is not understood, bidi controls among it."""

UNSHOWN: Final = f"{IGNORABLE}\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffc\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001d159"
"""And controls, interlinear marks, the place of an object, the null notehead, lone surrogates and what is no
character: nobody sees them, and they part what a reader takes for one word."""

BLANKS: Final = "\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
"""Blanks within a line; U+2800 is the empty pattern of braille."""

LINE_ENDS: Final = "\x0b\x0c\r\x85\u2028\u2029"
"""What ends a line beside the newline itself."""

EMOJI: Final = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""Pictures that may be joined by U+200D or take a variation selector."""

IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters; a variation selector after one chooses a glyph, as in names."""


def as_class(points: Iterable[int]) -> str:
    """The inside of a character class for ascending code points, neighbours as ranges."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def _combines(point: int) -> bool:
    character = chr(point)
    return unicodedata.combining(character) != 0 or unicodedata.category(character) in ("Mn", "Me")


_LAST_WITH_MARKS: Final = 0x1FFFF
"""Beyond the first two planes the only combining marks are variation selectors, U+E0100 to U+E01EF."""

MARKS: Final = as_class(
    [point for point in range(0x300, _LAST_WITH_MARKS) if _combines(point)] + list(range(0xE0100, 0xE01F0))
)
"""Combining marks: drawn upon the character before them."""

assert sys.maxunicode == 0x10FFFF

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With what a cell begins that a spreadsheet takes for a formula; a Chinese or Japanese one reads full-width signs as well
(OWASP, CSV injection)."""
