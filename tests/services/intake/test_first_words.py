"""A first word (初步回复): said once by each unit in each handling, read apart from the reply, and nothing moves by it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome, Packing
from services.intake.core.case import Case, Reply
from services.intake.core.requests import BRIEF
from tests.services.intake.door import PROFILE, Intake, at

UNIT, OTHER = "housing", "water"
NOW = at("2026-03-02T10:00")
WORD = "已派人到现场,两日内答复。"
OFFICE = "0527-84368123"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(NOW)).open() as opened:
        yield opened


async def _changed(intake: Intake, number: str, **fields: Any) -> None:
    subject = await intake.door.subject(number)
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, **fields)
        await transaction.save(Outcome(changed=[kept]))


async def _accepted(intake: Intake) -> dict[str, Any]:
    """The receipt of a case that a unit has taken on, with a due instant."""
    receipt: dict[str, Any] = (await intake.post()).json()
    await _changed(intake, receipt["number"], step="accepted", department=UNIT, due=at("2026-03-05T18:00"))
    return receipt


async def _say(intake: Intake, number: str, text: str = WORD, unit: str = UNIT, person: str = "") -> Any:
    return await intake.staff("clerk", unit, f"cases/{number}/first-words", {"text": text}, person)


async def _public(intake: Intake, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await intake.http.get(f"/v1/posts/{number}")).json()
    return found


async def test_everybody_reads_it_apart_from_the_replies_and_the_case_stays_where_it_was(
    intake: Intake,
) -> None:
    receipt = await _accepted(intake)
    number = receipt["number"]
    before = await _public(intake, number)

    said = await _say(intake, number)

    after = await _public(intake, number)
    assert (said.status_code, said.json()["status"]) == (202, "accepted")
    assert after["first_words"] == [
        {
            "text": WORD,
            "department": UNIT,
            "department_name": PROFILE.department_name(UNIT),
            "at": NOW.isoformat(),
            "handling": 1,
        }
    ]
    assert after["history"][-1]["kind"] == "first-word"
    moved = {name for name in before if before[name] != after[name]}
    assert moved == {"first_words", "history"}, "neither its status nor its clock, nor a reply"
    assert (await intake.own(receipt))["first_words"] == after["first_words"]
    assert number not in (await intake.http.get("/v1/posts")).text, "it waits for its answer still"


async def test_a_unit_says_it_once_and_the_reply_can_follow(intake: Intake) -> None:
    number = (await _accepted(intake))["number"]
    await _say(intake, number)

    again = await _say(intake, number, "还在现场。")
    drafted = await intake.staff("clerk", UNIT, f"cases/{number}/replies", {"text": "已修复。"})

    assert again.status_code == 409
    assert "first-word" not in again.json()["allowed"]
    assert drafted.status_code == 202
    assert [word["text"] for word in (await _public(intake, number))["first_words"]] == [WORD]


@pytest.mark.parametrize(
    "step", ["received", "assigned", "asked", "replied", "rated", "reopened", "withdrawn", "hidden"]
)
async def test_it_is_said_of_a_case_that_is_being_worked_on_alone(intake: Intake, step: str) -> None:
    number = (await _accepted(intake))["number"]
    await _changed(intake, number, step=step)

    assert (await _say(intake, number)).status_code == 409


async def test_it_may_be_said_while_a_draft_is_before_the_leader(intake: Intake) -> None:
    number = (await _accepted(intake))["number"]
    await intake.staff("clerk", UNIT, f"cases/{number}/replies", {"text": "已修复。"})

    assert (await _say(intake, number)).status_code == 202


async def test_a_second_handling_has_a_first_word_of_its_own_by_another_person(intake: Intake) -> None:
    number = (await _accepted(intake))["number"]
    await _say(intake, number, person="first")
    reply = Reply("r1", "已修。", UNIT, "first", NOW)
    await _changed(intake, number, replies=(reply,), reopened=(NOW,), step="accepted")

    same = await _say(intake, number, "再去看过。", person="first")
    other = await _say(intake, number, "再去看过。", person="second")
    again = await _say(intake, number, "又去看过。", person="second")

    assert (same.status_code, same.json()["type"].rpartition(":")[2]) == (409, "same-person")
    assert (other.status_code, again.status_code) == (202, 409)
    assert [word["handling"] for word in (await _public(intake, number))["first_words"]] == [1, 2]


async def test_a_unit_that_gets_the_case_says_its_own(intake: Intake) -> None:
    number = (await _accepted(intake))["number"]
    await _say(intake, number)
    await _changed(intake, number, department=OTHER)

    assert (await _say(intake, number, unit=UNIT)).status_code == 403
    assert (await _say(intake, number, unit=OTHER)).status_code == 202
    assert (await _say(intake, number, unit=OTHER)).status_code == 409
    words = (await _public(intake, number))["first_words"]
    assert [word["department"] for word in words] == [UNIT, OTHER]


async def test_personal_data_is_masked_and_the_telephone_of_an_office_stays(intake: Intake) -> None:
    number = (await _accepted(intake))["number"]

    await _say(intake, number, f"请找李工 13812345678,或拨打 {OFFICE}。")

    [word] = (await _public(intake, number))["first_words"]
    assert "13812345678" not in word["text"]
    assert OFFICE in word["text"]


@pytest.mark.parametrize(
    ("text", "taken"), [("好" * BRIEF, 202), ("好" * (BRIEF + 1), 422), (" \u200b", 422)]
)
async def test_it_is_short_and_says_something(intake: Intake, text: str, taken: int) -> None:
    number = (await _accepted(intake))["number"]

    assert (await _say(intake, number, text)).status_code == taken


def test_a_case_of_before_there_were_first_words_has_none() -> None:
    old = b'[{},{"posts":3},{"number":"SQ1","received_at":"2026-03-02T10:00:00+08:00","step":"accepted"}]'

    case = Packing(Case).unpack("post-1", 0, 0, old).state

    assert (case.first_words, case.first_word_given) == ((), False)
