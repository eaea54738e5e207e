"""Durable timers: each ends once, whatever happens to clocks, snapshots, connections and processes."""

import asyncio
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest

from chassis.failures import Superseded
from contracts.identity import PARTITIONS
from services.deadline import store
from tests.services.deadline.facts import at, day_off
from tests.services.deadline.world import LADDER, WHOLE, RealWorld, World, pass_time, post
from tests.stack import ROOT


async def test_a_forgotten_case_is_spoken_of_step_by_step_and_its_timers_end(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.post(1)])
    for day in range(3, 21):
        world.clock.move_to(at(f"2026-03-{day:02}T18:30"))
        await pass_time(listener)

    assert await world.said() == {post(1): WHOLE}
    assert await world.timers() == 0


async def test_several_steps_due_while_the_service_was_down_are_said_in_order(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.post(1)])
    world.clock.move_to(at("2026-03-25T09:00"))

    await pass_time(await world.start("after the pause"))

    assert await world.said() == {post(1): WHOLE}


async def test_an_answer_ends_the_timers_without_a_word(world: World) -> None:
    listener = await world.start()
    await listener.hear([world.post(1)])
    await listener.hear([world.answer(1, "2026-03-03T10:00")])
    world.clock.move_to(at("2026-03-25T09:00"))
    await pass_time(listener)

    assert await world.said() == {post(1): ["DeadlineSet", "ClockStopped"]}
    assert await world.timers() == 0


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_clock_that_steps_by_an_hour_loses_and_repeats_nothing(world: World, step: timedelta) -> None:
    listener = await world.start()
    await listener.hear([world.post(n) for n in range(20)])
    at_due = at("2026-03-05T18:00")
    for offset in (-50, -10, 10, 50):
        world.clock.move_to(at_due + timedelta(minutes=offset))
        await pass_time(listener)
        world.clock.move_to(at_due + timedelta(minutes=offset) + step)
        await pass_time(listener)
    await listener.hear([world.post(n, "2026-03-05T18:30") for n in range(20, 30)])
    world.clock.move_to(at("2026-03-30T18:00"))
    await pass_time(listener)

    said = await world.said()
    assert [said[post(n)] for n in range(30)] == [WHOLE] * 30
    assert await world.timers() == 0


async def test_the_change_of_a_day_a_month_and_a_year_is_a_moment_like_any_other(world: World) -> None:
    listener = await world.start()
    world.clock.move_to(at("2025-12-29T10:00"))
    await listener.hear([world.post(1, "2025-12-29T10:00")])
    midnight = at("2026-01-01T00:00")
    for seconds in (-2, -1, 0, 1, 2):
        world.clock.move_to(midnight + timedelta(seconds=seconds))
        await pass_time(listener)

    # Received on a Monday; 1 to 3 January are off, 4 January (a Sunday) is worked: due on it, the third day.
    assert await world.said() == {post(1): LADDER[:2]}
    world.clock.move_to(at("2026-01-04T18:00:01"))
    await pass_time(listener)
    assert (await world.said())[post(1)] == LADDER


async def test_loading_a_year_dates_every_open_case_again_and_no_closed_one(world: World) -> None:
    world.clock.move_to(at("2026-12-30T10:00"))
    listener = await world.start()
    await listener.hear([world.post(n, "2026-12-30T10:00") for n in range(40)])
    await listener.hear([world.answer(n, "2026-12-30T11:00") for n in range(5)])

    await listener.hear(world.city(day_off("2026-12-31T09:00", "2027-01-04")))
    await pass_time(listener)
    await listener.hear(world.city(day_off("2026-12-31T10:00", "2027-01-05"), 2))
    await pass_time(listener)

    said = await world.said()
    assert [said[post(n)] for n in range(5)] == [["DeadlineSet", "ClockStopped"]] * 5
    assert [said[post(n)] for n in range(5, 40)] == [["DeadlineSet", *["DeadlineRedated"] * 2]] * 35


async def test_two_instances_share_the_timers_and_each_rings_once(world: World) -> None:
    first = await world.start("first", range(6))
    second = await world.start("second", range(6, PARTITIONS))
    posts = [world.post(n) for n in range(40)]
    await first.hear([one for one in posts if one.partition < 6])
    await second.hear([one for one in posts if one.partition >= 6])
    world.clock.move_to(at("2026-03-30T18:00"))
    await pass_time(first)
    await pass_time(second)

    said = await world.said()
    assert [said[post(n)] for n in range(40)] == [WHOLE] * 40


async def test_who_takes_a_partition_over_finds_timers_below_its_own_watermark(world: World) -> None:
    first = await world.start("first", range(6))
    second = await world.start("second", range(6, PARTITIONS))
    world.clock.move_to(at("2026-03-30T18:00"))
    await pass_time(second)
    await first.hear([one for n in range(40) if (one := world.post(n)).partition < 6])

    await second.take_over(range(PARTITIONS))
    await pass_time(second)

    assert all(words == WHOLE for words in (await world.said()).values())
    assert await world.timers() == 0


