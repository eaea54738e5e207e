"""Tokens that name person, unit and role to the services."""

import time
from typing import Final

from chassis.tokens import Staff, sign

TOKEN_SECONDS: Final = 60
"""How long a token for the services lasts."""
_RENEW_SECONDS: Final = 30
"""A token is used again while it is younger; services remember those they have checked."""
_REMEMBERED: Final = 2000


class Signer:
    """Signs tokens with the portal's private key, Ed25519."""

    def __init__(self, private_key: bytes) -> None:
        self._key = private_key
        self._signed: dict[Staff, tuple[float, str]] = {}

    def token(self, staff: Staff) -> str:
        """A token that holds for at least half a minute more."""
        signed = self._signed.get(staff)
        if signed is not None and time.monotonic() - signed[0] < _RENEW_SECONDS:
            return signed[1]
        if len(self._signed) > _REMEMBERED:
            self._signed.clear()
        token = sign(self._key, staff, TOKEN_SECONDS)
        self._signed[staff] = (time.monotonic(), token)
        return token
