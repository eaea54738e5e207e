"""The word lists judge whatever citizens send, whichever act it comes with and in whichever field it stands."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from services.intake.core.case import Question, Reply
from tests.services.intake.door import PROFILE, Intake, at

NOW = at("2026-03-02T10:00")
BLOCKED = f"本公司{min(PROFILE.words.block)}"
HELD = f"再不解决我就{min(PROFILE.words.hold)}"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(NOW)).open() as opened:
        yield opened


@pytest.mark.parametrize("field", ["title", "text", "place"])
async def test_a_blocked_word_is_refused_in_every_field_of_a_post(intake: Intake, field: str) -> None:
    response = await intake.post(**{field: BLOCKED})

    assert (response.status_code, response.json()["type"]) == (422, "urn:wenzheng:problem:blocked")
    assert intake.store.subject == {}


@pytest.mark.parametrize("field", ["title", "text", "place"])
async def test_a_word_to_be_looked_at_holds_the_post_wherever_it_stands(intake: Intake, field: str) -> None:
    receipt = (await intake.post(**{field: HELD})).json()

    assert (await intake.own(receipt))["moderation"] == "held"
    assert min(PROFILE.words.hold) not in (await intake.http.get(f"/v1/posts/{receipt['number']}")).text


@pytest.mark.parametrize(
    ("path", "step", "body"),
    [
        ("follow-ups", "accepted", {"text": BLOCKED}),
        ("answers", "asked", {"text": BLOCKED}),
        ("ratings", "replied", {"grade": 1, "text": BLOCKED}),
        ("reopenings", "replied", {"reason": BLOCKED}),
    ],
)
async def test_a_blocked_word_is_refused_in_whatever_is_added(
    intake: Intake, path: str, step: str, body: dict[str, Any]
) -> None:
    receipt = (await intake.post()).json()
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        reply = Reply("r1", "已修。", "housing", "c", NOW)
        kept.state = replace(
            kept.state, step=step, questions=(Question("q1", "哪里?", NOW),), replies=(reply,)
        )
        await transaction.save(Outcome(changed=[kept]))
    before = intake.store.subject[subject]

    response = await intake.citizen(receipt, path, body)

    assert (response.status_code, response.json()["type"]) == (422, "urn:wenzheng:problem:blocked")
    assert intake.store.subject[subject] == before


async def test_what_a_unit_writes_of_a_listed_word_is_its_leader_s_to_judge(intake: Intake) -> None:
    receipt = (await intake.post()).json()
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department="housing")
        await transaction.save(Outcome(changed=[kept]))

    response = await intake.staff(
        "clerk", "housing", f"cases/{receipt['number']}/replies", {"text": f"已查处“{BLOCKED}”。"}
    )

    assert response.status_code == 202
