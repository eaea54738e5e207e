"""What is personal and holds letters: mail addresses, openids, plates, passports and permits, chat accounts.

Patterns over the reading of a text. Each begins at a fixed kind of place and repeats nothing twice, so that the
time is linear in the text whatever it holds.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from city.sight import BREAK, Seen
from city.spans import CHAT, ID, MAIL, OPENID, PHONE, PLATE, Kind

_MARK: Final = r"[ \-.~,'\"]{0,2}"
"""What may stand between two characters of a plate or a passport."""
_NOT_IN_WORD: Final = r"(?![A-Za-z0-9])"

# -- mail -----------------------------------------------------------------------------------------

_PROVIDERS: Final = r"(?:qq|foxmail|163|126|139|189|yeah|sina|sohu|aliyun|gmail|hotmail|outlook)\."
"""Whose addresses are known by their end, whatever stands for the sign."""
_FOR_AT: Final = r"(?:[#*&]|(?<=[A-Za-z0-9_])[^\w\s./:,;()=<>\"'、。“”《》-]{1,2})"
"""What people write for the sign; behind a letter or digit any mark that ends no sentence and begins no address of a page."""
_AT: Final = re.compile(
    rf" ?@{{1,3}} ?|{_FOR_AT} ?(?={_PROVIDERS})|\((?:[aA][tT]|@)\)| ?艾特 ?|"
    r"(?<=[A-Za-z0-9]) [aA][tT] (?=[A-Za-z0-9-]{1,40}(?:\.| [dD][oO][tT] ))"
)
_DOT: Final = r"(?: ?[.。] ?|\([dD][oO][tT]\)| [dD][oO][tT] |点)"
_TOP_LEVEL: Final = r"(?:[A-Za-z]{2,24}|中国|公司|网络|网址|公益|政务|在线|集团|商城|手机|移动)"
_LABEL: Final = "[A-Za-z0-9-]{1,63}"
_DOMAIN: Final = re.compile(
    rf"(?:{_LABEL}(?:\.{_LABEL}){{0,5}}\.|{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}?{_DOT}|[\u4e00-\u9fff]{{1,12}}\.)"
    rf"{_TOP_LEVEL}{_NOT_IN_WORD}"
)
_LOCAL_PART: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-_%&#")
_IDEOGRAPH: Final = re.compile("[\u3400-\u9fff\ue000-\ue009]")
"""Han characters, spelled digits among them."""
_PARTED: Final = re.compile(r"[A-Za-z0-9+_%&#-]{1,64}(?:点|\([dD][oO][tT]\)| [dD][oO][tT] )\Z")
"""A part of a name and the point after it, as a word."""
_LONGEST_PART: Final = 70
_LONGEST_NAME: Final = 4
"""Ideographs before @ that are taken for the name in the address."""


def find_mail(seen: Seen) -> Iterator[tuple[Kind, int, int]]:
    """Mail addresses in a reading, with a name in Chinese, blanks, (at) and 。 for the point as well."""
    plain, coded = seen.plain, seen.coded
    ended = 0
    for sign in _AT.finditer(plain):
        domain = _DOMAIN.match(plain, sign.end())
        if domain is None:
            continue
        start = sign.start()
        while start > ended and coded[start - 1] in _LOCAL_PART:
            start -= 1
        while parted := _PARTED.search(plain, max(ended, start - _LONGEST_PART), start):
            start = parted.start()
        if start == sign.start():
            while start > max(ended, sign.start() - _LONGEST_NAME) and _IDEOGRAPH.match(coded[start - 1]):
                start -= 1
        if start < sign.start():
            yield MAIL, start, domain.end()
            ended = domain.end()


# -- everything else ------------------------------------------------------------------------------

_WORDS: Final = re.compile(r"[A-Za-z][a-z]*(?:[-_][A-Z]?[a-z]+|[A-Z][a-z]+)*")
"""Words, run together or joined by hyphens."""
_PROVINCE: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SUFFIX: Final = (
    "(?:应急|挂(?![号牌职])|学(?![校生区院期习费员])|警(?![务察示官方力民情])|港(?![湾口城币股])|澳(?!门)|"
    "领(?![导取域先])|使(?![用得馆])|试(?![点验用])|超(?![市过速出载]))"
)
_REGISTERED: Final = rf"[A-Za-z]{_MARK}[A-Za-z0-9](?:{_MARK}[A-Za-z0-9]){{4,5}}{_NOT_IN_WORD}(?!区(?!间)|次|路|号楼|栋|幢|室|座|线|型)"
"""The letter of a city or an office and five or six characters."""
_SHORT: Final = rf"[A-Za-z]{_MARK}[A-Za-z0-9](?:{_MARK}[A-Za-z0-9]){{3}}{_MARK}{_SUFFIX}"
_CAR: Final = r"(?:车牌号?码?|牌照|车号|号牌|军车|军牌|警车)"
_SITES: Final = "(?:抖音|快手|小红书|微博|陌陌|钉钉)"
_ACCOUNT: Final = r"号?(?:是|为|叫|[ :：,]){0,3}([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_-])"
_WECHAT: Final = r"(?:[wW]e[cC]hat(?: ?[iI][dD])?|[wW]ei ?[xX]in)(?=[号是为:：]| [A-Za-z_-]{1,19}\d)"
"""In letters; before a blank an account, which has a digit, and no word of a sentence."""
_MEASURES: Final = "[@%‰$€°℃]"
_GOES_ON: Final = rf"{_MEASURES}{{1,3}}|[^\w\n{BREAK}]{{4,16}}"
"""What parts the digits of a telephone and no other number: a sign of a measure, or more marks than `city.numbers` looks across."""
_SAID: Final = (
    "(?:yao|yi|er|liang|san|si|wu|liu|qi|guai|ba|jiu|gou|ling|dong|"
    "one|two|three|four|five|six|seven|eight|nine|zero|oh)"
)
"""Digits as they are said, in pinyin (a radio operator's, too) and in English."""
_PERMIT: Final = "(?:护照|[Pp]assport|通行证|台胞证|回乡证|还乡证|居住证|军官证|士兵证|警官证|香港身份证|澳门身份证|身份证)"


_MISREAD: Final = str.maketrans("OoIl", "0011")


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _is_openid(written: str) -> bool:
    """An openid mixes digits and letters of both cases; a long word or a slug does not."""
    upper = sum(character.isupper() for character in written)
    return (
        _digits(written) >= 4
        or (upper > 0 and _digits(written) > 0)
        or (3 <= upper <= 24 and not _WORDS.fullmatch(written))
    )


def _is_plate(written: str) -> bool:
    """A plate has at least three digits, or two and no more than three capital letters beside its own."""
    rest = [character for character in written if character.isascii() and character.isalnum()][1:]
    letters = [character for character in rest if character.isalpha()]
    digits = len(rest) - len(letters)
    return digits >= 3 or (digits == 2 and len(letters) <= 3 and all(letter.isupper() for letter in letters))


def _has_digits(written: str) -> bool:
    return _digits(written) >= 2


def _is_misread_mobile(written: str) -> bool:
    """A mobile number in which O stands for 0 or l for 1: most are digits, or some and it is not cut into pieces."""
    number = re.sub(r"\W", "", written)
    misread = number.translate(_MISREAD)
    fewest = 4 if len(written) - len(number) <= 2 else 6
    return (
        number != misread and _digits(written) >= fewest and re.fullmatch(r"1[3-9]\d{9}", misread) is not None
    )


def _is_misread_id(written: str) -> bool:
    number = written.translate(_MISREAD)
    return (
        number != written
        and _digits(written) >= 10
        and re.match(r"[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d", number) is not None
    )


def _any(written: str) -> bool:
    return True


class Held:
    """What a reading holds, looked up once, so that most patterns need not be tried.

    A pattern that asks for letters finds them in one stretch of ASCII with what else it asks for: all that may
    part the characters of a number is ASCII, too.
    """

    __slots__ = ("longest", "mixed", "plain")

    def __init__(self, plain: str) -> None:
        self.plain = plain
        lettered = [stretch for stretch in _STRETCH.findall(plain) if _LATIN.search(stretch)]
        self.longest = max(map(len, lettered), default=0)
        """Length of the longest stretch that holds a letter."""
        self.mixed = any(_TWO_DIGITS.search(stretch) for stretch in lettered)
        """Whether a stretch holds a letter and two digits."""


_STRETCH: Final = re.compile("[0-9A-Za-z][ -~]*")
_LATIN: Final = re.compile("[A-Za-z]")
_PARTED_DIGITS: Final = re.compile(rf"[0-9](?:{_MEASURES}|[^\w\n{BREAK}]{{4}})")
_TWO_DIGITS: Final = re.compile("[0-9][^0-9]*[0-9]")

_Needs = Callable[[Held], bool]
_Pattern = tuple[Kind, _Needs, re.Pattern[str], Callable[[str], bool]]


def _mixed(held: Held) -> bool:
    return held.mixed


def _long(length: int) -> _Needs:
    return lambda held: held.longest >= length


def _parted(held: Held) -> bool:
    return _PARTED_DIGITS.search(held.plain) is not None


def _words(*words: str) -> _Needs:
    return lambda held: any(word in held.plain for word in words)


PATTERNS: Final[tuple[_Pattern, ...]] = tuple(
    (kind, needs, re.compile(pattern), accepts)
    for kind, needs, pattern, accepts in (
        (
            ID,
            _words("证"),
            rf"(?:台胞证|通行证|军官证|士兵证|警官证)[^0-9A-Za-z{BREAK}]{{0,8}}(\d(?:{_MARK}\d){{6,9}})(?!\d)",
            _any,
        ),
        (
            PLATE,
            _words("使"),
            rf"(?<![即致促迫大行驱指假])使{_MARK}\d{{3}}{_MARK}\d{{3}}{_NOT_IN_WORD}(?=[^人元户名个万吨次件 ]|\Z)",
            _any,
        ),
        (OPENID, _long(28), r"[oO](?<![A-Za-z0-9_+/=-][oO])[0-9A-Za-z-]{27}(?![A-Za-z0-9+/=-])", _is_openid),
        (
            ID,
            _mixed,
            rf"{_PERMIT}[^0-9A-Za-z{BREAK}]{{0,8}}([A-Za-z]{{1,2}}{_MARK}\d(?:{_MARK}\d){{5,8}}(?:\(\d\))?)(?!\d)",
            _any,
        ),
        (ID, _mixed, r"[A-Z](?<![A-Za-z][A-Z])[A-Z]?\d{6} ?\([0-9A]\)", _any),
        (ID, _mixed, r"(?<![A-Za-z0-9])[0-9OoIl]{17}[0-9OoIlXx](?![A-Za-z0-9])", _is_misread_id),
        (
            PHONE,
            _mixed,
            r"[1Il](?<![A-Za-z0-9][1Il])(?:[ -]?[0-9OoIl]){10}(?![A-Za-z0-9])",
            _is_misread_mobile,
        ),
        (PHONE, _parted, rf"(?<!\d)(1[3-9]\d({_GOES_ON})\d{{4}}\2\d{{4}})(?!\d)", _any),
        (PHONE, _parted, rf"(?<!\d)(1({_GOES_ON})[3-9](?:\2\d){{9}})(?!\d)", _any),
        (PHONE, _long(22), rf"(?<![A-Za-z])(?i:{_SAID}(?:[ ,.-]?{_SAID}){{10,18}})(?![A-Za-z])", _any),
        (PLATE, _mixed, rf"[{_PROVINCE}]{_MARK}(?:{_REGISTERED}|{_SHORT})", _is_plate),
        (
            PLATE,
            _words("WJ", "wj"),
            rf"(?<![A-Za-z])(?:WJ|wj){_MARK}(?:[{_PROVINCE}]|\d\d)?{_MARK}\d(?:{_MARK}\d){{3,4}}[A-Za-z]?{_NOT_IN_WORD}",
            _any,
        ),
        (
            PLATE,
            _mixed,
            rf"{_CAR}[^0-9A-Za-z{BREAK}]{{0,6}}([A-Za-z]{{1,2}}{_MARK}[A-Za-z0-9](?:{_MARK}[A-Za-z0-9]){{4,5}}){_NOT_IN_WORD}",
            _has_digits,
        ),
        (
            PLATE,
            _mixed,
            rf"[军空海北沈兰济南广成][A-Za-z]{_MARK}\d{{5}}{_NOT_IN_WORD}(?![路号区栋幢座室])",
            _any,
        ),
        (CHAT, _mixed, rf"{_SITES}{_ACCOUNT}", _has_digits),
        (CHAT, _words("wxid-"), r"wxid-(?<![A-Za-z0-9]wxid-)[0-9A-Za-z]{8,24}", _any),
        (
            CHAT,
            _long(6),
            rf"(?=[微薇威vVwW加+抖快小陌钉])(?:[微薇威][ ❤]?[信❤](?!公众|服务|订阅|小程序|群|支付|视频)|(?<![A-Za-z0-9])(?:[vV][xX]|[wW][xX])(?=[号是为 :：])|"
            rf"(?<![A-Za-z0-9])(?:[vV]信|{_WECHAT})|加(?:我|个)?[vV微]|(?<![A-Za-z0-9+/=])\+[vV微](?=[号是为 :：])|{_SITES}号){_ACCOUNT}",
            _any,
        ),
    )
)


_MAY_BE_MAIL: Final = re.compile(rf"@|艾特|at|At|aT|AT|{_PROVIDERS}")
_CITY_PLATE: Final = re.compile(
    rf"([\u4e00-\u9fff])([A-HJ-NP-Z]{_MARK}\d{{5}}){_NOT_IN_WORD}(?![号楼室区座栋幢线路型次])"
)
_NUMBERED: Final = frozenset(
    "号码版型款座栋幢楼段线第区组类级库室层路站井桩灯杆机梯表单案件卷图标页位道省籍同备品次证卡箱栏柜"
)
"""Ends of words for things that have such numbers of their own."""


def find_named(seen: Seen) -> Iterator[tuple[Kind, int, int]]:
    """Everything personal in a reading that holds letters, mail addresses first; some may overlap."""
    plain = seen.plain
    if _MAY_BE_MAIL.search(plain):
        yield from find_mail(seen)
    held = Held(plain)
    for kind, needs, pattern, accepts in PATTERNS:
        if not needs(held):
            continue
        for match in pattern.finditer(plain):
            start, end = match.span(match.lastindex or 0)
            if accepts(plain[start:end]):
                yield kind, start, end
    for match in _CITY_PLATE.finditer(plain) if held.mixed else ():
        if match[1] not in _NUMBERED:
            yield PLATE, *match.span(2)
