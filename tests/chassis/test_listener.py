"""The engine's promises, on a toy service that counts what it hears of each post."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from chassis.engine.batch import BatchCounts
from chassis.engine.city import CityView
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.failures import Superseded
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.outbox import unpack
from chassis.store import Outcome
from contracts.city_facts import CityFact, ModelActivated
from contracts.codec import decode
from contracts.decision import Context, Decision, Refused
from contracts.identity import PARTITIONS, city_subject, partition_of
from contracts.replies import CaseUrged
from contracts.topics import ASSIGNMENTS, CITY, REPLIES
from tests.chassis.counting import NOW, POST, Count, FixedClock, Notes, Ring, World, service
from tests.chassis.failing import Failing
from tests.patience import PATIENCE


class Parked:
    """A meter that counts what was parked."""

    count = 0

    def batch(self, service: str, counts: BatchCounts, seconds: float) -> None:
        self.count += counts.parked


async def test_a_repeat_changes_nothing(world: World) -> None:
    listener = await world.start()
    first, again = world.support(1), world.support(1)

    await listener.hear([first])
    await listener.hear([again])

    assert await world.heard() == ("1",)
    assert await world.notes() == ["1"]
    assert len(await world.blobs()) == 1


async def test_swapped_events_are_handled_in_the_order_of_their_numbers(world: World) -> None:
    listener = await world.start()
    second, third, first = world.support(2), world.support(3), world.support(1)

    await listener.hear([second, third])
    assert await world.heard() == ()
    assert await world.held() == 2
    await listener.hear([first])

    assert await world.heard() == ("1", "2", "3")
    assert await world.held() == 0
    assert not await world.waiting()


async def test_a_hopeless_event_is_parked_and_holds_back_only_its_own_subject_and_topic(world: World) -> None:
    listener = await world.start()
    other = "0195a000-0000-7000-8000-000000000002"

    await listener.hear([world.support(1, "hopeless"), world.support(2), world.support(1, subject=other)])
    await listener.hear([world.record(CaseUrged(at=NOW, text="快", by="s1"), 1, topic=REPLIES)])

    assert await world.heard() == ("urged",)
    assert await world.heard(other) == ("1",)
    parked = [row for row in await world.waiting() if row.parked]
    assert [(row.subject, row.seq) for row in parked] == [(POST, 1)]
    assert "no rule can bear this" in parked[0].reason


async def test_dropping_a_parked_event_lets_the_later_ones_go_on(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.support(1, "hopeless"), world.support(2)])

    await world.mark((await world.waiting())[0], "drop")
    listener.let_time_pass()
    await listener.tick()

    assert await world.heard() == ("2",)
    assert not await world.waiting()
    assert await world.held() == 0


async def test_replaying_an_event_that_is_still_hopeless_parks_it_again(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.support(1, "hopeless"), world.support(2)])

    await world.mark((await world.waiting())[0], "replay")
    listener.let_time_pass()
    await listener.tick()

    assert await world.heard() == ()
    assert [row.mark for row in await world.waiting() if row.parked] == [""]


@pytest.mark.parametrize(
    ("value", "key", "why"),
    [
        (b"{broken", b"", "no JSON"),
        (b'{"type":"post.supported.v9","at":"2026-03-02T09:00:00+08:00"}', b"", "a version nobody knows"),
        (b'{"type":"post.supported.v1","at":"2026-03-02T09:00:00+08:00"}', b"", "a field is missing"),
        (b"[" * 100_000, b"", "deep nesting"),
    ],
)
async def test_an_unreadable_event_is_parked_in_its_place(
    world: World, value: bytes, key: bytes, why: str
) -> None:
    listener = await world.start()

    await listener.hear([world.record(None, 1, value=value, key=key), world.support(2)])

    assert await world.heard() == (), why
    assert sorted((row.seq, row.parked) for row in await world.waiting()) == [(1, True), (2, False)]


async def test_a_record_without_a_key_is_parked_and_nothing_waits_behind_it(world: World) -> None:
    listener = await world.start()

    await listener.hear([world.record(None, 1, key=None), world.support(1)])

    assert await world.heard() == ("1",)
    row = (await world.waiting())[0]
    assert row.subject == f"?{partition_of(POST)}"
    assert row.parked
    await world.mark(row, "drop")
    listener.let_time_pass()
    await listener.tick()
    assert not await world.waiting()


async def test_a_record_in_a_partition_that_is_not_its_subjects_is_parked_and_changes_nothing(
    world: World,
) -> None:
    listener = await world.start()
    lost = structs.replace(world.support(1), partition=(partition_of(POST) + 1) % PARTITIONS)

    await listener.hear([lost])

    assert await world.heard() == ()
    [row] = await world.waiting()
    assert (row.subject, row.parked) == (f"?{lost.partition}", True)


async def test_what_was_parked_and_let_go_is_written_down_for_the_audit(world: World) -> None:
    store = Failing(world.store())
    listener = await world.start(store=store)
    await listener.hear([world.support(1, "hopeless")])
    [row] = await world.waiting()

    await world.mark(row, "drop")
    listener.let_time_pass()
    await listener.tick()

    [ended] = store.saved[-1].unparked
    assert (ended.subject, ended.seq, ended.mark, ended.reason) == (POST, 1, "drop", row.reason)


async def test_what_the_bus_has_is_deleted_with_the_next_commit(world: World) -> None:
    store = Failing(world.store())
    publisher = Publisher(store, Quiet())
    listener = Listener(world.service, store, publisher, FixedClock(), "one")
    await listener.take_over(range(PARTITIONS))
    await listener.hear([world.support(1)])
    said = store.saved[-1].blob_id
    publisher.acknowledged.append(said)

    await listener.hear([world.support(2)])

    assert store.saved[-1].acknowledged == [said]
    assert await world.outbox() == {store.saved[-1].blob_id}


async def test_a_replaced_instance_is_refused_and_changes_nothing(world: World) -> None:
    old = await world.start("old")
    new = await world.start("new")
    record = world.support(1)

    with pytest.raises(Superseded):
        await old.hear([record])
    assert await world.heard() == ()
    await new.hear([record])

    assert await world.heard() == ("1",)


async def test_a_hole_in_the_log_ends_the_process(world: World) -> None:
    listener = await world.start()
    world.support(1)
    second = world.support(2)

    with pytest.raises(Superseded, match="hole"):
        await listener.hear([second])


async def test_another_instance_goes_on_where_the_last_one_committed(world: World) -> None:
    first = await world.start("first")
    await first.hear([world.support(1)])

    second = await world.start("second")
    await second.hear([world.support(2)])

    assert await world.heard() == ("1", "2")


async def test_a_timer_whose_rule_raises_is_parked_and_can_be_dropped(world: World) -> None:
    listener = await world.start()
    await world.due("broken", "fine")
    listener.let_time_pass()

    await listener.tick()

    assert await world.heard() == ("fine",)
    row = (await world.waiting())[0]
    assert (row.topic, row.parked) == ("@ring", True)
    await world.mark(row, "drop")
    listener.let_time_pass()
    await listener.tick()
    assert not await world.waiting()


async def test_replaying_a_timer_whose_rule_still_raises_parks_it_again_and_it_is_counted_again(
    world: World,
) -> None:
    store, parked = world.store(), Parked()
    listener = Listener(world.service, store, Publisher(store, Quiet()), FixedClock(), "one", parked)
    await listener.take_over(range(PARTITIONS))
    await world.due("broken", "broken")
    listener.let_time_pass()
    await listener.tick()
    first, second = sorted(await world.waiting(), key=lambda row: row.seq)
    assert (first.seq, second.seq, parked.count) == (1, 2, 2)

    await world.mark(first, "replay")
    listener.let_time_pass()
    await listener.tick()

    assert [(row.seq, row.parked, row.mark) for row in await world.waiting()] == [
        (1, True, ""),
        (2, True, ""),
    ]
    assert parked.count == 3


async def test_a_parked_timer_is_rung_once_its_rule_is_mended(world: World) -> None:
    def mended(state: Count, ring: Ring, context: Context[str]) -> Decision[Count]:
        return Decision(Count((*state.heard, ring.id)))

    listener = await world.start()
    await world.due("broken")
    listener.let_time_pass()
    await listener.tick()
    [row] = await world.waiting()
    store = world.store()
    service = replace(world.service, rules={**world.service.rules, Ring: mended})
    after = Listener(service, store, Publisher(store, Quiet()), FixedClock(), "two")
    await after.take_over(range(PARTITIONS))

    await world.mark(row, "replay")
    after.let_time_pass()
    await after.tick()

    assert await world.heard() == ("broken",)
    assert not await world.waiting()


def test_a_city_is_known_as_it_was_after_each_of_its_facts() -> None:
    view = CityView("as it began").amended("after one").amended("after two")

    assert view.amendments == 2
    assert [view.at(n) for n in range(4)] == ["as it began", "after one", "after two", "after two"]


async def test_who_owns_nothing_knows_no_city(world: World) -> None:
    store = world.store()
    listener = Listener(world.service, store, Publisher(store, Quiet()), FixedClock(), "one")

    assert listener.newest() is None


class Stepped(Notes):
    """Rings for ever, a full claim each time, until a clock is set back: then what is left is due in an hour."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = self.claims = 0

    def next_due(self, partitions: Any) -> datetime | None:
        self.looks += 1
        return NOW + timedelta(hours=1) if self.claims else NOW

    def claim(self, partitions: Any, now: datetime, limit: int) -> list[tuple[str, Any]]:
        self.claims += 1
        return [(POST, Ring(f"{self.claims}/{n}")) for n in range(limit)]


