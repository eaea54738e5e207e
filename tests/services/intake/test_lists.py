"""What staff find in lists and in a case: their own scope, and the members of a group that are in it now."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.clock import HandClock
from chassis.tokens import Staff, sign
from tests.services.intake.door import PRIVATE, Intake, at


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _grouped(intake: Intake, count: int = 3) -> tuple[str, list[str]]:
    numbers = [str((await intake.post()).json()["number"]) for _ in range(count)]
    body: dict[str, Any] = {"numbers": numbers, "lead": numbers[0]}
    answer = await intake.staff("supervisor", "supervision", "groups", body)
    return str(answer.json()["group"]), numbers


async def test_a_supervisor_sees_who_is_in_a_group(intake: Intake) -> None:
    group, numbers = await _grouped(intake)

    found = (await intake.staff_get("supervisor", "supervision", f"cases/{numbers[1]}")).json()["group"]

    assert (found["id"], found["lead_number"], found["size"]) == (group, numbers[0], 3)
    assert [member["number"] for member in found["members"]] == numbers


async def test_a_post_that_was_taken_out_is_no_member_any_more(intake: Intake) -> None:
    group, numbers = await _grouped(intake)
    token = sign(PRIVATE, Staff("s", "supervision", "supervisor"))
    await intake.http.delete(
        f"/v1/groups/{group}/members/{numbers[2]}", headers={"Authorization": f"Bearer {token}"}
    )

    lead = (await intake.staff_get("supervisor", "supervision", f"cases/{numbers[0]}")).json()
    gone = (await intake.staff_get("supervisor", "supervision", f"cases/{numbers[2]}")).json()
    assert [member["number"] for member in lead["group"]["members"]] == numbers[:2]
    assert gone["group"] is None


@pytest.mark.parametrize(
    "days",
    [
        "from=2026-03-02",
        "to=2026-03-02",
        "from=x&to=2026-03-02",
        "from=2026-03-03&to=2026-03-02",
        "from=2026-02-30&to=2026-03-02",
        "from=2024-01-01&to=2026-03-02",
    ],
)
@pytest.mark.parametrize("path", ["/v1/posts", "/v1/shown"])
async def test_days_of_receipt_that_are_none_are_refused(intake: Intake, path: str, days: str) -> None:
    answer = await intake.http.get(f"{path}?{days}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in ("from", "to")


async def test_without_days_the_last_thirty_are_counted(intake: Intake) -> None:
    assert (await intake.http.get("/v1/shown")).json()["total"] == 0
