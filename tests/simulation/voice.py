"""What somebody tries to say in a survey, as the check must know it afterwards."""

from dataclasses import dataclass
from typing import Final

TOLD: Final = "只写给问卷〔密封〕"
"""Begins what people write: it must stand nowhere but in a sealed box."""


@dataclass(frozen=True)
class Voice:
    """One try to be given a token, or to answer with it."""

    phone: str
    voter: str
    """The person's row."""
    blinded: str
    """Hash of the hidden token, as the person's row keeps it."""
    token: bytes = b""
    choice: int = -1
    text: str = ""
