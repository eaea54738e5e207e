"""Which runs of digits are the number of a person: a telephone, an identity card, a bank card, a chat account.

A reading is cut into runs of digits with at most three marks between two of them, a run into groups. From each
group on, what the next groups make together is judged: their digits, how they are grouped, and what parts them.
A number has at most 25 digits, so that the work is linear in the text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from city.shapes import (
    DATE,
    ID_15,
    ID_17,
    LONGEST,
    MOBILE_NUMBER,
    MOST_GROUPS,
    MOST_GROUPS_OF_15,
    SAID_MARKS,
    TIMES,
    USUAL,
    is_card,
    is_id,
    is_landline,
    is_mobile,
    lacks_zero,
    several,
)
from city.sight import BREAK, OF_ONE_CLASS, Seen, digit_class, is_spelled
from city.spans import CARD, CHAT, ID, PHONE, Kind

LONGEST_TOLD: Final = 25
"""Digits of the longest number that a word announces, an account's."""
FEWEST: Final = 5
"""Digits of the shortest number, a chat account's."""

MOBILE: Final = "mobile"
LANDLINE: Final = "landline"
LOCAL: Final = "local"
ABROAD: Final = "abroad"
DIALLED: Final = "dialled"
NO_ZERO: Final = "no zero"
ACCOUNT: Final = "account"
_KINDS: Final = {
    MOBILE: PHONE,
    LANDLINE: PHONE,
    LOCAL: PHONE,
    ABROAD: PHONE,
    DIALLED: PHONE,
    NO_ZERO: PHONE,
    ACCOUNT: CARD,
}
"""Kinds that are told apart here alone."""

_RUN: Final = re.compile(rf"\d+(?:(?:(?:[^\w%‰°℃¥￥$€@{BREAK}]|_){{1,3}}|{SAID_MARKS})\d+)*")
_CHECK_LETTER: Final = re.compile(r"[^\w]{0,2}[XxΧ×✕✖✗✘╳⨯](?![A-Za-z0-9])")

_SUM: Final = re.compile(r"[0-9A-Za-z.]\+\Z")
"""A plus that adds. A word right before it is no summand, though Python calls Chinese characters alphanumeric."""
_CALL: Final = re.compile(
    r"(?:电话|座机|固话|手机|联系方式|传真|致电|拨打|来电|回电|热线|[Tt][Ee][Ll]|[Ff][Aa][Xx]|☎|☏|📞|📱)"
    rf"(?![费亭卡机])[^\d元{BREAK}]{{0,6}}\Z"
)
_CHAT: Final = re.compile(
    r"(?:(?<![A-Za-z0-9+/=])[qQ] ?[qQ](?: ?邮箱?)?|扣扣|企鹅号?|[微薇威] ?[信❤]|(?<![A-Za-z0-9+/=])(?:[vVwW][xX]|[wW]e[cC]hat(?: ?[iI][dD])?|[vV]信|微号)|加我?[vVqQ微])"
    rf"(?!群)(?:[号码账是为叫加我的]|[^\w{BREAK}]){{0,6}}\Z"
)
_ACCOUNT: Final = re.compile(rf"(?:银行卡|卡号|账号|帐号|账户|开户)[^\d{BREAK}]{{0,8}}\Z")
_MONEY: Final = re.compile(
    rf"(?:投资|金额|收入|支出|预算|造价|总价|资金|[共合总]计|面积|产值|价格|额|款)[^\d{BREAK}]{{0,4}}\Z"
)
_UNIT: Final = re.compile(r" ?(?:余|多)?(?:元|万|亿|吨|平方|平米|立方|千瓦|公里|公斤|千克|米|度|%|人次|方)")
_TITLE: Final = re.compile(
    r" ?[\u4e00-\u9fff]{1,3}?(?:女士|先生|小姐|老师|师傅|经理|同志|阿姨|大[姐哥爷妈叔]|叔|主任|书记|队长|老板|医生|某)"
)
_MEASURED: Final = re.compile(rf"(?:面积|单价|坐标|经度|纬度|海拔)[^\d{BREAK}]{{0,3}}\Z")
_SIZE: Final = re.compile(r" ?(?:[mc]m|毫米|厘米)")
_ITEMS: Final = 20
"""Items of a list that people number, as in `12.13900001234`."""
_LOOKED_BACK: Final = 16
"""Characters before a number that can say what it is."""


