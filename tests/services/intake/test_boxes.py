"""Sealed boxes: contact and words apart, what is added later readable for the unit that asked for it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from chassis.vault import new_key, seal, unseal
from contracts.posts import PostReceived
from services.intake.core.case import Case
from services.intake.store import open_boxes
from tests.services.intake.door import Intake, at

LEAD = "housing"
PHONE = "13812345678"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _accepted(intake: Intake) -> tuple[str, dict[str, Any]]:
    receipt = (await intake.post(contact={"phone": PHONE, "name": "张某"})).json()
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department=LEAD)
        await transaction.save(Outcome(changed=[kept]))
    return subject, receipt


async def test_a_unit_that_asks_for_a_telephone_reads_it(intake: Intake) -> None:
    _, receipt = await _accepted(intake)
    number = receipt["number"]
    await intake.staff("clerk", LEAD, f"cases/{number}/questions", {"text": "请留电话。"})
    await intake.citizen(receipt, "answers", {"text": f"打{PHONE}找我。"})
    await intake.citizen(receipt, "follow-ups", {"text": "也可以打13900001111。"})

    clerk = (await intake.staff_get("clerk", LEAD, f"cases/{number}")).json()
    supervisor = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    own = await intake.own(receipt)

    for view in (clerk, own):
        assert view["questions"][0]["answer"] == f"打{PHONE}找我。"
        assert view["follow_ups"][0]["text"] == "也可以打13900001111。"
        lines = {line["kind"]: line["text"] for line in view["history"]}
        assert lines["answered"] == f"网民补充:打{PHONE}找我。"
        assert lines["followed-up"] == "网民追问:也可以打13900001111。"
    assert supervisor["questions"][0]["answer"] == f"打{'*' * 11}找我。"
    assert supervisor["contact"] == {}


async def test_the_contact_s_key_does_not_open_the_words_nor_the_words_key_the_contact(
    intake: Intake,
) -> None:
    subject, _ = await _accepted(intake)
    case = intake.store.state_of(subject)

    assert unseal(intake.keys.contact[subject], case.sealed_contact, subject) == {
        "phone": PHONE,
        "name": "张某",
    }
    for key, box in (
        (intake.keys.contact[subject], case.sealed_text),
        (intake.keys.text[subject], case.sealed_contact),
    ):
        with pytest.raises(ValueError, match="does not open"):
            unseal(key, box, subject)


async def test_a_post_without_a_contact_has_no_key_for_one(intake: Intake) -> None:
    await intake.post()

    assert intake.keys.contact == {}
    assert len(intake.keys.text) == 1


async def test_a_refused_post_leaves_no_key(intake: Intake) -> None:
    await intake.post(area="999", contact={"phone": PHONE})

    assert intake.keys.contact == intake.keys.text == {}


async def test_a_box_from_before_there_were_two_still_opens(intake: Intake) -> None:
    key = new_key()
    box = seal(key, {"title": "t", "text": f"回电{PHONE}", "phone": PHONE}, "post-1")
    case = Case(number="SQ1", received_at=at("2026-03-02T10:00"), citizen="c", sealed=box)
    intake.keys.contact["post-1"] = intake.keys.text["post-1"] = key

    opened = await open_boxes(intake.keys, None, "post-1", case)

    assert opened.contact == {"phone": PHONE}
    assert opened.post == {"title": "t", "text": f"回电{PHONE}"}


def test_a_fact_from_before_there_were_two_boxes_still_says_where_its_one_is() -> None:
    fact = PostReceived(
        at=at("2026-03-02T10:00"),
        number="SQ1",
        kind="consult",
        title="t",
        text="x",
        citizen="c",
        sealed=b"box",
    )

    assert (fact.sealed, fact.sealed_contact, fact.sealed_text) == (b"box", b"", b"")