async def test_a_replaced_instance_that_wakes_up_rings_nothing(world: World) -> None:
    first = await world.start("first")
    await first.hear([world.post(n) for n in range(10)])
    second = await world.start("second")
    world.clock.move_to(at("2026-03-30T18:00"))

    with pytest.raises(Superseded):
        await pass_time(first)
    await pass_time(second)

    said = await world.said()
    assert [said[post(n)] for n in range(10)] == [WHOLE] * 10


@pytest.mark.real
async def test_a_connection_lost_between_claim_and_save_loses_nothing_and_rings_once(
    real: RealWorld,
) -> None:
    listener = await real.start("first")
    await listener.hear([real.post(n) for n in range(10)])
    real.clock.move_to(at("2026-03-30T18:00"))
    blocker = await asyncpg.connect(real.dsn, server_settings={"search_path": "deadline"})
    try:
        async with blocker.transaction():
            # The save of the batch has to wait for this row, after the claim has deleted the timers.
            await blocker.execute("select 1 from subject where subject = $1 for update", post(3))
            listener.let_time_pass()
            ticking = asyncio.create_task(listener.tick())
            while not (
                waiting := await blocker.fetchval(
                    "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
                )
            ):
                await asyncio.sleep(0.01)
            await blocker.execute("select pg_terminate_backend($1)", waiting)
            await ticking
            assert await real.said() == {post(n): ["DeadlineSet"] for n in range(10)}
    finally:
        await blocker.close()

    await pass_time(listener)

    assert await real.said() == {post(n): WHOLE for n in range(10)}
    assert await real.timers() == 0


@pytest.mark.real
async def test_a_timer_armed_below_the_watermark_is_found_by_its_own_instance_at_once(
    real: RealWorld,
) -> None:
    real.clock.move_to(at("2026-03-30T18:00"))
    listener = await real.start()
    await pass_time(listener)

    await listener.hear([real.post(1)])
    await pass_time(listener)

    assert await real.said() == {post(1): WHOLE}


@pytest.mark.real
@pytest.mark.parametrize("apart", [1, 0], ids=["an instant each", "all at one instant"])
async def test_a_forgotten_transaction_does_not_make_the_claim_read_what_has_fired(
    real: RealWorld, apart: int
) -> None:
    count, limit = 4000, 100
    await real.pool.execute(
        """insert into timer (subject, partition, number, due_at) select 'post-' || n, n % 12, 0,
           $1::timestamptz + make_interval(secs => n * $3::integer) from generate_series(1, $2::integer) n""",
        at("2026-03-02T09:00"),
        count,
        apart,
    )
    await real.pool.execute("analyze timer")
    real.clock.move_to(at("2026-03-30T18:00"))
    timers = store.Timers(real.clock)
    forgotten = await asyncpg.connect(real.dsn)
    owned = dict.fromkeys(range(PARTITIONS), 0)
    read = "select idx_tup_read from pg_stat_user_indexes where indexrelname = 'timer_due'"
    try:
        async with forgotten.transaction(isolation="repeatable_read"):
            await forgotten.fetchval("select count(*) from deadline.timer")
            async with real.pool.acquire() as connection:
                fired = 0
                while found := await timers.claim(connection, owned, real.clock.now(), limit):
                    fired += len(found)
                await connection.execute("select pg_stat_force_next_flush()")
                looked_at = int(await connection.fetchval(read))
    finally:
        await forgotten.close()

    assert fired == count
    # Each is read once, and the last of each batch once more; a claim from the start would read 80,000.
    assert looked_at <= count * 2


@pytest.mark.real
@pytest.mark.slow
async def test_instances_killed_at_random_moments_ring_every_timer_exactly_once(real: RealWorld) -> None:
    # So many that no instance lives to ring them all.
    count, chance = 2000, random.Random(5)
    listener = await real.start("first")
    await listener.hear([real.post(n) for n in range(count)])

    def instance(name: str, partitions: Sequence[int]) -> "subprocess.Popen[str]":
        arguments = [real.dsn, name, ",".join(map(str, partitions))]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.services.deadline.instance", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    halves = (range(6), range(6, PARTITIONS))
    kills = 0
    while await real.timers():
        living = [instance(f"{kills}/{half[0]}", half) for half in halves]
        try:
            for process in living:
                assert process.stdout is not None
                await asyncio.to_thread(process.stdout.readline)
                await asyncio.sleep(chance.uniform(0, 0.02))
                process.kill()
                kills += 1
        finally:
            for process in living:
                process.kill()
                process.communicate()
    said = await real.said()
    assert kills >= 4
    assert Counter(map(tuple, said.values())) == {tuple(WHOLE): count}
