"""Rounds are found by whom they concern, and drawn from the answered cases of one moment; in memory and on PostgreSQL."""

from asyncio import create_task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any, Final

import asyncpg
import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.service import Incoming
from chassis.store import Store
from contracts.codec import Event, encode
from contracts.facts import Fact
from contracts.identity import PARTITIONS, derived, partition_of
from contracts.posts import PostWithdrawn
from services.stats import store
from services.stats.app import build, build_inspections
from services.stats.core.inspections import round as rounds
from services.stats.core.inspections.sample import draw
from services.stats.inspections import store as round_store
from services.stats.inspections.bell import Bell
from services.stats.inspections.store import MOST, Answered, Rounds, Wanted
from tests.postgres import migrated
from tests.services.stats.test_core import PROFILE, WHEN, assigned, received, replied

MARCH: Final = Answered(WHEN - timedelta(days=40), WHEN + timedelta(days=40))


class World:
    """Stats with its cases and its rounds."""

    def __init__(self, cases: Store, kept: Store, found: Rounds, pool: asyncpg.Pool | None = None) -> None:
        self.clock = HandClock(WHEN)
        self.found, self.pool = found, pool
        self._cases = cases
        self._seq: dict[str, int] = {}
        self.desk = Desk(build_inspections(PROFILE), kept, Publisher(kept, Quiet()), self.clock, creates=True)

    async def hear(self, post: str, *told: tuple[str, Fact]) -> None:
        """Facts by topic, in the order of their numbers."""
        listener = Listener(build(PROFILE), self._cases, Publisher(self._cases, Quiet()), self.clock, "one")
        starts = await listener.take_over(range(PARTITIONS))
        partition, batch = partition_of(post), []
        for topic, fact in told:
            place = f"{topic}/{post}"
            self._seq[place] = self._seq.get(place, 0) + 1
            offset = starts.get((topic, partition), 0) + sum(one.topic == topic for one in batch)
            event = Event(
                derived(place, topic, self._seq[place]), topic, post, self._seq[place], fact, "test"
            )
            record = encode(event)
            batch.append(Incoming(topic, partition, offset, record.key, record.value, record.headers))
        await listener.hear(batch)

    def goes_on_its_way(self, topic: str, post: str) -> None:
        """A fact about a post that was said and has not come yet: the next one of the topic is early."""
        place = f"{topic}/{post}"
        self._seq[place] = self._seq.get(place, 0) + 1

    async def hear_unreadable(self, topic: str, *keys: bytes) -> None:
        """Records that nobody can read, by their keys."""
        listener = Listener(build(PROFILE), self._cases, Publisher(self._cases, Quiet()), self.clock, "one")
        starts = await listener.take_over(range(PARTITIONS))
        for n, key in enumerate(keys):
            await listener.hear([Incoming(topic, 0, starts.get((topic, 0), 0) + n, key, b"{", ())])

    async def answered(self, number: str, unit: str = "water") -> None:
        await self.hear(
            number,
            ("posts", replace(received(WHEN), number=number)),
            ("assignments", assigned(WHEN, unit)),
            ("replies", replied(WHEN, unit)),
        )

    async def act(self, identity: str, given: Any) -> None:
        """Hand in an act."""
        await self.desk.submit([(rounds.subject_of(identity), given)], f"{identity}/{given!r}", len)

    async def opened(self, identity: str, form: Any, *answered: tuple[str, str]) -> None:
        given = rounds.Open("s", form, "2026-03", "", "seed", 9, draw("seed", answered, 9), {})
        await self.act(identity, given)

    async def ids(self, ended: bool | None, form: str = "", unit: str | None = None) -> list[str]:
        return [one.id for one in await self.found.listed(Wanted(ended, form, unit))]


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    task = create_task(world.desk.run())
    try:
        yield world
    finally:
        task.cancel()


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        cases, kept = store.memory()[0], round_store.memory()
        async with running(World(cases, kept, round_store.MemoryRounds(kept, cases))) as made:
            yield made
        return
    async with migrated(request.getfixturevalue("dsn"), "stats") as (_, pool):
        found = round_store.PostgresRounds(pool)
        async with running(World(store.postgres(pool), round_store.postgres(pool), found, pool)) as made:
            yield made


