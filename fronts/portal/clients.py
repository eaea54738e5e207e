"""Whose request is at hand: services count what each person asks of them, not what the pages ask for all."""

from contextvars import ContextVar
from ipaddress import ip_address
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_client: ContextVar[str] = ContextVar("client", default="")
HEADER: Final = "X-Forwarded-For"


def passed_on() -> dict[str, str]:
    """The header that names the person's address to a service; none outside of any request.

    Whatever the browser itself sent under this name is left behind: the address is the connection's,
    or what a gateway that the settings name has said (`WENZHENG_FORWARDED_BY`).
    """
    client = _client.get()
    return {HEADER: client} if client else {}


def client() -> str:
    """The address of the person whose request is at hand; empty outside of any, or where it is not known."""
    return _client.get()


class Clients:
    """ASGI layer: remembers the address of each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            _client.set(_address(scope))
        await self._app(scope, receive, send)


def _address(scope: Scope) -> str:
    host = (scope.get("client") or ("",))[0]
    try:
        return str(ip_address(host))
    except ValueError:
        return ""
