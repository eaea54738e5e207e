"""Numbers and query codes as people type them, ready to stand in an address or a header; empty where they cannot be one."""

import re
from typing import Final

from city.typed import case_number, query_code

_NUMBER: Final = re.compile(r"[A-Z]{1,4}[0-9]{6}-[0-9]{6,9}")
_CODE: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")


def number_of(typed: str) -> str:
    """The number of a post as it is stored, such as `SQ261127-000001`; empty for what cannot be one."""
    number = case_number(typed)
    return number if _NUMBER.fullmatch(number) else ""


def code_of(typed: str) -> str:
    """The query code that was meant; empty for what cannot be one."""
    code = query_code(typed)
    return code if _CODE.fullmatch(code) else ""
