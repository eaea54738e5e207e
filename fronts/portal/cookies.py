"""Cookies: what a browser sent, read in one pass over it, and what it is asked to keep or to forget.

Starlette reads cookies with the standard library's parser, which takes quadratic time for a value of quoted
backslashes (CVE-2024-7592, fixed in 3.11.10 and 3.12.6), and FastAPI asks it for them on every route. So they are read
here, by a layer before both, which passes on a request without its `Cookie` header.
"""

from typing import Final, Literal

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web import headers as chassis_headers

READ_LIMIT: Final = 16 * 1024
"""Bytes of `Cookie` headers that are read; a browser sends a few hundred. Longer ones are as good as none."""

_SENT: Final = "wenzheng.cookies"

SameSite = Literal["strict", "lax"]


class CookieReader:
    """ASGI layer: keeps the cookies of each request aside and takes their header away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            header = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
            kept = header.decode("latin-1") if len(header) <= READ_LIMIT else ""
            scope = {**scope, "headers": chassis_headers.without_cookies(scope["headers"]), _SENT: kept}
        await self._app(scope, receive, send)


def sent(scope: Scope, name: str) -> str:
    """The value of one cookie of a request that came through the layer; empty when it was not sent."""
    return chassis_headers.cookie(scope[_SENT], name)


class Cookies:
    """How cookies are read and set on one portal: never for scripts, and where it is encrypted for that alone."""

    def __init__(self, secure: bool) -> None:
        self.secure = secure

    def name(self, plain: str) -> str:
        """The name of a cookie of the whole site; the prefix binds it to this host (RFC 6265bis, 4.1.3.2)."""
        return f"__Host-{plain}" if self.secure else plain

    @staticmethod
    def read(request: Request, name: str) -> str:
        """The value of one cookie; empty when it was not sent."""
        return sent(request.scope, name)

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
