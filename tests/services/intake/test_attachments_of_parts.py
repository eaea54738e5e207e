"""Files with what an assisting unit writes: for staff who read the part, for the citizen when the lead's reply keeps them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.store import Outcome
from contracts.replies import PartWritten
from services.intake.store import Sweep
from tests.services.intake.attaching import PHONE, door, posted, read, said, ticket
from tests.services.intake.door import Intake
from tests.services.intake.files import CAMERA, PDF, picture

pytestmark = pytest.mark.medium

LEAD, ASSISTING, OTHER = "housing", "transport", "education"
TEXT = "供电线路正常,照片见附件。"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with door() as opened_door:
        yield opened_door


async def _assisted(intake: Intake) -> dict[str, Any]:
    """The receipt of a post that one unit holds and another assists with."""
    receipt = await posted(intake)
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department=LEAD, assisting=(ASSISTING,))
        await transaction.save(Outcome(changed=[kept]))
    return receipt


async def _written(intake: Intake, number: str, *tickets: str) -> dict[str, Any]:
    """The part as staff read it."""
    body = {"text": TEXT, "attachments": list(tickets)}
    answer = await intake.staff("clerk", ASSISTING, f"cases/{number}/parts", body)
    assert answer.status_code == 202, answer.text
    case = (await intake.staff_get("clerk", LEAD, f"cases/{number}")).json()
    part: dict[str, Any] = case["written_parts"][-1]
    return part


async def _replied(intake: Intake, number: str, *kept: str) -> None:
    """The lead's reply is published, with these files of the part."""
    body = {"text": "线路正常,灯具明日更换。", "kept": list(kept)}
    reply = (await intake.staff("clerk", LEAD, f"cases/{number}/replies", body)).json()["reply_id"]
    done = await intake.staff("leader", LEAD, f"cases/{number}/replies/{reply}/approval", {})
    assert done.status_code == 202, done.text


async def test_files_of_a_part_are_read_with_it_by_staff_alone(intake: Intake) -> None:
    receipt = await _assisted(intake)
    number = receipt["number"]

    part = await _written(intake, number, await ticket(intake, picture(), f"{PHONE}.jpg"))

    [file] = part["attachments"]
    assert (part["text"], file["name"], file["pictured"]) == (TEXT, f"{'*' * 11}.jpg", True)
    for role, unit, status in (
        ("clerk", LEAD, 200),
        ("leader", ASSISTING, 200),
        ("supervisor", "supervision", 200),
        ("clerk", OTHER, 403),
    ):
        answer = await intake.staff_get(role, unit, f"cases/{number}/attachments/{file['id']}")
        assert answer.status_code == status
        assert CAMERA not in answer.content, "stripped as every picture is"
    assert (await read(intake, receipt, file["id"])).status_code == 404
    assert (await intake.http.get(f"/v1/posts/{number}/attachments/{file['id']}")).status_code == 404
    assert file["id"] not in str(await intake.own(receipt))
    [fact] = [fact for fact in said(intake) if isinstance(fact, PartWritten)]
    assert [one.id for one in fact.attachments] == [file["id"]]
    assert (fact.attachments[0].name, PHONE in str(fact)) == (f"{'*' * 11}.jpg", False)


async def test_the_citizen_sees_those_that_the_leads_reply_keeps_and_no_others(intake: Intake) -> None:
    receipt = await _assisted(intake)
    number = receipt["number"]
    tickets = [await ticket(intake, data) for data in (PDF, picture())]
    paper, photograph = (await _written(intake, number, *tickets))["attachments"]

    await _replied(intake, number, paper["id"])

    [reply] = (await intake.own(receipt))["replies"]
    assert [one["id"] for one in reply["attachments"]] == [paper["id"]]
    assert (await read(intake, receipt, paper["id"])).content == PDF
    assert (await read(intake, receipt, photograph["id"])).status_code == 404
    for file in (paper, photograph):
        path = f"cases/{number}/attachments/{file['id']}"
        assert (await intake.staff_get("clerk", ASSISTING, path)).status_code == 200


async def test_files_of_a_part_are_forgotten_with_the_citizen_and_its_words_stay(intake: Intake) -> None:
    receipt = await _assisted(intake)
    number = receipt["number"]
    [file] = (await _written(intake, number, await ticket(intake, PDF)))["attachments"]
    assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 0, "they belong to the post"

    await intake.citizen(receipt, "erasure")

    case = (await intake.staff_get("clerk", LEAD, f"cases/{number}")).json()
    assert [(part["text"], part["attachments"]) for part in case["written_parts"]] == [(TEXT, [])]
    path = f"cases/{number}/attachments/{file['id']}"
    assert (await intake.staff_get("clerk", LEAD, path)).status_code == 404
    assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 1
    late = {"text": TEXT, "attachments": [await ticket(intake, PDF)]}
    refused = await intake.staff("clerk", ASSISTING, f"cases/{number}/parts", late)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "attachments")


async def test_a_part_with_too_many_files_or_with_a_ticket_of_nobodys_is_refused() -> None:
    async with door(at_most=1) as intake:
        receipt = await _assisted(intake)
        for tickets in ([await ticket(intake, PDF) for _ in range(2)], ["no-ticket"]):
            body = {"text": TEXT, "attachments": tickets}
            refused = await intake.staff("clerk", ASSISTING, f"cases/{receipt['number']}/parts", body)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "attachments")
        case = (await intake.staff_get("clerk", LEAD, f"cases/{receipt['number']}")).json()
        assert case["written_parts"] == []


async def test_a_file_of_another_posts_part_is_kept_by_no_reply(intake: Intake) -> None:
    receipt, other = await _assisted(intake), await _assisted(intake)
    [foreign] = (await _written(intake, other["number"], await ticket(intake, PDF)))["attachments"]

    body = {"text": "见附件。", "kept": [foreign["id"]]}
    refused = await intake.staff("clerk", LEAD, f"cases/{receipt['number']}/replies", body)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "kept")
