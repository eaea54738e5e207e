"""A ground is written with its case, waits, opens one record, and whoever it concerns finds it; in memory and on PostgreSQL."""

from asyncio import create_task, gather
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.service import Incoming
from chassis.store import Store
from city.profile import Profile
from contracts.codec import Event, encode
from contracts.deadlines import MissWithdrawn
from contracts.decision import Context, Decision
from contracts.facts import Fact
from contracts.identity import PARTITIONS, derived, partition_of
from services.stats import store
from services.stats.accountability import store as record_store
from services.stats.accountability.opener import Opener
from services.stats.accountability.store import Grounds, Records, Wanted
from services.stats.app import build, build_accountability
from services.stats.core.accountability.acts import ground
from services.stats.core.accountability.record import (
    Close,
    Find,
    GroundFound,
    Name,
    Open,
    Record,
    State,
    subject_of,
)
from tests.chassis.failing import Failing
from tests.postgres import migrated
from tests.services.stats.test_core import PROFILE, WHEN, assigned, received
from tests.services.stats.test_grounds import DUE, NAMED, overdue

EVERY = Wanted(None)


class World:
    """Stats with its cases and its records, and two instances that open records at the same time."""

    def __init__(self, cases: Store, records: list[Store], grounds: Grounds, found: Records) -> None:
        self.clock = HandClock(NAMED)
        self.grounds, self.found = grounds, found
        self._cases = cases
        self.stores = records
        self._seq: dict[str, int] = {}
        service = build_accountability(PROFILE)
        self.desks = [
            Desk(service, kept, Publisher(kept, Quiet()), self.clock, creates=True) for kept in records
        ]
        self.openers = [Opener(grounds, desk) for desk in self.desks]

    async def hear(self, *told: tuple[str, Fact], post: str = "p-1") -> None:
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

    async def overdue(self, post: str = "p-1") -> None:
        """A post of the water company that is overdue for five working days."""
        await self.hear(
            ("posts", received(WHEN)),
            ("assignments", assigned(WHEN, "water")),
            ("deadlines", overdue()),
            post=post,
        )

    async def act(self, identity: str, given: Any) -> None:
        """Hand in an act."""
        await self.desks[0].submit([(subject_of(identity), given)], f"{identity}/{given!r}", len)


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    tasks = [create_task(desk.run()) for desk in world.desks]
    try:
        yield world
    finally:
        for task in tasks:
            task.cancel()


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        cases, kept = store.memory()[0], record_store.memory()
        grounds: Any = cases.keepers[1]
        async with running(World(cases, [kept, kept], grounds, record_store.MemoryRecords(kept))) as made:
            yield made
        return
    async with migrated(request.getfixturevalue("dsn"), "stats") as (_, pool):
        stores: list[Store] = [record_store.postgres(pool) for _ in range(2)]
        grounds = record_store.PostgresGrounds(pool)
        found = record_store.PostgresRecords(pool)
        async with running(World(store.postgres(pool), stores, grounds, found)) as made:
            yield made


async def test_a_ground_waits_until_it_has_opened_its_record(world: World) -> None:
    await world.overdue()
    waiting = await world.grounds.waiting(10)
    before = await world.found.listed(EVERY)

    handed_in = await world.openers[0].step()
    (record,) = await world.found.listed(EVERY)

    assert [one.subject for one in waiting] == [subject_of("overdue-water-n")]
    assert (before, handed_in, await world.grounds.waiting(10)) == ([], 1, [])
    assert (record.id, record.rule, record.cases, record.happened) == (
        "overdue-water-n",
        "overdue",
        ("n",),
        (NAMED,),
    )
    assert record.opened_at == NAMED
    assert await world.found.one("overdue-water-n") == record
    assert await world.found.one("overdue-water-other") is None


async def test_a_ground_that_no_rule_can_bear_is_parked_and_the_others_go_on(world: World) -> None:
    await world.overdue("p-bad")
    (bad,) = await world.grounds.waiting(10)
    service = build_accountability(PROFILE)

    def picky(record: Record, given: GroundFound, context: Context[Profile]) -> Decision[Record]:
        if given.n == 1:
            raise ZeroDivisionError("of no use")
        return ground(record, given, context)

    kept = world.stores[0]
    desk = Desk(
        replace(service, rules={**service.rules, GroundFound: picky}),
        kept,
        Publisher(kept, Quiet()),
        world.clock,
        creates=True,
    )
    opener, running_desk = Opener(world.grounds, desk), create_task(desk.run())
    handed_in = await opener.step()
    parked = (await world.grounds.waiting(10), await world.grounds.parked())
    again = await opener.step()
    await world.hear(("deadlines", MissWithdrawn(at=NAMED, due=DUE, department="water")), post="p-bad")
    later = overdue(NAMED + timedelta(days=9), due=DUE + timedelta(days=9))
    await world.hear(("deadlines", later), post="p-bad")
    others = await opener.step()
    running_desk.cancel()

    assert bad.subject == subject_of("overdue-water-n")
    assert (handed_in, parked, again, others) == (1, ([], 1), 0, 2)
    assert [record.opened_at for record in await world.found.listed(EVERY)] == [NAMED]