_Piece = tuple[int, int, int]
"""Start, end and class of digits that stand together and are of one class."""


class _Group:
    """Digits without anything between them, all of one class."""

    def __init__(self, start: int, digits: str, spelled: bool, before: str) -> None:
        self.start, self.end = start, start + len(digits)
        self.digits = digits
        self.spelled = spelled
        self.before = before
        """The marks between this group and the one before it, blanks beside another mark left out."""


def find_numbers(seen: Seen) -> Iterator[tuple[Kind, int, int, str]]:
    """Kind, start, end and digits of each number of a person, as places in the reading; in order."""
    for run in _RUN.finditer(seen.plain):
        if run.end() - run.start() >= FEWEST:
            pieces = _pieces(seen, run.start(), run.end())
            dashes = _dashes(seen, pieces)
            found = list(_Run(seen, pieces, dashes).numbers())
            if not found and dashes:
                found = list(_Run(seen, pieces).numbers())
            if not found and len(together := _together(pieces)) < len(pieces):
                found = list(_Run(seen, together).numbers())
            yield from found


class _Run:
    """One run of digits, and what stands around it."""

    def __init__(self, seen: Seen, pieces: Sequence[_Piece], leave_out: frozenset[int] = frozenset()) -> None:
        self._plain = seen.plain
        self._groups = _groups(seen, pieces, leave_out)
        self._digits = "".join(group.digits for group in self._groups)
        self._goes_on = False
        """Whether the number before was a telephone, and this one may be the next of a list."""
        self._last_of: dict[int, int] = {}
        """How many digits of the run there are up to the end of a group, to that group."""
        counted = 0
        for number, group in enumerate(self._groups):
            counted += len(group.digits)
            self._last_of[counted] = number

    def numbers(self) -> Iterator[tuple[Kind, int, int, str]]:
        """The numbers of the run."""
        first, offset = 0, 0
        while offset <= len(self._digits) - FEWEST:
            judged = self._judge(first, offset)
            if judged is None:
                self._goes_on = False
                offset += len(self._groups[first].digits)
                first += 1
                continue
            kind, last, end = judged
            kind = _KINDS.get(kind, kind)
            start = self._groups[first].start
            if kind == PHONE and self._plain[start - 1 : start] == "+":
                start -= 1
            digits = "".join(group.digits for group in self._groups[first : last + 1])
            yield kind, start, end, digits
            self._goes_on = kind == PHONE
            first, offset = last + 1, offset + len(digits)

    def _judge(self, first: int, offset: int) -> tuple[Kind, int, int] | None:
        """The longest number that begins with a group: its kind, its last group and its end."""
        group = self._groups[first]
        if len(group.digits) > LONGEST and (run_together := several(group.digits)):
            return run_together, first, group.end
        if len(group.digits) > LONGEST_TOLD or self._in_fraction(first):
            return None
        window = self._digits[offset : offset + LONGEST_TOLD]
        best = 0
        judged: tuple[Kind, int, int] | None = None
        for kind, length in self._candidates(window, first):
            last = self._last_of.get(offset + length)
            if last is None or length <= best or len(window) < length:
                continue
            if _too_many(kind, last - first + 1, length):
                continue
            end = self._end(kind, first, last, window[:length])
            if end:
                best, judged = length, (kind, last, end)
        return judged

    def _candidates(self, window: str, first: int) -> Iterator[tuple[Kind, int]]:
        """What the next digits may be the beginning of, and how many of them that would take."""
        lead = window[0]
        if lead != "0" and lead != "9":
            if ID_17.match(window):
                yield ID, 18
                yield ID, 17
            if ID_15.match(window):
                yield ID, 15
        if lead in "3456789":
            for length in range(LONGEST, 14, -1):
                yield CARD, length
        if lead in "018":
            mobile = MOBILE_NUMBER.match(window)
            if mobile is not None:
                yield MOBILE, mobile.end()
        if lead == "0":
            for length in (12, 11, 10):
                yield LANDLINE, length
        if first == 0:
            yield from self._announced()
        elif self._goes_on:
            yield LOCAL, 8
            yield LOCAL, 7

    def _announced(self) -> Iterator[tuple[Kind, int]]:
        """What the words before the run announce. Within a run no word stands between two groups."""
        start = self._groups[0].start
        before = self._plain[max(0, start - _LOOKED_BACK) : start]
        if before[-1:] == "+" and _SUM.search(before) is None:
            yield from ((ABROAD, length) for length in range(15, 8, -1))
        if _ACCOUNT.search(before) is not None:
            yield from ((ACCOUNT, length) for length in range(LONGEST_TOLD, 9, -1))
        if _CALL.search(before) is not None:
            yield LOCAL, 8
            yield LOCAL, 7
            yield NO_ZERO, 11
            yield NO_ZERO, 10
            if self._digits.startswith("00"):
                yield from ((DIALLED, length) for length in range(17, 10, -1))
        if _CHAT.search(before) is not None:
            yield from ((CHAT, length) for length in range(11, FEWEST - 1, -1))

    def _end(self, kind: Kind, first: int, last: int, digits: str) -> int:
        """Where a number of this kind ends, made of some groups; 0 when they are none."""
        groups = self._groups[first : last + 1]
        lengths = tuple(len(group.digits) for group in groups)
        marks = [group.before for group in groups[1:]]
        end = groups[-1].end
        if kind == ID and len(digits) == 17:
            letter = _CHECK_LETTER.match(self._plain, end, end + 4)
            return letter.end() if letter is not None else 0
        return end if self._is(kind, first, last, digits, lengths, marks) else 0

    def _is(
        self, kind: Kind, first: int, last: int, digits: str, lengths: tuple[int, ...], marks: list[str]
    ) -> bool:
        """Whether groups of these lengths, parted by these marks, are a number of a kind."""
        after_point = self._groups[first].before == "."
        if kind == ID:
            amount = len(digits) == 15 and (after_point or self._is_amount(first, last))
            return is_id(digits, lengths, marks) and not amount
        if kind == CARD:
            return is_card(digits, lengths, marks) and not after_point and not self._in_word(first)
        if kind == MOBILE:
            counts = all(group.spelled for group in self._groups[first : last + 1]) and self._counts(
                first, last
            )
            amount = (lengths != USUAL or set(marks) <= TIMES | {"."}) and self._is_amount(first, last)
            return is_mobile(digits, lengths, marks) and not amount and not counts
        if kind == LANDLINE:
            return is_landline(digits, lengths, marks) and not after_point
        if kind == LOCAL:
            return self._is_local(last, digits, marks)
        if kind == NO_ZERO:
            return lacks_zero(digits, lengths, marks) and not self._is_sum_or_year(last)
        if kind in (ABROAD, DIALLED):
            country = digits[2] if kind == DIALLED else digits[0]
            return country != "0" and set(marks) <= {" ", "-", "(", ")"}
        return digits[0] != "0" and set(marks) <= {" ", "-", ".", ""}

    # -- what stands around -----------------------------------------------------------------

    def _in_fraction(self, first: int) -> bool:
        """Whether a group stands behind the point of a fraction and not behind the number of an item."""
        if first == 0 or self._groups[first].before != ".":
            return False
        whole = self._groups[first - 1].digits
        return len(self._groups[first].digits) > 5 and (whole == "0" or len(whole) > 2 or int(whole) > _ITEMS)

    def _in_word(self, first: int) -> bool:
        """Whether a Latin letter stands right before a group."""
        start = self._groups[first].start
        return start > 0 and self._plain[start - 1].isascii() and self._plain[start - 1].isalpha()

    def _counts(self, first: int, last: int) -> bool:
        """Whether a spelled number goes on with 十, 百, 千, 万 or 亿: then it counts something."""
        start, end = self._groups[first].start, self._groups[last].end
        after = "" if _TITLE.match(self._plain, end) else self._plain[end : end + 1]
        around = self._plain[max(0, start - 1) : start] + after
        return any(unit in around for unit in "十百千万亿拾佰仟")

    def _is_amount(self, first: int, last: int) -> bool:
        """Whether a number in one piece is money or a measure: the unit follows, and no person of that name.

        Amounts of this size are round, or stand after a word such as 投资; others are telephones made to look so.
        """
        start, end = self._groups[first].start, self._groups[last].end
        before = self._plain[max(0, start - _LOOKED_BACK) : start]
        if first == last and last + 1 < len(self._groups) and self._groups[last + 1].before == ".":
            fraction = self._groups[last + 1]
            return len(fraction.digits) <= 2 and _UNIT.match(self._plain, fraction.end) is not None
        if last > first and (_MEASURED.search(before) or _SIZE.match(self._plain, end)):
            return True
        if first != last or _UNIT.match(self._plain, end) is None or _TITLE.match(self._plain, end):
            return False
        if _CALL.search(before) is not None:
            return False
        rounded = self._groups[first].digits.endswith("0000")
        return rounded or self._plain[end : end + 2] == "万元" or _MONEY.search(before) is not None

    def _is_local(self, last: int, digits: str, marks: list[str]) -> bool:
        """Whether digits after a word such as 电话 are a number without area code, in full."""
        if digits[0] in "01" or DATE.fullmatch(digits) or not set(marks) <= {" ", "-", ".", ""}:
            return False
        if last + 1 < len(self._groups) and self._groups[last + 1].before in ("-", ""):
            return False
        return not self._is_sum_or_year(last)

    def _is_sum_or_year(self, last: int) -> bool:
        """Whether what a group ends is money or a year."""
        end = self._groups[last].end
        return self._plain[end : end + 1] in ("元", "年")