async def test_what_is_left_when_a_clock_is_set_back_is_waited_for_and_not_looked_for_without_rest() -> None:
    notes = Stepped()
    memory = MemoryStore(Count, (notes,), (notes,))
    listener = Listener(service(), memory, Publisher(memory, Quiet()), FixedClock(), "one")
    await listener.take_over(range(PARTITIONS))
    running = asyncio.create_task(listener.run())

    await asyncio.sleep(0.5)
    running.cancel()

    assert notes.claims == 1
    assert notes.looks < 20, "a few times, at the pace at which time is looked at"


async def test_a_city_fact_holds_from_its_place_in_the_partition_on(world: World) -> None:
    listener = await world.start()
    partition = partition_of(POST)
    activated: CityFact = ModelActivated(at=NOW, model_version="v1", checksum="c", threshold=0.9)

    await listener.hear([world.support(1)])
    await listener.hear([world.record(activated, 1, topic=CITY, subject=city_subject(partition))])
    await listener.hear([world.support(2)])
    later = await world.start("later")
    await later.hear([world.support(3)])

    said = [
        decode(ASSIGNMENTS, record.key, record.value, record.headers).fact.reason  # type: ignore[attr-defined]
        for blob in await world.blobs()
        for _, _, record in unpack(blob)
    ]
    assert said == ["1 v0", "2 v1", "3 v1"]


