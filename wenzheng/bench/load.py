"""A small HTTP/1.1 client for loads: keep-alive connections, one request at a time on each, little CPU."""

import asyncio
import gc
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Load:
    """What a load did."""

    accepted: dict[str, float] = field(default_factory=dict)
    """Number to the real second at which the post was sent."""
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    def quantile(self, share: float) -> float:
        """Milliseconds from sending to the 202."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def quantile(values: list[float], share: float) -> float:
    """A quantile of plain values; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def _request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, body: bytes
) -> tuple[int, bytes]:
    key = uuid.uuid4().hex
    head = f"POST /v1/posts HTTP/1.1\r\nHost: {host}\r\nIdempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    status = int((await reader.readline()).split()[1])
    length = 0
    while (line := await reader.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return status, await reader.readexactly(length)


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
    """Post for so long, or until it is `enough`: `rate` posts a second (open loop), or as fast as they are answered (0)."""
    with uncollected():
        return await _drive(address, body, seconds, rate, connections, enough)


async def _drive(
    address: str,
    body: Callable[[int], bytes],
    seconds: float,
    rate: float,
    connections: int,
    enough: Callable[[], bool],
) -> Load:
    host, _, port = address.removeprefix("http://").partition(":")
    load = Load()
    sent = 0
    started = time.monotonic()
    until = started + seconds
    turns: asyncio.Queue[float] = asyncio.Queue()

    async def connection() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            while time.monotonic() < until and not enough():
                if rate:
                    due = await turns.get()
                    if due < 0:
                        return
                else:
                    due = time.monotonic()
                sent += 1
                at = time.time()
                status, answer = await _request(reader, writer, host, body(sent))
                load.latencies.append(time.monotonic() - due)
                if status == 202:
                    load.accepted[json.loads(answer)["number"]] = at
                else:
                    load.refused += 1
        finally:
            writer.close()

    async def pace() -> None:
        n = 0
        while (now := time.monotonic()) < until and not enough():
            while started + n / rate <= now:
                turns.put_nowait(started + n / rate)
                n += 1
            await asyncio.sleep(0.001)
        for _ in range(connections):
            turns.put_nowait(-1.0)

    jobs = [connection() for _ in range(connections)]
    await asyncio.gather(*jobs, *([pace()] if rate else []))
    load.seconds = time.monotonic() - started
    return load
