"""What a text reads as: to a person's eye 139, １３９, ¹³⁹, ①③⑨ and 一三九 are one number, whatever stands between.

One table says of each character what it reads as. A text is put through it once; a map of places leads back,
so that what is found in the reading can be pointed at in the text.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from city.characters import BLANKS, LINE_ENDS, UNSHOWN, as_class

BREAK: Final = "\x1e"
"""Stands for what parts two numbers for certain, such as a run of asterisks that hides one already."""
HIDING: Final = 4
"""Asterisks in a row that hide something; fewer may part the digits of a number."""

_SPELLED: Final = 0xE000
_RINGED: Final = 0xE010
"""Where the reading keeps digits that are spelled in Chinese, or ringed, raised or lowered: in the Private Use
Area, which the table leaves to it. They read as digits, but beside a plain digit a new number begins."""
_NOTHING: Final = "\0"
_CHINESE: Final = {
    character: digit
    for digit, characters in enumerate(
        (
            "〇零○◯洞⭕⚪🅾",
            "一壹弌幺么ㄧ㆒㈠㊀〡",
            "二贰貳弍两㆓㈡㊁〢",
            "三叁參叄弎㆔㈢㊂〣",
            "四肆㆕㈣㊃〤",
            "五伍㈤㊄〥",
            "六陆陸㈥㊅〦",
            "七柒拐㈦㊆〧",
            "八捌㈧㊇〨",
            "九玖勾㈨㊈〩",
        )
    )
    for character in characters
}
"""Numerals, those of cheques, of Suzhou and of radio operators among them."""
NUMERALS: Final = "".join(_CHINESE)
"""Characters that read as a digit and look like words."""
_LETTERS: Final = dict(
    zip(
        "АВЕКМНОРСТУХаеорсухіѕІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
        "ABEKMHOPCTYXaeopcyxisISJABEZHIKMNOPTYXo",
        strict=True,
    )
)
"""Cyrillic and Greek letters that look like Latin ones (Unicode confusables.txt)."""
_FIGURES: Final = {
    letter: digit
    for digit, letters in (
        ("2", "ƧϨꙄ"),
        ("3", "ȜƷꝪЗзӠⳌ"),
        ("4", "Ꮞ"),
        ("5", "Ƽ"),
        ("6", "бᏮⳒ"),
        ("8", "Ȣȣ"),
        ("9", "ꝮⳊ"),
    )
    for letter in letters
}
"""Letters that look like digits (Unicode confusables.txt)."""
_DOTS: Final = "․‧・･·•∙⋅●。｡"
_DASHES: Final = "_−ーｰ¬杠"
_WAVES: Final = "～〜∼∽"
_COMMAS: Final = "，、;；﹐﹑"


class Seen(Struct, frozen=True):
    """The reading of a text."""

    coded: str
    """Letters and digits in ASCII, but for spelled and ringed digits; kinds of marks each as one mark; unseen
    characters and combining marks left out; repeated marks once."""
    plain: str
    """The same with every digit in ASCII."""
    places: Sequence[int] | None
    """Where each character stands in the text; None: where it stands in the reading."""

    def place(self, index: int) -> int:
        """Where a character of the reading stands in the text."""
        return index if self.places is None else self.places[index]

    def end(self, index: int, length: int) -> int:
        """Where a stretch of the reading ends in a text of so many characters; what is unseen after it goes with it."""
        if self.places is None:
            return index
        return self.places[index] if index < len(self.places) else length


def see(text: str) -> Seen:
    """The reading of a text, in time linear in its length."""
    coded = _OTHERWISE.sub(_read, text)
    places: Sequence[int] | None = None
    if any(search(coded) for search in _MAY_BE_REDUCED):
        kept: list[int] = []
        parts: list[str] = []
        position = 0
        for match in _REDUCED.finditer(coded):
            kept.extend(range(position, match.start()))
            parts.append(coded[position : match.start()])
            run = match.group()
            position = match.end()
            if run[0] != _NOTHING:
                kept.append(match.start())
                asterisks = run.count("*") >= HIDING
                parts.append(BREAK if asterisks else " " if run[0] in "&<" else run[0])
        kept.extend(range(position, len(coded)))
        parts.append(coded[position:])
        coded, places = "".join(parts), kept
    return Seen(coded, _CODED.sub(_in_ascii, coded), places)


def is_spelled(coded: str) -> bool:
    """Whether a character of `coded` is a digit spelled in Chinese."""
    return _SPELLED <= ord(coded) < _RINGED


OF_ONE_CLASS: Final = re.compile(
    f"[0-9]+|[{chr(_SPELLED)}-{chr(_RINGED - 1)}]+|[{chr(_RINGED)}-{chr(_RINGED + 15)}]+"
)
"""Digits of `coded` that stand together and are of one class."""


def digit_class(coded: str) -> int:
    """0 for a plain digit, else which kind of other digit it is; neighbours of two kinds are two numbers."""
    point = ord(coded)
    return 0 if point < _SPELLED else 1 if point < _RINGED else 2


_PLAIN_MARKS: Final = {"[": "(", "{": "(", "]": ")", "}": ")", "_": "-", ";": ","}
"""Marks of ASCII that do what others do."""


class _Reading(dict[int, str]):
    """Character to what it reads as, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        self[point] = _reads_as(chr(point))
        return self[point]


