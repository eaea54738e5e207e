"""How an author wants to be told: chosen with the query code, ended by a link; nobody learns anything from a wrong link."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.outbox import unpack
from tests.services.intake.door import Intake, at


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _unsubscribe(intake: Intake, number: str, token: str) -> httpx2.Response:
    return await intake.http.post("/v1/unsubscriptions", json={"number": number, "token": token})


async def _chosen(intake: Intake, receipt: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await intake.own(receipt))["preference"]
    return found


async def test_an_author_chooses_a_channel_and_the_night_and_reads_what_was_chosen(intake: Intake) -> None:
    receipt = (await intake.post()).json()
    assert await _chosen(intake, receipt) == {"channel": "best", "at_night": False}

    wanted = {"channel": "mail", "at_night": True}
    answer = await intake.citizen(receipt, "preference", wanted)

    assert answer.status_code == 202
    assert await _chosen(intake, receipt) == wanted


@pytest.mark.parametrize(
    "body", [{"channel": "pigeon"}, {}, {"channel": "mail\n"}, {"channel": "sms", "at": "22"}]
)
async def test_a_choice_that_is_none_is_refused(intake: Intake, body: dict[str, Any]) -> None:
    receipt = (await intake.post()).json()

    assert (await intake.citizen(receipt, "preference", body)).status_code == 422


async def test_the_link_of_a_notice_ends_the_notices_about_its_post_and_no_other(intake: Intake) -> None:
    receipt, other = (await intake.post()).json(), (await intake.post()).json()
    token = intake.links.stop_token(receipt["number"])

    for _ in range(2):
        assert (await _unsubscribe(intake, receipt["number"], token)).status_code == 202

    assert (await _chosen(intake, receipt))["channel"] == "none"
    assert (await _chosen(intake, other))["channel"] == "best"


async def test_a_wrong_link_is_answered_like_a_right_one_and_changes_nothing(intake: Intake) -> None:
    receipt, other = (await intake.post()).json(), (await intake.post()).json()
    number = receipt["number"]
    wrong = [
        (number, intake.links.stop_token(other["number"])),
        (number, receipt["query_code"]),
        (number, "汉字"),
        ("SQ990101-000001", intake.links.stop_token("SQ990101-000001")),
        ("nothing", "nothing"),
    ]

    answers = [await _unsubscribe(intake, *link) for link in wrong]
    answers.append(await _unsubscribe(intake, other["number"], intake.links.stop_token(other["number"])))

    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    assert (await _chosen(intake, receipt))["channel"] == "best"


async def test_the_same_choice_again_is_not_said_again_and_after_erasure_nothing_is(intake: Intake) -> None:
    receipt = (await intake.post()).json()
    for _ in range(2):
        await intake.citizen(receipt, "preference", {"channel": "none"})
    await intake.citizen(receipt, "erasure")
    await intake.citizen(receipt, "preference", {"channel": "best"})

    said = b"".join(record.value for _, blob in intake.store.outbox.values() for _, _, record in unpack(blob))
    assert said.count(b'"channel":"none"') == 1
    assert b'"channel":"best"' not in said
