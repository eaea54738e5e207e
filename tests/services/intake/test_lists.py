"""What staff find in lists and in a case: their own scope, and the members of a group that are in it now."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from chassis.tokens import Staff, sign
from services.intake.core.case import Reply
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


async def _posted(intake: Intake, count: int, answered: bool = False) -> list[str]:
    """The numbers of so many posts; what is answered stands in the public list."""
    numbers = [str((await intake.post(title=f"路灯{n}不亮")).json()["number"]) for n in range(count)]
    if answered:
        subjects = [await intake.door.subject(number) for number in numbers]
        async with intake.store.transaction() as transaction:
            kept = list((await transaction.load(subjects, lock=True)).values())
            for one in kept:
                reply = Reply("r1", "已修复", "water", "c", at("2026-03-02T11:00"))
                one.state = replace(one.state, step="replied", department="water", replies=(reply,))
            await transaction.save(Outcome(changed=kept))
    return numbers


async def _pages(intake: Intake, path: str, staff: bool) -> list[list[str]]:
    """The numbers on each page, by the links from one to the next."""
    token = sign(PRIVATE, Staff("s", "supervision", "supervisor"))
    headers = {"Authorization": f"Bearer {token}"} if staff else {}
    pages, following = [], path
    while following:
        answer = await intake.http.get(following, headers=headers)
        assert answer.status_code == 200, answer.text
        pages.append([one["number"] for one in answer.json()["cases" if staff else "posts"]])
        following = answer.links.get("next", {}).get("url", "")
    return pages


@pytest.mark.medium
@pytest.mark.parametrize(("path", "staff"), [("/v1/posts", False), ("/v1/cases", True)])
@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (1, 1), (100, 100), (1_000_000, 100)])
async def test_a_page_has_as_many_as_were_asked_for_at_least_one_and_at_most_a_hundred(
    intake: Intake, path: str, staff: bool, asked: int, given: int
) -> None:
    await _posted(intake, given + 1, answered=not staff)

    pages = await _pages(intake, f"{path}?limit={asked}", staff)

    assert len(pages[0]) == given


@pytest.mark.parametrize(("path", "staff"), [("/v1/posts", False), ("/v1/cases", True)])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
async def test_page_after_page_shows_each_post_once(
    intake: Intake, path: str, staff: bool, count: int
) -> None:
    numbers = await _posted(intake, count, answered=not staff)

    pages = await _pages(intake, f"{path}?limit=2", staff)

    assert sorted(number for page in pages for number in page) == sorted(numbers)
    assert [len(page) for page in pages if page] == [2] * (count // 2) + [1] * (count % 2)


async def test_a_post_stands_in_a_group_once(intake: Intake) -> None:
    first, second = await _posted(intake, 2)

    twice = await intake.staff(
        "supervisor", "supervision", "groups", {"numbers": [first, second, first], "lead": first}
    )
    without_lead = await intake.staff(
        "supervisor", "supervision", "groups", {"numbers": [first, second], "lead": "SQ000000-000000"}
    )

    assert (twice.status_code, without_lead.status_code) == (422, 422)
