"""Identities that are drawn, not derived: time-ordered UUIDs, and texts people can read to each other."""

import os
import time
from uuid import UUID

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random; new rows stay together in an index."""
    value = int.from_bytes(int(time.time() * 1000).to_bytes(6) + os.urandom(10))
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return str(UUID(int=value))


def crockford(data: bytes, length: int) -> str:
    """The first `length` characters of Crockford's base 32 of the bytes."""
    number = int.from_bytes(data)
    bits = len(data) * 8
    return "".join(_CROCKFORD[(number >> (bits - 5 * (n + 1))) & 31] for n in range(length))
