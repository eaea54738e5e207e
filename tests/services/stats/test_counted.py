"""The cases behind a figure: as many as it says, for those who may see them; the same in memory and on PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.store import Outcome, Remembered, Store
from chassis.tokens import Staff, sign
from contracts.identity import derived, partition_of
from services.stats import store
from services.stats.core.case import Case, Replied
from services.stats.core.cells import cells
from services.stats.counted import OUTCOMES, MemorySources, PostgresSources, Wanted
from tests.journeys.world import World
from tests.postgres import migrated
from tests.services.intake.door import PRIVATE, at

pytestmark = pytest.mark.medium

WHEN = at("2026-03-02T10:00")
FIRST, UNTIL = at("2026-03-01T00:00").date(), at("2026-04-01T00:00").date()


async def a_month(world: World) -> None:
    """Posts of units, areas and kinds; answered, overdue, waiting, withdrawn, without a clock, of another month."""
    posts: list[dict[str, Any]] = [
        {"area": "321302"},
        {"area": "321302", "kind": "consult"},
        {"area": "321311"},
        {"kind": "suggestion"},
        {},
        {"area": "321311", "title": "撤回"},
        {"kind": "debate", "title": "话题"},
    ]
    for n, fields in enumerate(posts):
        receipt = (await world.intake.post(**fields)).json()
        number = str(receipt["number"])
        if fields.get("kind") == "debate":
            continue
        await world.assigned_to(number, "housing" if n != 2 else "water")
        if n == 0:
            await world.act("clerk", number, "acceptance")
            await world.answered(number)
        if n == 5:
            assert (await world.intake.citizen(receipt, "withdrawal")).status_code == 202
    await world.until("2026-03-20T10:00")
    await world.intake.post(area="321302")
    await world.until("2026-03-20T11:00")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    city = World(1, "2026-02-27T10:00", tmp_path)
    async with city.open():
        await city.intake.post(area="321302", title="上个月的")
        await city.until("2026-03-02T10:00")
        await a_month(city)
        yield city


async def _ask(http: httpx2.AsyncClient, role: str, unit: str, **asked: str) -> httpx2.Response:
    token = sign(PRIVATE, Staff(f"{role}-{unit}", unit, role))
    return await http.get(
        "/v1/counted", params={"month": "2026-03"} | asked, headers={"Authorization": f"Bearer {token}"}
    )


async def test_every_figure_has_as_many_cases_as_it_says(world: World) -> None:
    async with world.stats_office() as http:
        league = (await http.get("/v1/league?month=2026-03")).json()
        figures = (await http.get("/v1/figures?from=2026-03-01&to=2026-03-31")).json()

        async def listed(**asked: str) -> int:
            answer = (await _ask(http, "supervisor", "supervision", **asked)).json()
            assert len(answer["cases"]) == answer["total"]
            return int(answer["total"])

        for outcome in OUTCOMES:
            assert await listed(outcome=outcome) == league["city"][outcome]
            for unit in league["departments"]:
                if unit["received"] or unit["code"] == "education":
                    assert await listed(outcome=outcome, department=unit["code"]) == unit[outcome]
            for kind, row in figures["kinds"].items():
                assert await listed(outcome=outcome, kind=kind) == row[outcome]
        for area, outcome in product(figures["areas"], ("received", "replied", "overdue")):
            assert await listed(outcome=outcome, area=area["area"] or "none") == area[outcome]
        assert league["city"]["received"] == 6
        assert league["city"]["overdue"] == 4
        assert await listed(month="2026-Q1") == 7


async def test_a_units_people_find_what_counts_for_them_and_nobody_elses(world: World) -> None:
    async with world.stats_office() as http:
        own = (await _ask(http, "clerk", "water")).json()
        others = await _ask(http, "leader", "water", department="housing")
        stranger = await http.get("/v1/counted?month=2026-03")
        operator = await _ask(http, "operator", "supervision")

    assert [case["department"] for case in own["cases"]] == ["water"]
    assert others.status_code == 403
    assert (stranger.status_code, operator.status_code) == (401, 403)


@pytest.mark.parametrize(
    "asked",
    [
        {"month": "x"},
        {"month": "2026-13"},
        {"outcome": "late"},
        {"department": "nobody"},
        {"kind": "rumour"},
        {"area": "nowhere"},
        {"duty": "no-such-item"},
        {"after": "x"},
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(world: World, asked: dict[str, str]) -> None:
    async with world.stats_office() as http:
        answer = await _ask(http, "supervisor", "supervision", **asked)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(asked))


def _case(n: int) -> Case:
    received = at("2026-02-20T10:00") + timedelta(hours=7 * n)
    unit = ("housing", "water", "")[n % 3]
    return Case(
        received_at=received,
        number=f"SQ260301-{n:06d}",
        kind=("complaint", "consult")[n % 2],
        area=("321302", "")[n // 2 % 2],
        clock=n % 7 != 0,
        holders=((received, unit),) if unit else (),
        replies=(Replied(received, unit, 1, ""),) if n % 5 == 0 else (),
        missed=n % 4 == 0,
        left="withdrawn" if n % 11 == 0 else "",
    )


@pytest.mark.real
async def test_both_stores_find_the_same_page_by_page_and_as_many_as_the_cells(dsn: str) -> None:
    cases = [_case(n) for n in range(300)]
    rows = [Remembered(s := derived("case", case.number), partition_of(s), case) for case in cases]
    memory, _ = store.memory()
    async with migrated(dsn, "stats") as (_, pool):
        real: Store = store.postgres(pool)
        for kept in (memory, real):
            async with kept.transaction() as transaction:
                await transaction.save(Outcome(changed=rows))
        for unit, kind, area, (outcome, outcomes) in product(
            ("", "water"), ("", "consult"), ("", "321302", "none"), OUTCOMES.items()
        ):
            wanted = Wanted(FIRST, UNTIL, outcomes, unit, kind, area)
            found = await MemorySources(memory).found(wanted)
            assert await PostgresSources(pool).found(wanted) == found
            if not area:
                counted = sum(
                    count
                    for case in cases
                    for cell, count in cells(case).items()
                    if cell[3] in ({"open": ("open", "overdue")}.get(outcome, (outcome,)))
                    and FIRST.isoformat() <= cell[0] < UNTIL.isoformat()
                    and unit in ("", cell[1])
                    and kind in ("", cell[2])
                )
                assert found[0] == counted
        last = (await PostgresSources(pool).found(Wanted(FIRST, UNTIL, OUTCOMES["received"])))[1][49].number
        further = Wanted(FIRST, UNTIL, OUTCOMES["received"], after=last)
        assert await PostgresSources(pool).found(further) == await MemorySources(memory).found(further)


@pytest.mark.real
async def test_both_stores_find_the_cases_of_a_duty_item_as_many_as_the_cells(dsn: str) -> None:
    items = ("water-01", "water-02", "")
    cases = [
        replace(
            case,
            duties=((WHEN, case.unit(), items[n // 2 % 3]),) if items[n // 2 % 3] and case.unit() else (),
            whole_course=n % 13 != 0,
        )
        for n, case in enumerate(map(_case, range(300)))
    ]
    rows = [Remembered(s := derived("case", case.number), partition_of(s), case) for case in cases]
    memory, _ = store.memory()
    async with migrated(dsn, "stats") as (_, pool):
        real: Store = store.postgres(pool)
        for kept in (memory, real):
            async with kept.transaction() as transaction:
                await transaction.save(Outcome(changed=rows))
        for duty, outcome in product(items[:2], ("received", "replied", "overdue")):
            wanted = Wanted(FIRST, UNTIL, OUTCOMES[outcome], duty=duty)
            found = await MemorySources(memory).found(wanted)
            assert await PostgresSources(pool).found(wanted) == found
            counted = sum(
                count
                for case in cases
                for cell, count in cells(case).items()
                if cell[3] == f"duty:{duty}:{outcome}" and FIRST.isoformat() <= cell[0] < UNTIL.isoformat()
            )
            assert found[0] == counted
            assert counted or outcome == "overdue"


@pytest.mark.real
async def test_cases_of_before_stand_behind_their_figures_after_the_migration(dsn: str) -> None:
    cases = [_case(n) for n in range(1, 100)]
    cases += [
        replace(_case(n), ungrouped=n % 2 == 0, replies=(Replied(WHEN, "water", 1, "SQ1"),))
        for n in range(101, 110)
    ]
    query = "select number, counted_on, outcome, kind, area from subject order by number"
    async with migrated(dsn, "stats") as (_, pool):
        async with store.postgres(pool).transaction() as transaction:
            rows = [Remembered(s := derived("case", case.number), partition_of(s), case) for case in cases]
            await transaction.save(Outcome(changed=rows))
        known = await pool.fetch(query)
        await pool.execute("update subject set counted_on = null, outcome = null, kind = null, area = null")
        await pool.execute(import_module("services.stats.schema.versions.0008_counted").COUNTED)

        assert await pool.fetch(query) == known
    assert {row["outcome"] for row in known} == {"", "replied", "overdue", "open"}
