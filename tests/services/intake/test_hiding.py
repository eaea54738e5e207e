"""A hidden post is not lost: its author reads why, appeals once, and a moderator who looks again puts it back where it stood."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from contracts.posts import HidingAppealed, HidingUpheld, PostRestored
from services.intake.core.act import AUTHOR, NEIGHBOUR
from services.intake.core.acts import ACTS
from services.intake.core.case import Case
from services.intake.core.deciding import allowed
from services.intake.core.hiding import Hiding
from services.intake.store.columns import COLUMNS
from tests.services.intake.attaching import said
from tests.services.intake.door import PROFILE, Intake, at

WHY = {"reason": "写的是路灯,不是广告。"}
MODERATION = next(column for column in COLUMNS if column.name == "moderation")


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _moderate(intake: Intake, receipt: dict[str, Any], action: str, reason: str = "疑似广告") -> int:
    path = f"cases/{receipt['number']}/moderation"
    body = {"action": action, "reason": reason}
    return (await intake.staff("supervisor", "supervision", path, body)).status_code


async def _waiting(intake: Intake) -> list[str]:
    found = await intake.staff_get("supervisor", "supervision", "cases?state=moderation")
    return [case["number"] for case in found.json()["cases"]]


async def _hidden(intake: Intake) -> dict[str, Any]:
    receipt: dict[str, Any] = (await intake.post()).json()
    assert await _moderate(intake, receipt, "hide") == 202
    return receipt


async def test_the_author_reads_on_the_page_why_a_post_is_hidden_and_may_appeal(intake: Intake) -> None:
    receipt = await _hidden(intake)

    own = await intake.own(receipt)

    assert own["history"][-1]["text"] == "已屏蔽:疑似广告"
    assert "supervisor" not in str(own), "who judged is told to staff alone"
    assert own["allowed"] == ["appeal"]


async def test_the_author_of_a_post_that_a_word_list_held_reads_which_word(intake: Intake) -> None:
    word = min(PROFILE.words.hold)
    receipt = (await intake.post(text=f"再不解决我就{word}")).json()

    assert (await intake.own(receipt))["history"][-1]["text"] == f"暂不公开:需人工查看:{word}"
    assert "需人工查看" not in (await intake.http.get(f"/v1/posts/{receipt['number']}")).text


async def test_an_appeal_waits_among_what_a_moderator_must_look_at_and_is_possible_once(
    intake: Intake,
) -> None:
    receipt = await _hidden(intake)
    assert await _waiting(intake) == []

    assert (await intake.citizen(receipt, "appeal", WHY)).status_code == 202

    assert await _waiting(intake) == [receipt["number"]]
    assert (await intake.citizen(receipt, "appeal", WHY)).status_code == 409
    assert [fact.reason for fact in said(intake) if isinstance(fact, HidingAppealed)] == [WHY["reason"]]


async def test_a_case_names_what_a_moderator_may_do_to_it_and_nothing_that_would_be_refused(
    intake: Intake,
) -> None:
    receipt: dict[str, Any] = (await intake.post()).json()

    async def offered() -> list[str]:
        case = await intake.staff_get("supervisor", "supervision", f"cases/{receipt['number']}")
        actions: list[str] = case.json()["moderation_actions"]
        return actions

    assert await offered() == ["hold", "hide"]
    await _moderate(intake, receipt, "hold")
    assert await offered() == ["release", "hide"]
    await _moderate(intake, receipt, "hide")
    assert await offered() == ["restore"]
    await intake.citizen(receipt, "appeal", WHY)
    assert await offered() == ["restore", "uphold"]
    await _moderate(intake, receipt, "uphold")
    assert await offered() == ["restore"], "the appeal was judged"
    assert await _moderate(intake, receipt, "uphold") == 409


async def test_a_restored_post_is_read_again_and_goes_on_where_it_stood(intake: Intake) -> None:
    receipt = await _hidden(intake)
    await intake.citizen(receipt, "appeal", WHY)

    assert await _moderate(intake, receipt, "restore", "误判") == 202

    anyone = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()
    assert (anyone["status"], anyone["text"] != "") == ("received", True)
    assert WHY["reason"] not in str(anyone), "an appeal is between author and staff"
    assert await _waiting(intake) == []
    assert [fact.reason for fact in said(intake) if isinstance(fact, PostRestored)] == ["误判"]
    assert await _moderate(intake, receipt, "restore") == 409
    assert await _moderate(intake, receipt, "hide") == 202
    assert "appeal" in (await intake.own(receipt))["allowed"], "another hiding, another appeal"


async def test_what_may_be_said_of_a_hidden_post_is_named_in_words(intake: Intake) -> None:
    receipt = await _hidden(intake)
    path = f"cases/{receipt['number']}/moderation"

    answer = await intake.staff("supervisor", "supervision", path, {"action": "hold", "reason": "再看"})

    assert answer.json()["detail"] == "可以:恢复办理。"
    assert answer.json()["allowed"] == ["restore"]


async def test_an_appeal_that_is_not_granted_is_answered_and_the_post_may_still_be_restored(
    intake: Intake,
) -> None:
    receipt = await _hidden(intake)
    assert await _moderate(intake, receipt, "uphold") == 409, "nobody has appealed"
    await intake.citizen(receipt, "appeal", WHY)

    assert await _moderate(intake, receipt, "uphold", "有商家电话") == 202

    own = await intake.own(receipt)
    assert own["history"][-1]["text"] == "维持屏蔽:有商家电话"
    assert (own["status"], own["allowed"]) == ("hidden", [])
    assert await _waiting(intake) == []
    assert await _moderate(intake, receipt, "uphold") == 409
    assert [fact.reason for fact in said(intake) if isinstance(fact, HidingUpheld)] == ["有商家电话"]
    assert await _moderate(intake, receipt, "restore") == 202


async def test_a_post_with_a_word_of_the_block_list_in_its_appeal_is_not_taken(intake: Intake) -> None:
    receipt = await _hidden(intake)

    refused = await intake.citizen(receipt, "appeal", {"reason": f"我要{min(PROFILE.words.block)}"})

    assert refused.status_code == 422


@pytest.mark.parametrize("before", ["received", "accepted", "asked", "rated"])
async def test_it_stands_where_it_stood(intake: Intake, before: str) -> None:
    receipt = await _hidden(intake)
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, hiding=Hiding(before), department="housing")
        await transaction.save(Outcome(changed=[kept]))

    assert await _moderate(intake, receipt, "restore") == 202

    assert (await intake.own(receipt))["status"] == before


def test_of_a_hidden_post_its_author_may_appeal_and_nothing_else() -> None:
    case = Case(number="SQ1", received_at=at("2026-03-02T10:00"), step="hidden", moderation="hidden")
    by_citizens = {act.name for act in ACTS if act.who in (AUTHOR, NEIGHBOUR)}

    assert set(allowed(case)) & by_citizens == {"appeal"}
    assert MODERATION.value(case) == "hidden"
    appealed = replace(case, hiding=Hiding("accepted", appealed_at=at("2026-03-02T11:00")))
    assert MODERATION.value(appealed) == "held", "the list of what waits for a moderator"
