"""What a form carries besides what was typed: a key that makes a repeat harmless, ids of what it concerns."""

import re
import uuid
from typing import Final

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_IDENTITY: Final = re.compile(r"[0-9A-Za-z-]{1,120}")


def fresh_key() -> str:
    """What makes a repeated form harmless."""
    return uuid.uuid4().hex


def checked_key(key: str) -> str:
    """The key a form carries, or a fresh one for what is none."""
    return key if _KEY.fullmatch(key) else fresh_key()


def identity_of(text: str) -> str:
    """The id of a reply, a debate, a survey and the like; empty for what cannot be one."""
    return text if _IDENTITY.fullmatch(text) else ""


def in_address(text: str) -> str:
    """An id as it stands in the address of a service; what cannot be one names nothing there."""
    return identity_of(text) or "none"
