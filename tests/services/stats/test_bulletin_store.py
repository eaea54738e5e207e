"""A yearly bulletin comes back with its scores, frozen at one moment of cells and positions; in memory and on PostgreSQL."""

from asyncio import create_task
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import pytest

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.store import Store
from services.stats import store
from services.stats.app import build_bulletins
from services.stats.bulletins import store as bulletin_store
from services.stats.bulletins.store import Bulletins
from services.stats.core.bulletin.document import Circulate, Draft, Issue, Number, register_of, subject_of
from tests.postgres import migrated
from tests.services.stats.test_core import PROFILE, WHEN
from tests.services.stats.test_scoring import frozen, scores

TIME_TO_OBJECT: Final = timedelta(days=10)


class World:
    """The bulletins of stats, and somebody who commits what is asked."""

    def __init__(self, kept: Store, found: Bulletins) -> None:
        self.clock = HandClock(WHEN)
        self.found = found
        self.desk = Desk(build_bulletins(PROFILE), kept, Publisher(kept, Quiet()), self.clock, creates=True)

    async def act(self, identity: str, given: Any, *more: Any) -> None:
        """Hand in an act."""
        await self.desk.submit([(subject_of(identity), given), *more], f"{identity}/{given!r}", len)

    async def issued(self, identity: str, ordinal: int, corrects: str = "") -> None:
        """From the draft to the issue."""
        await self.act(identity, Draft("s", "t", frozen(), (), corrects, scores()))
        await self.act(identity, Circulate("s"))
        self.clock.move_to(self.clock.now() + TIME_TO_OBJECT)
        register = register_of(self.clock.now().year), Number(ordinal)
        await self.act(identity, Issue("l", "supervision", ordinal), register)


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        cases, cells = store.memory()
        kept = bulletin_store.memory()
        made = World(kept, bulletin_store.MemoryBulletins(kept, cases, cells))
        task = create_task(made.desk.run())
        yield made
        task.cancel()
        return
    async with migrated(request.getfixturevalue("dsn"), "stats") as (_, pool):
        made = World(bulletin_store.postgres(pool), bulletin_store.PostgresBulletins(pool))
        task = create_task(made.desk.run())
        yield made
        task.cancel()


async def test_a_year_comes_back_with_its_scores_and_its_correction_before_it(world: World) -> None:
    await world.issued("2026", 1)
    await world.issued("2026-c1", 2, "宿网督〔2026〕1号")

    correction, first = await world.found.listed()

    assert (first.number, correction.number) == ("宿网督〔2026〕1号", "宿网督〔2026〕2号")
    assert correction.corrects == first.number
    assert first.scores == correction.scores == scores()
    assert first.figures == frozen()


async def test_a_draft_that_is_drafted_again_has_the_scores_of_the_last_count(world: World) -> None:
    await world.act("2026", Draft("s", "t", frozen(), (), "", scores()))
    await world.act("2026", Draft("s", "t", frozen(), ()))

    (bulletin,) = await world.found.listed()

    assert bulletin.scores is None
