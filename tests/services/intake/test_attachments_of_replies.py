"""Files with what a unit replies: read by nobody but staff before the reply is published, and forgotten with the citizen."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.store import Outcome
from contracts.replies import ReplyDrafted, ReplyPublished
from services.intake.core.case import Group
from services.intake.store import Sweep
from tests.services.intake.attaching import PHONE, door, posted, read, said, ticket
from tests.services.intake.door import Intake
from tests.services.intake.files import CAMERA, PDF, picture

pytestmark = pytest.mark.medium

UNIT = "housing"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with door() as opened_door:
        yield opened_door


async def _changed(intake: Intake, number: str, **fields: Any) -> None:
    subject = await intake.door.subject(number)
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, **fields)
        await transaction.save(Outcome(changed=[kept]))


async def _taken_on(intake: Intake) -> dict[str, Any]:
    """A post that the unit has accepted."""
    receipt = await posted(intake)
    await _changed(intake, receipt["number"], step="accepted", department=UNIT)
    return receipt


async def _drafted(intake: Intake, number: str, *tickets: str, kept: tuple[str, ...] = ()) -> str:
    """The id of a reply that lies before the leader."""
    body = {"text": "现场照片见附件。", "attachments": list(tickets), "kept": list(kept)}
    answer = await intake.staff("clerk", UNIT, f"cases/{number}/replies", body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["reply_id"])


async def _done(intake: Intake, path: str, body: dict[str, Any] | None = None) -> None:
    answer = await intake.staff("leader", UNIT, path, body or {})
    assert answer.status_code == 202, answer.text


async def _case(intake: Intake, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await intake.staff_get("clerk", UNIT, f"cases/{number}")).json()
    return found


async def test_the_files_of_a_reply_are_seen_with_it_and_not_before(intake: Intake) -> None:
    receipt = await _taken_on(intake)
    number = receipt["number"]
    reply = await _drafted(intake, number, await ticket(intake, picture(), f"{PHONE}.jpg"))
    [file] = (await _case(intake, number))["draft"]["attachments"]
    path = f"{number}/attachments/{file['id']}"

    assert (await read(intake, receipt, file["id"])).status_code == 404
    assert (await intake.http.get(f"/v1/posts/{path}")).status_code == 404
    assert file["id"] not in str(await intake.own(receipt))
    for role, unit, status in (
        ("leader", UNIT, 200),
        ("supervisor", "supervision", 200),
        ("clerk", "education", 403),
    ):
        assert (await intake.staff_get(role, unit, f"cases/{path}")).status_code == status

    await _done(intake, f"cases/{number}/replies/{reply}/approval")

    shown = (await intake.http.get(f"/v1/posts/{path}")).content
    assert (await read(intake, receipt, file["id"])).content == shown
    assert CAMERA not in shown, "stripped as every picture is"
    [published] = (await intake.own(receipt))["replies"]
    assert [one["name"] for one in published["attachments"]] == [f"{'*' * 11}.jpg"]
    drafted, answered = [fact for fact in said(intake) if isinstance(fact, ReplyDrafted | ReplyPublished)]
    assert drafted.attachments == answered.attachments
    assert drafted.attachments[0].id == file["id"]


async def test_a_draft_that_is_sent_back_keeps_its_files_for_the_next_one(intake: Intake) -> None:
    receipt = await _taken_on(intake)
    number = receipt["number"]
    first = await _drafted(intake, number, await ticket(intake, PDF), await ticket(intake, picture()))
    await _done(intake, f"cases/{number}/replies/{first}/return", {"remark": "照片不清楚。"})
    back = (await _case(intake, number))["sent_back"]
    paper, _ = back["attachments"]
    assert (back["text"], back["remark"]) == ("现场照片见附件。", "照片不清楚。")
    held = await intake.staff_get("clerk", UNIT, f"cases/{number}/attachments/{paper['id']}")
    assert held.content == PDF

    second = await _drafted(intake, number, await ticket(intake, picture()), kept=(paper["id"],))
    await _done(intake, f"cases/{number}/replies/{second}/approval")

    [reply] = (await intake.own(receipt))["replies"]
    assert [one["type"] for one in reply["attachments"]] == ["application/pdf", "image/jpeg"]
    assert (await read(intake, receipt, paper["id"])).content == PDF
    assert (await _case(intake, number))["sent_back"] is None


async def test_files_of_a_reply_are_forgotten_with_the_citizen_and_its_words_stay(intake: Intake) -> None:
    receipt = await _taken_on(intake)
    number = receipt["number"]
    reply = await _drafted(intake, number, await ticket(intake, PDF))
    await _done(intake, f"cases/{number}/replies/{reply}/approval")
    [file] = (await intake.own(receipt))["replies"][0]["attachments"]
    assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 0

    await intake.citizen(receipt, "erasure")

    [kept] = (await intake.own(receipt))["replies"]
    assert (kept["text"], kept["attachments"]) == ("现场照片见附件。", [])
    assert (await read(intake, receipt, file["id"])).status_code == 404
    assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 1


async def test_members_of_a_group_see_the_files_of_the_reply_that_answers_them(intake: Intake) -> None:
    lead, member = await _taken_on(intake), await _taken_on(intake)
    subjects = tuple([await intake.door.subject(one["number"]) for one in (lead, member)])
    group = Group("g", subjects[0], lead["number"], subjects)
    for one in (lead, member):
        await _changed(intake, one["number"], group=group)
    reply = await _drafted(intake, lead["number"], await ticket(intake, PDF))
    await _done(intake, f"cases/{lead['number']}/replies/{reply}/approval")

    [file] = (await intake.own(member))["replies"][0]["attachments"]
    assert (await read(intake, member, file["id"])).content == PDF
    await intake.citizen(lead, "erasure")
    assert (await read(intake, member, file["id"])).content == PDF, (
        "the lead's author is forgotten, not this one"
    )
    assert (await read(intake, lead, file["id"])).status_code == 404


async def test_a_reply_with_too_many_files_or_with_another_posts_is_refused() -> None:
    async with door(at_most=1) as intake:
        receipt, other = await _taken_on(intake), await _taken_on(intake)
        await _drafted(intake, other["number"], await ticket(intake, PDF))
        [foreign] = (await _case(intake, other["number"]))["draft"]["attachments"]
        path = f"cases/{receipt['number']}/replies"
        two = [await ticket(intake, PDF) for _ in range(2)]
        for body, wrong in (
            ({"attachments": two}, {"field": "attachments", "reason": "一次最多 1 个附件"}),
            ({"kept": [foreign["id"]]}, {"field": "kept", "reason": "本帖没有这个附件,请重新选择文件"}),
        ):
            refused = await intake.staff("clerk", UNIT, path, {"text": "见附件。"} | body)
            assert (refused.status_code, refused.json()["errors"]) == (422, [wrong])
