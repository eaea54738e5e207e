"""One-time codes by time: RFC 6238 (30 seconds, six digits, HMAC-SHA-1, as authenticator apps expect)."""

import base64
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

from city.typed import one_time_code

STEP_SECONDS: Final = 30
DIGITS: Final = 6
WINDOW: Final = 1
"""Steps a clock may be off, either way (RFC 6238, 5.2)."""
SECRET_BYTES: Final = 20
"""The length of the hash (RFC 4226, 4 R6)."""


def new_secret() -> str:
    """A fresh secret in Base32, as people and apps read it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of a time step (RFC 4226, 5.3)."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(unix_seconds: float) -> int:
    """The time step of an instant."""
    return int(unix_seconds // STEP_SECONDS)


def matching_step(secret: str, given: str, unix_seconds: float, used: int) -> int:
    """The time step whose code was given, or 0: wrong, too old, or not newer than `used`."""
    typed = one_time_code(given)
    now = step_of(unix_seconds)
    matching = 0
    for step in range(now - WINDOW, now + WINDOW + 1):
        # Every step is compared, so that the time taken tells nothing.
        if hmac.compare_digest(code(secret, step).encode(), typed.encode()) and step > used:
            matching = step
    return matching


def address(secret: str, issuer: str, person: str) -> str:
    """The `otpauth:` address an app reads from the QR code."""
    label = f"{quote(issuer, safe='')}:{quote(person, safe='')}"
    options = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{label}?{options}"
