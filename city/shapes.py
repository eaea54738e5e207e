"""What the numbers of persons look like: their digits, the groups people write them in, and the marks between.

Pure questions about digits that have been found; `city.numbers` finds them and reads what stands around.
"""

import re
from itertools import accumulate
from typing import Final

from city.spans import PHONE, Kind

LONGEST: Final = 19
"""Digits of the longest number that is known by itself, a bank card's."""

_REGION: Final = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_MONTH_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
ID_17: Final = re.compile(rf"{_REGION}\d{{4}}(?:18|19|20)\d\d{_MONTH_DAY}\d{{3}}")
ID_15: Final = re.compile(rf"{_REGION}\d{{6}}{_MONTH_DAY}\d{{3}}")
MOBILE_NUMBER: Final = re.compile(r"(?:0086|086|86|0)?1[3-9]\d{9}")
_AREA: Final = re.compile(r"0(?:10|2\d|[3-9]\d\d)")
_LANDLINE: Final = re.compile(r"(?:010|02\d)[2-9]\d{7}|0[3-9]\d\d[2-9]\d{6,7}")
DATE: Final = re.compile(rf"20[0-3]\d{_MONTH_DAY}")
_FOR_ALL: Final = ("400", "800")
"""What numbers of firms begin with that may be dialled from every area."""
SAID_MARKS: Final = "[空减点]|空格|减号|[短长]?横[-线]?|逗号|句号|斜-|破折号"
"""Words for marks (138点1234点5678), as an expression over the reading, in which 杠 is a dash already."""
_FIRST_SAID: Final = frozenset("空减点短长横逗句斜破")
"""What they begin with: a group's mark is one character."""
_LISTED: Final = frozenset(",。:/|\\")
"""Marks that part the items of a list, an hour or a fraction as well as the groups of a number."""
TIMES: Final = frozenset("*×✕")
"""Marks that part the measures of a thing as well; a unit follows those."""
_MIXED: Final = frozenset({" ", "-", ".", "~", ""})
"""Marks of which two may be mixed in one number."""
USUAL: Final = (3, 4, 4)
_AFTER_PREFIX: Final = ("", " ", "-", "(", ")")
"""What may stand between the country's number and the rest."""
_GROUPINGS: Final = frozenset(
    {
        USUAL,
        (4, 4, 3),
        (4, 3, 4),
        (3, 3, 5),
        (3, 8),
        (7, 4),
        (3, 5, 3),
        (2, 3, 3, 3),
        (3, 2, 2, 2, 2),
        (2, 2, 2, 2, 3),
    }
)
"""How people break up a mobile number, whatever parts the groups."""
_SHORT_GROUPINGS: Final = _GROUPINGS - {(3, 8), (7, 4)}
_THREE_GROUPS: Final = frozenset(lengths for lengths in _SHORT_GROUPINGS if len(lengths) == 3)
_CARD_GROUPINGS: Final = frozenset(
    {
        (4, 4, 4, 4),
        *((4, 4, 4, 4, last) for last in (1, 2, 3)),
        (4, 6, 5),
        (6, 13),
        (6, 10),
        (6, 12),
        (5, 5, 5, 4),
    }
)


_MOST_PARTED: Final = 4
"""Marks between the groups of digits that stand alone, as in `1 3 8 - 1 2 3 4 - 5 6 7 8`: a card has the most."""
MOST_GROUPS: Final = 5
"""Of a card or a landline, unless each digit stands alone."""
MOST_GROUPS_OF_15: Final = 3
"""Of an identity card's fifteen digits."""


def _alone(marks: list[str]) -> bool:
    """Whether digits that stand alone are parted by one mark, or here and there by another one."""
    kinds = set(marks)
    return len(kinds) == 1 or (len(kinds) == 2 and min(map(marks.count, kinds)) <= _MOST_PARTED)


def is_mobile(digits: str, lengths: tuple[int, ...], marks: list[str]) -> bool:
    """Eleven digits as people write them, with or without the country's 86 or a 0 before them."""
    if not MOBILE_NUMBER.fullmatch(digits):
        return False
    if len(lengths) == 1:
        return True
    prefix = len(digits) - 11
    if prefix and lengths[0] == prefix:
        if marks[0] not in _AFTER_PREFIX:
            return False
        marks, lengths = marks[1:], lengths[1:]
    elif prefix and lengths[0] > prefix:
        lengths = (lengths[0] - prefix, *lengths[1:])
    kinds = set(marks)
    if lengths == (11,):
        return True
    if lengths == USUAL:
        return len(kinds) <= 2
    if len(lengths) == 11:
        return _alone(marks)
    if len(kinds) != 1:
        return lengths in _SHORT_GROUPINGS and len(kinds) == 2 and kinds <= _MIXED
    mark = kinds.pop()
    if _is_list(digits[prefix:], lengths):
        return False
    if mark in ("", " "):
        return len(lengths) <= 6
    if mark in _LISTED or mark in _FIRST_SAID:
        return lengths in _THREE_GROUPS
    if mark in TIMES or mark == ".":
        return lengths in _SHORT_GROUPINGS
    return lengths in _GROUPINGS or (lengths[0] >= 3 and len(lengths) <= 4)


