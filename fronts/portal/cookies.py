"""Cookies: what a browser sent, read in one pass over it, and what it is asked to keep or to forget.

Starlette reads cookies with the standard library's parser, which takes quadratic time for a value of quoted
backslashes (CVE-2024-7592, fixed in 3.11.10 and 3.12.6), and FastAPI asks it for them on every route. So they are read
here, by a layer before both, which passes on a request without its `Cookie` header.
"""

from typing import Final, Literal

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

READ_LIMIT: Final = 16 * 1024
"""Bytes of `Cookie` headers that are read; a browser sends a few hundred. Longer ones are as good as none."""

_READ: Final = "wenzheng.cookies"

SameSite = Literal["strict", "lax"]


class CookieReader:
    """ASGI layer: reads the cookies of each request and takes their header away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            headers = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
            scope = {**scope, "headers": headers, _READ: read(scope)}
        await self._app(scope, receive, send)


def read(scope: Scope) -> dict[str, str]:
    """Name to value of the cookies in a request's headers, the first of each name (RFC 6265, 5.4, in one pass)."""
    header = b";".join(value for name, value in scope["headers"] if name == b"cookie")
    if len(header) > READ_LIMIT:
        return {}
    cookies: dict[str, str] = {}
    for pair in header.decode("latin-1").split(";"):
        name, separator, value = pair.partition("=")
        if separator:
            cookies.setdefault(name.strip(), value.strip().removeprefix('"').removesuffix('"'))
    return cookies


def sent(scope: Scope) -> dict[str, str]:
    """The cookies of a request that came through the layer."""
    cookies: dict[str, str] = scope[_READ]
    return cookies


def cookie(request: Request, name: str) -> str:
    """The value of one cookie; empty when it was not sent."""
    return sent(request.scope).get(name, "")


class Cookies:
    """How cookies are set on one portal: never for scripts, and where it is encrypted for that alone."""

    def __init__(self, secure: bool) -> None:
        self.secure = secure

    def name(self, plain: str) -> str:
        """The name of a cookie of the whole site; the prefix binds it to this host (RFC 6265bis, 4.1.3.2)."""
        return f"__Host-{plain}" if self.secure else plain

    def keep(
        self,
        response: Response,
        name: str,
        value: str,
        path: str = "/",
        seconds: int | None = None,
        same_site: SameSite = "strict",
    ) -> None:
        """Ask a browser to keep a cookie; without `seconds` until it is closed."""
        response.set_cookie(
            name, value, seconds, path=path, secure=self.secure, httponly=True, samesite=same_site
        )

    def forget(self, response: Response, name: str, path: str = "/") -> None:
        """Ask a browser to forget one: a cookie named `__Host-` is forgotten only when the order is `Secure`, too."""
        response.delete_cookie(name, path=path, secure=self.secure, httponly=True, samesite="strict")
