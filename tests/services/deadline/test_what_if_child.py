"""The comparison in a child process on a real database, beside the twin in memory."""

import asyncio
from collections.abc import Sequence

import psutil
import pytest
from msgspec.structs import replace

from contracts.facts import Fact
from services.deadline.core.case import Case
from services.deadline.core.whatif import Difference
from services.deadline.whatif.child import Child, MemoryChild
from services.deadline.whatif.task import Progress, Rules, Task
from tests.services.deadline.facts import PROFILE, assigned, published, received
from tests.services.deadline.month import NOW
from tests.services.deadline.test_what_if import asked, two_days
from tests.services.deadline.world import RealWorld, World
from wenzheng.stack.home import CITY

pytestmark = pytest.mark.real


async def live(world: World) -> Sequence[Case]:
    """Six hundred cases of March, every other answered on the third day; and one of February and one of April."""
    listener = await world.start()
    days = ["2026-03-02"] * 600 + ["2026-02-27", "2026-04-01"]
    posts, others = [], []
    for n, day in enumerate(days):
        number = f"SQ{day[2:].replace('-', '')}-{n:06}"
        posts.append(world.record("posts", replace(received(f"{day}T10:00"), number=number), n))
        others.append(world.record("assignments", assigned(f"{day}T10:00"), n))
        if n % 2:
            answer: Fact = published("2026-03-05T11:00")
            others.append(world.record("replies", answer, n))
    await listener.hear(posts)
    await listener.hear(others)
    return [one for one in world.memory.states() if isinstance(one, Case)]


def task() -> Task:
    first, until = asked().since, "2026-04"
    assert (first, until) == ("2026-03", "2026-04")
    days = [NOW.date().replace(month=month, day=1) for month in (3, 4)]
    return Task(Rules.of(PROFILE), Rules.of(two_days()), *days, NOW)


async def test_the_child_counts_what_the_twin_counts_and_tells_how_far_it_is(real: RealWorld) -> None:
    await live(real)
    twin = World()
    cases = await live(twin)
    told: list[Progress] = []

    found: Difference = await Child(real.dsn, CITY)(task(), told.append)

    assert found == await MemoryChild(lambda: cases, PROFILE)(task(), lambda _: None)
    assert [line.cases for line in found.lines] == [600, 600]
    assert (found.lines[0].late_before, found.lines[0].late_after) == (300, 600)
    assert [(one.done, one.of) for one in told] == [(0, 600), (500, 600), (600, 600)]


async def test_nothing_is_written_by_it(real: RealWorld) -> None:
    await live(real)
    tables = "subject", "timer", "outbox", "waiting", "position"
    counted = [
        await real.pool.fetchval(f"select count(*)::text || max(xmin::text) from {one}") for one in tables
    ]

    await Child(real.dsn, CITY)(task(), lambda _: None)

    assert counted == [
        await real.pool.fetchval(f"select count(*)::text || max(xmin::text) from {one}") for one in tables
    ]


async def test_whoever_is_cancelled_takes_the_child_with_it(real: RealWorld) -> None:
    await live(real)
    before = set(psutil.Process().children())
    begun = asyncio.Event()
    working = asyncio.ensure_future(Child(real.dsn, CITY)(task(), lambda _: begun.set()))
    await begun.wait()
    (child,) = set(psutil.Process().children()) - before
    nice = child.nice()

    working.cancel()
    await asyncio.gather(working, return_exceptions=True)

    assert nice == 19
    assert not child.is_running()


async def test_a_child_that_cannot_work_is_a_failure_and_no_answer(real: RealWorld) -> None:
    with pytest.raises(RuntimeError, match="ended with"):
        await Child(real.dsn.replace("postgresql://", "postgresql://nobody:x@nowhere.invalid/", 1), CITY)(
            task(), lambda _: None
        )
