"""What is large has its places: of one client, of all; a place is free again when the answer is sent or given up."""

import asyncio
from typing import Any

import pytest

from chassis.failures import HttpRefused
from chassis.web.places import SLICE, Places, Room, Slowly


def test_a_client_has_its_places_and_all_have_theirs() -> None:
    places = Places(Room(3, 2))
    with places.place("203.0.113.1"), places.place("203.0.113.1"):
        with pytest.raises(HttpRefused) as refused, places.place("203.0.113.1"):
            pass
        assert refused.value.status == 429
        with places.place("203.0.113.2"):
            with pytest.raises(HttpRefused) as refused, places.place("203.0.113.3"):
                pass
            assert (refused.value.status, refused.value.retry_after) == (503, 5)
    with places.place("203.0.113.1"), places.place("203.0.113.1"), places.place("203.0.113.3"):
        pass


@pytest.mark.parametrize("size", [0, 1, SLICE, SLICE + 1, 3 * SLICE])
async def test_a_large_answer_is_sent_in_slices_and_whole(size: int) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    await Slowly(Places(Room(1, 1)), "a", lambda: content, {"Content-Type": "image/png"})({}, None, send)  # type: ignore[arg-type]

    start, *bodies = sent
    assert dict(start["headers"])[b"content-length"] == str(size).encode()
    assert b"".join(body["body"] for body in bodies) == content
    assert [body["more_body"] for body in bodies] == [True] * (len(bodies) - 1) + [False]


async def test_the_place_is_free_again_when_the_reader_leaves() -> None:
    places = Places(Room(1, 1))

    async def gone(message: Any) -> None:
        raise ConnectionError

    for _ in range(2):
        with pytest.raises(ConnectionError):
            await Slowly(places, "a", lambda: b"x", {})({}, None, gone)  # type: ignore[arg-type]

    waiting = asyncio.Event()

    async def never(message: Any) -> None:
        waiting.set()
        await asyncio.Event().wait()

    stuck = asyncio.create_task(Slowly(places, "a", lambda: b"x", {})({}, None, never))  # type: ignore[arg-type]
    await waiting.wait()
    with pytest.raises(HttpRefused):
        await Slowly(places, "a", lambda: b"x", {})({}, None, gone)  # type: ignore[arg-type]
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)
    with places.place("a"):
        pass
