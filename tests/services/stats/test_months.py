"""Sums by month say what the cells say, whatever changes a month after it was read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from importlib import import_module

import asyncpg
import pytest

from chassis.store import Packing
from contracts.assignments import PostReassigned
from contracts.deadlines import DeadlineMissed, MissWithdrawn
from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored, PostWithdrawn
from services.stats import store
from services.stats.core.case import Case
from services.stats.core.cells import cells
from services.stats.core.figures import total
from services.stats.months import Months, add, by_month
from tests.patience import PATIENCE
from tests.postgres import migrated
from tests.services.stats.test_core import assigned, at, rated, received, replied
from tests.services.stats.test_figures import World

pytestmark = pytest.mark.real

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
OF_CELLS = """
select unit, measure, sum(count)::bigint as count from cell where day >= $1::date and day < $2::date
group by 1, 2 having sum(count) <> 0"""


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with migrated(dsn, "stats") as (_, opened):
        yield opened


async def of_cells(pool: asyncpg.Pool, first: date, until: date) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in await pool.fetch(OF_CELLS, first, until):
        found.setdefault(row["unit"], {})[row["measure"]] = row["count"]
    return found


async def posts(world: World, *days: str, first: int = 1) -> None:
    """A post on each of the days, of a unit."""
    for n, day in enumerate(days, first):
        await world.hear((n, "posts", received(at(f"{day}T09:00"))))
        await world.hear((n, "assignments", assigned(at(f"{day}T09:00"), "water")))


def world_on(pool: asyncpg.Pool) -> World:
    return World(store.postgres(pool), store.PostgresFigures(pool), None)  # type: ignore[arg-type]  # no open data


async def test_a_month_that_was_read_is_read_again_when_a_batch_has_changed_it(pool: asyncpg.Pool) -> None:
    world = world_on(pool)
    await posts(world, "2026-03-02", "2026-03-31", "2026-04-01")
    before = await world.figures.by_unit(MARCH, APRIL)
    await world.hear((1, "replies", replied(at("2026-03-03T10:00"))))
    answered = await world.figures.by_unit(MARCH, APRIL)
    await posts(world, "2026-03-09", first=4)

    after = await world.figures.by_unit(MARCH, APRIL)

    assert (before["water"]["received"], before["water"].get("replied")) == (2, None)
    assert (answered["water"]["received"], answered["water"]["replied"]) == (2, 1)
    assert (after["water"]["received"], after["water"]["replied"]) == (3, 1)
    assert after == await of_cells(pool, MARCH, APRIL)
    assert await world.figures.by_unit(MARCH, MAY) == await of_cells(pool, MARCH, MAY)
    assert (await world.figures.by_unit(MARCH, date(2026, 3, 31)))["water"]["received"] == 2, "no whole month"


async def test_months_that_have_not_changed_are_not_read(pool: asyncpg.Pool) -> None:
    await posts(world_on(pool), "2026-03-02", "2026-04-02")
    months = Months(pool)
    first = await months.by_unit(MARCH, MAY)
    await pool.execute("delete from monthly")

    assert await months.by_unit(MARCH, MAY) == first
    assert await Months(pool).by_unit(MARCH, MAY) == {}


async def test_a_month_of_long_ago_that_changes_is_read_again(pool: asyncpg.Pool) -> None:
    world = world_on(pool)
    await posts(world, "2026-03-02", "2026-03-03", *(f"2026-{month:02}-02" for month in range(4, 9)))
    months = Months(pool)
    await months.by_unit(MARCH, date(2027, 1, 1))
    await world.hear((1, "replies", replied(at("2026-03-03T10:00"))))

    assert await months.by_unit(MARCH, APRIL) == await of_cells(pool, MARCH, APRIL)
    assert await months.whole(MARCH, date(2027, 1, 1)) == total(
        (await of_cells(pool, MARCH, date(2027, 1, 1))).values()
    )


async def test_of_two_who_write_at_the_same_moment_none_waits_for_the_other(pool: asyncpg.Pool) -> None:
    once = {("2026-03-01", "water", "received"): 1}
    async with pool.acquire() as one, pool.acquire() as other, asyncio.timeout(PATIENCE):
        async with one.transaction():
            await add(one, once)
            async with other.transaction():
                await add(other, once)
        await add(other, once)

    assert await Months(pool).by_unit(MARCH, APRIL) == {"water": {"received": 3}}
    rows = await pool.fetch("select writer, count from monthly order by 1")
    assert [(row["writer"], row["count"]) for row in rows] == [(0, 2), (1, 1)], "who is alone is the first"


def corrected(count: int) -> Iterator[tuple[int, str, Fact]]:
    """Posts of March with all that takes back what was counted: transfers, misses withdrawn, hidings, restorations, withdrawals."""
    for n in range(count):
        when = at(f"2026-03-{1 + n % 31:02}T09:00")
        due, late = when + timedelta(days=5), when + timedelta(days=6)
        yield n, "posts", received(when)
        yield n, "assignments", assigned(when, "water")
        if n % 4 == 0:
            yield n, "assignments", reassigned(when + timedelta(hours=2))
        if n % 2:
            yield n, "replies", replied(when + timedelta(hours=3))
            yield n, "replies", rated(when + timedelta(hours=9), 1 + n % 5)
        if n % 3 == 0:
            yield n, "deadlines", DeadlineMissed(at=due, due=due)
        if n % 6 == 0:
            yield n, "deadlines", MissWithdrawn(at=due, due=due)
        if n % 5 == 0:
            yield n, "posts", PostHidden(at=late, reason="r", by="m")
        if n % 10 == 0:
            yield n, "posts", PostRestored(at=late, reason="r", by="m")
        if n % 7 == 0:
            yield n, "posts", PostWithdrawn(at=late + timedelta(days=2))


def reassigned(when: datetime) -> PostReassigned:
    return PostReassigned(at=when, number="n", department="housing", previous="water", cause="chosen")


async def recounted(pool: asyncpg.Pool) -> dict[str, dict[str, int]]:
    """Unit to its measures, from what is remembered of each post."""
    packing, summed = Packing(Case), dict[str, dict[str, int]]()
    for row in await pool.fetch("select subject, partition, held, remembered from subject"):
        case = packing.unpack(row["subject"], row["partition"], row["held"], row["remembered"]).state
        for (_, unit, _, measure), count in cells(case).items():
            of_unit = summed.setdefault(unit, {})
            of_unit[measure] = of_unit.get(measure, 0) + count
    return summed


async def test_sums_are_those_of_a_recount_after_every_correction(pool: asyncpg.Pool) -> None:
    world, kept, steps = world_on(pool), Months(pool), list(corrected(40))
    for turn, first in enumerate(range(0, len(steps), 9)):
        async with pool.acquire() as other:
            transaction = other.transaction()
            await transaction.start()
            if turn % 3 == 0:
                await add(other, {("2026-05-01", "water", "received"): 1})
            await world.hear(*steps[first : first + 9])
            await transaction.rollback()

        summed = await kept.by_unit(MARCH, APRIL)
        assert summed == await recounted(pool) == await of_cells(pool, MARCH, APRIL)
        assert summed == await Months(pool).by_unit(MARCH, APRIL)
    assert summed["water"]["received"]
    assert summed["housing"]["received"]
    assert summed["water"]["left"]
    assert await pool.fetchval("select count(distinct writer) from monthly") == 2


async def test_what_has_come_to_nothing_leaves_the_sums(pool: asyncpg.Pool) -> None:
    world = world_on(pool)
    await posts(world, "2026-03-02")
    months = Months(pool)
    await months.by_unit(MARCH, APRIL)
    await posts(world, "2026-04-01", "2026-03-31", first=2)
    before = await months.by_unit(MARCH, APRIL)
    assert before == await of_cells(pool, MARCH, APRIL)

    await world.hear(
        (1, "replies", replied(at("2026-03-03T10:00"))), (3, "replies", replied(at("2026-04-01T10:00")))
    )

    after = await months.by_unit(MARCH, APRIL)
    gone = before["water"].keys() - after["water"].keys()
    assert gone, "a post that is answered is not open any more"
    assert after == await of_cells(pool, MARCH, APRIL)


async def test_nobody_can_spoil_for_others_what_they_were_given(pool: asyncpg.Pool) -> None:
    await posts(world_on(pool), "2026-03-02")
    months = Months(pool)

    (await months.by_unit(MARCH, APRIL))["water"]["received"] = 9

    assert (await months.by_unit(MARCH, APRIL))["water"]["received"] == 1


async def test_what_was_counted_before_there_were_sums_is_in_them(pool: asyncpg.Pool) -> None:
    await posts(world_on(pool), "2026-03-02", "2026-03-03", "2026-04-02")
    sums = "select month, unit, measure, count from monthly where count <> 0 order by 1, 2, 3"
    kept = await pool.fetch(sums)
    await pool.execute("truncate monthly, monthly_change")

    await pool.execute(import_module("services.stats.schema.versions.0016_writers_of_months").SUMMED)

    assert await pool.fetch(sums) == kept
    assert await world_on(pool).figures.by_unit(MARCH, MAY) == await of_cells(pool, MARCH, MAY)


def test_what_cancels_out_within_a_month_changes_no_sum() -> None:
    changes = [("2026-03-02", "water", "open", 1), ("2026-03-30", "water", "open", -1)]

    assert by_month(changes) == {}
    assert by_month([*changes, ("2026-04-01", "water", "open", 1)]) == {("2026-04-01", "water", "open"): 1}
