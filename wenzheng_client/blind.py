"""A token that its signer never sees (RFC 9474, RSABSSA-SHA384-PSS-Deterministic).

What is sent is the token hidden by a random factor; taking the factor out of the answer leaves an ordinary signature of
the token. So a survey knows who was given a token, and what a token answered, and cannot tell whose token it was.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_TOKEN: Final = 32
_SALT: Final = 48
"""Bytes of the salt of PSS: as long as the hash."""


@dataclass(frozen=True)
class Hidden:
    """A token and what hides it. Kept until it is signed: the same one asked for again gets the same signature."""

    token: bytes
    blinded: bytes
    """What the signer sees."""
    factor: int


def hide(public_key: str) -> Hidden:
    """A new token, hidden from the owner of the key (PEM)."""
    key = _read(public_key)
    numbers, size = key.public_numbers(), key.key_size // 8
    token = secrets.token_bytes(_TOKEN)
    encoded = int.from_bytes(_encoded(token, secrets.token_bytes(_SALT), key.key_size - 1))
    factor = secrets.randbelow(numbers.n)
    while math.gcd(factor, numbers.n) != 1:
        factor = secrets.randbelow(numbers.n)
    return Hidden(token, (encoded * pow(factor, numbers.e, numbers.n) % numbers.n).to_bytes(size), factor)


def signature_of(public_key: str, hidden: Hidden, signed: bytes) -> bytes:
    """The signature of the token itself. Raises ValueError when something else was signed."""
    key = _read(public_key)
    n = key.public_numbers().n
    signature = (int.from_bytes(signed) * pow(hidden.factor, -1, n) % n).to_bytes(key.key_size // 8)
    try:
        key.verify(
            signature, hidden.token, padding.PSS(padding.MGF1(hashes.SHA384()), _SALT), hashes.SHA384()
        )
    except InvalidSignature as failure:
        raise ValueError("the survey did not sign this token") from failure
    return signature


def _read(public_key: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(public_key.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the survey's key is no RSA key")
    return key


def _encoded(token: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384 and MGF1 (RFC 8017, 9.1.1)."""
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(token).digest() + salt).digest()
    block = bytes((bits + 7) // 8 - len(salt) - len(digest) - 2) + b"\x01" + salt
    blocks = -(-len(block) // len(digest))
    mask = b"".join(hashlib.sha384(digest + n.to_bytes(4)).digest() for n in range(blocks))
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0xFF >> (-bits % 8)
    return bytes(masked) + digest + b"\xbc"
