"""The portal's own keys, derived from the shared secret for one use each."""

from typing import Final

from chassis.vault import derived

_OURS: Final = b"wenzheng portal"


def totp_key(secret: bytes) -> bytes:
    """Seals the secrets of one-time codes."""
    return derived(secret, b"totp", _OURS)


def form_key(secret: bytes) -> bytes:
    """Guards the forms of those who have no session yet."""
    return derived(secret, b"sign-in form", _OURS)


def device_key(secret: bytes) -> bytes:
    """Vouches for browsers in which somebody has signed in before."""
    return derived(secret, b"device", _OURS)
