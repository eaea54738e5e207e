"""An overload only makes things later: batches end by time, in order, and the database loses patience with none."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from chassis.engine.batch import BatchCounts
from chassis.engine.budget import Budget
from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.pace import NOBODY_WAITS, PEOPLE_WAIT
from chassis.engine.publisher import Publisher
from chassis.engine.records import Backlog, Read
from chassis.memory.bus import Quiet
from chassis.service import Incoming
from contracts.city_facts import ModelActivated
from contracts.decision import Context, Decision
from contracts.identity import PARTITIONS, city_subject, partition_of
from contracts.posts import PostSupported
from contracts.topics import CITY
from tests.chassis.counting import NOW, POST, Count, FixedClock, World, Write, encoded
from tests.patience import PATIENCE

RULE_SECONDS = 0.02


def slow(state: Count, fact: PostSupported, context: Context[str]) -> Decision[Count]:
    """A rule that holds the loop for 20 ms, as a long text or a busy processor does."""
    time.sleep(RULE_SECONDS)
    return Decision(Count((*state.heard, fact.supporter)))


class Batches:
    """A meter that remembers how many records each transaction handled."""

    def __init__(self) -> None:
        self.handled: list[int] = []

    def batch(self, service: str, counts: BatchCounts, seconds: float) -> None:
        self.handled.append(counts.handled)


async def listening(world: World, batches: Batches, budget: Budget) -> Listener:
    """An instance with the slow rule, which owns every partition."""
    service = replace(world.service, rules={**world.service.rules, PostSupported: slow})
    store = world.store()
    listener = Listener(
        service, store, Publisher(store, Quiet()), FixedClock(), "one", batches, budget=budget
    )
    await listener.take_over(range(PARTITIONS))
    return listener


async def test_a_poll_whose_rules_are_slow_is_handled_in_many_short_transactions_and_in_order(
    world: World,
) -> None:
    batches = Batches()
    listener = await listening(world, batches, Budget(seconds=5 * RULE_SECONDS, first=64))
    poll = [world.support(n) for n in range(1, 61)]

    await listener.hear(poll)

    assert await world.heard() == tuple(str(n) for n in range(1, 61))
    assert max(batches.handled) <= 7, "no transaction decides much longer than its budget"
    assert sum(batches.handled) == 60


async def test_what_a_batch_did_is_told_to_its_meter_and_nothing_that_it_did_not_do(world: World) -> None:
    told: list[tuple[int, ...]] = []

    class Meter:
        def batch(self, service: str, counts: BatchCounts, seconds: float) -> None:
            told.append((counts.handled, counts.repeated, counts.waiting, counts.parked, counts.said))

    store = world.store()
    listener = Listener(world.service, store, Publisher(store, Quiet()), FixedClock(), "one", Meter())
    await listener.take_over(range(PARTITIONS))
    first = world.support(1)

    await listener.hear([first, world.support(2)])
    await listener.hear([first, world.support(3, "hopeless"), world.support(4)])

    assert told == [(2, 0, 0, 0, 2), (0, 1, 1, 1, 0)]


async def test_where_the_time_of_a_transaction_is_over_before_its_first_record_that_one_is_handled(
    world: World,
) -> None:
    batches = Batches()
    listener = await listening(world, batches, Budget(seconds=-1.0))

    async with asyncio.timeout(PATIENCE):
        await listener.hear([world.support(n) for n in range(1, 4)])

    assert await world.heard() == ("1", "2", "3")
    assert batches.handled == [1, 1, 1]


async def test_a_rule_slower_than_the_whole_budget_still_moves_on(world: World) -> None:
    batches = Batches()
    listener = await listening(world, batches, Budget(seconds=RULE_SECONDS / 10))

    await listener.hear([world.support(n) for n in range(1, 6)])

    assert await world.heard() == ("1", "2", "3", "4", "5")
    assert batches.handled == [1] * 5


async def test_progress_is_recorded_as_it_is_made(world: World) -> None:
    """Another instance that takes over in the middle of a poll goes on where the last short transaction ended."""
    listener = await listening(world, Batches(), Budget(seconds=2 * RULE_SECONDS))
    poll = [world.support(n) for n in range(1, 31)]
    hearing = asyncio.create_task(listener.hear(poll))
    while len(await world.heard()) < 5:
        await asyncio.sleep(0)

    await listener.let_go()
    await hearing
    handled = len(await world.heard())
    successor = await world.start("two")
    await successor.hear(poll[handled:])

    assert 5 <= handled < 30
    assert await world.heard() == tuple(str(n) for n in range(1, 31))


async def test_what_a_person_brings_meanwhile_does_not_wait_for_the_whole_poll(world: World) -> None:
    listener = await listening(world, Batches(), Budget(seconds=2 * RULE_SECONDS))
    hearing = asyncio.create_task(listener.hear([world.support(n) for n in range(1, 31)]))
    while len(await world.heard()) < 5:
        await asyncio.sleep(0)

    listener.let_time_pass()
    await world.due("bell")
    listener.let_time_pass()
    await hearing

    assert (await world.heard()).index("bell") < 30


def test_a_batch_grows_by_doubling_and_shrinks_at_once() -> None:
    budget = Budget(limit=1000, seconds=0.5, first=50)

    budget.spent(50, 0.01)
    assert budget.size == 100
    budget.spent(100, 5.0)
    assert budget.size == 10
    budget.failed()
    assert budget.size == 5
    budget.spent(5, 100.0)
    assert budget.size == 1, "at least one input is always tried"
    budget.failed()
    assert budget.size == 1


def test_the_rest_says_who_waits() -> None:
    assert PEOPLE_WAIT.rest(0.001) == 0.03
    assert PEOPLE_WAIT.rest(1.0) == 0.1
    assert NOBODY_WAITS.rest(0.001) == 0.4
    assert NOBODY_WAITS.rest(1.0) == 0.5


async def test_what_is_foreseen_reaches_the_rule_and_is_void_once_the_city_has_changed(world: World) -> None:
    seen: list[Any] = []

    def rule(state: Count, fact: PostSupported, context: Context[str]) -> Decision[Count]:
        seen.append(context.foreseen)
        return Decision(Count((*state.heard, fact.supporter)))

    service = replace(
        world.service,
        rules={**world.service.rules, PostSupported: rule},
        foresee=lambda fact, city: f"{fact.supporter} by {city}",  # type: ignore[attr-defined]
    )
    store = world.store()
    listener = Listener(service, store, Publisher(store, Quiet()), FixedClock(), "one")
    await listener.take_over(range(PARTITIONS))
    first = world.support(1)

    await listener.hear([first])
    activated = ModelActivated(at=NOW, model_version="v1", checksum="c", threshold=0.9)
    change = world.record(activated, 1, CITY, city_subject(partition_of(POST)))
    await listener.hear([change, world.support(2)])

    assert seen == ["1 by v0", None]


@pytest.mark.real
@pytest.mark.parametrize("world", ["real"], indirect=True)
async def test_four_seconds_of_rules_in_one_poll_do_not_use_up_the_databases_patience(world: World) -> None:
    """PostgreSQL ends a transaction that stands still for 3 s; this poll needs 4 s to be decided."""
    batches = Batches()
    listener = await listening(world, batches, Budget())

    await listener.hear([world.support(n) for n in range(1, 201)])

    assert len(await world.heard()) == 200
    assert len(batches.handled) > 4


async def test_requests_that_one_transaction_has_no_time_for_are_the_first_of_the_next(world: World) -> None:
    def slowly(state: Count, write: Write, context: Context[str]) -> Decision[Count]:
        time.sleep(RULE_SECONDS)
        return Decision(Count((*state.heard, write.text)), answer=write.text)

    store, batches = world.store(), Batches()
    service = replace(world.service, rules={**world.service.rules, Write: slowly})
    desk = Desk(
        service, store, Publisher(store, Quiet()), FixedClock(), world.answers(), meter=batches, limit=60
    )
    asking = [
        asyncio.create_task(desk.submit([(POST, Write(str(n)))], f"request {n}", encoded)) for n in range(60)
    ]
    await asyncio.sleep(0)

    await desk.commit()
    first, commits = len(await world.heard()), 1
    while desk.waiting:
        await desk.commit()
        commits += 1
    await asyncio.gather(*asking)

    assert first < 60, "half a second does not last for 60 rules of 20 ms"
    assert len(batches.handled) == commits, "each transaction was measured"
    assert await world.heard() == tuple(str(n) for n in range(60))


async def test_what_cannot_be_foreseen_is_left_to_the_rule(world: World) -> None:
    def cannot(fact: object, city: str) -> str:
        raise KeyError("nothing to foresee")

    service = replace(world.service, foresee=cannot)
    store = world.store()
    listener = Listener(service, store, Publisher(store, Quiet()), FixedClock(), "one")
    await listener.take_over(range(PARTITIONS))

    await listener.hear([world.support(1), world.support(2, "hopeless")])

    assert await world.heard() == ("1",)
    [parked] = await world.waiting()
    assert "no rule can bear this" in parked.reason


def test_records_that_are_dear_to_read_are_taken_until_the_time_is_over_and_one_at_least() -> None:
    poll = [Incoming("posts", 0, offset, None, None, ()) for offset in range(3)]
    backlog = Backlog(poll)

    taken = [backlog.take(100, seconds, _as_it_is) for seconds in (-1.0, 60.0)]

    assert [[one.incoming.offset for one in batch] for batch in taken] == [[0], [1, 2]]
    assert not backlog


def _as_it_is(incoming: Incoming) -> Read:
    return Read(incoming, "?0", incoming.offset, None)
