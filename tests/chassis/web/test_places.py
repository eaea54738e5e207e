"""What is large has its places: of one client, of all; a place is free again when the answer is sent or given up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chassis.problem import HttpRefused
from chassis.web.places import SLICE, Places, Room, Slowly
from tests.patience import PATIENCE


def just(content: bytes) -> Callable[[], Awaitable[bytes]]:
    """What brings a content at once."""

    async def read() -> bytes:
        return content

    return read


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
    await Slowly(Places(Room(1, 1)), "a", just(content), {"Content-Type": "image/png"})({}, None, send)  # type: ignore[arg-type]

    start, *bodies = sent
    headers = dict(start["headers"])
    assert (headers[b"content-type"], headers[b"content-length"]) == (b"image/png", str(size).encode())
    assert b"".join(body["body"] for body in bodies) == content
    assert [body["more_body"] for body in bodies] == [True] * (len(bodies) - 1) + [False]


async def test_the_place_is_free_again_when_the_reader_leaves() -> None:
    places = Places(Room(1, 1))

    async def gone(message: Any) -> None:
        raise ConnectionError

    for _ in range(2):
        with pytest.raises(ConnectionError):
            await Slowly(places, "a", just(b"x"), {})({}, None, gone)  # type: ignore[arg-type]

    waiting = asyncio.Event()

    async def never(message: Any) -> None:
        waiting.set()
        await asyncio.Event().wait()

    stuck = asyncio.create_task(Slowly(places, "a", just(b"x"), {})({}, None, never))  # type: ignore[arg-type]
    await waiting.wait()
    with pytest.raises(HttpRefused):
        await Slowly(places, "a", just(b"x"), {})({}, None, gone)  # type: ignore[arg-type]
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)
    with places.place("a"):
        pass


async def _held(places: Places, client: str) -> asyncio.Task[None]:
    """A place that waits for its other side for ever."""

    async def hold() -> None:
        with places.place(client) as place:
            async with place.waiting():
                await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await asyncio.sleep(0)
    return task


async def test_where_all_is_taken_the_oldest_of_whoever_has_most_gives_way() -> None:
    places = Places(Room(5, 3))
    held = [await _held(places, client) for client in "abbbc"]

    with places.place("d"), places.place("e"):
        await asyncio.wait(held[1:3], timeout=PATIENCE)
        assert [task.done() for task in held] == [False, True, True, False, False]
        assert isinstance(held[1].exception(), TimeoutError)
        with pytest.raises(HttpRefused) as refused, places.place("f"):
            pass
    assert refused.value.status == 503, "each has one"

    for task in held:
        task.cancel()
    await asyncio.gather(*held, return_exceptions=True)


async def test_who_has_waited_for_long_gives_way_to_anybody_and_who_is_at_work_to_nobody() -> None:
    places = Places(Room(2, 1), patience=0.0)
    held = await _held(places, "a")

    with places.place("b"), places.place("c"):
        await asyncio.wait([held], timeout=PATIENCE)
        assert held.done()
        assert isinstance(held.exception(), TimeoutError)
        with pytest.raises(HttpRefused), places.place("d"):
            pass


async def test_a_reader_who_gives_way_has_half_an_answer_and_the_next_one_a_whole() -> None:
    places = Places(Room(1, 1), patience=0.0)
    begun = asyncio.Event()
    sent: list[Any] = []

    async def never(message: Any) -> None:
        begun.set()
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    slow = asyncio.create_task(Slowly(places, "a", just(b"x"), {})({}, None, never))  # type: ignore[arg-type]
    await begun.wait()
    await Slowly(places, "b", just(b"y"), {})({}, None, send)  # type: ignore[arg-type]

    await asyncio.wait_for(slow, PATIENCE)
    assert sent[-1]["body"] == b"y"
