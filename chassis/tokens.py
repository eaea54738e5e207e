"""Who a member of staff is: short-lived tokens (JWT, Ed25519) that name person, department and role."""

import time
from pathlib import Path
from typing import Final, get_args

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from chassis.problem import HttpRefused
from chassis.web.headers import bearer
from contracts.roles import Role, lacking

ROLES: Final = get_args(Role)
AUDIENCE: Final = "wenzheng"
LIFETIME_SECONDS: Final = 900
LONGEST_LIFE_SECONDS: Final = 24 * 3600
"""A token that was signed for longer, or that does not say when it was signed, is not believed: there is no list of
withdrawn tokens, so a lost one must end by itself."""


class Staff(Struct, frozen=True):
    """A person acting for a department in a role."""

    person: str
    department: str
    role: str


def sign(private_key: bytes, staff: Staff, lifetime: int = LIFETIME_SECONDS) -> str:
    """A token for `lifetime` real seconds; `private_key` is PEM."""
    now = int(time.time())
    claims = {
        "sub": staff.person,
        "department": staff.department,
        "role": staff.role,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, private_key, algorithm="EdDSA")


class Verifier:
    """Checks tokens with the public key; one checked lately is remembered until it expires."""

    def __init__(self, public_key: bytes, remember: int = 4096) -> None:
        self._key = serialization.load_pem_public_key(public_key)
        self._remember = remember
        self._known: dict[str, tuple[int, Staff]] = {}

    def staff(self, authorization: str | None) -> Staff:
        """The person behind an `Authorization` header. Raises Refused 401."""
        token = bearer(authorization)
        if not token:
            raise HttpRefused(401, "unauthenticated", "请先登录", "缺少 Authorization: Bearer 令牌。")
        known = self._known.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        try:
            claims = jwt.decode(
                token,
                self._key,  # type: ignore[arg-type]  # an Ed25519 key, by the file's content
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "sub", "aud"]},
            )
            if claims["exp"] - claims["iat"] > LONGEST_LIFE_SECONDS:
                raise jwt.InvalidTokenError("signed for longer than a token may live")
            staff = Staff(str(claims["sub"]), str(claims["department"]), str(claims["role"]))
        except (jwt.InvalidTokenError, KeyError) as problem:
            raise HttpRefused(
                401, "unauthenticated", "登录已失效", "令牌无效或已过期,请重新登录。"
            ) from problem
        if staff.role not in ROLES:
            raise HttpRefused(401, "unauthenticated", "登录已失效", "令牌中的角色不存在。")
        if len(self._known) >= self._remember:
            del self._known[next(iter(self._known))]
        self._known[token] = (int(claims["exp"]), staff)
        return staff


def require(staff: Staff, *roles: str) -> Staff:
    """The person, when in one of the roles. Raises Refused 403."""
    if staff.role not in roles:
        raise HttpRefused(403, "forbidden", "没有此项权限", lacking(roles))
    return staff


def make_keys(private_path: Path, public_path: Path) -> None:
    """A new Ed25519 key pair as PEM files; the private one readable by its owner alone."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private_path.touch(mode=0o600)
    private_path.write_bytes(private)
    public_path.write_bytes(public)