async def test_a_sample_is_drawn_from_what_was_answered_in_the_time_and_by_the_unit(world: World) -> None:
    await world.answered("n-3")
    await world.answered("n-1", "housing")
    await world.answered("n-2")
    await world.hear("n-4", ("posts", replace(received(WHEN), number="n-4")))
    await world.answered("n-5")
    await world.hear("n-5", ("posts", PostWithdrawn(at=WHEN)))

    sample, offsets, parked = await world.found.drawn(MARCH, "seed", 2)
    of_unit, _, _ = await world.found.drawn(MARCH._replace(department="housing"), "seed", 2)
    too_late, _, _ = await world.found.drawn(MARCH._replace(first=WHEN + timedelta(hours=1)), "seed", 2)

    assert sample == draw("seed", [("n-1", "housing"), ("n-2", "water"), ("n-3", "water")], 2)
    assert [one.case for one in of_unit.drawn] == ["n-1"]
    assert (too_late.drawn, too_late.population) == ((), 0)
    assert sum(sum(topics.values()) for topics in offsets.values()) == 14, "facts that were heard"
    assert parked == 0


async def test_whoever_draws_is_told_how_many_records_are_parked(world: World) -> None:
    await world.answered("n-1")
    world.goes_on_its_way("replies", "n-2")
    await world.hear("n-2", ("replies", replied(WHEN, "water")))
    early = await world.found.drawn(MARCH, "seed", 2)
    await world.hear_unreadable("posts", b"n-3", b"n-4")
    parked = await world.found.drawn(MARCH, "seed", 2)

    assert (early.parked, parked.parked) == (0, 2), "what came early is not parked"
    assert parked.sample.population == 1


async def test_a_list_holds_what_was_asked_for(world: World) -> None:
    await world.opened("a", "inspection", ("n-1", "water"), ("n-2", "housing"))
    await world.opened("b", "callback", ("n-1", "water"))
    await world.act("a", rounds.Inspect("s", "n-1", (), ""))
    await world.act("b", rounds.Stop("s", "够了"))
    await world.answered("n-1")

    assert sorted(await world.ids(None)) == ["a", "b"], "cases are no rounds"
    assert (await world.ids(False), await world.ids(True)) == (["a"], ["b"])
    assert await world.ids(None, "callback") == ["b"]
    assert await world.ids(None, unit="water") == ["a"], "nobody was called in the other"
    assert await world.ids(None, unit="housing") == []
    assert await world.ids(None, unit="wat") == []
    found = await world.found.one("a")
    assert found is not None
    assert [one.standing for one in found.items] == ["sound", "waiting"]
    assert await world.found.one("c") is None


async def test_a_round_that_is_refused_leaves_nothing_behind(world: World) -> None:
    with pytest.raises(Exception, match="没有可抽取的帖子"):
        await world.opened("a", "inspection")

    assert await world.ids(None) == []


async def test_cases_of_before_are_drawn_from_after_the_migration(world: World) -> None:
    await world.answered("n-1")
    await world.answered("n-2")
    await world.hear("n-2", ("posts", PostWithdrawn(at=WHEN)))
    await world.opened("a", "inspection", ("n-1", "water"))
    before = await world.found.drawn(MARCH, "seed", 5)
    if world.pool is not None:
        revision = import_module("services.stats.schema.versions.0009_inspections")
        await world.pool.execute("update subject set answered_at = null")
        await world.pool.execute(revision.ANSWERED)

    assert await world.found.drawn(MARCH, "seed", 5) == before
    assert before[0].population == 1


async def test_a_day_rings_however_many_rounds_were_opened_since(world: World) -> None:
    bell = Bell(world.found, world.desk, world.clock, lambda: PROFILE)
    for n in range(MOST + 3):
        await world.opened(f"round-{n}", "inspection", ("n-1", "water"))
        world.clock.move_to(world.clock.now() + timedelta(seconds=1))
    await world.opened("called", "callback", ("n-1", "water"))
    await world.act("round-0", rounds.Inspect("s", "n-1", ("答复切题",), "没有说明日期。", 3))
    await world.act("round-1", rounds.Stop("s", "够了"))

    early = await bell.step()
    world.clock.move_to(WHEN + timedelta(days=20))
    rung, again = await bell.step(), await bell.step()

    assert (early, rung, again) == (0, 1, 0)
    first = await world.found.one("round-0")
    assert first is not None
    assert first.items[0].overdue == first.items[0].until
