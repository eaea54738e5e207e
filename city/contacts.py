"""Ways to reach a person: what can be dialled or mailed is made normal, everything else is refused.

A contact is written into messages to providers and into mail headers, so nothing may stand in it that ends a
line or begins a second address.
"""

import re
import unicodedata
from typing import Final

import phonenumbers

from city.characters import LINE_ENDS
from city.normal import written

LONGEST_PHONE: Final = 60
"""Characters of a phone as typed; one with country, blanks and an extension has about 30."""
LONGEST_MAIL: Final = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, less the brackets); its local part has at most 64."""
LONGEST_LOCAL: Final = 64

_LINE_ENDS: Final = re.compile(f"[\n{LINE_ENDS}]")
_DASHES: Final = re.compile("[\u02d7\u2010-\u2015\u2212\u2043\u30fc\u4e00\ufe58\ufe63\uff0d\uff70]")
"""What is typed for a hyphen, a Chinese one and a long vowel among it."""
_DIALLED: Final = re.compile(
    r"(\+?)((?:[ .()-]{0,3}\d){5,20})[ .)]{0,3}(?:(?:转|分机号?|ext\.?|x|#)[ :]{0,2}(\d{1,6}))?"
)
_DIALLED_WITH_HYPHEN: Final = re.compile(r"(\+?)((?:[ .()-]{0,3}\d){5,20})-(\d{1,6})")
"""`0527-84351234-801`: tried when the whole is no number."""
_MOBILE: Final = re.compile(r"0?(1[3-9]\d{9})")
_LANDLINE: Final = re.compile(r"0(?:10|2\d|[3-9]\d\d)[2-9]\d{6,7}")
_SERVICE: Final = re.compile(r"[48]00\d{7}")
_LOCAL: Final = re.compile(r"[2-9]\d{6,7}")
_CHINA: Final = re.compile(r"(?:0086|86)(\d{10,12})")

_ATOM: Final = r"[A-Za-z0-9_+&'=^~!$%*-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LOCAL_PART: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{1,59}})")
_OPENID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def phone(text: str) -> str:
    """A telephone number in the form in which it is dialled from within the country; empty when nothing is written.

    `13900001234`, `052784351234`, with an extension `052784351234转801`, from abroad `+85291234567`. Digits of
    any script, any dash, blanks, dots, brackets and unseen characters are read. Raises ValueError, with a
    Chinese reason, for what cannot be dialled and for two numbers.
    """
    typed = _one_line(text, LONGEST_PHONE)
    if not typed:
        return ""
    typed = unicodedata.normalize("NFKC", _DASHES.sub("-", typed)).lower()
    typed = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in typed)
    for pattern in (_DIALLED, _DIALLED_WITH_HYPHEN):
        match = pattern.fullmatch(typed)
        number = "" if match is None else _number(match[1], re.sub(r"\D", "", match[2]))
        if match is not None and number:
            return f"{number}转{match[3]}" if match[3] else number
    raise ValueError("不是电话号码")


def is_mobile(number: str) -> bool:
    """Whether a number made normal can receive a text message in this country."""
    return _MOBILE.fullmatch(number) is not None


def mail(text: str) -> str:
    """A mail address with its domain in lower case and in ASCII; empty when nothing is written.

    Raises ValueError, with a Chinese reason, for what is not one address of the plain form (RFC 5321 Dot-string).
    """
    typed = _one_line(text, LONGEST_MAIL)
    if not typed:
        return ""
    local, at, domain = unicodedata.normalize("NFKC", typed).partition("@")
    domain = domain.replace("。", ".")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        domain = ""
    fits = len(local) <= LONGEST_LOCAL and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain)
    if not at or not fits or len(local) + 1 + len(domain) > LONGEST_MAIL:
        raise ValueError("不是邮箱地址")
    return f"{local}@{domain}"


def openid(text: str) -> str:
    """A WeChat openid as it is; raises ValueError, with a Chinese reason, for what is none."""
    if text and not _OPENID.fullmatch(text):
        raise ValueError("不是 openid")
    return text


def _one_line(text: str, longest: int) -> str:
    """The written form without blanks at its ends; raises ValueError when it is too long or has a line end."""
    if len(text) > 4 * longest:
        raise ValueError("太长")
    if _LINE_ENDS.search(text):
        raise ValueError("不能换行")
    return written(text)


def _national(digits: str) -> str:
    """A number of this country as it is dialled within it; empty when it is none."""
    china = _CHINA.fullmatch(digits)
    for candidate in (digits,) if china is None else (digits, china[1], f"0{china[1]}"):
        mobile = _MOBILE.fullmatch(candidate)
        if mobile is not None:
            return mobile[1]
        if any(pattern.fullmatch(candidate) for pattern in (_LANDLINE, _SERVICE, _LOCAL)):
            return candidate
    return ""


def _number(abroad: str, digits: str) -> str:
    """A number as it is dialled from within the country; empty when it is none."""
    if abroad and not digits.startswith("86"):
        return _foreign(abroad, digits)
    return _national(digits) or _foreign(abroad, digits)


def _foreign(abroad: str, digits: str) -> str:
    """A number of another country in E.164; empty when it is none."""
    if not abroad and not digits.startswith("00"):
        return ""
    try:
        number = phonenumbers.parse(f"+{digits if abroad else digits[2:]}")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
