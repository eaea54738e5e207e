"""Finds telephones, identity cards, openids, mail addresses and points on the map, with other eyes than the masker.

The masker decides what is hidden; whoever looks with the same patterns sees none of its holes. Here
three others look: Google's matcher of telephone numbers, the check digits of identity cards, and a
plain scan that takes the digits of any script and forgives any marks between them. It says more often
that something is personal; what is a number of another kind is taken out by its form before.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import phonenumbers
from id_validator import validator

from city.public_contacts import NONE, PublicContacts

_HAN_DIGITS: Final = dict(
    zip(
        "〇零○◯⭕⚪🅾一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两",
        "0000000" + "1234567891" + "1234567892",
        strict=True,
    )
)

_OPAQUE: Final = re.compile(
    r'"sealed(?:_contact|_text|_attachments|_point)?":"[^"]*"'
    r'|"(?![^"]*[0-9]{9})(?:[A-Za-z0-9+/]{4}){10,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"'
    r"|-----BEGIN [A-Z ]{1,30}-----[^-]*-----END [A-Z ]{1,30}-----"
)
"""What nobody reads: sealed boxes, and signatures, tokens and keys in base64. Chance writes openids in them: in one ballot of 240."""
_OTHER_NUMBERS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"  # identifiers
    r"|(?=[0-9a-f]*[a-f])[0-9a-f]{16,}"  # checksums and keyed hashes
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[+-]\d\d:?\d\d|Z)?)?"  # days and instants
    r"|(?<!\.)\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"  # addresses of machines
    r")(?![0-9A-Za-z]|\.\d)"
)
_FRACTION: Final = re.compile(r"(?<=[:,\[= ])-?\d+\.\d+(?:[eE]-?\d+)?(?=[,}\] \n]|$)")
"""A number of a machine in JSON or in metrics."""
_RUN: Final = re.compile(r"\d+(?:(?:(?:[^\w\n\"{}]|_){1,3}|短?横?杠|短?横线?|空格?|减号?|点)\d+)*")
"""Digits with up to three marks between two groups, or the word for one; no letter, no end of a value."""
_MOBILE: Final = re.compile(r"(?:00?86|86)?1[3-9]\d{9}")
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)
_OPENID: Final = re.compile(r"(?<![\w-])o(?=[\w-]*\d)(?=[\w-]*[A-Z])[0-9A-Za-z_-]{27}(?![\w-])", re.ASCII)
_POINT: Final = re.compile(
    r"""\\?["']?\b(?:(?:longitude|latitude)\\?["']?\s*[:=]\s*\\?["']?-?\d{1,3}\.\d|street_address\\?["']\s*:\s*\\?["'][^"'\\])"""
)
"""A point of somebody's or its street, as a machine would write it: by the names of the fields that are only ever sealed."""
_GROUPS_OF_A_NUMBER: Final = 11
"""Groups in which a mobile number is typed, at most."""
_USUAL_GROUPS: Final = 4
"""More groups are taken for one number only where each holds a digit or two; else they are house numbers."""
_HOTLINE: Final = re.compile(r"0\d{2,3}(?:12\d{3}|1[12]\d|9[56]\d{3})")
"""12345, 110 and their like behind an area code: nobody's own telephone."""
_FEWEST_DIGITS: Final = 7
"""Fewer digits are no telephone that could be anybody's."""


def personal(text: str, post_numbers: str = "", public: PublicContacts = NONE) -> list[str]:
    """What kinds of personal data the text holds; empty for none.

    `post_numbers` is the prefix of the city's post numbers; `public` are telephones and mail addresses that
    offices give out themselves, which may stand anywhere.
    """
    kinds = []
    plain = _plain(_OPAQUE.sub("", text))
    if "@" in plain and any(mail.lower() not in public.mails for mail in _MAIL.findall(plain)):
        kinds.append("mail")
    if _POINT.search(plain):
        kinds.append("point")
    if _OPENID.search(plain):
        kinds.append("openid")
    digits = _FRACTION.sub(" ", _OTHER_NUMBERS.sub(" | ", plain))
    if post_numbers:
        digits = re.sub(rf"{re.escape(post_numbers)}[\d-]+", " | ", digits)
    if sum(map(str.isdigit, digits)) < _FEWEST_DIGITS:
        return kinds
    known = {re.sub(r"\D", "", phone.partition("转")[0]) for phone in public.phones}
    for group in _groups(digits):
        if _MOBILE.fullmatch(group) and group[-11:] not in known:
            kinds.append("phone")
        elif len(group) in (15, 18) and validator.is_valid(group):
            kinds.append("id")
    for card in re.findall(r"(?<!\d)\d{17}[Xx](?![0-9A-Za-z])", digits):
        if validator.is_valid(card.upper()):
            kinds.append("id")
    return kinds + [kind for kind, number in _dialled(digits) if number not in known]


def _plain(text: str) -> str:
    """Every character that counts as a digit, in whatever script or ornament, as that digit."""
    if text.isascii():
        return text
    return "".join(map(_digit, text))


@lru_cache(maxsize=65536)
def _digit(character: str) -> str:
    if character.isascii():
        return character
    if character in _HAN_DIGITS:
        return _HAN_DIGITS[character]
    plain = unicodedata.normalize("NFKC", character)
    value = unicodedata.numeric(character, -1.0)
    # Digits, and numerals of merchants, of ringed noughts, of Rome; but Ⅰ and Ⅴ are letters, and ⅟ is of a fraction.
    reads_otherwise = "\u2044" in plain or (len(plain) == 1 and plain.isascii() and plain.isalpha())
    if unicodedata.category(character) in ("Nd", "Nl", "No") and value in range(10) and not reads_otherwise:
        return str(int(value))
    if unicodedata.name(character, "").endswith("PLUS SIGN"):
        return "+"
    # What cannot be seen does not part two digits.
    return "" if unicodedata.category(character) in ("Cf", "Mn", "Me") else plain


def _groups(text: str) -> Iterator[str]:
    """Every run of neighbouring groups of digits, joined: eleven digits may be typed in any of them."""
    for run in _RUN.finditer(text):
        groups, marks = re.findall(r"\d+", run.group()), re.findall(r"\D+", run.group())
        for begin in range(len(groups)):
            joined, between = "", set[str]()
            for n, group in enumerate(groups[begin : begin + _GROUPS_OF_A_NUMBER]):
                joined += group
                between |= {marks[begin + n - 1].strip()} if n else set()
                if len(joined) > 18 or len(between - {""}) > 1:
                    break
                if n < _USUAL_GROUPS or len(joined) <= 2 * n + 2:
                    yield joined


def _dialled(text: str) -> Iterator[tuple[str, str]]:
    """Telephones as Google's library knows them: mobile ones, and landlines dialled with their area code."""
    for match in phonenumbers.PhoneNumberMatcher(text, "CN", leniency=phonenumbers.Leniency.VALID):
        kind = phonenumbers.number_type(match.number)
        if kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
            yield "phone", str(match.number.national_number)
        elif kind == phonenumbers.PhoneNumberType.FIXED_LINE and match.raw_string.startswith(("0", "+")):
            number = f"0{match.number.national_number}"
            if not _HOTLINE.fullmatch(number):
                yield "landline", number