def _is_list(digits: str, lengths: tuple[int, ...]) -> bool:
    """Whether the groups are rather numbers of their own: all round, or one larger than the other."""
    parts = _parts(digits, lengths)
    if any(part[0] == "0" for part in parts[1:]):
        return False
    values = [int(part) for part in parts]
    return all(value % 10 == 0 for value in values) or (len(values) > 3 and values == sorted(values))


def _parts(digits: str, lengths: tuple[int, ...]) -> list[str]:
    ends = list(accumulate(lengths))
    return [digits[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def is_id(digits: str, lengths: tuple[int, ...], marks: list[str]) -> bool:
    """Eighteen digits with a region and a date of birth, or fifteen as issued until 1999; the check digit is not asked for.

    A mistyped number still names a person.
    """
    if len(digits) == 18 and ID_17.match(digits):
        kinds = set(marks)
        if len(lengths) == 18:
            return _alone(marks)
        most = 4 if not kinds.isdisjoint(_LISTED) and lengths[0] != 6 else 6
        return len(kinds) <= 2 and (len(lengths) <= most or (len(kinds) == 1 and len(set(lengths)) == 1))
    if len(digits) == 15 and ID_15.fullmatch(digits):
        return lengths in ((15,), (6, 6, 3), (6, 9), (12, 3)) and set(marks).isdisjoint(_LISTED | {"."})
    return False


def is_card(digits: str, lengths: tuple[int, ...], marks: list[str]) -> bool:
    """Fifteen to nineteen digits of UnionPay, or others that pass the Luhn check; whole or in the card's groups."""
    if not 15 <= len(digits) <= LONGEST or digits[0] not in "3456789":
        return False
    if digits.startswith("62") and len(digits) in (16, 19) and len(lengths) <= 5 and set(marks) <= {" ", "-"}:
        return True
    if len(lengths) == len(digits):
        if not _alone(marks):
            return False
    elif len(lengths) > 1 and (lengths not in _CARD_GROUPINGS or len(set(marks)) > 1):
        return False
    return (digits.startswith("62") and len(digits) >= 16) or (
        (len(digits) >= 16 or lengths != (15,)) and _luhn(digits)
    )


def _luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def is_landline(digits: str, lengths: tuple[int, ...], marks: list[str]) -> bool:
    """An area code and a local number; the code is a group of its own, or everything is run together."""
    if not 10 <= len(digits) <= 12 or digits[0] != "0":
        return False
    if len(lengths) == 1:
        return _LANDLINE.fullmatch(digits) is not None
    area = lengths[0]
    in_two = len(lengths) == 2 and lengths[1] == 8
    if not set(marks).isdisjoint(_LISTED - {":"} - ({"/", "|"} if in_two else set())) or len(set(marks)) > 2:
        return False
    if len(lengths) == len(digits):
        return _alone(marks) and _LANDLINE.fullmatch(digits) is not None
    local = digits[area:]
    if _AREA.fullmatch(digits[:area]) is None or len(lengths) > 5 or local[0] == "0":
        return False
    return len(local) == 8 or (len(local) == 7 and area == 4)


def lacks_zero(digits: str, lengths: tuple[int, ...], marks: list[str]) -> bool:
    """A landline whose area code lacks its 0, the trunk prefix, as in +86 527 84389998; 400 and 800 are no areas."""
    if digits.startswith(_FOR_ALL):
        return False
    first = () if len(lengths) == len(digits) else lengths[:1]
    return is_landline(f"0{digits}", (first[0] + 1, *lengths[1:]) if first else (1, *lengths), marks)


def several(digits: str) -> Kind | None:
    """Whether a long group is made of numbers run together, each in full: mobiles, identity cards, or both."""
    reached = {0}
    position = 0
    while reached:
        position = min(reached)
        reached.discard(position)
        if position == len(digits):
            return PHONE
        for length in (11, 12, 13, 14, 15, 18):
            piece = digits[position : position + length]
            if len(piece) < length:
                break
            whole = ID_17.match(piece) if length == 18 else MOBILE_NUMBER.fullmatch(piece)
            if whole:
                reached.add(position + length)
    return None
