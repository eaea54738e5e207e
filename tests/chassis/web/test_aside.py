"""Work beside the event loop: one piece at a time, the smaller first, a rest after dear work, and no endless queue."""

import asyncio
import threading

import pytest

from chassis.problem import HttpRefused
from chassis.web.aside import DEAR_SECONDS, WAITING, Aside


class Thread:
    """Given processor seconds for each piece of work, and the rests that the thread took."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.readings = seconds, 0
        self.rests: list[float] = []

    def used(self) -> float:
        self.readings += 1
        return self.seconds * (self.readings // 2)


async def test_what_waits_is_done_the_smaller_first_and_never_two_at_once() -> None:
    aside, go, done = Aside(), threading.Event(), list[int]()
    first = asyncio.create_task(aside(go.wait))
    await asyncio.sleep(0)

    others = [asyncio.create_task(aside(lambda size=size: done.append(size), size)) for size in (3, 1, 2)]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, *others)

    assert done == [1, 2, 3]


async def test_what_the_work_raises_reaches_who_asked_and_the_next_is_done() -> None:
    aside = Aside()

    with pytest.raises(ZeroDivisionError):
        await aside(lambda: 1 // 0)

    assert await aside(lambda: 2) == 2


@pytest.mark.parametrize(
    ("seconds", "rests"), [(DEAR_SECONDS / 2, []), (2 * DEAR_SECONDS, [6 * DEAR_SECONDS] * 2)]
)
async def test_after_dear_work_there_is_a_rest_of_three_times_its_length(
    seconds: float, rests: list[float]
) -> None:
    thread = Thread(seconds)
    aside = Aside(3.0, thread.used, thread.rests.append)

    for n in range(3):
        assert await aside(lambda n=n: n) == n

    assert thread.rests[:2] == pytest.approx(rests)


async def test_when_too_much_waits_one_is_asked_to_come_again() -> None:
    aside, begun, go = Aside(), threading.Event(), threading.Event()
    held = asyncio.create_task(aside(lambda: begun.set() or go.wait()))
    await asyncio.to_thread(begun.wait)
    waiting = [asyncio.create_task(aside(lambda n=n: n)) for n in range(WAITING)]
    await asyncio.sleep(0)

    with pytest.raises(HttpRefused) as refused:
        await aside(lambda: None)
    go.set()

    assert refused.value.status == 503
    assert refused.value.retry_after
    assert await held
    assert await asyncio.gather(*waiting) == list(range(WAITING))


async def test_work_whose_asker_went_away_is_not_begun() -> None:
    aside, go, begun = Aside(), threading.Event(), list[int]()
    first = asyncio.create_task(aside(go.wait))
    await asyncio.sleep(0)
    gone = asyncio.create_task(aside(lambda: begun.append(1)))
    await asyncio.sleep(0)

    gone.cancel()
    await asyncio.sleep(0)
    go.set()
    await first
    await aside(lambda: None, 1)

    assert begun == []