async def test_an_answer_from_outside_is_handled_and_answered_after_the_commit(world: World) -> None:
    listener = await world.start()
    running = asyncio.create_task(listener.run())
    try:
        assert await listener.submit(POST, Ring("a"), "cause-a") == 0
        assert await listener.submit(POST, Ring("b"), "cause-b") == 1
        with pytest.raises(Refused):
            await listener.submit(POST, Ring("refused"), "cause-c")
    finally:
        running.cancel()
    assert await world.heard() == ("a", "b")


async def test_too_many_parked_events_stop_the_listener_and_say_why() -> None:
    world = World(parked_limit=2)
    listener = await world.start()

    await listener.hear([world.record(None, n, key=None) for n in range(1, 5)])

    assert "a person must look" in listener.halted


@pytest.mark.parametrize("world", [pytest.param("real", marks=pytest.mark.real)], indirect=True)
async def test_where_people_change_the_same_rows_an_event_waits_for_the_row_of_its_subject(
    world: World,
) -> None:
    world.service = replace(world.service, people=True)
    listener, person = await world.start(), world.store()
    await listener.hear([world.support(1)])

    async with person.transaction() as transaction:
        loaded = await transaction.load([POST], lock=True)
        hearing = asyncio.create_task(listener.hear([world.support(2)]))
        async with asyncio.timeout(PATIENCE):
            while not await world.lock_is_awaited():
                await asyncio.sleep(0.01)
        loaded[POST].state = Count(("changed meanwhile",))
        await transaction.save(Outcome(changed=[loaded[POST]]))
    await hearing

    assert await world.heard() == ("changed meanwhile", "2")


async def test_a_fact_without_a_rule_moves_its_number_and_nothing_else(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.support(1)])

    await listener.hear([world.record(None, 2)])
    await listener.hear([world.support(3)])

    assert await world.heard() == ("1", "3"), "the third is next, for the second was heard"
    assert await world.held() == 0


async def test_a_fact_without_a_rule_about_an_unknown_subject_is_remembered_as_heard(world: World) -> None:
    listener = await world.start()

    await listener.hear([world.record(None, 1)])
    await listener.hear([world.support(2)])

    assert await world.heard() == ("2",)