async def test_a_ground_waits_where_only_the_database_was_away(world: World) -> None:
    await world.overdue()
    failing = Failing(world.stores[0])
    failing.at_save = [ConnectionRefusedError("away")]
    desk = Desk(
        build_accountability(PROFILE), failing, Publisher(failing, Quiet()), world.clock, creates=True
    )
    opener, running_desk = Opener(world.grounds, desk), create_task(desk.run())

    with pytest.raises(ConnectionRefusedError):
        await opener.step()
    waiting = len(await world.grounds.waiting(10))
    await opener.step()
    running_desk.cancel()

    assert (waiting, await world.grounds.parked()) == (1, 0)
    assert len(await world.found.listed(EVERY)) == 1


async def test_two_instances_that_open_at_the_same_time_open_one_record(world: World) -> None:
    await world.overdue()

    await gather(*(opener.step() for opener in world.openers))
    (record,) = await world.found.listed(EVERY)

    assert [one.what for one in record.history] == ["自动立案:超期五个工作日以上未回复"]


async def test_a_repeat_on_the_bus_finds_no_second_ground(world: World) -> None:
    await world.overdue()
    world._seq.clear()
    await world.overdue()

    assert len(await world.grounds.waiting(10)) == 1


async def test_what_is_taken_back_is_noted_in_the_record_that_it_opened(world: World) -> None:
    await world.overdue()
    await world.openers[0].step()
    await world.hear(("deadlines", MissWithdrawn(at=NAMED, due=DUE, department="water")))
    await world.openers[1].step()

    (record,) = await world.found.listed(EVERY)
    assert record.withdrawn_at == NAMED


async def test_a_list_holds_what_was_asked_for(world: World) -> None:
    for identity, unit in (("a", "water"), ("b", "housing"), ("c", "water")):
        await world.act(identity, Open("supervisor-1", unit, ("n",), "推诿"))
    await world.act("b", Name("supervisor-1", "clerk-water"))
    await world.hear(("posts", received(WHEN)), ("assignments", assigned(WHEN, "water")))
    await world.act("c", State("leader-water", "说明"))

    async def ids(wanted: Wanted) -> list[str]:
        return [record.id for record in await world.found.listed(wanted)]

    assert sorted(await ids(EVERY)) == ["a", "b", "c"], "cases are no records"
    assert await ids(Wanted(True)) == []
    assert await ids(Wanted(None, "housing")) == ["b"]
    assert await ids(Wanted(None, concerned=("water", "nobody"))) == ["a", "c"]
    assert await ids(Wanted(False, concerned=("", "clerk-water"))) == ["b"]
    assert await ids(Wanted(None, concerned=("", "nobody"))) == []
    assert sorted(await ids(Wanted(False, concerned=("water", "clerk-water")))) == ["a", "b", "c"]


async def test_measures_that_stand_are_counted_by_unit_in_the_time_of_their_finding(world: World) -> None:
    for identity, unit in (("a", "water"), ("b", "housing"), ("c", "water")):
        await world.act(identity, Open("supervisor-1", unit, ("n",), "推诿"))
        await world.act(identity, State(f"leader-{unit}", "说明"))
    await world.act("a", Find("supervisor-1", True, "属实", "talk"))
    await world.act("b", Find("supervisor-1", False, "不实"))
    day = timedelta(days=1)

    assert await world.found.measures(NAMED, NAMED + day, NAMED) == {"water": {"talk": 1}}
    assert await world.found.measures(NAMED - day, NAMED, NAMED) == {}
    assert await world.found.measures(NAMED, NAMED + day, NAMED - day) == {}, "not found yet"
    assert await world.found.measures(NAMED + day, NAMED + 2 * day, NAMED + day) == {}


async def test_an_act_that_is_refused_leaves_no_record_behind(world: World) -> None:
    with pytest.raises(Exception, match="未立案"):
        await world.act("never-opened", Close("supervisor-1", "完成"))

    assert await world.found.listed(EVERY) == []
    assert await world.found.one("never-opened") is None
