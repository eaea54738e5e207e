"""What was typed proves nothing: a code opens and erases its own post only, whatever telephone others name."""

from collections.abc import AsyncIterator

import pytest

from chassis.clock import HandClock
from tests.services.intake.door import Intake, at

PHONE = "13900005678"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


@pytest.mark.parametrize(
    "contact", [{"phone": "+86 139-0000-5678"}, {"openid": "oABCD1234efgh5678IJKL9012mno"}]
)
async def test_a_stranger_who_types_my_telephone_cannot_erase_me(
    intake: Intake, contact: dict[str, str]
) -> None:
    mine = (
        await intake.post(
            text=f"请回电{PHONE}。", contact={"phone": PHONE, "openid": "oABCD1234efgh5678IJKL9012mno"}
        )
    ).json()
    strangers = (await intake.post(contact=contact)).json()

    assert (await intake.citizen(strangers, "erasure")).status_code == 202

    own = await intake.own(mine)
    assert own["text"] == f"请回电{PHONE}。"
    assert own["contact"]["phone"] == PHONE
    assert (await intake.own(strangers))["contact"] == {}


async def test_a_second_erasure_and_one_after_a_follow_up_say_the_same(intake: Intake) -> None:
    receipt = (await intake.post(contact={"phone": PHONE})).json()
    await intake.citizen(receipt, "follow-ups", {"text": f"还有{PHONE}。"})

    for _ in range(2):
        assert (await intake.citizen(receipt, "erasure")).status_code == 202
    assert (await intake.citizen(receipt, "follow-ups", {"text": f"再说一次{PHONE}。"})).status_code == 202

    assert intake.keys.text == intake.keys.contact == {}, "what is said after the erasure makes no new key"
    assert PHONE not in str(await intake.own(receipt))


@pytest.mark.parametrize("code", ["", "A", "AAAAAAAAAA", " "])
async def test_an_empty_a_short_and_a_wrong_code_open_nothing(intake: Intake, code: str) -> None:
    receipt = (await intake.post(contact={"phone": PHONE})).json()
    headers = {"X-Query-Code": code} | intake.key()

    read = await intake.http.get(f"/v1/posts/{receipt['number']}", headers=headers)
    done = await intake.http.post(f"/v1/posts/{receipt['number']}/withdrawal", json={}, headers=headers)

    assert (read.status_code, done.status_code) == (403, 403)


async def test_a_code_opens_no_other_post(intake: Intake) -> None:
    first, second = [(await intake.post(contact={"phone": PHONE})).json() for _ in range(2)]
    mixed = {"number": first["number"], "query_code": second["query_code"]}

    assert (await intake.citizen(mixed, "withdrawal")).status_code == 403
    assert (await intake.citizen(mixed, "erasure")).status_code == 403


@pytest.mark.parametrize("weak", ["1", "the-first-post-of-today", "0" * 36, "f" * 40])
async def test_two_clients_with_the_same_weak_key_and_body_get_receipts_of_their_own(
    intake: Intake, weak: str
) -> None:
    body = {"kind": "consult", "title": "医保", "text": "怎么报销?"}

    async def receipt(client: str, key: str) -> dict[str, str]:
        answered = await intake.from_address(client).post(
            "/v1/posts", json=body, headers={"Idempotency-Key": key}
        )
        told: dict[str, str] = answered.json()
        return told

    uuid = "0d4f6c1e-8f2b-4a51-9c56-6a6ab0f4b7aa"

    assert (await receipt("198.51.100.1", weak))["number"] != (await receipt("198.51.100.2", weak))["number"]
    assert await receipt("198.51.100.1", weak) == await receipt("198.51.100.1", weak)
    assert await receipt("198.51.100.1", uuid) == await receipt("198.51.100.2", uuid), "its bearer has moved"


async def test_a_questionnaire_is_not_posted_by_citizens(intake: Intake) -> None:
    response = await intake.post(kind="survey", title="政府公告:请扫码领取补贴")

    assert response.status_code == 422
    taken = "consult、complaint、suggestion、mailbox、debate"
    (error,) = response.json()["errors"]
    assert error == {"field": "kind", "reason": f"问卷调查不由网民发布,应为 {taken} 之一"}
    assert intake.store.subject == {}


async def test_who_is_told_of_a_wrong_kind_reads_the_kinds_that_would_be_taken(intake: Intake) -> None:
    response = await intake.post(kind="rumour")

    taken = [kind["code"] for kind in (await intake.http.get("/v1/kinds")).json()["kinds"]]
    assert response.json()["errors"] == [{"field": "kind", "reason": f"应为 {'、'.join(taken)} 之一"}]
    assert "survey" not in taken
    for kind in taken:
        assert (await intake.post(kind=kind)).status_code == 202


async def test_all_that_is_wrong_in_a_post_is_named_at_once(intake: Intake) -> None:
    empty = await intake.http.post("/v1/posts", json={}, headers={"Idempotency-Key": "empty"})
    contact = {"name": "张" * 51, "phone": "12", "mail": "x"}
    unfit = await intake.post(title=" ", text="\u200b", place="街" * 201, contact=contact)

    assert [error["field"] for error in empty.json()["errors"]] == ["kind", "title", "text"]
    assert [error["field"] for error in unfit.json()["errors"]] == [
        "title",
        "text",
        "place",
        "contact.name",
        "contact.phone",
        "contact.mail",
    ]
