"""A small HTTP/1.1 client for loads: keep-alive connections, one request at a time on each, little CPU."""

import asyncio
import gc
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

AGAIN_SECONDS = 0.2
"""Between a connection that broke and the next."""


@dataclass
class Load:
    """What a load did."""

    accepted: dict[str, float] = field(default_factory=dict)
    """Number to the real second at which the post was sent."""
    latencies: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    """Status to how often somebody met it."""
    lost: int = 0
    """Requests whose connection broke before an answer came."""
    seconds: float = 0.0

    def count(self, status: int, answer: bytes, at: float) -> None:
        """An answer to what was sent at a real second."""
        if status == 202:
            self.accepted[json.loads(answer)["number"]] = at
        elif status >= 300:
            self.refused[status] += 1

    def quantile(self, share: float) -> float:
        """Milliseconds from sending to the 202."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def quantile(values: list[float], share: float) -> float:
    """A quantile of plain values; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


Message = Callable[[str, int], bytes]
"""The server's name and the number of a request to the whole request, as it is sent."""


def posts(body: Callable[[int], bytes], client: Callable[[int], str] | None = None) -> Message:
    """A post for each number, each under a key of its own; with `client`, as a gateway passes it on from that address."""

    def message(host: str, n: int) -> bytes:
        content, key = body(n), uuid.uuid4().hex
        passed_on = f"X-Forwarded-For: {client(n)}\r\n" if client is not None else ""
        head = (
            f"POST /v1/posts HTTP/1.1\r\nHost: {host}\r\nIdempotency-Key: {key}\r\n{passed_on}"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    return message


def visits(path: str, client: Callable[[int], str]) -> Message:
    """The same read from another address each time."""

    def message(host: str, n: int) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: {client(n)}\r\n\r\n".encode()

    return message


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes
) -> tuple[int, bytes]:
    """Raises ConnectionError when the connection ends before the answer."""
    writer.write(message)
    first = await reader.readline()
    if not first:
        raise ConnectionResetError("no answer")
    length = 0
    while (line := await reader.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    try:
        return int(first.split()[1]), await reader.readexactly(length)
    except asyncio.IncompleteReadError as failure:
        raise ConnectionResetError("half an answer") from failure


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: a collector at work in here would be measured as slowness over there."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def drive(
    address: str,
    body: Callable[[int], bytes],
    seconds: float,
    rate: float = 0.0,
    connections: int = 64,
    enough: Callable[[], bool] = lambda: False,
) -> Load:
    """Post for so long, or until it is `enough`: `rate` posts a second (open loop), or as fast as they are answered (0).

    Raises ConnectionError when a connection breaks.
    """
    load = await ask(address, posts(body), seconds, rate, connections, enough)
    if load.lost:
        raise ConnectionError(f"{load.lost} posts lost their connection")
    return load


async def ask(
    address: str,
    message: Message,
    seconds: float,
    rate: float = 0.0,
    connections: int = 64,
    enough: Callable[[], bool] = lambda: False,
    unmeasured: float = 0.0,
) -> Load:
    """Any requests, as `drive` posts; a connection that breaks is counted and opened again.

    What is due in the first `unmeasured` seconds, while connections are opened, has no latency.
    """
    with uncollected():
        return await _ask(address, message, seconds, rate, connections, enough, unmeasured)


async def _ask(
    address: str,
    message: Message,
    seconds: float,
    rate: float,
    connections: int,
    enough: Callable[[], bool],
    unmeasured: float,
) -> Load:
    host, _, port = address.removeprefix("http://").partition(":")
    load = Load()
    sent = 0
    started = time.monotonic()
    until = started + seconds
    turns: asyncio.Queue[float] = asyncio.Queue()

    async def connection() -> bool:
        """Whether its time is over; False when it broke."""
        nonlocal sent
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
        except ConnectionError:
            return False
        try:
            while time.monotonic() < until and not enough():
                due = await turns.get() if rate else time.monotonic()
                if due < 0:
                    return True
                sent += 1
                at = time.time()
                status, answer = await _exchange(reader, writer, message(host, sent))
                if due - started >= unmeasured:
                    load.latencies.append(time.monotonic() - due)
                load.count(status, answer, at)
        except ConnectionError:
            return False
        finally:
            writer.close()
        return True

    async def again() -> None:
        while time.monotonic() < until and not await connection():
            load.lost += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def pace() -> None:
        n = 0
        while (now := time.monotonic()) < until and not enough():
            while started + n / rate <= now:
                turns.put_nowait(started + n / rate)
                n += 1
            await asyncio.sleep(0.001)
        for _ in range(connections):
            turns.put_nowait(-1.0)

    await asyncio.gather(*(again() for _ in range(connections)), *([pace()] if rate else []))
    load.seconds = time.monotonic() - started
    return load
