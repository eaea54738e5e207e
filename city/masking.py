"""Masks what is personal in free text, one character for one, so that offsets hold.

Phones, ID numbers, plates, bank cards, mail addresses and openids. Numbers of posts, dates, amounts,
identifiers and checksums must survive: the auditor scans topics and logs with the same eyes.
"""

import re
from typing import Final

from msgspec import Struct


class Span(Struct, frozen=True):
    """Something personal from `start` to `end`."""

    kind: str
    start: int
    end: int


_SCREEN: Final = re.compile(
    r"\d[\d\- ()]{5}|@|[oO][\w-]{27}|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]"
)
"""Whether a text could hold anything at all; most do not."""

_EDGE: Final = r"(?<![0-9A-Za-z_.\-:/+])"
_END: Final = r"(?![0-9A-Za-z_]|[.\-:/]\d)"
_GAP: Final = r"[ \-]?"
_ID_DATE: Final = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"

_PATTERNS: Final = (
    ("id", re.compile(rf"(?<!\d)[1-8]\d{{5}}{_GAP}{_ID_DATE}{_GAP}\d{{3}}[\dXx](?![0-9A-Za-z])")),
    (
        "id",
        re.compile(
            r"(?<![0-9A-Za-z])[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9A-Za-z])"
        ),
    ),
    (
        "card",
        re.compile(
            r"(?<![0-9A-Za-z\-.])(?:62|4|5[1-5])\d{2}(?:[ ]?\d{4}){2,3}(?:[ ]?\d{1,4})(?![0-9A-Za-z\-.])"
        ),
    ),
    (
        "phone",
        re.compile(
            r"(?<![0-9A-Za-z.\-])(?:(?:\+|00)?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?![0-9A-Za-z\-]|\.\d)"
        ),
    ),
    ("phone", re.compile(r"(?<![0-9A-Za-z.\-])\(?0\d{2,3}\)?[ \-]?[2-9]\d{6,7}(?![0-9A-Za-z\-]|\.\d)")),
    (
        "plate",
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
        ),
    ),
    ("mail", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)),
    ("openid", re.compile(r"(?<![0-9A-Za-z_-])o[0-9A-Za-z_-]{27}(?![0-9A-Za-z_-])")),
)


def find_personal(text: str) -> list[Span]:
    """Everything personal in the text, in order, without overlaps."""
    if not _SCREEN.search(text):
        return []
    taken: list[Span] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if kind == "openid" and not _looks_random(match.group()):
                continue
            if all(end <= span.start or start >= span.end for span in taken):
                taken.append(Span(kind, start, end))
    return sorted(taken, key=lambda span: span.start)


def _looks_random(token: str) -> bool:
    """An openid mixes cases and digits; a long English word or a slug does not."""
    return (
        any(c.isdigit() for c in token)
        and any(c.isupper() for c in token)
        and any(c.islower() for c in token[1:])
    )


def mask(text: str) -> str:
    """The text with everything personal replaced by asterisks, character for character."""
    spans = find_personal(text)
    if not spans:
        return text
    parts, position = [], 0
    for span in spans:
        parts.append(text[position : span.start])
        parts.append("*" * (span.end - span.start))
        position = span.end
    parts.append(text[position:])
    return "".join(parts)
