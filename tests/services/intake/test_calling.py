"""A supervisor who has to call a citizen back sees the contact of that one case, for a while, and the log says so."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.passes import LIVES, CallPasses
from tests.services.intake.door import CALLS, Intake, at

PHONE: Final = "13812345678"
CALLER: Final = "supervisor-supervision"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def posted(intake: Intake, **fields: Any) -> dict[str, Any]:
    receipt: dict[str, Any] = (await intake.post(**fields)).json()
    return receipt


async def opens(
    intake: Intake,
    number: str,
    token: str = "",
    role: str = "supervisor",
    unit: str = "supervision",
    person: str = "",
) -> httpx2.Response:
    given = token or CALLS.give(number, CALLER, datetime.now(UTC))
    return await intake.staff(role, unit, f"cases/{number}/contact", {"token": given}, person)


async def test_the_contact_is_shown_to_who_may_call_and_each_opening_is_logged(intake: Intake) -> None:
    contact = {"name": "张某", "phone": PHONE, "openid": "o-1"}
    number = (await posted(intake, contact=contact))["number"]
    subject = await intake.door.subject(number)

    answers = [await opens(intake, number) for _ in range(2)]

    shown = {"number": number, "state": "opened", "contact": {"name": "张某", "phone": PHONE}}
    assert [answer.json() for answer in answers] == [shown, shown]
    assert all("no-store" in answer.headers["cache-control"] for answer in answers)
    assert intake.read_log.reads == [(CALLER, "supervision", "supervisor", subject)] * 2
    assert intake.read_log.reasons == ["回访"] * 2
    view = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    assert view["contact"] == {}, "the case's page shows it to no supervisor"


async def test_a_name_that_its_owner_hides_is_not_shown(intake: Intake) -> None:
    number = (await posted(intake, contact={"name": "张某", "phone": PHONE}, hide_name=True))["number"]

    assert (await opens(intake, number)).json()["contact"] == {"phone": PHONE}


async def test_a_post_that_nobody_can_call_about_says_so(intake: Intake) -> None:
    without = (await posted(intake))["number"]
    by_chat = (await posted(intake, contact={"openid": "o-1"}))["number"]
    erased = await posted(intake, contact={"phone": PHONE})
    await intake.citizen(erased, "erasure", {})

    told = [(await opens(intake, number)).json() for number in (without, by_chat, erased["number"])]

    assert [(one["state"], one["contact"]) for one in told] == [("none", {}), ("none", {}), ("erased", {})]
    assert intake.read_log.reads == [], "nothing was opened"


async def test_a_contact_whose_key_is_gone_is_erased(intake: Intake) -> None:
    number = (await posted(intake, contact={"phone": PHONE}))["number"]
    intake.keys.contact.clear()

    assert (await opens(intake, number)).json()["state"] == "erased"


async def test_nobody_else_and_nothing_else_and_not_for_ever(intake: Intake) -> None:
    first, second = [(await posted(intake, contact={"phone": PHONE}))["number"] for _ in range(2)]
    now = datetime.now(UTC)
    over = CALLS.give(first, CALLER, now - LIVES - timedelta(seconds=1))
    other = CALLS.give(second, CALLER, now)
    own = CALLS.give(first, CALLER, now)

    refused = [
        await opens(intake, first, token=over),
        await opens(intake, first, token=other),
        await opens(intake, first, token=CallPasses(b"another secret").give(first, CALLER, now)),
        await opens(intake, first, token="x"),
        await opens(intake, first, token=own, person="supervisor-2"),
        await opens(intake, first, token=own, role="clerk", unit="housing"),
        await opens(intake, first, token=own, role="mayor"),
        await opens(intake, "SQ260302-999999", token=own),
    ]

    assert [answer.status_code for answer in refused] == [403] * 7 + [404]
    assert intake.read_log.reads == []
