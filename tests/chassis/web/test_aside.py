"""Work beside the event loop: one piece at a time, the smaller first, a rest after dear work, and no endless queue."""

import asyncio
import threading

import pytest

from chassis.problem import HttpRefused
from chassis.web.aside import WAITING, Aside
from chassis.web.turns import DEAR_SECONDS, REST


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
    ("size", "used", "elsewhere"), [(0, 2 * DEAR_SECONDS, 0.0), (20, 0.0, 0.001)], ids=["here", "by its size"]
)
async def test_who_brought_dear_work_lately_lets_others_go_first(
    size: int, used: float, elsewhere: float
) -> None:
    readings = iter([0.0, used])
    aside = Aside(REST, lambda: next(readings, 0.0), elsewhere)
    begun, go, done = threading.Event(), threading.Event(), list[str]()
    await aside(lambda: None, size, "stranger")
    held = asyncio.create_task(aside(lambda: begun.set() or go.wait(), 1, "somebody"))
    await asyncio.to_thread(begun.wait)

    others = [
        asyncio.create_task(aside(lambda who=who: done.append(who), size, who))
        for size, who in ((1, "stranger"), (2, "person"))
    ]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(held, *others)

    assert done == ["person", "stranger"]


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
