"""The door for people: what is sent, what comes back, and what never does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.clock import HandClock
from chassis.outbox import unpack
from tests.services.intake.door import PROFILE, Intake, at


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def test_a_post_is_answered_with_number_code_and_address(intake: Intake) -> None:
    response = await intake.post()

    assert response.status_code == 202
    receipt = response.json()
    assert receipt["number"] == "SQ260302-000001"
    assert len(receipt["query_code"]) == 10
    assert receipt["links"]["self"] == "/v1/posts/SQ260302-000001"
    assert len(intake.store.subject) == 1


async def test_the_same_key_gets_the_first_answer_and_another_body_is_refused(intake: Intake) -> None:
    body = {"kind": "consult", "title": "医保", "text": "怎么报销?"}
    headers = {"Idempotency-Key": "same"}

    first = await intake.http.post("/v1/posts", json=body, headers=headers)
    again = await intake.http.post("/v1/posts", json=body, headers=headers)
    other = await intake.http.post("/v1/posts", json=body | {"text": "别的"}, headers=headers)

    assert first.json() == again.json()
    assert len(intake.store.subject) == 1
    assert other.status_code == 422


async def test_without_a_key_nothing_is_taken(intake: Intake) -> None:
    response = await intake.http.post("/v1/posts", json={"kind": "consult", "title": "a", "text": "b"})

    assert (response.status_code, response.json()["type"]) == (
        400,
        "urn:wenzheng:problem:idempotency-key-missing",
    )


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        (b"{", 400, "broken JSON"),
        (b'{"kind":"gossip","title":"a","text":"b"}', 422, "a kind that is none"),
        (b'{"kind":"consult","title":"a"}', 422, "no text"),
        (b'{"kind":"consult","title":"a","text":""}', 422, "an empty text"),
        (b'{"kind":"consult","title":"a","text":"b","colour":"red"}', 422, "an unknown field"),
        (b'{"kind":"consult","title":"a","text":"\\u0000"}', 400, "U+0000"),
        (b'{"kind":"consult","title":"a","text":"\\ud800"}', 400, "a lone surrogate"),
        (b"[" * 50_000, 400, "deep nesting"),
        (b'{"kind":"consult","title":"a","text":"' + b"x" * 1_000_000 + b'"}', 413, "1 MB"),
        (b"\xff\xfe", 400, "no UTF-8"),
        (b'{"kind":"consult","title":"a","text":"b","contact":{"phone":"call me"}}', 422, "no phone"),
        (b'{"kind":"consult","title":"a","text":"b","area":"999"}', 422, "no area"),
    ],
)
async def test_bad_input_gets_a_clear_problem_document(
    intake: Intake, content: bytes, status: int, why: str
) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}

    response = await intake.http.post("/v1/posts", content=content, headers=headers)

    assert response.status_code == status, why
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"]
    assert intake.store.subject == {}


async def test_nothing_personal_is_on_the_bus_or_in_the_tables(intake: Intake) -> None:
    await intake.post(
        text="请回电13812345678,身份证321302199003074518。", contact={"name": "张某", "phone": "13812345678"}
    )

    stored = b"".join(row[2] for row in intake.store.subject.values())
    said = b"".join(record.value for _, blob in intake.store.outbox.values() for _, _, record in unpack(blob))

    for found in (stored, said):
        assert b"13812345678" not in found
        assert b"321302199003074518" not in found
        assert "张某".encode() not in found
    assert "请回电***********".encode() in said


async def test_the_citizen_reads_all_of_the_own_case_and_strangers_read_it_masked(intake: Intake) -> None:
    receipt = (await intake.post(text="请回电13812345678。", contact={"phone": "13812345678"})).json()

    own = await intake.own(receipt)
    stranger = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()

    assert own["text"] == "请回电13812345678。"
    assert own["contact"] == {"phone": "13812345678"}
    assert stranger["text"] == "请回电***********。"
    assert "contact" not in stranger


async def test_a_wrong_code_opens_nothing(intake: Intake) -> None:
    receipt = (await intake.post()).json()

    response = await intake.http.get(f"/v1/posts/{receipt['number']}", headers={"X-Query-Code": "AAAAAAAAAA"})

    assert response.status_code == 403


async def test_erasure_leaves_the_masked_post_and_no_way_to_the_person(intake: Intake) -> None:
    receipt = (await intake.post(text="请回电13812345678。", contact={"phone": "13812345678"})).json()

    assert (await intake.citizen(receipt, "erasure")).status_code == 202

    own = await intake.own(receipt)
    assert own["text"] == "请回电***********。"
    assert own["contact"] == {}
    assert intake.keys.contact == intake.keys.text == {}


async def test_staff_without_a_token_or_with_another_role_are_refused(intake: Intake) -> None:
    receipt = (await intake.post()).json()

    nobody = await intake.http.get("/v1/cases")
    clerk = await intake.staff(
        "clerk", "water", f"cases/{receipt['number']}/assignment", {"department": "water", "reason": "x"}
    )

    assert (nobody.status_code, clerk.status_code) == (401, 403)


async def test_a_wrong_step_names_what_would_be_possible(intake: Intake) -> None:
    receipt = (await intake.post()).json()

    response = await intake.citizen(receipt, "ratings", {"grade": 5})

    assert response.status_code == 409
    assert "follow-up" in response.json()["allowed"]
    assert "rating" not in response.json()["allowed"]


async def test_a_blocked_word_is_refused_and_a_held_one_hides_the_post_until_it_is_released(
    intake: Intake,
) -> None:
    blocked = await intake.post(text=f"本公司{min(PROFILE.words.block)}")
    held_text = f"再不解决我就{min(PROFILE.words.hold)}"
    held = (await intake.post(text=held_text)).json()

    assert blocked.status_code == 422
    hidden = (await intake.http.get(f"/v1/posts/{held['number']}")).json()
    assert hidden["text"] == ""
    released = await intake.staff(
        "supervisor",
        "supervision",
        f"cases/{held['number']}/moderation",
        {"action": "release", "reason": "正常诉求"},
    )
    assert released.status_code == 202
    assert (await intake.http.get(f"/v1/posts/{held['number']}")).json()["text"] == held_text


async def test_support_counts_each_neighbour_once(intake: Intake) -> None:
    receipt = (await intake.post()).json()
    path = f"/v1/posts/{receipt['number']}/supports"

    for phone in ("13800000001", "13800000002", "13800000001"):
        response = await intake.http.post(path, json={"phone": phone}, headers=intake.key())

    assert response.json() == {"number": receipt["number"], "supports": 2}


async def test_many_at_once_share_commits_and_one_refusal_spoils_nobody(intake: Intake) -> None:
    first = (await intake.post()).json()
    jobs = [intake.post(title=f"第{n}盏") for n in range(30)]

    answers = await asyncio.gather(
        *jobs, intake.citizen(first, "ratings", {"grade": 5}), intake.post(kind="none")
    )

    assert [answer.status_code for answer in answers] == [202] * 30 + [409, 422]
    assert len(intake.store.subject) == 31
    assert len(intake.store.outbox) < 31


async def test_unknown_paths_and_methods_are_problems_too(intake: Intake) -> None:
    missing = await intake.http.get("/v1/nothing")
    wrong = await intake.http.delete("/v1/posts")

    assert (missing.status_code, missing.json()["title"]) == (404, "没有找到")
    assert wrong.status_code == 405
