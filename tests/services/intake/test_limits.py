"""What a stranger may do how often: a case stays small, a network has so many voices, and limits hold for every act."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from chassis.clock import HandClock
from chassis.store import Packing
from services.intake.core.case import Case
from services.intake.core.rules.citizen import LATEST_VOICES
from tests.services.intake.door import PROFILE, Intake, at

LIMITS = PROFILE.policy.follow_ups
A_NETWORK = PROFILE.policy.supports.a_network
RATE = 4
"""Acts a minute: so few that none is earned anew while a test on a busy machine spends them."""
SPARING = replace(PROFILE, policy=PROFILE.policy.changed({"rates": {"acts": RATE, "supports": RATE}}))


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


@pytest.fixture
async def limited() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00")), SPARING, rate_limits=True).open() as opened:
        yield opened


async def test_an_author_adds_only_so_often(intake: Intake) -> None:
    receipt = (await intake.post()).json()

    answers = [
        await intake.citizen(receipt, "follow-ups", {"text": f"第{n}次"}) for n in range(LIMITS.at_most + 1)
    ]

    assert [answer.status_code for answer in answers] == [202] * LIMITS.at_most + [409]
    assert answers[-1].json()["type"] == "urn:wenzheng:problem:follow-ups-over"
    assert "withdrawal" in answers[-1].json()["allowed"]
    assert "follow-up" not in answers[-1].json()["allowed"]


async def test_an_author_adds_only_so_much_and_the_case_stays_small(intake: Intake) -> None:
    receipt = (await intake.post()).json()

    answers = [
        (await intake.citizen(receipt, "follow-ups", {"text": "路" * 9_000})).status_code for _ in range(4)
    ]

    assert answers == [202, 202, 409, 409]
    [(_, _, packed)] = intake.store.subject.values()
    assert len(packed) < 200_000, "bytes of the case, its sealed boxes too"


async def _support(intake: Intake, number: str, address: str, **fields: Any) -> int:
    async with intake.from_address(address) as neighbour:
        path = f"/v1/posts/{number}/supports"
        return (await neighbour.post(path, json=fields, headers=intake.key())).status_code


async def _supports(intake: Intake, number: str) -> int:
    count: int = (await intake.http.get(f"/v1/posts/{number}")).json()["supports"]
    return count


async def test_fresh_keys_and_invented_telephones_make_no_crowd(intake: Intake) -> None:
    number = (await intake.post()).json()["number"]

    told = [
        await _support(intake, number, "203.0.113.9", **({"phone": f"138000000{n:02d}"} if n % 2 else {}))
        for n in range(30)
    ]

    assert told == [202] * A_NETWORK + [409] * (30 - A_NETWORK)
    assert await _supports(intake, number) == A_NETWORK


async def test_voices_that_come_all_at_once_are_no_more(intake: Intake) -> None:
    number = (await intake.post()).json()["number"]

    await asyncio.gather(*(_support(intake, number, "203.0.113.9") for _ in range(30)))

    assert await _supports(intake, number) == A_NETWORK


async def test_addresses_of_one_household_s_prefix_are_one_network(intake: Intake) -> None:
    number = (await intake.post()).json()["number"]

    told = [await _support(intake, number, f"2001:db8:1:2::{n:x}") for n in range(1, A_NETWORK + 3)]

    assert told.count(202) == A_NETWORK


async def test_neighbours_elsewhere_are_counted_and_nobody_twice(intake: Intake) -> None:
    number = (await intake.post()).json()["number"]

    for n in range(5):
        assert await _support(intake, number, f"203.0.113.{n}", phone="13800000001" if n < 2 else "") == 202

    assert await _supports(intake, number) == 4


@pytest.mark.medium
async def test_a_case_that_thousands_support_stays_small_and_still_knows_its_first_voice(
    intake: Intake,
) -> None:
    number = (await intake.post()).json()["number"]
    subject = await intake.door.subject(number)
    size = len(intake.store.subject[subject][2])

    for n in range(3 * LATEST_VOICES):
        await _support(intake, number, f"10.0.{n // 250}.{n % 250}", phone=f"1390000{n:04d}")
    await _support(intake, number, "10.9.9.9", phone="13900000000")

    assert await _supports(intake, number) == 3 * LATEST_VOICES
    assert len(intake.voices.kept) == 3 * LATEST_VOICES
    assert len(intake.store.subject[subject][2]) < size + LATEST_VOICES * 90


def test_voices_counted_before_there_was_a_table_still_count() -> None:
    old = (
        b'[{},{"posts":3},{"number":"SQ1","received_at":"2026-03-02T10:00:00+08:00","supporters":["a","b"]}]'
    )

    case = Packing(Case).unpack("post-1", 0, 0, old).state

    assert case.supports == 2


@pytest.mark.parametrize("private", [{"public": False}, {"kind": "debate"}], ids=["private", "held"])
async def test_a_post_that_is_not_shown_is_not_supported(intake: Intake, private: dict[str, Any]) -> None:
    number = (await intake.post(**private)).json()["number"]

    assert await _support(intake, number, "203.0.113.9") == 409


async def test_a_withdrawn_post_is_not_supported(intake: Intake) -> None:
    receipt = (await intake.post()).json()
    await intake.citizen(receipt, "withdrawal")

    assert await _support(intake, receipt["number"], "203.0.113.9") == 409


@pytest.mark.parametrize(
    ("path", "body"),
    [("follow-ups", {"text": "再说"}), ("ratings", {"grade": 5}), ("erasure", {}), ("supports", {})],
)
async def test_every_act_of_citizens_has_a_rate(limited: Intake, path: str, body: dict[str, Any]) -> None:
    receipt = (await limited.post()).json()

    answers = [await limited.citizen(receipt, path, body) for _ in range(RATE + 1)]

    assert 429 not in [answer.status_code for answer in answers[:-1]]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_wrong_codes_are_counted_too(limited: Intake) -> None:
    receipt = (await limited.post()).json() | {"query_code": "AAAAAAAAAA"}

    answers = [await limited.citizen(receipt, "withdrawal") for _ in range(RATE + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {403}
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    "typed", ["{lower}", " {code} ", "{dashed}", "{letters}", "{wide}"], ids=lambda typed: typed.strip(" {}")
)
async def test_a_code_is_read_as_people_type_it(intake: Intake, typed: str) -> None:
    receipt = (await intake.post()).json()
    code = receipt["query_code"]
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    given = typed.format(
        code=code,
        lower=code.lower(),
        dashed=f"{code[:5]}-{code[5:]}",
        letters=code.replace("0", "O").replace("1", "l"),
        wide=wide,
    )

    response = await intake.http.get(
        f"/v1/posts/{receipt['number'].replace('-', '').lower()}", headers={"X-Query-Code": given.encode()}
    )

    assert response.status_code == 200
    assert "contact" in response.json()
