"""The envelope of a callback: who sent it is proved by a signature, and in the secure mode its content is sealed.

Signature: SHA-1 over the sorted token, timestamp, nonce and, in the secure mode, ciphertext. Content: AES-256-CBC, key =
base64 of the 43 characters and `=`, IV = its first 16 bytes, PKCS#7 to 32 bytes; 16 random bytes, length in four bytes (network
order), message, app id (WeChat's 消息加解密 document; `wechatpy` agrees, tests/fronts/wechat/test_envelope.py).
"""

import hashlib
import hmac
import os
import struct
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct

SIGNED_SECONDS: Final = 600
"""Real seconds for which a signature holds before and after its time: repeats come within fifteen, clocks differ by less.

Repeats of a message are known for longer, so that a signed request that somebody else kept is worth nothing.
"""
_BLOCK: Final = 32
_RANDOM: Final = 16


class Forged(Exception):
    """Not sent by WeChat to this account; the argument says why, for the log."""


class Account(Struct, frozen=True):
    """What WeChat and we know of the account."""

    app_id: str
    token: str
    aes_key: str = ""
    """43 characters; empty in the plain mode. With it nothing is taken in the plain mode, whose signature leaves the body out."""

    @property
    def key(self) -> bytes:
        """The key of the secure mode. Raises ValueError for what is none."""
        try:
            key = b64decode(f"{self.aes_key}=")
        except ValueError as problem:
            raise ValueError("an AES key has 43 characters") from problem
        if len(self.aes_key) != 43 or len(key) != 32:
            raise ValueError("an AES key has 43 characters")
        return key


def signature(token: str, *parts: str) -> str:
    """Of timestamp, nonce and ciphertext."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode()).hexdigest()


class Envelope:
    """Opens and seals the messages of one account. `now` is real time in seconds."""

    def __init__(self, account: Account, now: Callable[[], float] = time.time) -> None:
        self._account = account
        self._key = account.key if account.aes_key else b""
        self._now = now

    @property
    def secure(self) -> bool:
        """Whether the content is sealed."""
        return bool(self._key)

    def check(self, given: str, timestamp: str, nonce: str, ciphertext: str = "") -> None:
        """Raises Forged for another signature than the one of these parts, and for one that is too old."""
        parts = (timestamp, nonce, ciphertext) if ciphertext else (timestamp, nonce)
        expected = signature(self._account.token, *parts)
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass")):
            raise Forged("signature")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
            raise Forged("timestamp")
        if abs(self._now() - int(timestamp)) > SIGNED_SECONDS:
            raise Forged("too old, or the clock of this machine is wrong")

    def opened(self, ciphertext: str) -> bytes:
        """The message of a sealed content. Raises Forged."""
        try:
            sealed = b64decode(ciphertext, validate=True)
        except ValueError as problem:
            raise Forged("base64") from problem
        if not sealed or len(sealed) % 16:
            raise Forged("length")
        opener = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).decryptor()
        plain = opener.update(sealed) + opener.finalize()
        padding = plain[-1]
        if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise Forged("padding")
        plain = plain[_RANDOM:-padding]
        if len(plain) < 4:
            raise Forged("length")
        (length,) = struct.unpack(">I", plain[:4])
        if plain[4 + length :] != self._account.app_id.encode():
            raise Forged("app id")
        return plain[4 : 4 + length]

    def sealed(self, message: bytes) -> str:
        """The content in which a message is sent."""
        plain = os.urandom(_RANDOM) + struct.pack(">I", len(message)) + message
        plain += self._account.app_id.encode()
        padding = _BLOCK - len(plain) % _BLOCK
        sealer = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16])).encryptor()
        return b64encode(sealer.update(plain + bytes([padding]) * padding) + sealer.finalize()).decode()

    def signed(self, timestamp: str, nonce: str, ciphertext: str) -> str:
        """The signature of what we send."""
        return signature(self._account.token, timestamp, nonce, ciphertext)
