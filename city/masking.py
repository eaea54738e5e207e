"""Masks what is personal in free text, one character for one, so that offsets hold.

Phones, ID numbers, bank cards, plates, mail addresses, openids and chat accounts, in whatever digits and
separators people type them. Numbers of posts, dates, amounts, coordinates, identifiers and checksums
must survive: the auditor scans topics and logs with the same eyes. Each pattern begins at a fixed kind
of place and repeats nothing twice, so that the time is linear in the text whatever it holds.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from msgspec import Struct


class Span(Struct, frozen=True):
    """Something personal from `start` to `end`."""

    kind: str
    """phone, id (identity card, passport), card (bank), plate, mail, openid or chat (QQ, WeChat account)."""
    start: int
    end: int


_ROUNDS: Final = 3
_LATIN: Final = re.compile("[0-9A-Za-z]")


def mask(text: str) -> str:
    """The text with everything personal replaced by asterisks, character for character.

    What stands beside a number decides whether it is one, so a masked neighbour can reveal another. A
    text in which that goes on was made for it, and loses all its letters and digits.
    """
    for _ in range(_ROUNDS):
        spans = find_personal(text)
        if not spans:
            return text
        parts, position = [], 0
        for span in spans:
            parts.append(text[position : span.start])
            parts.append("*" * (span.end - span.start))
            position = span.end
        parts.append(text[position:])
        text = "".join(parts)
    return _LATIN.sub("*", _plain(text)) if find_personal(text) else text


def find_personal(text: str) -> list[Span]:
    """Everything personal in the text, in order, without overlaps."""
    if not (_SCREEN.search(text) or "微信" in text or _NUMERALS.search(text)):
        return []
    plain = _plain(text)
    taken = bytearray(len(plain))
    found: list[Span] = []
    for kind, pattern, accepts in _PATTERNS:
        for match in pattern.finditer(plain):
            start, end = match.span(match.lastindex or 0)
            if 1 not in taken[start:end] and accepts(plain[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Span(kind, start, end))
    if _NUMERALS.search(plain):
        spelled = plain.translate(_NUMERAL)
        for match in _SPELLED_PHONE.finditer(spelled):
            start, end = match.span()
            if 1 not in taken[start:end] and not plain[start:end].isascii():
                taken[start:end] = b"\1" * (end - start)
                found.append(Span("phone", start, end))
    return sorted(found, key=lambda span: span.start)


# -- one character for one, into plain digits and letters ---------------------------------------

_SCREEN: Final = re.compile(
    "[0-9@oOvVwW\u0660-\u0669\u06f0-\u06f9\uff10-\uff19\uff20-\uff3a\uff41-\uff5a\U0001d7ce-\U0001d7ff]"
)
"""A character that something personal could begin with or must hold; most texts have none."""
_FOREIGN_DIGIT: Final = re.compile(r"[^\D0-9]")
_WIDE: Final = re.compile("[\uff08-\uff09\uff0b\uff0d-\uff19\uff20-\uff3a\uff41-\uff5a]")
_NUMERALS: Final = re.compile("[〇零一二三四五六七八九幺]{3}")
_NUMERAL: Final = str.maketrans("〇零一二三四五六七八九幺", "001234567891")


def _plain(text: str) -> str:
    """Full-width letters and marks, and the digits of whatever script, as ASCII; the length is kept."""
    if text.isascii():
        return text
    if _WIDE.search(text):
        text = _WIDE.sub(lambda found: chr(ord(found.group()) - 0xFEE0), text)
    if _FOREIGN_DIGIT.search(text):
        text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found.group())), text)
    return text


# -- what a number must look like ---------------------------------------------------------------

_SEPARATOR: Final = "[ \u00a0\u3000\t\\-\u2010-\u2015_.·•,，、/~()\u200b-\u200d\u2060\ufeff\ufe0f\u20e3]{0,3}"
"""Between two digits of one number; which of them, and in which groups, is judged afterwards."""
_HYPHENS: Final = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015_")
_INVISIBLE: Final = re.compile("[\u200b-\u200d\u2060\ufeff\ufe0f\u20e3]")
_DIGITS: Final = re.compile(r"\D+")
_GROUPS: Final = re.compile(r"\d+")
_BEFORE: Final = r"(?![0-9_]|[A-Fa-f](?![A-Za-z]{0,9}[G-Zg-z]))"
"""Digits before anything else do not go on; the letters of a word may follow, those of a checksum not."""
_NO_UUID: Final = r"(?!-(?:[0-9]{0,3}[A-Fa-f]|\d{4}-))"
_NO_MEASURE: Final = r"(?! ?(?:元|万|亿|吨|平方|立方|千瓦|公里|公斤|米|度|%))"

_REGION: Final = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_MONTH_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_18: Final = re.compile(rf"{_REGION}\d{{4}}(?:18|19|20)\d\d{_MONTH_DAY}\d{{3}}[\dXx]")
_ID_15: Final = re.compile(rf"{_REGION}\d{{6}}{_MONTH_DAY}\d{{3}}")

_USUAL: Final = (3, 4, 4)
_BLANKED: Final = frozenset({_USUAL, (3, 8), (7, 4), (3, 3, 5), (1,) * 11})
"""How people break up a mobile number with blanks."""
_HYPHENED: Final = _BLANKED | {(4, 4, 3), (4, 3, 4), (3, 5, 3), (2, 3, 3, 3), (5, 6), (3, 4, 2, 2)}
"""And with hyphens and dashes."""


def _lengths(number: str) -> tuple[int, ...]:
    return tuple(map(len, _GROUPS.findall(number)))


def _marks(number: str) -> set[str]:
    """What parts the groups of a number, blanks beside another mark left out."""
    found = {mark.strip() or " " for mark in _DIGITS.findall(number)}
    return found - {" "} if len(found) > 1 else found


def _is_mobile(written: str) -> bool:
    """Eleven digits in one go, or in groups as people write them, parted by one kind of mark."""
    number = _INVISIBLE.sub("", written)
    lengths = _lengths(number)
    if lengths in ((11,), _USUAL):
        return len(_marks(number)) <= 2
    marks = _marks(number)
    if marks <= {"(", ")"}:
        return True
    if marks == {" "}:
        return lengths in _BLANKED
    return marks <= _HYPHENS and len(marks) == 1 and lengths in _HYPHENED


def _is_landline(written: str) -> bool:
    """An area code and a local number, which does not begin with 0 (nor, when all is run together, with 1)."""
    digits = _DIGITS.sub("", written)
    local = digits[3 if digits[1] in "12" else 4 :]
    return local[0] in ("23456789" if len(digits) == len(written) else "123456789")


def _is_id(written: str) -> bool:
    """Eighteen digits (the last may be X) with a region and a date of birth; the check digit is not asked for.

    A mistyped number still names a person.
    """
    groups = re.findall(r"[\dXx]+", written)
    return len(groups) <= 6 and _ID_18.fullmatch("".join(groups)) is not None


def _is_old_id(written: str) -> bool:
    """Fifteen digits with a region and a date of birth, as issued until 1999."""
    return _ID_15.fullmatch(written) is not None


def _is_card(written: str) -> bool:
    """A UnionPay number, or another that passes the Luhn check."""
    digits = _DIGITS.sub("", written)
    return digits.startswith("62") or _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def _is_plate(written: str) -> bool:
    """A plate has at most two letters after the one of its city."""
    return sum(character.isdigit() for character in written) >= 3


def _is_openid(written: str) -> bool:
    """An openid mixes digits and letters of both cases; a long word or a slug does not."""
    digits = sum(character.isdigit() for character in written)
    upper = sum(character.isupper() for character in written)
    return digits >= 4 or (upper > 0 and digits > 0) or (3 <= upper <= 24 and not _WORDS.fullmatch(written))


def _any(written: str) -> bool:
    return True


_WORDS: Final = re.compile(r"[A-Za-z][a-z]*(?:[-_][A-Z]?[a-z]+|[A-Z][a-z]+)*")
"""Words, run together or joined by hyphens."""


def _first(digit: str, *not_after: str) -> str:
    """The first digit of a number, where it goes on from nothing: a longer number, a fraction, a checksum.

    The digit comes before the look back, so that the search leaps from one candidate to the next.
    """
    forbidden = "".join(
        rf"(?<!{before}{digit})" for before in ("[0-9A-Fa-f_]", r"\b0\.", r"\d\d\.", "[A-Fa-f]-", *not_after)
    )
    return rf"{digit}(?:{forbidden}|(?<=phone{digit})|(?<=mobile{digit}))"


_THEN: Final = rf"(?:{_SEPARATOR}\d)"
"""One more digit of the same number."""
_IN_FRACTION: Final = r"\d\."
_IN_HEX: Final = "[0-9A-Fa-f]-"
_IN_UUID: Final = "[0-9A-Fa-f]{4}-"
_FOURS: Final = r"\d{3}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?"
_CHINA: Final = r"(?:(?<=\+)86|(?<=0)086|(?<=8)6)"
_LANDLINE: Final = rf"(?:10\)?{_THEN}{{8}}|2\d\)?{_THEN}{{8}}|[3-9]\d\d\)?{_THEN}{{7,8}})"
_PLATE: Final = "(?:[A-Za-z0-9]{5,6}|[A-Za-z0-9]{4}[挂学警港澳领使试超])"
_ACCOUNT: Final = r"号?(?:是|为|[ :：]){0,3}([A-Za-z][\w-]{5,19})"
_CALL: Final = "(?:电话|座机|固话|手机|联系方式|传真)"
_PROVINCE: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_PATTERNS: Final[tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...]] = tuple(
    (kind, re.compile(pattern, re.ASCII), accepts)
    for kind, pattern, accepts in (
        (
            "mail",
            r"[\w.+-](?<![\w.+-][\w.+-])[\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}",
            _any,
        ),
        ("openid", r"[oO](?<![\w+/=-][oO])[0-9A-Za-z_-]{27}(?![\w+/=-])", _is_openid),
        ("id", rf"{_first('[1-8]')}{_THEN}{{16}}{_SEPARATOR}[\dXx]{_BEFORE}", _is_id),
        ("id", rf"{_first('[1-8]', _IN_FRACTION, _IN_HEX)}\d{{14}}{_BEFORE}{_NO_MEASURE}", _is_old_id),
        ("id", r"护照[^0-9A-Za-z]{0,6}([A-Za-z]{1,2}\d{7,8})(?!\d)", _any),
        ("card", rf"{_first('[3-9]', _IN_FRACTION, _IN_HEX)}(?:\d{{15,18}}|{_FOURS}){_BEFORE}", _is_card),
        ("card", rf"{_first('6', _IN_HEX)}2\d{{4}}[ -]\d{{10,13}}{_BEFORE}", _any),
        ("card", r"(?:银行卡|卡号|账号|帐号|账户)[^0-9]{0,6}(\d(?:[ -]?\d){11,20})(?!\d)", _any),
        ("phone", rf"[+08](?<![\w.][+08]){_CHINA}{_SEPARATOR}1{_SEPARATOR}[3-9]{_THEN}{{9}}{_BEFORE}", _any),
        ("phone", rf"{_first('1')}{_SEPARATOR}[3-9]{_THEN}{{9}}{_BEFORE}{_NO_MEASURE}", _is_mobile),
        ("phone", rf"[+](?<![\w.][+])[1-9]\d{{0,2}}[ -]?\(?\d{{2,4}}\)?(?:[ -]?\d){{5,9}}{_BEFORE}", _any),
        ("phone", rf"{_first('0', _IN_FRACTION, _IN_UUID)}{_LANDLINE}{_BEFORE}{_NO_UUID}", _is_landline),
        ("phone", rf"{_CALL}[^0-9]{{0,4}}([2-9]\d{{2,3}}-?\d{{4}})(?![\d-])(?!元)", _any),
        ("plate", rf"[{_PROVINCE}] ?[A-Za-z][·•. -]?{_PLATE}(?![A-Za-z0-9])", _is_plate),
        ("chat", r"(?:[qQ]{2}|扣扣)(?!群)[^0-9A-Za-z群]{0,4}([1-9]\d{4,10})(?!\d)", _any),
        ("chat", r"wxid_(?<!\wwxid_)[0-9A-Za-z]{8,24}", _any),
        ("chat", rf"(?:微信|[vVwW][xX](?<!\w[vVwW][xX])(?=[号是为 :：])){_ACCOUNT}(?![\w-])", _any),
    )
)
_SPELLED_PHONE: Final = re.compile(r"1[3-9](?<![0-9十百千万A-Za-z_.-]1[3-9])\d{9}(?![0-9十百千万A-Za-z_.])")
