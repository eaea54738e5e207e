"""What was typed or came in an address, ready to stand in the address or a header of a request to a service."""

import re
from typing import Final

from city.typed import case_number, query_code
from fronts.portal.forms import Unfit

_NUMBER: Final = re.compile(r"[A-Z]{1,4}[0-9]{6}-[0-9]{6,9}")
_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
_IDENTITY: Final = re.compile(r"[0-9A-Za-z-]{1,120}")


def number_of(typed: str) -> str:
    """The number of a post as it is stored, such as `SQ261127-000001`; empty for what cannot be one."""
    number = case_number(typed)
    return number if _NUMBER.fullmatch(number) else ""


def checked_number(typed: str) -> str:
    """The same. Raises Unfit 404 for what cannot be one."""
    number = number_of(typed)
    if not number:
        raise Unfit(404, "没有这个编号的帖子。")
    return number


def code_of(typed: str) -> str:
    """The query code that was meant; empty for what cannot be one."""
    code = query_code(typed)
    return code if _CODE.fullmatch(code) else ""


def identity_of(text: str) -> str:
    """The id of a reply, a debate, a survey and the like; empty for what cannot be one."""
    return text if _IDENTITY.fullmatch(text) else ""


def in_address(text: str) -> str:
    """An id as it stands in the address of a service; what cannot be one names nothing there."""
    return identity_of(text) or "none"
