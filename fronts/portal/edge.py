"""The outermost layer of the pages: what no page should see is refused with a page, and no answer leaves bare.

The checks and the headers are those of the services (`chassis.web`); here a person is answered, so what is refused is
a page and no problem document.
"""

import asyncio
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problem import HttpRefused
from chassis.web.addresses import check_address, check_host
from chassis.web.headers import HTTPS_ONLY, SAFE
from chassis.web.methods import without_body
from fronts.portal.pages import Pages

_log = structlog.get_logger()

_SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer carries that does not say otherwise."""
_SENTENCES: Final = {
    400: "网址不正确。",
    404: "没有这个页面。",
    405: "这个页面不能这样打开。",
    421: "网址不正确:这里不是您要访问的网站。",
}
"""Status to what a person reads."""
_OURS: Final = [(name.lower().encode(), value.encode()) for name, value in _SECURITY.items()]


def sentence_of(status: int) -> str:
    """What a person is told of a request that reached no page."""
    return _SENTENCES.get(status, "请求不正确。")


class PageEdge:
    """ASGI layer: checks host and address, answers HEAD like GET, and gives every answer its headers.

    `hosts`: the names under which the pages are known, beside IP addresses and `localhost`. `secure`: they are read over
    an encrypted connection alone, which browsers are told to insist on.
    """

    def __init__(self, app: ASGIApp, pages: Pages, hosts: frozenset[str], secure: bool) -> None:
        self._app = app
        self._pages = pages
        self._hosts = hosts
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        started = asyncio.Event()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.set()
                message["headers"] = self._with_headers([*message.get("headers", ())])
                await send(message)
            elif not is_head:
                await send(message)
            elif not message.get("more_body"):
                await send({"type": "http.response.body", "body": b""})

        try:
            check_host(scope, self._hosts)
            check_address(scope)
        except HttpRefused as refused:
            await self._pages.refuse(refused.status, sentence_of(refused.status))(scope, receive, watched)
            return
        inner = {**scope, "method": "GET"} if is_head else scope
        try:
            await self._app(inner, without_body(started) if is_head else receive, watched)
        except Exception as failure:  # the last stop: a person reads a sentence, the log has the rest
            _log.error("page failed", path=scope["path"], reason=repr(failure), exc_info=failure)
            if not started.is_set():
                await self._pages.refuse(500, "系统出错,请稍后再试。")(scope, receive, watched)

    def _with_headers(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name for name, _ in given}
        added = [pair for pair in (*_OURS, *SAFE) if pair[0] not in names]
        # The pages' own word on a header comes before the services'.
        once = list(dict(reversed(added)).items())
        return [*given, *once, *([HTTPS_ONLY] if self._secure else [])]
