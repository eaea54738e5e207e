"""What a claim takes and leaves, and what the door knows before it: of timers, and of cases dated under older rules."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from msgspec import structs

from chassis.clock import HandClock
from chassis.engine.listener import DUE_LIMIT
from contracts.identity import PARTITIONS
from services.deadline import store
from tests.services.deadline.facts import at, day_off, half_day, published, working_day
from tests.services.deadline.world import LADDER, WHOLE, RealWorld, World, pass_time, post


async def test_the_door_knows_until_when_a_claim_would_find_nothing(world: World) -> None:
    listener = await world.start()
    timers, stale = world.doors["one"]
    owned = dict.fromkeys(listener.partitions, 0)
    await pass_time(listener)
    assert timers.next_due(owned) == store.NEVER

    await listener.hear([world.post(1), world.post(2, "2026-03-02T09:00")])
    assert timers.next_due(owned) == at("2026-03-04T18:00")
    await pass_time(listener)
    assert timers.next_due(owned) == at("2026-03-04T18:00")

    world.clock.move_to(at("2026-03-04T18:30"))
    await pass_time(listener)
    assert timers.next_due(owned) == at("2026-03-05T10:24")  # 80 % of 1620 minutes from Monday, 9:00

    await listener.hear([world.answer(1, "2026-03-04T19:00"), world.answer(2, "2026-03-04T19:00")])
    await pass_time(listener)
    assert timers.next_due(owned) >= at("2026-03-05T10:24")
    world.clock.move_to(at("2026-03-05T10:30"))
    await pass_time(listener)
    assert timers.next_due(owned) == store.NEVER
    assert stale.next_due(owned) == store.NEVER


async def test_the_door_never_says_later_than_a_word_is_due(world: World) -> None:
    listener = await world.start()
    timers = world.doors["one"][0]
    owned = dict.fromkeys(listener.partitions, 0)
    spoken = 0
    for hour in range(0, 24 * 14):
        now = at("2026-03-02T10:00") + timedelta(hours=hour)
        world.clock.move_to(now)
        if hour % 30 == 0:
            await listener.hear([world.post(hour, now.replace(tzinfo=None).isoformat())])
        expected = timers.next_due(owned)
        listener.let_time_pass()
        await listener.tick()
        words = sum(map(len, (await world.said()).values()))
        if words - spoken > (hour % 30 == 0):
            assert expected is None or expected <= now
        spoken = words
    assert spoken > 40


async def test_when_partitions_change_hands_or_the_city_changes_only_a_claim_can_tell(world: World) -> None:
    first = await world.start("first", range(6))
    timers, stale = world.doors["first"]
    await pass_time(first)
    owned = dict.fromkeys(range(6), 0)
    assert timers.next_due(owned) == store.NEVER

    assert stale.next_due(dict.fromkeys(range(6), 1)) is None
    if isinstance(world, RealWorld):
        assert timers.next_due(dict.fromkeys(range(PARTITIONS), 0)) is None
    await (await world.start("second", range(6, PARTITIONS))).hear(
        [one for n in range(40) if (one := world.post(n)).partition >= 6]
    )
    await first.take_over(range(PARTITIONS))
    await pass_time(first)
    assert timers.next_due(dict.fromkeys(range(PARTITIONS), 0)) == at("2026-03-04T18:00")


async def test_more_stale_cases_than_one_claim_takes_are_dated_again_without_a_pause(world: World) -> None:
    count = 2 * DUE_LIMIT + 50
    world.clock.move_to(at("2026-12-30T10:00"))
    listener = await world.start()
    await listener.hear([world.post(n, "2026-12-30T10:00") for n in range(count)])
    await listener.hear(world.city(day_off("2026-12-31T09:00", "2027-01-04")))
    owned = dict.fromkeys(range(PARTITIONS), 1)

    for _ in range(2):
        assert world.doors["one"][1].next_due(owned) is None
        listener.let_time_pass()
        await listener.tick()
    # A claim takes less where the machine is slow.
    for _ in range(5):
        await pass_time(listener)

    said = await world.said()
    assert Counter(tuple(said[post(n)]) for n in range(count)) == {("DeadlineSet", "DeadlineRedated"): count}


async def test_a_claim_leaves_the_timers_of_partitions_that_others_own(world: World) -> None:
    both = await world.start()
    posts = [world.post(n) for n in range(40)]
    await both.hear(posts)
    await both.let_go()
    world.clock.move_to(at("2026-03-30T18:00"))

    await pass_time(await world.start("half", range(6)))

    said = await world.said()
    mine = [n for n in range(40) if posts[n].partition < 6]
    assert 0 < len(mine) < 40
    assert [said[post(n)] for n in mine] == [WHOLE] * len(mine)
    assert [said[post(n)] for n in range(40) if n not in mine] == [["DeadlineSet"]] * (40 - len(mine))
    assert await world.timers() == 40 - len(mine)


class GraceClock(HandClock):
    """A clock moved by hand in which real seconds pass as the city's do."""

    def ago(self, seconds: float) -> datetime:
        return self.now() - timedelta(seconds=seconds)


