"""Sums by month say what the cells say, whatever changes a month after it was read."""

from collections.abc import AsyncIterator
from datetime import date
from importlib import import_module

import asyncpg
import pytest

from contracts.identity import derived, partition_of
from services.stats import store
from services.stats.core.figures import total
from services.stats.months import KEPT_APART, Months, by_month
from tests.postgres import migrated
from tests.services.stats.test_core import assigned, at, received, replied
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


async def test_of_a_month_that_has_changed_only_what_has_changed_is_read(pool: asyncpg.Pool) -> None:
    world = world_on(pool)
    await posts(world, "2026-03-02", "2026-03-03", "2026-03-04")
    months = Months(pool)
    await months.whole(MARCH, APRIL)
    await posts(world, "2026-03-04", first=4)
    before = await months.whole(MARCH, APRIL)
    changed = partition_of(derived("post", 1))
    await pool.execute("delete from monthly where partition <> $1", changed)
    await world.hear((1, "replies", replied(at("2026-03-03T10:00"))))

    after = await months.by_unit(MARCH, APRIL)

    assert (before["received"], before.get("replied")) == (4, None)
    assert (after["water"]["received"], after["water"]["replied"]) == (4, 1)
    assert (await months.whole(MARCH, APRIL))["replied"] == 1


async def test_a_month_of_long_ago_that_changes_is_read_as_a_whole(pool: asyncpg.Pool) -> None:
    world = world_on(pool)
    later = [f"2026-{month:02}-02" for month in range(4, 4 + KEPT_APART)]
    await posts(world, "2026-03-02", "2026-03-03", *later)
    months = Months(pool)
    await months.by_unit(MARCH, date(2027, 1, 1))
    await world.hear((1, "replies", replied(at("2026-03-03T10:00"))))

    assert await months.by_unit(MARCH, APRIL) == await of_cells(pool, MARCH, APRIL)
    assert await months.whole(MARCH, date(2027, 1, 1)) == total(
        (await of_cells(pool, MARCH, date(2027, 1, 1))).values()
    )

    other = partition_of(derived("post", 2))
    await pool.execute("delete from monthly where partition = $1", other)
    await posts(world, "2026-03-04", first=9)
    assert await months.by_unit(MARCH, APRIL) == await Months(pool).by_unit(MARCH, APRIL), "by no partition"


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


async def test_what_was_counted_before_there_were_sums_is_in_them(dsn: str) -> None:
    async with migrated(dsn, "stats") as (_, pool):
        await posts(world_on(pool), "2026-03-02", "2026-03-03", "2026-04-02")
        sums = (
            "select month, unit, measure, partition, count from monthly where count <> 0 order by 1, 2, 3, 4"
        )
        kept = await pool.fetch(sums)
        await pool.execute("truncate monthly, monthly_change")

        await pool.execute(import_module("services.stats.schema.versions.0013_months").SUMMED)

        assert await pool.fetch(sums) == kept
        assert await world_on(pool).figures.by_unit(MARCH, MAY) == await of_cells(pool, MARCH, MAY)


def test_what_cancels_out_within_a_month_changes_no_sum() -> None:
    changes = [(0, "2026-03-02", "water", "open", 1), (0, "2026-03-30", "water", "open", -1)]

    assert by_month(changes) == {}
    assert by_month([*changes, (1, "2026-04-01", "water", "open", 1)]) == {
        ("2026-04-01", 1, "water", "open"): 1
    }
