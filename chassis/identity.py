"""Identities that are drawn, not derived: time-ordered UUIDs, and texts people can read to each other."""

import os
import time
from uuid import UUID

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): Unix milliseconds, 12 bits of their fraction (its section 6.2, method 3), 62 random bits.

    New rows stay together in an index, and what one process draws stands in the order in which it was drawn: words
    spoken in one millisecond are shown as they were spoken.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    drawn = int.from_bytes(os.urandom(8)) >> 2
    return str(UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | drawn))


def crockford(data: bytes, length: int) -> str:
    """The first `length` characters of Crockford's base 32 of the bytes."""
    number = int.from_bytes(data)
    bits = len(data) * 8
    return "".join(_CROCKFORD[(number >> (bits - 5 * (n + 1))) & 31] for n in range(length))
