"""Blind signatures (RFC 9474, RSABSSA-SHA384-PSS-Deterministic): a signer signs what it cannot see, and cannot find again.

The owner of a token hides it (`blind`), the signer signs what is hidden (`sign_blindly`), the owner takes the hiding
away (`unblind`). What comes out is an ordinary RSASSA-PSS signature of the token, which `cryptography` verifies. For
every pair of a hidden and a shown token there is a hiding factor that leads from one to the other, so nothing kept by the
signer tells which belong together, however long it computes.
"""

import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BITS: Final = 2048
SALT: Final = 48
"""Bytes of the salt of PSS: as long as the hash."""
TOKEN: Final = 32
"""Bytes of a token."""


def new_signing_key() -> tuple[bytes, bytes]:
    """A key pair for one purpose, private and public, as PEM. Takes tenths of a second."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, public


@dataclass(frozen=True)
class Hidden:
    """A token on its way: what its owner must keep until the signature comes back."""

    token: bytes
    blinded: bytes
    """What the signer sees."""
    factor: int
    encoded: int


def blind(public: bytes, seed: bytes) -> Hidden:
    """A token and its hiding, both derived from a secret seed of 32 bytes: the same seed, the same request.

    Whoever asks twice, because an answer was lost on the way, shows the signer the same bytes and gets the same signature.
    """
    numbers = _public(public).public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    token = _expanded(seed, b"token", TOKEN)
    encoded = int.from_bytes(_encode(token, _expanded(seed, b"salt", SALT), numbers.n.bit_length() - 1))
    # 128 bits more than the modulus has: the remainder is as good as uniform.
    factor = int.from_bytes(_expanded(seed, b"factor", size + 16)) % numbers.n
    hidden = encoded * pow(factor, numbers.e, numbers.n) % numbers.n
    return Hidden(token, hidden.to_bytes(size), factor, encoded)


def sign_blindly(private: bytes, blinded: bytes) -> bytes:
    """The signature of something hidden; the same bytes, the same signature. Raises ValueError for what is no such thing."""
    numbers = _private(private)
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    size = (n.bit_length() + 7) // 8
    value = int.from_bytes(blinded)
    if len(blinded) != size or not 1 < value < n - 1:
        raise ValueError("not a blinded token of this key")
    # Hidden once more by ourselves, so that the time it takes says nothing about the key.
    mine = secrets.randbelow(n - 3) + 2
    masked = value * pow(mine, e, n) % n
    left, right = pow(masked, numbers.dmp1, numbers.p), pow(masked, numbers.dmq1, numbers.q)
    signed = right + numbers.q * ((left - right) * numbers.iqmp % numbers.p)
    signed = signed * pow(mine, -1, n) % n
    if pow(signed, e, n) != value:
        raise ValueError("the signature came out wrong")
    return signed.to_bytes(size)


def unblind(public: bytes, hidden: Hidden, signed: bytes) -> bytes:
    """The signature of the token itself. Raises ValueError when the signer signed something else."""
    numbers = _public(public).public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    signature = int.from_bytes(signed) * pow(hidden.factor, -1, numbers.n) % numbers.n
    if not is_signed(public, hidden.token, signature.to_bytes(size)):
        raise ValueError("the signer did not sign this")
    return signature.to_bytes(size)


def is_signed(public: bytes, token: bytes, signature: bytes) -> bool:
    """Whether the key signed the token."""
    try:
        _public(public).verify(
            signature, token, padding.PSS(padding.MGF1(hashes.SHA384()), SALT), hashes.SHA384()
        )
    except InvalidSignature:
        return False
    return True


@lru_cache(64)
def _private(pem: bytes) -> rsa.RSAPrivateNumbers:
    # The key is our own, and was checked when it was made; checking it again takes longer than signing.
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.private_numbers()


@lru_cache(64)
def _public(pem: bytes) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(pem)
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def _expanded(seed: bytes, use: bytes, length: int) -> bytes:
    return hashlib.shake_256(use + b"\0" + seed).digest(length)


def _encode(message: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384 and MGF1 (RFC 8017, 9.1.1)."""
    size = (bits + 7) // 8
    digest = hashlib.sha384(b"\0" * 8 + hashlib.sha384(message).digest() + salt).digest()
    block = b"\0" * (size - len(salt) - len(digest) - 2) + b"\x01" + salt
    mask = b"".join(
        hashlib.sha384(digest + n.to_bytes(4)).digest() for n in range(-(-len(block) // len(digest)))
    )
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + b"\xbc"
