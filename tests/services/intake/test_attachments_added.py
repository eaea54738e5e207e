"""Files with what an author adds: an answer, a follow-up; read by whoever reads what was said."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.store import Outcome
from contracts.posts import PostFollowedUp
from contracts.replies import CitizenAnswered
from services.intake.store import Sweep
from tests.services.intake.attaching import PHONE, door, posted, read, said, ticket
from tests.services.intake.door import Intake
from tests.services.intake.files import PDF

pytestmark = pytest.mark.medium


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with door() as opened_door:
        yield opened_door


async def _asked(intake: Intake, receipt: dict[str, Any]) -> None:
    """The unit has asked the author something."""
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department="housing")
        await transaction.save(Outcome(changed=[kept]))
    path = f"cases/{receipt['number']}/questions"
    assert (await intake.staff("clerk", "housing", path, {"text": "请拍照。"})).status_code == 202


async def added(intake: Intake, receipt: dict[str, Any], act: str, *tickets: str) -> httpx2.Response:
    body = {"text": "照片如下。", "attachments": list(tickets)}
    return await intake.citizen(receipt, act, body)


@pytest.mark.parametrize("act", ["answers", "follow-ups"])
async def test_what_an_author_adds_may_have_files_for_those_who_read_what_was_said(
    intake: Intake, act: str
) -> None:
    receipt = await posted(intake)
    await _asked(intake, receipt)
    number = receipt["number"]

    assert (await added(intake, receipt, act, await ticket(intake, PDF, f"{PHONE}.pdf"))).status_code == 202

    own = await intake.own(receipt)
    [file] = (own["questions"] if act == "answers" else own["follow_ups"])[0]["attachments"]
    [fact] = [each for each in said(intake) if isinstance(each, CitizenAnswered | PostFollowedUp)]
    assert (file["name"], fact.attachments[0].name) == (f"{PHONE}.pdf", f"{'*' * 11}.pdf")
    assert (await read(intake, receipt, file["id"])).content == PDF
    path = f"{number}/attachments/{file['id']}"
    assert (await intake.http.get(f"/v1/posts/{path}")).status_code == 404, "the post is public, this is not"
    assert file["id"] not in (await intake.http.get(f"/v1/posts/{number}")).text
    for role, unit, status in (
        ("clerk", "housing", 200),
        ("supervisor", "supervision", 200),
        ("clerk", "education", 403),
    ):
        assert (await intake.staff_get(role, unit, f"cases/{path}")).status_code == status
    assert [role for _, _, role, _ in intake.read_log.reads[-2:]] == ["clerk", "supervisor"]

    await intake.citizen(receipt, "erasure")
    own = await intake.own(receipt)
    assert (own["questions"] if act == "answers" else own["follow_ups"])[0]["attachments"] == []
    assert (await intake.staff_get("clerk", "housing", f"cases/{path}")).status_code == 404
    assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 1
    refused = await added(intake, receipt, "follow-ups", await ticket(intake, PDF))
    assert "个人信息已删除" in refused.text


async def test_files_of_the_post_stay_when_others_are_added_and_too_many_are_refused() -> None:
    async with door(at_most=2) as intake:
        receipt = await posted(intake, await ticket(intake, PDF))
        three = [await ticket(intake, PDF) for _ in range(3)]
        refused = await added(intake, receipt, "follow-ups", *three)
        assert refused.json()["errors"] == [{"field": "attachments", "reason": "一次最多 2 个附件"}]
        assert (await added(intake, receipt, "follow-ups", *three[:2])).status_code == 202

        assert await Sweep(intake.folder, intake.attachments, older=-1).sweep() == 1
        own = await intake.own(receipt)
        files = [*own["attachments"], *own["follow_ups"][0]["attachments"]]
        assert [(await read(intake, receipt, one["id"])).content for one in files] == [PDF] * 3


async def test_something_added_twice_with_its_files_is_added_once(intake: Intake) -> None:
    receipt = await posted(intake)
    headers = {"X-Query-Code": receipt["query_code"], "Idempotency-Key": "one"}
    path = f"/v1/posts/{receipt['number']}/follow-ups"
    answers = [
        await intake.http.post(
            path, json={"text": "照片。", "attachments": [await ticket(intake, PDF)]}, headers=headers
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len((await intake.own(receipt))["follow_ups"]) == 1
