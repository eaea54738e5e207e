"""Browsers in which somebody has signed in before: their tries do not wait for those of strangers.

A browser keeps a cookie that names a person and is vouched for by the portal (OWASP: device cookies). It opens nothing;
but a try that carries it is counted by itself, so that strangers who type wrong passwords cannot keep its owner out.
"""

import hashlib
import hmac
import re
import secrets
from typing import Final

COOKIE: Final = "wenzheng-device"
PATH: Final = "/staff/sign-in"
"""It is sent to the page of signing in alone."""
SECONDS: Final = 180 * 24 * 3600
_FORM: Final = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})")


class Devices:
    """Makes such cookies and knows them again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def cookie(self, person: str) -> str:
        """A fresh one, for a browser in which the person has just signed in."""
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._mac(nonce, person)}"

    def device(self, cookie: str, person: str) -> str:
        """What the tries of this browser are counted under; empty when the person has not signed in there."""
        parts = _FORM.fullmatch(cookie)
        if parts is None or not hmac.compare_digest(self._mac(parts[1], person), parts[2]):
            return ""
        return f"device {hashlib.sha256(cookie.encode()).hexdigest()[:32]}"

    def _mac(self, nonce: str, person: str) -> str:
        message = f"{nonce}.{person}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256").hex()