@pytest.mark.real
async def test_a_timer_that_fell_due_within_the_grace_is_found_by_the_next_claim(real: RealWorld) -> None:
    due = at("2026-03-04T18:00")
    real.clock = GraceClock(at("2026-03-02T10:00"))
    listener = await real.start()
    await listener.hear([real.post(1)])
    real.clock.move_to(due + timedelta(milliseconds=500))
    await pass_time(listener)
    assert await real.said() == {post(1): ["DeadlineSet"]}

    real.clock.move_to(due + timedelta(seconds=2))
    await pass_time(listener)

    assert await real.said() == {post(1): LADDER[:2]}


async def test_a_case_with_a_parked_fact_rings_no_timer_and_another_does(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.post(1), world.post(2)])
    await listener.hear([structs.replace(world.answer(1, "2026-03-03T10:00"), value=b"no fact")])
    world.clock.move_to(at("2026-03-25T09:00"))

    await pass_time(listener)

    # What was parked may be the answer: nothing is said about the case before somebody has looked at it.
    assert await world.said() == {post(1): ["DeadlineSet"], post(2): WHOLE}
    assert await world.timers() == 1


async def test_a_case_that_is_due_earlier_than_it_was_rings_at_the_earlier_instant(world: World) -> None:
    world.clock.move_to(at("2026-12-30T10:00"))
    listener = await world.start()
    await listener.hear(world.city(day_off("2026-12-29T09:00", "2027-01-01")))
    await listener.hear([world.post(1, "2026-12-30T10:00")])
    await listener.hear(world.city(working_day("2026-12-30T11:00", "2027-01-01"), 2))
    await pass_time(listener)
    assert (await world.said())[post(1)] == ["DeadlineSet", "DeadlineRedated"]

    world.clock.move_to(at("2027-01-01T18:30"))
    await pass_time(listener)

    assert (await world.said())[post(1)] == ["DeadlineSet", "DeadlineRedated", "CaseEscalated:remind"]


async def test_what_an_answered_case_still_owes_is_dated_again(world: World) -> None:
    listener = await world.start()
    promise = structs.replace(published("2026-03-02T11:00"), promised_day=date(2026, 3, 6))
    await listener.hear([world.post(1), world.post(2)])
    await listener.hear([world.record("replies", promise, 1), world.answer(2, "2026-03-02T11:00")])

    await listener.hear(world.city(half_day("2026-03-03T09:00", "2026-03-06")))
    await pass_time(listener)
    await pass_time(listener)

    stopped = ["DeadlineSet", "ClockStopped"]
    twice = ["ReplyPromiseSet"] * 2
    assert await world.said() == {post(1): [*stopped, *twice], post(2): stopped}
