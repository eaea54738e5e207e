"""Whoever leaves a contact with a voice follows the post: sealed by itself, once, and forgotten by a link."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from chassis.clock import HandClock
from chassis.vault import unseal
from contracts.posts import FollowerJoined, FollowerLeft, PostSupported
from services.intake.core.rules.citizen import LATEST_VOICES
from tests.services.intake.attaching import said
from tests.services.intake.door import PROFILE, Intake, at

PHONE = "13812345678"
A_NETWORK = PROFILE.policy.supports.a_network
SPARING = replace(PROFILE, policy=PROFILE.policy.changed({"rates": {"contacts_an_hour": 3}}))


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _number(intake: Intake) -> str:
    number: str = (await intake.post()).json()["number"]
    return number


async def _support(intake: Intake, number: str, address: str = "203.0.113.9", **fields: Any) -> int:
    async with intake.from_address(address) as neighbour:
        path = f"/v1/posts/{number}/supports"
        return (await neighbour.post(path, json=fields, headers=intake.key())).status_code


def _of(intake: Intake, kind: type[Any]) -> list[Any]:
    return [fact for fact in said(intake) if isinstance(fact, kind)]


async def test_a_contact_is_sealed_under_a_key_of_its_own_and_no_name_is_kept(intake: Intake) -> None:
    number = await _number(intake)

    assert await _support(intake, number, name="王五", phone="138 1234 5678", mail="wang@Example.com") == 202

    [joined] = _of(intake, FollowerJoined)
    assert joined.channels == ("sms", "mail")
    opened = unseal(intake.keys.contact[joined.follower], joined.sealed_contact, joined.follower)
    assert opened == {"phone": PHONE, "mail": "wang@example.com"}
    assert len(_of(intake, PostSupported)) == 1
    assert all(PHONE.encode() not in packed for _, _, packed in intake.store.subject.values())


async def test_a_voice_without_a_contact_and_one_that_only_a_landline_reaches_follow_nothing(
    intake: Intake,
) -> None:
    number = await _number(intake)

    assert [await _support(intake, number), await _support(intake, number, phone="0527-84368123")] == [
        202,
        202,
    ]

    assert len(_of(intake, PostSupported)) == 2
    assert _of(intake, FollowerJoined) == []


@pytest.mark.parametrize("wrong", [{"phone": "12345"}, {"mail": "nobody"}, {"openid": "a b"}])
async def test_a_contact_that_nothing_can_reach_is_refused_and_no_voice_is_counted(
    intake: Intake, wrong: dict[str, str]
) -> None:
    number = await _number(intake)

    assert await _support(intake, number, **wrong) == 422
    assert _of(intake, PostSupported) == []


async def test_the_same_contact_follows_once_however_often_and_however_many_at_once(intake: Intake) -> None:
    number, other = await _number(intake), await _number(intake)

    await asyncio.gather(*(_support(intake, number, f"203.0.113.{n}", phone=PHONE) for n in range(8)))
    await _support(intake, number, phone=PHONE)
    assert len(_of(intake, FollowerJoined)) == 1

    await _support(intake, other, phone=PHONE)
    first, second = _of(intake, FollowerJoined)
    assert first.follower != second.follower, "nobody reads from the log who follows both"


async def test_who_follows_by_telephone_and_then_in_wechat_with_it_is_told_once(intake: Intake) -> None:
    number = await _number(intake)
    await _support(intake, number, phone=PHONE)

    assert await _support(intake, number, openid="oNEIGHBOUR1234567890abcd", phone=PHONE) == 202

    assert len(_of(intake, FollowerJoined)) == 1


async def test_a_contact_joins_though_its_voice_was_counted_before_there_was_a_box(intake: Intake) -> None:
    """Whoever supported before their contact was kept, or left, is not counted twice and is told from now on."""
    number = await _number(intake)
    await _support(intake, number, phone=PHONE)
    [joined] = _of(intake, FollowerJoined)
    token = intake.links.follower_token(number, joined.follower)
    await intake.http.post("/v1/unsubscriptions", json={"number": number, "token": token})

    await _support(intake, number, phone=PHONE)

    again = _of(intake, FollowerJoined)[-1]
    assert unseal(intake.keys.contact[again.follower], again.sealed_contact, again.follower) == {
        "phone": PHONE
    }
    assert len(_of(intake, PostSupported)) == 1


async def test_the_author_does_not_follow_the_own_post_whose_news_come_anyway(intake: Intake) -> None:
    number = (await intake.post(contact={"phone": PHONE})).json()["number"]

    assert await _support(intake, number, phone=PHONE) == 202

    assert _of(intake, FollowerJoined) == []


async def test_a_follower_s_link_forgets_this_contact_and_nothing_else(intake: Intake) -> None:
    receipt = (await intake.post(contact={"phone": "13900000000"})).json()
    number = receipt["number"]
    await _support(intake, number, phone=PHONE)
    await _support(intake, number, "203.0.113.10", mail="li@example.com")
    first, second = _of(intake, FollowerJoined)

    for _ in range(2):
        token = intake.links.follower_token(number, first.follower)
        answer = await intake.http.post("/v1/unsubscriptions", json={"number": number, "token": token})
        assert answer.json() == {"state": "taken"}

    assert first.follower not in intake.keys.contact
    assert second.follower in intake.keys.contact
    assert {fact.follower for fact in _of(intake, FollowerLeft)} == {first.follower}
    assert (await intake.own(receipt))["preference"]["channel"] == "best", "the author is told as before"
    assert (await intake.http.get(f"/v1/posts/{number}")).json()["supports"] == 2, "the voice stays"


async def test_the_author_s_erasure_forgets_who_follows_for_nothing_will_be_told_any_more(
    intake: Intake,
) -> None:
    receipt, other = (await intake.post()).json(), await _number(intake)
    for n in range(LATEST_VOICES + 2):
        await _support(intake, receipt["number"], f"198.51.{n}.1", phone=f"138{n:08d}")
    await _support(intake, other, phone=PHONE)
    *gone, stays = [fact.follower for fact in _of(intake, FollowerJoined)]
    assert len(gone) == LATEST_VOICES + 2

    assert (await intake.citizen(receipt, "erasure")).status_code == 202

    assert not set(gone) & set(intake.keys.contact)
    assert stays in intake.keys.contact


async def test_a_link_of_another_post_or_of_the_author_s_frees_no_follower(intake: Intake) -> None:
    number, other = await _number(intake), await _number(intake)
    await _support(intake, number, phone=PHONE)
    [joined] = _of(intake, FollowerJoined)
    wrong = [
        (other, intake.links.follower_token(number, joined.follower)),
        (number, intake.links.follower_token(other, joined.follower)),
        (number, joined.follower),
        (number, joined.follower + intake.links.stop_token(number)),
    ]

    for place, token in wrong:
        await intake.http.post("/v1/unsubscriptions", json={"number": place, "token": token})

    assert joined.follower in intake.keys.contact
    assert _of(intake, FollowerLeft) == []


async def test_one_network_brings_no_more_followers_than_voices_and_one_address_few_an_hour() -> None:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        number = await _number(intake)
        for n in range(A_NETWORK + 3):
            await _support(intake, number, phone=f"138123456{n:02d}")
        assert len(_of(intake, FollowerJoined)) == A_NETWORK
    async with Intake(HandClock(at("2026-03-02T10:00")), SPARING, rate_limits=True).open() as intake:
        numbers = [await _number(intake) for _ in range(5)]
        assert [await _support(intake, number, phone=PHONE) for number in numbers] == [202] * 3 + [429] * 2


async def test_a_case_that_hundreds_follow_stays_small_and_still_knows_its_first_follower(
    intake: Intake,
) -> None:
    number = await _number(intake)
    for n in range(LATEST_VOICES + 20):
        await _support(intake, number, f"10.0.{n // 250}.{n % 250}", phone=f"1390000{n:04d}")

    await _support(intake, number, "10.9.9.9", phone="13900000000")

    assert len(_of(intake, FollowerJoined)) == LATEST_VOICES + 20
    [(_, _, packed)] = intake.store.subject.values()
    assert len(packed) < 20_000, "bytes of the case"


async def test_a_device_has_one_voice_whatever_contact_comes_with_it(intake: Intake) -> None:
    number, voice = await _number(intake), "0123456789abcdef0123456789abcdef"

    for fields in ({}, {"phone": PHONE}, {"mail": "li@example.com"}):
        assert await _support(intake, number, voice=voice, **fields) == 202

    assert len(_of(intake, PostSupported)) == 1
    assert len(_of(intake, FollowerJoined)) == 2


async def test_who_follows_in_wechat_and_binds_a_telephone_later_is_told_once(intake: Intake) -> None:
    number, openid = await _number(intake), "oNEIGHBOUR1234567890abcd"

    await _support(intake, number, openid=openid)
    await _support(intake, number, openid=openid, phone=PHONE)

    assert [fact.channels for fact in _of(intake, FollowerJoined)] == [("wechat",)]
