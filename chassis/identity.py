"""Identities that are drawn, not derived: time-ordered UUIDs."""

import os
import time
from uuid import UUID


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): Unix milliseconds, 12 bits of their fraction (its section 6.2, method 3), 62 random bits.

    New rows stay together in an index, and what one process draws stands in the order in which it was drawn: words
    spoken in one millisecond are shown as they were spoken.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    drawn = int.from_bytes(os.urandom(8)) >> 2
    return str(UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | drawn))
