"""Nobody is told more often in a day than a person can bear: whoever typed the number need not be its owner."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from contracts.notices import NoticeSuppressed
from services.notifier.addresses import Addresses, MemoryAddresses, PostgresAddresses
from tests.journeys.world import World
from tests.postgres import migrated
from tests.services.intake.door import PROFILE

pytestmark = pytest.mark.medium

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def addresses(request: pytest.FixtureRequest) -> AsyncIterator[Addresses]:
    if request.param == "memory":
        yield MemoryAddresses()
        return
    dsn = request.getfixturevalue("dsn")
    async with migrated(dsn, "notifier") as (_, pool):
        yield PostgresAddresses(pool, b"secret")
        kept = await pool.fetch("select * from address_day")
        assert "13800138000" not in str(kept)
        assert {row["day"] for row in kept} == {TUESDAY}, "what was counted yesterday is forgotten"


async def test_messages_are_counted_by_address_and_day(addresses: Addresses) -> None:
    assert await addresses.count(MONDAY, {"13800138000": 2, "b@example.com": 1}) == {
        "13800138000": 0,
        "b@example.com": 0,
    }
    assert await addresses.count(MONDAY, {"13800138000": 1}) == {"13800138000": 2}
    assert await addresses.count(TUESDAY, {"13800138000": 1}) == {"13800138000": 0}


async def test_a_telephone_that_somebody_typed_again_and_again_is_left_alone_for_the_day(
    tmp_path: Path,
) -> None:
    most = PROFILE.policy.notices.an_address_a_day
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        for _ in range(most + 3):
            receipt = (await world.intake.post(contact={"phone": "13812345678"})).json()
            await world.assigned_to(receipt["number"], "housing")
        other = (await world.intake.post(contact={"phone": "13987654321"})).json()
        await world.assigned_to(other["number"], "housing")

        arrived = [one for one in world.gateway.arrivals.since(0) if one["recipient"] == "13812345678"]
        assert len(arrived) == most
        suppressed = [fact.reason for fact in world.said("notices") if isinstance(fact, NoticeSuppressed)]
        assert set(suppressed) == {"too-many"}
        assert [one for one in world.gateway.arrivals.since(0) if one["recipient"] == "13987654321"]

        await world.until("2026-03-03T10:00")
        await world.act("clerk", receipt["number"], "acceptance")
        await world.answered(receipt["number"])
        today = [one for one in world.gateway.arrivals.since(0) if one["recipient"] == "13812345678"]
        assert len(today) == most + 1, "the next day has messages of its own"
