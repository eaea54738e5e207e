"""Request headers that the layers and routes read, and the headers that every response carries: each in one place."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from typing import Final

from chassis.problem import HttpRefused
from chassis.web.asgi import Scope

Pairs = list[tuple[bytes, bytes]]

SAFE: Final[Pairs] = [
    (b"x-content-type-options", b"nosniff"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"referrer-policy", b"no-referrer"),
]
"""What every response carries (ASVS 5, 3.4)."""
HTTPS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""A year, where the public address is https."""
PRIVATE: Final = (b"cache-control", b"private, no-store")
"""An answer to somebody who proved who they are, and a refusal, are for nobody else."""
VARY: Final = b"authorization, x-query-code"
"""One address answers differently to the public, a citizen and the staff."""


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first value of a request header; `name` in lower case."""
    return next((value for given, value in scope["headers"] if given == name), None)


def idempotency_key(value: str | None) -> str:
    """A checked `Idempotency-Key`: 1-64 visible ASCII characters. Raises Refused 400."""
    if not value:
        raise HttpRefused(
            400, "idempotency-key-missing", "缺少 Idempotency-Key", "请为每次提交带上自己的 Idempotency-Key。"
        )
    if len(value) > 64 or not all("!" <= character <= "~" for character in value):
        raise HttpRefused(
            400, "idempotency-key-wrong", "Idempotency-Key 不正确", "应为 1-64 个可见 ASCII 字符。"
        )
    return value


def bearer(authorization: str | None) -> str:
    """The token of an `Authorization` header; its scheme in any case (RFC 9110, 11.1). Empty without one."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie(header: str, name: str) -> str:
    """The value of one cookie in a `Cookie` header, as it was sent; empty without it.

    One pass over the header: nothing is unquoted. Python's own parser needs quadratic time for quoted values
    before 3.11.10 and 3.12.6 (CVE-2024-7592), and Starlette's `request.cookies` calls it.
    """
    wanted = f"{name}="
    for part in header.split(";"):
        stripped = part.strip()
        if stripped.startswith(wanted):
            return stripped[len(wanted) :]
    return ""


def without_cookies(headers: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """The request's headers for FastAPI, which has Starlette read the cookies on every route, wanted or not."""
    return [pair for pair in headers if pair[0] != b"cookie"]


@lru_cache(64)
def accepts_json(accept: bytes) -> bool:
    """Whether an `Accept` header admits what the interfaces answer with (RFC 9110, 12.5.1)."""
    if not accept.strip():
        return True
    for part in accept.decode("latin-1").lower().split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        if media in _ANSWERED and not any(_is_zero(parameter) for parameter in parameters):
            return True
    return False


_ANSWERED: Final = frozenset(
    ("*/*", "application/*", "application/json", "text/*", "text/event-stream", "application/octet-stream")
)


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and value.strip().strip("0").strip(".") == ""


def with_defaults(given: Collection[tuple[bytes, bytes]], status: int, known: bool, https: bool) -> Pairs:
    """The headers of a response with those that every response carries.

    `known`: the request said who asks, so that no cache may keep the answer. What else a route has set stays.
    """
    added = _added(known or status >= 400, https)
    names = {name for name, _ in given}
    if not names.isdisjoint(_ADDED_NAMES):
        given = [pair for pair in given if not (known and pair[0] == PRIVATE[0])]
        kept = {name for name, _ in given}
        added = tuple(pair for pair in added if pair[0] not in kept or pair[0] == b"vary")
    return [*given, *added]


@cache
def _added(private: bool, https: bool) -> tuple[tuple[bytes, bytes], ...]:
    """What is added to the headers of a route that has set none of them."""
    return (*SAFE, *((HTTPS_ONLY,) if https else ()), *((PRIVATE,) if private else ()), (b"vary", VARY))


_ADDED_NAMES: Final = frozenset(name for name, _ in (*SAFE, HTTPS_ONLY, PRIVATE))


def joined(values: Sequence[str]) -> str:
    """A list header's value."""
    return ", ".join(values)
