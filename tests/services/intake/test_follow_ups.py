"""What an author adds waits until the unit answers it, by itself or with a reply; the answer is its author's alone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from services.intake.core.case import Case, FollowUp, Reply
from services.intake.core.rules.following import answered_by
from services.intake.core.steps import Step
from tests.services.intake.door import Intake, at

UNIT = "housing"
ANSWER = "第二盏灯本周修好,联系 13812345678。"
MASKED = "第二盏灯本周修好,联系 ***********。"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _at_step(intake: Intake, receipt: dict[str, Any], step: Step) -> None:
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step=step, department=UNIT)
        await transaction.save(Outcome(changed=[kept]))


async def _asked_again(intake: Intake, step: Step = "accepted") -> dict[str, Any]:
    """The receipt of a post of this step, to which its author has added something."""
    receipt: dict[str, Any] = (await intake.post()).json()
    await _at_step(intake, receipt, step)
    assert (await intake.citizen(receipt, "follow-ups", {"text": "还没亮。"})).status_code == 202
    return receipt


async def _case(intake: Intake, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await intake.staff_get("clerk", UNIT, f"cases/{number}")).json()
    return found


async def _waiting(intake: Intake) -> list[str]:
    listed = (await intake.staff_get("clerk", UNIT, "cases?state=followed_up")).json()["cases"]
    assert all(line["followed_up"] for line in listed)
    return [line["number"] for line in listed]


async def _answer(intake: Intake, number: str, identity: str) -> int:
    path = f"cases/{number}/follow-ups/{identity}/answer"
    return (await intake.staff("clerk", UNIT, path, {"text": ANSWER})).status_code


@pytest.mark.parametrize("step", ["assigned", "accepted", "asked", "replied", "rated", "reopened"])
async def test_a_follow_up_stands_in_the_inbox_at_every_step_until_it_is_answered_once(
    intake: Intake, step: Step
) -> None:
    receipt = await _asked_again(intake, step)
    number = receipt["number"]
    assert await _waiting(intake) == [number]
    case = await _case(intake, number)
    assert "follow-up-answer" in case["allowed"]
    [added] = case["follow_ups"]

    assert await _answer(intake, number, "none") == 404
    assert await _answer(intake, number, added["id"]) == 202
    assert await _answer(intake, number, added["id"]) == 409

    assert await _waiting(intake) == []
    [told] = (await intake.own(receipt))["follow_ups"]
    assert (told["text"], told["answer"]) == ("还没亮。", MASKED)
    assert (await _case(intake, number))["status"] == step, "it moves nothing"


async def test_of_two_each_is_answered_by_itself(intake: Intake) -> None:
    receipt = await _asked_again(intake)
    await intake.citizen(receipt, "follow-ups", {"text": "又灭了一盏。"})
    first, second = (await _case(intake, receipt["number"]))["follow_ups"]

    assert await _answer(intake, receipt["number"], second["id"]) == 202

    assert await _waiting(intake) == [receipt["number"]]
    assert await _answer(intake, receipt["number"], second["id"]) == 404
    assert await _answer(intake, receipt["number"], first["id"]) == 202


async def test_the_answer_is_for_the_author_and_stands_on_no_public_page(intake: Intake) -> None:
    receipt = await _asked_again(intake, "replied")
    [added] = (await _case(intake, receipt["number"]))["follow_ups"]
    await _answer(intake, receipt["number"], added["id"])

    public = await intake.http.get(f"/v1/posts/{receipt['number']}")

    assert "第二盏灯" not in public.text
    assert "第二盏灯" in str((await intake.own(receipt))["history"])


async def test_a_published_reply_answers_what_was_added_before_it_and_nothing_after(intake: Intake) -> None:
    receipt = await _asked_again(intake)
    number = receipt["number"]
    draft = (await intake.staff("clerk", UNIT, f"cases/{number}/replies", {"text": "已修。"})).json()
    path = f"cases/{number}/replies/{draft['reply_id']}/approval"
    assert (await intake.staff("leader", UNIT, path)).status_code == 202

    assert await _waiting(intake) == []
    [added] = (await intake.own(receipt))["follow_ups"]
    assert added["answered_at"]
    assert not added["answer"]
    await intake.citizen(receipt, "follow-ups", {"text": "又灭了。"})
    assert await _waiting(intake) == [number]


async def test_nobody_is_asked_to_answer_on_a_post_that_was_withdrawn(intake: Intake) -> None:
    receipt = await _asked_again(intake)

    await intake.citizen(receipt, "withdrawal")

    assert await _waiting(intake) == []


def test_what_was_answered_by_itself_is_not_answered_anew_by_the_reply() -> None:
    first, later = at("2026-03-02T10:00"), at("2026-03-03T10:00")
    own = FollowUp("f1", "还没好。", first, answer="明天修。", answered_at=first)
    case = Case(number="SQ1", follow_ups=(own, FollowUp("f2", "又灭了。", first)))

    after, facts = answered_by(case, Reply("r1", "已修。", UNIT, "c", later))

    assert [added.answered_at for added in after.follow_ups] == [first, later]
    assert len(facts) == 1
