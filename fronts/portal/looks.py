"""How a person wants the pages: 长者版 (large type, one column, fewer choices) or the usual ones, kept in a cookie.

The request at hand is kept beside it, so that every page can offer the switch and lead back to where one was.
"""

from contextvars import ContextVar
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from fronts.portal.cookies import sent

COOKIE: Final = "wenzheng-look"
ELDER: Final = "elder"


class Look(NamedTuple):
    """What every page is rendered with."""

    elder: bool = False
    here: str = "/"
    """Path and query of a page that can be opened again; empty when the page answers a form."""


_USUAL: Final = Look()
_look: ContextVar[Look] = ContextVar("look", default=_USUAL)


def look() -> Look:
    """The look of the request at hand; the usual one outside of any."""
    return _look.get()


class Looking:
    """ASGI layer: reads the cookie of each request before a page is made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            _look.set(Look(_wants_elder(scope), _here(scope)))
        await self._app(scope, receive, send)


def _wants_elder(scope: Scope) -> bool:
    return sent(scope, COOKIE) == ELDER


def _here(scope: Scope) -> str:
    if scope["method"] != "GET":
        return ""
    query = scope["query_string"].decode("latin-1")
    path: str = scope["raw_path"].decode("latin-1") if scope.get("raw_path") else scope["path"]
    return f"{path}?{query}" if query else path


def local(address: str) -> str:
    """An address within this site, or the front page: nobody is led away by a form field."""
    parts = urlsplit(address)
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    fit = inside and not parts.scheme and not parts.netloc and address.isascii() and address.isprintable()
    return address if fit else "/"