def _reads_as(character: str) -> str:
    category = unicodedata.category(character)
    if character in f"\n{LINE_ENDS}":
        return "\n"
    if _BLANK.match(character):
        return " "
    if _UNSEEN.match(character) or category in ("Mn", "Me", "Cf"):
        return _NOTHING
    if category in ("Co", "Cn"):
        return "\ufffd"
    if character.isascii():
        return _PLAIN_MARKS.get(character, character)
    return _digit(character) or _letter(character, category) or _mark(character, category)


def _digit(character: str) -> str:
    if character in _CHINESE:
        return chr(_SPELLED + _CHINESE[character])
    if character in _FIGURES:
        return _FIGURES[character]
    decimal = unicodedata.decimal(character, None)
    digit = unicodedata.digit(character, None)
    if decimal is not None:
        return str(decimal)
    return _numeral(character) if digit is None else chr(_RINGED + digit)


def _numeral(character: str) -> str:
    """A numeral below ten that Unicode knows as no digit, such as Ⅲ or a counting rod; Ⅰ and Ⅴ read as letters."""
    value = unicodedata.numeric(character, -1.0)
    if unicodedata.category(character) not in ("Nl", "No") or value not in range(10):
        return ""
    plain = unicodedata.normalize("NFKC", character)
    is_letter = len(plain) == 1 and plain.isascii()
    return "" if is_letter or "\u2044" in plain else chr(_RINGED + int(value))


def _letter(character: str, category: str) -> str:
    if character in _LETTERS:
        return _LETTERS[character]
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) == 1 and plain.isascii() and plain.isalnum():
        return plain
    return character if category[0] == "L" and character not in _DASHES else ""


def _mark(character: str, category: str) -> str:
    """A mark by what it does between two digits."""
    if character in "。｡":
        return "。"
    if category == "Pd" or character in _DASHES:
        return "-"
    for kind, reading in ((_DOTS, "."), (_WAVES, "~"), (_COMMAS, ","), ("：︰∶﹕", ":"), ("＊∗⁎✱", "*")):
        if character in kind:
            return reading
    if category in ("Ps", "Pe"):
        return "(" if category == "Ps" else ")"
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) != 1 or not plain.isascii() or not plain.isprintable():
        return "+" if character in "➕˖" else character
    return _PLAIN_MARKS.get(plain, plain)


_BLANK: Final = re.compile(f"[{BLANKS}]")
_UNSEEN: Final = re.compile(f"[{UNSHOWN}]")
_READS_AS: Final = _Reading()
_AS_IT_IS: Final = as_class(
    point for point in (*range(0x21, 0x7F), *range(0x4E00, 0xA000)) if _reads_as(chr(point)) == chr(point)
)
_OTHERWISE: Final = re.compile(f"[^{_AS_IT_IS}]")
"""What may read as something else than itself: a twelfth of an ordinary text, so the rest is not looked up."""


def _read(match: re.Match[str]) -> str:
    return _READS_AS[ord(match.group())]


_BLANK_OF_A_PAGE: Final = r"(?:&(?:nbsp|e[mn]sp|thinsp|zwn?j|shy),|<br ?/?>)"
"""What pages write for a blank or the end of a line and what is copied from one often keeps, semicolons read as commas."""
_REDUCED: Final = re.compile(
    rf"\0+|([ \n])[ \n\0]+|([.~,:*+=#|/!'\"。])\0*(?:\2\0*)+|(?:{_BLANK_OF_A_PAGE}[ \n\0]*)+"
)
"""What is left out of the reading: unseen characters, a mark or a blank after its like, and all but one blank of a page."""
_MAY_BE_REDUCED: Final = tuple(
    re.compile(pattern).search
    for pattern in ("\0", "[ \n][ \n]", r"([.~,:*+=#|/!'\"。])\1", _BLANK_OF_A_PAGE)
)
"""Asked first: one search with many beginnings costs ten times these four, which have one or two."""
_CODED: Final = re.compile(f"[{chr(_SPELLED)}-{chr(_RINGED + 9)}]")
_ASCII: Final = {chr(base + digit): str(digit) for base in (_SPELLED, _RINGED) for digit in range(10)}


def _in_ascii(match: re.Match[str]) -> str:
    return _ASCII[match.group()]
