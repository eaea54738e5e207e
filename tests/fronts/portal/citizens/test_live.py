"""The live figures shared by all viewers: one stream from stats, the newest value for everybody, back after a break."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from fronts.portal.citizens import live
from fronts.portal.citizens.live import Full, Live
from fronts.portal.services import Services
from tests.fronts.portal.citizens.neighbour import Neighbour, speaking
from tests.patience import PATIENCE, comes

pytestmark = pytest.mark.medium


def shown(name: str, data: dict[str, Any]) -> dict[str, str]:
    """A wall of one part."""
    if name == "away":
        return {"source": "away"}
    return {"n": str(data["n"]), "source": "here"} if name == "figures" else {}


@pytest.fixture
def stats() -> Iterator[Neighbour]:
    with speaking() as started:
        yield started


@pytest.fixture
async def shared(stats: Neighbour) -> AsyncIterator[Live]:
    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        made = Live(Services(http, {"stats": stats.address}), shown)
        yield made
        await made.close()


class Watching:
    """One viewer: what it was told, part by part."""

    def __init__(self, shared: Live, client: str = "") -> None:
        self.told: list[dict[str, str]] = []
        self._stream = shared.watch(client)

    async def next(self) -> dict[str, str]:
        """The next parts."""
        while True:
            async with asyncio.timeout(PATIENCE):
                event = await anext(self._stream)
            for line in event.decode().splitlines():
                if line.startswith("data: "):
                    parts: dict[str, str] = json.loads(line[6:])
                    return parts

    async def sees(self, part: str, value: str) -> None:
        """Wait until a part has a value."""
        while (await self.next()).get(part) != value:
            pass

    async def leave(self) -> None:
        """Close the page."""
        await self._stream.aclose()


async def test_many_viewers_share_one_stream(stats: Neighbour, shared: Live) -> None:
    viewers = [Watching(shared) for _ in range(20)]
    stats.events.append(("figures", {"n": 1}))
    for viewer in viewers:
        await viewer.sees("n", "1")
    stats.events.append(("figures", {"n": 2}))
    for viewer in viewers:
        await viewer.sees("n", "2")

    assert stats.opened == 1
    assert shared.viewers == 20
    for viewer in viewers:
        await viewer.leave()
    assert shared.viewers == 0


async def test_a_slow_viewer_gets_the_newest_value_and_holds_nobody_up(
    stats: Neighbour, shared: Live
) -> None:
    slow, quick = Watching(shared), Watching(shared)
    stats.events.append(("figures", {"n": 0}))
    await slow.sees("n", "0")
    stats.events.extend(("figures", {"n": n}) for n in range(1, 500))
    await quick.sees("n", "499")

    assert (await slow.next())["n"] == "499"
    await slow.leave()
    await quick.leave()


async def test_a_viewer_who_comes_later_sees_at_once_what_there_is(stats: Neighbour, shared: Live) -> None:
    first = Watching(shared)
    stats.events.append(("figures", {"n": 7}))
    await first.sees("n", "7")

    assert (await Watching(shared).next())["n"] == "7"
    assert (await shared.present(0))["n"] == "7"
    await first.leave()


async def test_a_break_is_said_and_mended(stats: Neighbour, shared: Live) -> None:
    viewer = Watching(shared)
    stats.events.append(("figures", {"n": 1}))
    await viewer.sees("source", "here")
    stats.cut.set()
    await viewer.sees("source", "away")
    stats.cut.clear()
    stats.events.append(("figures", {"n": 2}))

    await viewer.sees("n", "2")
    assert stats.opened >= 2
    assert (await shared.present(0))["source"] == "here"
    await viewer.leave()


async def test_stats_that_is_not_there_keeps_no_page_waiting(stats: Neighbour, shared: Live) -> None:
    stats.broken = True

    async with asyncio.timeout(PATIENCE):
        assert await shared.present(patience=60) == {"source": "away"}


async def test_there_are_only_so_many_viewers(stats: Neighbour, shared: Live) -> None:
    async with contextlib.AsyncExitStack() as seats:
        for n in range(live.MOST_VIEWERS):
            viewer = Watching(shared, f"client {n}")
            await anext(viewer._stream)
            seats.push_async_callback(viewer.leave)
        with pytest.raises(Full) as full:
            await anext(shared.watch("another client"))
        assert not full.value.own
    assert shared.viewers == 0
    await anext(shared.watch())


async def test_one_client_takes_its_own_places_and_nobody_elses(stats: Neighbour, shared: Live) -> None:
    async with contextlib.AsyncExitStack() as seats:
        for _ in range(live.MOST_OF_A_CLIENT):
            viewer = Watching(shared, "198.51.100.1")
            await anext(viewer._stream)
            seats.push_async_callback(viewer.leave)

        with pytest.raises(Full) as full:
            await anext(shared.watch("198.51.100.1"))

        assert full.value.own
        other = Watching(shared, "198.51.100.2")
        await anext(other._stream)
        await other.leave()


async def test_nobody_watching_ends_the_stream(stats: Neighbour) -> None:
    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        made = Live(Services(http, {"stats": stats.address}), shown, idle=0.05)
        viewer = Watching(made)
        stats.events.append(("figures", {"n": 1}))
        await viewer.sees("n", "1")
        await viewer.leave()
        await asyncio.sleep(0.1)
        stats.events.append(("figures", {"n": 2}))
        await comes(lambda: stats.streams == 0)

        again = Watching(made)
        await again.sees("n", "2")
        await comes(lambda: stats.opened == 2)
        await again.leave()
        await made.close()
