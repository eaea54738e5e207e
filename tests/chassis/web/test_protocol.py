"""What a server holds out against at the level of bytes: endless headers, half a request, too many connections."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_network

import pytest
import uvicorn
from msgspec import structs

from chassis.web.protocol import BoundedHttp, Bounds
from tests.chassis.web.service import build
from tests.patience import PATIENCE

pytestmark = pytest.mark.medium

RESET_OR = (0,)
"""Who still sends when the server closes may hear of a reset connection and not the answer before it."""
QUICK = Bounds(head_seconds=0.3, request_seconds=0.6)


@asynccontextmanager
async def serving(bounds: Bounds = Bounds(), kind: type[BoundedHttp] = BoundedHttp) -> AsyncIterator[int]:
    """The small service on a real socket; yields its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        build(),
        http=partial(kind, bounds=bounds, open_by=Counter()),  # type: ignore[arg-type]  # as `bounded` makes it
        ws="none",
        lifespan="off",
        timeout_keep_alive=1,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running


async def told(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Everything that is answered to some bytes, until the server closes or half a second passes in silence."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(65_536), PATIENCE)
    except (ConnectionResetError, BrokenPipeError):
        return b""
    finally:
        writer.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


GET = b"GET /v1/notes/1 HTTP/1.1\r\nHost: localhost\r\n"


async def test_an_ordinary_request_is_answered_and_names_no_server() -> None:
    async with serving() as port:
        answer = await told(port, GET + b"\r\n")

    assert status(answer) == 200
    assert b"\r\nserver:" not in answer.lower()


async def test_headers_beyond_their_limit_are_refused_before_they_are_kept() -> None:
    async with serving() as port:
        one = await told(port, GET + b"X: " + b"a" * 40_000 + b"\r\n\r\n")
        line = await told(port, b"GET /v1/notes?q=" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        many = await told(port, GET + b"".join(b"X-%d: a\r\n" % n for n in range(200)) + b"\r\n")
        endless = await told(port, GET + b"Cookie: ", *[b'\\"' * 8_192] * 20)
        long = await told(port, GET + b"X: " + b"a" * 20_000 + b"\r\n\r\n")

    assert [status(answer) for answer in (one, line, many)] == [431, 431, 431]
    assert all(b"application/problem+json" in answer for answer in (one, line, many))
    assert status(endless) in (*RESET_OR, 431)
    assert status(long) == 200


async def test_what_is_no_http_is_a_problem_document_too() -> None:
    async with serving() as port:
        answer = await told(port, b"HELO mail.example\r\n\r\n")

    assert status(answer) == 400
    assert b"application/problem+json" in answer


async def test_half_a_request_has_its_time_and_no_more() -> None:
    body = b"POST /v1/hot HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    async with serving(QUICK) as port:
        silent, head, rest = await asyncio.gather(told(port), told(port, GET), told(port, body))

    assert silent == b""
    assert status(head) == 408
    assert status(rest) in (*RESET_OR, 408)


async def test_who_sends_byte_after_byte_is_not_heard_for_ever() -> None:
    async with serving(QUICK) as port:
        answer = await told(port, *[b"G", b"E", b"T", b" ", b"/", b"a", b"b", b"c", b"d"], pause=0.1)

    assert status(answer) in (*RESET_OR, 408)


async def test_a_connection_that_is_used_again_has_time_for_each_request() -> None:
    async with serving(QUICK) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(4):
            writer.write(GET + b"\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            await reader.readuntil(b"}")
            await asyncio.sleep(0.2)
        writer.close()


async def test_two_requests_sent_at_once_are_both_answered() -> None:
    async with serving() as port:
        answer = await told(port, (GET + b"\r\n") * 2 + GET + b"Connection: close\r\n\r\n", pause=0.2)

    assert answer.count(b"HTTP/1.1 200") == 3


async def test_of_a_thousand_requests_sent_at_once_some_are_answered_and_the_connection_ends() -> None:
    async with serving(Bounds(pipelined=3)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((GET + b"\r\n") * 1_000)
        answers = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        afterwards = await told(port, GET + b"\r\n")

    assert answers.count(b"HTTP/1.1 200") == 4, "the one that is answered, and three that wait"
    assert status(afterwards) == 200


class Counting(BoundedHttp):
    """Counts the headers that the parser hands over and that are kept."""

    kept = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        before = len(self.headers)
        super().on_header(name, value)
        Counting.kept += len(self.headers) - before


async def test_of_twenty_thousand_headers_a_hundred_are_kept_and_the_rest_is_not_looked_at() -> None:
    many = b"".join(b"X-%d: a\r\n" % n for n in range(20_000))
    async with serving(kind=Counting) as port:
        in_head = await told(port, GET + many + b"\r\n")
        kept = Counting.kept
        after_body = await told(
            port,
            b"POST /v1/hot HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
            + many,
        )

    assert status(in_head) in (*RESET_OR, 431)
    assert status(after_body) in (*RESET_OR, 400, 415, 431)
    assert kept <= Bounds().head_fields
    assert Counting.kept <= 2 * Bounds().head_fields


async def test_one_client_holds_only_so_many_connections() -> None:
    async with serving(Bounds(connections=3)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.05)
        refused = await told(port, GET + b"\r\n")
        held[0][1].close()
        await asyncio.sleep(0.05)
        again = await told(port, GET + b"\r\n")
        for _, writer in held:
            writer.close()

    assert status(refused) in (*RESET_OR, 429)
    assert status(again) == 200


async def test_a_gateway_that_passes_on_the_requests_of_many_is_not_one_client() -> None:
    async with serving(Bounds(connections=3, trusted=(ip_network("127.0.0.0/8"),))) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        answer = await told(port, GET + b"\r\n")
        for _, writer in held:
            writer.close()

    assert status(answer) == 200


async def test_a_long_body_has_the_time_its_length_needs_and_so_has_what_a_gateway_passes_on() -> None:
    slow = Bounds(head_seconds=0.2, request_seconds=0.4, slowest=100, longest_seconds=1.2)
    gateway = structs.replace(slow, trusted=(ip_network("127.0.0.0/8"),))
    took = {}
    for name, bounds, length in (
        ("short", slow, 10),
        ("long", slow, 80),
        ("huge", slow, 10**9),
        ("passed", gateway, 10),
    ):
        body = b"POST /v1/hot HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n{" % length
        async with serving(bounds) as port:
            started = time.monotonic()
            await told(port, body)
            took[name] = time.monotonic() - started

    assert took["short"] >= 0.4
    assert took["long"] >= 0.8
    assert took["huge"] >= 1.2
    assert took["passed"] >= 1.2
    # Not in seconds of the machine that runs the test, for it may stand still.
    assert slow.body_seconds(10, trusted=False) == 0.4
    assert slow.body_seconds(80, trusted=False) == 0.8
    assert slow.body_seconds(10**9, trusted=False) == slow.body_seconds(10, trusted=True) == 1.2
