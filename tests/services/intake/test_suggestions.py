"""What becomes of a suggestion: the leader says whether it is adopted, the clerk what was done, and everybody reads it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from tests.services.intake.door import Intake, at

UNIT = "housing"
ADOPTED = {"outcome": "adopted", "reason": "列入今年的计划,联系 13812345678。"}
DONE = {"text": "新装路灯六盏。", "done_on": "2026-03-02"}


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _suggested(intake: Intake, step: str = "accepted", **fields: Any) -> dict[str, Any]:
    """The receipt of a suggestion that a unit has taken on."""
    receipt: dict[str, Any] = (await intake.post(**{"kind": "suggestion"} | fields)).json()
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step=step, department=UNIT)
        await transaction.save(Outcome(changed=[kept]))
    return receipt


async def _decide(intake: Intake, number: str, body: dict[str, str]) -> int:
    return (await intake.staff("leader", UNIT, f"cases/{number}/adoption", body)).status_code


async def _followed(intake: Intake, number: str, **changes: str) -> int:
    body = DONE | changes
    return (await intake.staff("clerk", UNIT, f"cases/{number}/follow-throughs", body)).status_code


async def _allowed(intake: Intake, number: str) -> set[str]:
    case = (await intake.staff_get("clerk", UNIT, f"cases/{number}")).json()
    return {"adoption", "follow-through"} & set(case["allowed"])


async def test_what_was_decided_and_done_is_read_by_author_neighbours_and_staff_alike(intake: Intake) -> None:
    receipt = await _suggested(intake)
    number = receipt["number"]

    assert await _decide(intake, number, ADOPTED) == 202
    assert await _followed(intake, number) == 202

    public = (await intake.http.get(f"/v1/posts/{number}")).json()["adoption"]
    own = (await intake.own(receipt))["adoption"]
    staff = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()["adoption"]
    assert public == own == staff
    assert (public["outcome"], public["outcome_name"]) == ("adopted", "采纳")
    assert public["reason"] == "列入今年的计划,联系 ***********。", "it is published, so it is masked"
    assert [(done["text"], done["done_on"]) for done in public["follow_throughs"]] == [tuple(DONE.values())]


async def test_only_a_suggestion_is_adopted_and_only_what_was_adopted_is_followed_through(
    intake: Intake,
) -> None:
    complaint = (await _suggested(intake, kind="complaint"))["number"]
    number = (await _suggested(intake))["number"]

    assert await _allowed(intake, complaint) == set()
    assert await _decide(intake, complaint, ADOPTED) == 409
    assert await _followed(intake, number) == 409, "nothing was decided yet"
    assert await _decide(intake, number, ADOPTED | {"outcome": "declined"}) == 202
    assert await _followed(intake, number) == 409
    assert await _decide(intake, number, ADOPTED | {"outcome": "partly"}) == 202
    assert await _allowed(intake, number) == {"adoption", "follow-through"}
    assert await _followed(intake, number) == 202


async def test_a_later_decision_replaces_the_earlier_but_takes_nothing_back_that_was_done(
    intake: Intake,
) -> None:
    number = (await _suggested(intake))["number"]
    await _decide(intake, number, ADOPTED)

    assert await _decide(intake, number, ADOPTED) == 409, "it says what was said before"
    await _followed(intake, number)
    assert await _decide(intake, number, ADOPTED | {"outcome": "declined"}) == 409
    assert await _decide(intake, number, ADOPTED | {"outcome": "partly"}) == 202


@pytest.mark.parametrize(
    ("day", "status"), [("2026-03-01", 422), ("2026-03-02", 202), ("2026-03-03", 422), ("昨天", 422)]
)
async def test_what_was_done_was_done_after_the_suggestion_came_and_not_tomorrow(
    intake: Intake, day: str, status: int
) -> None:
    number = (await _suggested(intake))["number"]
    await _decide(intake, number, ADOPTED)

    assert await _followed(intake, number, done_on=day) == status


@pytest.mark.parametrize(
    ("step", "status"), [("assigned", 409), ("accepted", 202), ("replied", 202), ("withdrawn", 409)]
)
async def test_a_suggestion_is_decided_on_by_a_unit_that_has_taken_it_on(
    intake: Intake, step: str, status: int
) -> None:
    number = (await _suggested(intake, step))["number"]

    assert await _decide(intake, number, ADOPTED) == status


async def test_of_a_suggestion_that_is_not_shown_nobody_else_reads_what_became_of_it(intake: Intake) -> None:
    receipt = await _suggested(intake, public=False)
    await _decide(intake, receipt["number"], ADOPTED)

    assert (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()["adoption"] is None
    assert (await intake.own(receipt))["adoption"]["outcome"] == "adopted"


async def _listed(intake: Intake, state: str, role: str = "clerk", unit: str = UNIT) -> list[str]:
    """Numbers of the cases that a list of this state has."""
    found = await intake.staff_get(role, unit, f"cases?state={state}")
    return [row["number"] for row in found.json()["cases"]]


async def test_what_nobody_decided_on_and_what_nobody_did_is_found_by_itself(intake: Intake) -> None:
    number = (await _suggested(intake, step="accepted"))["number"]
    other = (await _suggested(intake, step="accepted", kind="complaint"))["number"]
    assert await _listed(intake, "undecided") == [], "it is not answered yet"
    for one in (number, other):
        await _answered(intake, one)

    for role, unit in (("clerk", UNIT), ("leader", UNIT), ("supervisor", "supervision")):
        assert await _listed(intake, "undecided", role, unit) == [number]
    assert await _listed(intake, "undecided", unit="education") == []

    assert await _decide(intake, number, ADOPTED) == 202
    assert (await _listed(intake, "undecided"), await _listed(intake, "unfulfilled")) == ([], [number])
    assert await _decide(intake, number, ADOPTED | {"outcome": "declined"}) == 202
    assert await _listed(intake, "unfulfilled") == [], "nobody does what is not adopted"
    assert await _decide(intake, number, ADOPTED | {"outcome": "partly"}) == 202
    assert await _listed(intake, "unfulfilled") == [number]
    assert await _followed(intake, number) == 202
    assert (await _listed(intake, "undecided"), await _listed(intake, "unfulfilled")) == ([], [])


async def test_of_a_suggestion_that_is_gone_nobody_has_to_decide_anything(intake: Intake) -> None:
    receipt = await _suggested(intake, step="accepted")
    await _answered(intake, receipt["number"])
    hidden = {"action": "hide", "reason": "与问政无关"}
    path = f"cases/{receipt['number']}/moderation"
    assert (await intake.staff("supervisor", "supervision", path, hidden)).status_code == 202

    assert await _listed(intake, "undecided") == []


async def _answered(intake: Intake, number: str) -> None:
    drafted = await intake.staff("clerk", UNIT, f"cases/{number}/replies", {"text": "已研究。"})
    assert drafted.status_code == 202, drafted.text
    path = f"cases/{number}/replies/{drafted.json()['reply_id']}/approval"
    assert (await intake.staff("leader", UNIT, path)).status_code == 202


async def test_the_same_outcome_with_another_reason_replaces_what_was_said(intake: Intake) -> None:
    number = (await _suggested(intake))["number"]

    assert await _decide(intake, number, ADOPTED) == 202
    assert await _decide(intake, number, ADOPTED) == 409
    assert await _decide(intake, number, ADOPTED | {"reason": "明年动工。"}) == 202

    public = (await intake.http.get(f"/v1/posts/{number}")).json()["adoption"]
    assert (public["outcome"], public["reason"]) == ("adopted", "明年动工。")
