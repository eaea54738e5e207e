"""HTTP/1.1 within bounds: uvicorn's protocol on httptools, which by itself knows no limit.

A request's line and headers are bounded in bytes, a request in time, and the connections of one client in number,
before any application sees them.
"""

import asyncio
from collections import Counter
from collections.abc import Collection
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.headers import with_defaults
from chassis.web.limits import client_key

Network = IPv4Network | IPv6Network


class Bounds(Struct, frozen=True):
    """What one client may take of the server's memory and time."""

    head_bytes: int = 32 * 1024
    """Request line and headers; a browser sends 1 to 4 KiB, a signed token is below 1 KiB."""
    head_fields: int = 100
    head_seconds: float = 10.0
    """Real seconds from a connection, or the first byte of a further request, to the end of the headers."""
    request_seconds: float = 60.0
    """Real seconds to the end of the body: 256 KiB on a 40 kbit/s line."""
    slowest: int = 128 * 1024
    """Bytes a second of a long body, such as pictures: so long may take what its length was said to be beforehand."""
    longest_seconds: float = 300.0
    """Real seconds to the end of any body."""
    pipelined: int = 32
    """Requests of one connection that wait for the answer to the one before (browsers send none). Those are answered, further ones
    are not read, and the connection ends: clients know from RFC 9112 (9.3.2) that they may have to ask again."""
    connections: int = 128
    """Open connections of one address (of one /64, for IPv6); 0 counts none."""
    trusted: tuple[Network, ...] = ()
    """Who passes on the requests of many (`WENZHENG_FORWARDED_BY`): their connections are not counted, and what they
    pass on as it comes, without a length, may take the longest time."""

    def body_seconds(self, announced: int, trusted: bool) -> float:
        """Real seconds to the end of a body of so many announced bytes; a gateway passes on what others send it, slow ones too."""
        needed = self.longest_seconds if trusted else announced / self.slowest
        return max(self.request_seconds, min(self.longest_seconds, needed))


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol; what goes beyond the bounds is answered with a problem document, and the connection ends."""

    def __init__(self, *given: Any, bounds: Bounds, open_by: Counter[str], **named: Any) -> None:
        super().__init__(*given, **named)
        self._bounds = bounds
        self._open_by = open_by
        self._counted = ""
        self._trusted = False
        self._in_head = True
        self._head_received = 0
        """Bytes that came while the headers were not whole: the parser keeps them, whatever they turn out to be."""
        self._head_parsed = 0
        self._is_open = False
        """A request has begun and is not whole."""
        self._begun = 0.0
        self._announced = 0
        """Bytes of the body, as its length was said to be; 0 when it was not."""
        self._refused: HttpRefused | None = None
        self._heard_enough = False
        """Too many requests wait: what comes now is not read, and the connection ends with their answers."""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection; one too many is told so and closed."""
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        self._trusted = bool(host) and _within(host, self._bounds.trusted)
        if self._bounds.connections and host and not self._trusted:
            self._counted = client_key(host)
            self._open_by[self._counted] += 1
            if self._open_by[self._counted] > self._bounds.connections:
                self._refuse(problem.plain(429, "同时打开的连接太多。"))
                return
        self._wait(self._bounds.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_waiting()
        if self._counted:
            self._open_by[self._counted] -= 1
            if self._open_by[self._counted] <= 0:
                del self._open_by[self._counted]
            self._counted = ""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, with an eye on how much is no whole request yet, and since when.

        The loop hands over up to 256 KiB at once. It is parsed in parts as long as the headers of a request may be, so that what
        is too much is found after the first.
        """
        left = memoryview(data)
        while left and not self._deaf and not self.transport.is_closing():
            part, left = left[: self._bounds.head_bytes], left[self._bounds.head_bytes :]
            self._parse(part)
        if not self._deaf and self._is_open and self._timer is None:
            # A request that came whole has cost no timer.
            self._wait(self._bounds.head_seconds)

    @property
    def _deaf(self) -> bool:
        return self._refused is not None or self._heard_enough

    def _parse(self, part: memoryview) -> None:
        if self._in_head:
            self._head_received += len(part)
        super().data_received(part)  # type: ignore[arg-type]  # the parser takes any buffer
        if not self._deaf and self._in_head and self._head_received > self._bounds.head_bytes:
            self._refused = problem.plain(431)
        if self._refused is not None:
            self._refuse(self._refused)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head, self._is_open = True, True
        self._head_received = self._head_parsed = self._announced = 0
        self._begun = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header with its colon, blank and line end; what comes after too many is passed over."""
        if self._deaf:
            return
        if len(self.headers) >= self._bounds.head_fields:
            self._refused = problem.plain(431)
            return
        self._head_parsed += len(name) + len(value) + 4
        if name.lower() == b"content-length" and value.isdigit():
            self._announced = int(value[:12])
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The headers are whole: refuse them, or let the application have the request."""
        self._in_head = False
        if self._head_parsed + len(self.url) > self._bounds.head_bytes:
            self._refused = self._refused or problem.plain(431)
        elif len(self.pipeline) >= self._bounds.pipelined:
            self._heard_enough = True
            newest, _ = self.pipeline[0]
            newest.keep_alive = False
        if not self._deaf:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if not self._deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: no timer runs while it is answered."""
        self._stop_waiting()
        self._in_head, self._is_open = True, False
        self._head_received = 0
        if not self._deaf:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Bytes that are not HTTP are answered with a problem document, too."""
        self._refuse(problem.plain(400, "不是正确的 HTTP 请求。"))

    def _refuse(self, refused: HttpRefused) -> None:
        """Answer without the application, and close."""
        self._refused = refused
        self._stop_waiting()
        body = problem.document(refused)
        headers = with_defaults(problem.headers(refused), refused.status, known=False, https=False)
        headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(STATUS_LINE[refused.status] + lines + b"\r\n" + body)
        self.transport.close()

    def _wait(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._late)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        """Time is up for the headers; for a body there may be some left."""
        self._timer = None
        if self.transport.is_closing():
            return
        left = self._begun + self._bounds.body_seconds(self._announced, self._trusted) - self.loop.time()
        if not self._is_open:
            self.transport.close()
        elif self._in_head or left <= 0:
            self._refuse(problem.plain(408))
        else:
            self._wait(left)


def _within(host: str, networks: Collection[Network]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)


def bounded(bounds: Bounds) -> Any:
    """The protocol class for `uvicorn.Config(http=…)`, counting the connections of one server."""
    return partial(BoundedHttp, bounds=bounds, open_by=Counter())


def networks(forwarded_by: str) -> tuple[Network, ...]:
    """The networks of a comma-separated list of addresses and networks."""
    return tuple(ip_network(part.strip()) for part in forwarded_by.split(",") if part.strip())
