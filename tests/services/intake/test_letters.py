"""Letters to city leaders: addressed by their author, answered by a unit, signed by whom they were written to."""

from collections.abc import AsyncIterator
from dataclasses import replace as replaced
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from contracts.replies import ReplyApproved, ReplyPublished
from tests.services.intake.attaching import said
from tests.services.intake.door import PROFILE, Intake, at

UNIT = "housing"
OWN = replaced(PROFILE, leaders=(replace(PROFILE.leaders[0], account="wang"), *PROFILE.leaders[1:]))
"""A city in which the mayor's own account is known."""
MAYOR, OTHER = PROFILE.leaders[0], PROFILE.leaders[1]


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00")), OWN).open() as opened:
        yield opened


async def _letter(intake: Intake, addressee: str = MAYOR.code, **fields: Any) -> dict[str, Any]:
    """The receipt of a letter that a unit has taken on."""
    posted = await intake.post(**{"kind": "mailbox", "addressee": addressee} | fields)
    receipt: dict[str, Any] = posted.json()
    subject = await intake.door.subject(receipt["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department=UNIT)
        await transaction.save(Outcome(changed=[kept]))
    return receipt


async def _approved(intake: Intake, number: str) -> str:
    """The id of an answer that the unit's leader approved."""
    drafted = await intake.staff("clerk", UNIT, f"cases/{number}/replies", {"text": "本月完工。"})
    reply: str = drafted.json()["reply_id"]
    done = await intake.staff("leader", UNIT, f"cases/{number}/replies/{reply}/approval")
    assert done.status_code == 202
    return reply


async def _sign(
    intake: Intake, number: str, reply: str, person: str = "wang", path: str = "signature"
) -> int:
    body = {"remark": "请写明日期。"} if path == "signature-return" else {}
    place = f"cases/{number}/replies/{reply}/{path}"
    return (await intake.staff("mayor", "government-office", place, body, person)).status_code


async def _case(intake: Intake, number: str) -> dict[str, Any]:
    case: dict[str, Any] = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    return case


@pytest.mark.parametrize("called", [MAYOR.code, MAYOR.name])
async def test_a_letter_says_to_whom_it_is_written_by_code_or_office(intake: Intake, called: str) -> None:
    receipt = await _letter(intake, called)

    public = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()
    assert (public["addressee"], public["addressee_name"]) == (MAYOR.code, MAYOR.name)
    offered = (await intake.http.get("/v1/leaders")).json()["leaders"]
    assert [one["code"] for one in offered] == [leader.code for leader in PROFILE.leaders]
    assert "account" not in offered[0]


@pytest.mark.parametrize(("kind", "addressee"), [("complaint", MAYOR.code), ("mailbox", "nobody")])
async def test_only_letters_are_addressed_and_only_to_leaders_there_are(
    intake: Intake, kind: str, addressee: str
) -> None:
    refused = await intake.post(kind=kind, addressee=addressee)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "addressee")


async def test_an_answer_waits_for_the_signature_and_is_then_given_in_the_leader_s_name(
    intake: Intake,
) -> None:
    receipt = await _letter(intake)
    number = receipt["number"]
    reply = await _approved(intake, number)
    waiting = await _case(intake, number)

    assert (waiting["status"], waiting["replies"]) == ("accepted", [])
    assert waiting["draft"]["approved_by"] == f"leader-{UNIT}"
    assert {"signature", "signature-return"} <= set(waiting["allowed"])
    assert {"approval", "reply-return", "reply"}.isdisjoint(waiting["allowed"])
    assert (await intake.own(receipt))["replies"] == []
    assert await _sign(intake, number, reply) == 202
    public = (await intake.http.get(f"/v1/posts/{number}")).json()
    assert (public["status"], public["replies"][0]["in_name_of"]) == ("replied", MAYOR.name)
    assert f"{MAYOR.name}回复:本月完工。" in [line["text"] for line in public["history"]]


async def test_a_letter_is_signed_by_nobody_but_the_leader_it_was_written_to(intake: Intake) -> None:
    number = (await _letter(intake))["number"]
    reply = await _approved(intake, number)

    assert await _sign(intake, number, reply, "li") == 403
    assert await _sign(intake, number, reply, "li", "signature-return") == 403
    assert (await _case(intake, number))["status"] == "accepted"


async def test_where_no_account_is_named_any_city_leader_s_is(intake: Intake) -> None:
    number = (await _letter(intake, OTHER.code))["number"]

    assert await _sign(intake, number, await _approved(intake, number), "anyone") == 202


async def test_an_answer_that_is_sent_back_is_written_and_approved_anew(intake: Intake) -> None:
    number = (await _letter(intake))["number"]
    reply = await _approved(intake, number)

    assert await _sign(intake, number, reply, path="signature-return") == 202
    assert (await _case(intake, number))["draft"] is None
    assert await _sign(intake, number, reply) == 409
    assert await _sign(intake, number, await _approved(intake, number)) == 202


async def test_a_letter_to_nobody_by_name_is_answered_by_the_unit_as_any_post(intake: Intake) -> None:
    number = (await _letter(intake, ""))["number"]
    await _approved(intake, number)

    case = await _case(intake, number)
    assert (case["status"], case["replies"][0]["in_name_of"]) == ("replied", "")


@pytest.mark.parametrize("published", [False, True])
async def test_an_instruction_is_read_by_everybody_where_the_leader_allows_it(
    intake: Intake, published: bool
) -> None:
    receipt = await _letter(intake)
    body = {"text": "请本周办结,联系13812345678。", "published": published}
    path = f"cases/{receipt['number']}/instructions"
    assert (await intake.staff("mayor", "supervision", path, body, "wang")).status_code == 202

    public = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()
    shown = [(one["leader_name"], one["text"]) for one in public["instructions"]]
    assert shown == ([(MAYOR.name, "请本周办结,联系***********。")] if published else [])
    assert ("请本周办结" in str(public["history"])) is published
    assert ("请本周办结" in str(await intake.own(receipt))) is published
    assert "请本周办结" in str((await _case(intake, receipt["number"]))["history"])


async def test_a_leader_finds_the_letters_and_what_is_to_be_signed(intake: Intake) -> None:
    mine, others = (await _letter(intake))["number"], (await _letter(intake, OTHER.code))["number"]
    await intake.post()

    async def found(query: str) -> list[str]:
        answer = await intake.staff_get("mayor", "government-office", f"cases?{query}")
        return [case["number"] for case in answer.json()["cases"]]

    assert await found(f"addressee={MAYOR.code}") == [mine]
    assert await found("kind=mailbox") == [mine, others]
    assert await found("state=to_sign") == []
    await _approved(intake, others)
    assert await found("state=to_sign") == [others]
    assert await found("state=to_approve") == [], "the unit's leader has approved it"


async def test_the_signature_answers_what_was_added_as_any_published_reply_does(intake: Intake) -> None:
    receipt = await _letter(intake)
    await intake.citizen(receipt, "follow-ups", {"text": "还有一处。"})
    reply = await _approved(intake, receipt["number"])

    async def waiting() -> int:
        _, case = await intake.door.case(receipt["number"])
        return len(case.follow_ups_waiting)

    assert await waiting() == 1, "the approval has published nothing"
    await _sign(intake, receipt["number"], reply)
    assert await waiting() == 0


async def test_a_signed_answer_was_approved_by_the_leader_of_the_unit_and_signed_by_the_city_s(
    intake: Intake,
) -> None:
    number = (await _letter(intake))["number"]
    assert await _sign(intake, number, await _approved(intake, number)) == 202

    [approved] = [fact for fact in said(intake) if isinstance(fact, ReplyApproved)]
    [published] = [fact for fact in said(intake) if isinstance(fact, ReplyPublished)]
    assert (approved.by, published.signed_by) == (f"leader-{UNIT}", "wang")
