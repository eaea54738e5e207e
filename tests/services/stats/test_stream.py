"""The live figures: asked for once, whoever watches; a place for each viewer, and not all for one client."""

import asyncio
import json
from typing import Any

import pytest

from chassis.clock import HandClock
from chassis.problem import HttpRefused
from services.stats import store
from services.stats.stream import MOST_OF_A_CLIENT, MOST_VIEWERS, Stream
from tests.patience import PATIENCE
from tests.services.stats.test_core import PROFILE, at


class Away(store.MemoryFigures):
    """Figures of a database that can be away."""

    away = False

    async def citizens(self) -> int:
        if self.away:
            raise ConnectionRefusedError("away")
        return await super().citizens()


def streaming() -> tuple[Stream, Away]:
    figures = Away(*store.memory())
    return Stream(figures, PROFILE, HandClock(at("2026-03-20T10:00")), seconds=0.01), figures


class Viewer:
    """One connection: what it was sent, and its leaving."""

    def __init__(self, stream: Stream, client: str = "192.0.2.1") -> None:
        self.sent: list[bytes] = []
        self._left = asyncio.Event()
        response = stream.admit(client)
        scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
        self._work = asyncio.create_task(response(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.sent.append(message.get("body", b""))

    def events(self, name: str) -> int:
        return sum(part.startswith(f"event: {name}".encode()) for part in self.sent)

    async def saw(self, count: int, name: str = "figures") -> None:
        async with asyncio.timeout(PATIENCE):
            while self.events(name) < count:
                await asyncio.sleep(0.001)

    async def leave(self) -> None:
        self._left.set()
        await self._work


@pytest.fixture
def stream() -> Stream:
    return streaming()[0]


@pytest.mark.medium
async def test_many_viewers_cost_as_many_looks_as_one(stream: Stream) -> None:
    viewers = [Viewer(stream, f"192.0.2.{n}") for n in range(50)]

    for viewer in viewers:
        await viewer.saw(5)

    assert stream.looks <= max(viewer.events("figures") for viewer in viewers) + 1
    assert [viewer.events("ranking") for viewer in viewers] == [1] * 50
    for viewer in viewers:
        await viewer.leave()
    assert stream.viewers == 0


async def test_who_comes_later_sees_figures_and_ranking_at_once(stream: Stream) -> None:
    first = Viewer(stream)
    await first.saw(3)

    late = Viewer(stream)
    await late.saw(1)
    await late.saw(1, "ranking")

    await first.leave()
    await late.leave()


async def test_nobody_looks_when_nobody_watches(stream: Stream) -> None:
    viewer = Viewer(stream)
    await viewer.saw(2)
    await viewer.leave()
    await asyncio.sleep(0.05)
    looks = stream.looks
    await asyncio.sleep(0.05)

    again = Viewer(stream)
    await again.saw(1)

    assert looks < stream.looks, "the figures shown are new ones"
    await again.leave()


async def test_one_client_cannot_take_every_place(stream: Stream) -> None:
    viewers = [Viewer(stream) for _ in range(MOST_OF_A_CLIENT)]

    with pytest.raises(HttpRefused) as refused:
        stream.admit("192.0.2.1")
    other = Viewer(stream, "192.0.2.2")
    await viewers.pop().leave()
    viewers.append(Viewer(stream))

    assert (refused.value.kind, bool(refused.value.retry_after)) == ("too-many", True)
    for viewer in [*viewers, other]:
        await viewer.leave()


async def test_there_are_so_many_places_and_no_more(stream: Stream) -> None:
    for n in range(MOST_VIEWERS):
        stream.admit(f"192.0.{n // 250}.{n % 250}")

    with pytest.raises(HttpRefused) as refused:
        stream.admit("198.51.100.1")

    assert refused.value.kind == "full"


async def test_a_database_that_was_away_ends_no_stream() -> None:
    stream, figures = streaming()
    viewer = Viewer(stream)
    await viewer.saw(1)
    figures.away = True
    await asyncio.sleep(0.05)
    figures.away = False

    await viewer.saw(viewer.events("figures") + 2)

    await viewer.leave()


async def test_while_the_month_is_thin_the_ranking_is_that_of_the_last_full_one() -> None:
    posts, cells = store.memory()
    clock = HandClock(at("2026-03-01T10:00"))
    stream = Stream(store.MemoryFigures(posts, cells), PROFILE, clock, seconds=0.01)
    cells.cells[("2026-02-10", "housing", "complaint", "received")] = 10
    viewer = Viewer(stream)
    await viewer.saw(1, "ranking")

    cells.cells[("2026-03-01", "housing", "complaint", "received")] = 2
    await viewer.saw(2, "ranking")
    await viewer.leave()

    told = [json.loads(part.split(b"data: ")[1]) for part in viewer.sent if b"event: ranking" in part]
    assert [one["month"] for one in told] == ["2026-02", "2026-03"]