def _too_many(kind: str, groups: int, length: int) -> bool:
    """Whether nobody breaks up a number of a kind into so many groups. It spares a look at each of them."""
    if kind == ID:
        return length == 15 and groups > MOST_GROUPS_OF_15
    return kind in (CARD, LANDLINE) and MOST_GROUPS < groups < length


def _pieces(seen: Seen, start: int, end: int) -> list[_Piece]:
    """The pieces of a run, in order."""
    return [
        (digits.start(), digits.end(), digit_class(digits[0][0]))
        for digits in OF_ONE_CLASS.finditer(seen.coded, start, end)
    ]


def _together(pieces: Sequence[_Piece]) -> list[_Piece]:
    """The pieces with those made one that nothing parts: 一3九 is a group, whoever spelled every other digit of it."""
    joined: list[_Piece] = []
    for start, end, kind in pieces:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end, 0)
        else:
            joined.append((start, end, kind))
    return joined


def _dashes(seen: Seen, pieces: Sequence[_Piece]) -> frozenset[int]:
    """Which pieces may be dashes: a spelled one that stands alone between plain digits (139一0000一1234)."""
    return frozenset(
        number
        for number, (start, end, _) in enumerate(pieces[1:-1], 1)
        if seen.plain[start:end] == "1"
        and is_spelled(seen.coded[start])
        and (pieces[number - 1][1], pieces[number + 1][0]) == (start, end)
        and pieces[number - 1][2] == pieces[number + 1][2] == 0
    )


def _groups(seen: Seen, pieces: Sequence[_Piece], leave_out: frozenset[int]) -> list[_Group]:
    """The groups of a run, but for pieces that are left out: they are marks."""
    groups: list[_Group] = []
    ended = pieces[0][0]
    for number, (start, end, kind) in enumerate(pieces):
        if number not in leave_out:
            mark = _mark(seen.plain[ended:start]) if groups else ""
            groups.append(_Group(start, seen.plain[start:end], kind == 1, mark))
            ended = end
    return groups


def _mark(between: str) -> str:
    """The first mark between two groups that is no blank; a numeral left out there is a dash."""
    marks = between.replace("\n", " ").strip()
    return "-" if marks == "1" else marks[:1] or between[:1].replace("\n", " ")
