"""What intake answers whoever has to call a citizen back."""

from typing import Literal

from msgspec import Struct


class ContactToCall(Struct):
    """By what a citizen can be reached: name, telephone, mailbox, as far as they gave and may be told."""

    number: str
    state: Literal["opened", "none", "erased"]
    """`none`: nobody gave a telephone or a mailbox; `erased`: the citizen had it erased, and nobody can open it."""
    contact: dict[str, str]
