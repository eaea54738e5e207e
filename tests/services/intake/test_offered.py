"""What a front end offers to choose from is what a post may name."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.clock import HandClock
from tests.services.intake.door import PROFILE, Intake, at


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def offered(intake: Intake, name: str, query: str = "") -> list[dict[str, Any]]:
    answer = await intake.http.get(f"/v1/{name}{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()[name]
    return found


async def test_every_kind_and_area_that_is_offered_can_be_posted(intake: Intake) -> None:
    for kind in await offered(intake, "kinds"):
        assert (await intake.post(kind=kind["code"])).status_code == 202, kind
    for area in await offered(intake, "areas"):
        assert (await intake.post(area=area["code"])).status_code == 202, area
        assert area["streets"], area


async def test_units_and_their_duty_items_are_those_of_the_city(intake: Intake) -> None:
    units = {unit["code"] for unit in await offered(intake, "departments")}
    every = await offered(intake, "duties")

    assert units == {unit.code for unit in PROFILE.departments}
    assert len(every) == len(PROFILE.duties)
    assert {duty["department"] for duty in every} <= units
    some = await offered(intake, "duties", "?department=housing")
    assert some == [duty for duty in every if duty["department"] == "housing"] != []


async def test_a_unit_that_does_not_exist_has_no_duty_items(intake: Intake) -> None:
    assert (await intake.http.get("/v1/duties?department=nowhere")).status_code == 422


async def test_a_list_that_has_not_changed_is_not_sent_again(intake: Intake) -> None:
    first = await intake.http.get("/v1/areas")

    again = await intake.http.get("/v1/areas", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
