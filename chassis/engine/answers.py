"""Requests that people name with an idempotency key, and the answers kept for their repeats."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct


class IdempotencyKey(Struct, frozen=True):
    """Names a request of a person, so that a repeat is answered as the first was."""

    caller: str
    path: str
    key: str
    body_hash: str


class Kept(Struct, frozen=True):
    """What is kept of an answered request."""

    body_hash: str
    answer: bytes


class Answers(Protocol):
    """Keeps the answers of named requests for seven days; one object for PostgreSQL, one for memory."""

    async def find(self, connection: Any, keys: Sequence[IdempotencyKey]) -> dict[IdempotencyKey, Kept]:
        """The kept answers, by key (whatever the body hash was)."""

    async def keep(self, connection: Any, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        """Keep answers; False when another instance was first with one of them."""
