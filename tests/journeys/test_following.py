"""A neighbour follows a post: told of the reply once, sealed until then, and never again after the link was used."""

import re
from pathlib import Path
from typing import Any

import pytest

from contracts.notices import NoticeFailed, NoticeSent, NoticeSuppressed
from tests.journeys.world import SITE, World
from tests.services.intake.door import PROFILE

SEEDS = range(8)
PHONE, OTHER, OPENID = "13812345678", "13912345678", "oNEIGHBOUR1234567890abcd"


async def _support(world: World, number: str, address: str = "203.0.113.9", **contact: str) -> int:
    async with world.intake.from_address(address) as neighbour:
        path = f"/v1/posts/{number}/supports"
        return (await neighbour.post(path, json=contact, headers=world.intake.key())).status_code


def _arrived(world: World, recipient: str) -> list[dict[str, Any]]:
    return [row for row in world.gateway.arrivals.since(0) if row["recipient"] == recipient]


async def _post(world: World) -> dict[str, Any]:
    receipt: dict[str, Any] = (await world.intake.post(contact={"phone": "13700000000"})).json()
    await world.assigned_to(receipt["number"], "housing")
    await world.act("clerk", receipt["number"], "acceptance")
    return receipt


@pytest.mark.parametrize("seed", SEEDS)
async def test_who_follows_is_told_of_the_reply_once_and_reads_where_it_stands(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number = (await _post(world))["number"]
        assert [await _support(world, number, phone=PHONE) for _ in range(2)] == [202, 202]
        assert await _support(world, number, "203.0.113.10", openid=OPENID, phone=OTHER) == 202
        assert await _support(world, number, "203.0.113.11") == 202
        await world.until("2026-03-02T11:00")

        await world.answered(number)
        await world.until("2026-03-02T12:00")

        [by_sms] = _arrived(world, PHONE)
        assert f"您关注的帖子{number}已由" in by_sms["text"]
        assert f"{SITE}/posts/{number}" in by_sms["text"]
        [by_wechat] = _arrived(world, OPENID)
        assert (by_wechat["channel"], _arrived(world, OTHER)) == ("wechat", [])
        kinds = [fact.kind for fact in world.said("notices") if isinstance(fact, NoticeSent)]
        assert kinds.count("news-replied") == 2
        for name in ("posts", "notices"):
            said = repr(world.said(name))
            assert not any(contact in said for contact in (PHONE, OTHER, OPENID))


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_link_of_a_message_ends_the_news_of_this_post_and_forgets_the_contact(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt, other = await _post(world), await _post(world)
        number = receipt["number"]
        for each in (receipt, other):
            await _support(world, each["number"], phone=PHONE)
        await world.answered(number)
        await world.settle()
        [message] = _arrived(world, PHONE)
        link = re.search(rf"/stop/{number}/([0-9A-Z]+)", message["text"])
        assert link is not None

        body = {"number": number, "token": link[1]}
        assert (await world.intake.http.post("/v1/unsubscriptions", json=body)).status_code == 202
        await world.intake.citizen(receipt, "reopenings", {"reason": "还没好"})
        await world.answered(other["number"])
        await world.until("2026-03-02T12:00")

        assert [number in row["text"] for row in _arrived(world, PHONE)] == [True, False]
        told = [row["text"] for row in _arrived(world, "13700000000")]
        assert any(number in text and "回复" in text for text in told), "the author is told as before"


async def test_whoever_leaves_between_the_news_and_its_sending_is_not_told(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T21:00", tmp_path).open() as world:
        receipt = await _post(world)
        number = receipt["number"]
        await _support(world, number, phone=PHONE)
        await world.until("2026-03-02T22:30")
        await world.answered(number)
        await world.settle()
        assert _arrived(world, PHONE) == [], "it is night"
        [(_, follower)] = world.notices.followers.kept
        body = {"number": number, "token": world.intake.links.follower_token(number, follower)}
        await world.intake.http.post("/v1/unsubscriptions", json=body)

        await world.until("2026-03-03T09:00")

        assert _arrived(world, PHONE) == []


@pytest.mark.parametrize("limit", [0, 3])
async def test_text_messages_to_followers_cost_a_city_no_more_in_a_month_than_it_agreed_to(
    limit: int, tmp_path: Path
) -> None:
    """0: nothing was agreed. Who gave a mailbox, too, is told by that; authors are told as before."""
    async with World(3, "2026-03-02T09:00", tmp_path, followers_a_month=limit).open() as world:
        number = (await _post(world))["number"]
        for n in range(6):
            await _support(world, number, f"203.0.113.{n}", phone=f"1381234567{n}")
        await world.answered(number)
        await world.settle()

        told = [row for n in range(6) for row in _arrived(world, f"1381234567{n}")]
        assert len(told) == (limit or 6)
        full = [fact for fact in world.said("notices") if isinstance(fact, NoticeFailed)]
        assert [fact.reason for fact in full] == ["本月给关注者的短信已满"] * (6 - len(told))
        assert any("已经回复,请评价" in row["text"] for row in _arrived(world, "13700000000"))


@pytest.mark.medium
async def test_a_number_that_a_stranger_types_is_written_to_so_often_a_day_and_no_more(
    tmp_path: Path,
) -> None:
    limit = PROFILE.policy.notices.an_address_a_day
    async with World(2, "2026-03-02T09:00", tmp_path).open() as world:
        numbers = [(await _post(world))["number"] for _ in range(limit + 3)]
        for number in numbers:
            await _support(world, number, phone=PHONE)
        for number in numbers:
            await world.answered(number)
        await world.settle()

        assert len(_arrived(world, PHONE)) == limit
        spared = [fact.reason for fact in world.said("notices") if isinstance(fact, NoticeSuppressed)]
        assert spared.count("too-many") >= 3


@pytest.mark.medium
async def test_hundreds_of_followers_are_told_over_time_each_once_while_others_are_told_at_once(
    tmp_path: Path,
) -> None:
    async with World(3, "2026-03-02T10:00", tmp_path).open() as world:
        number = (await _post(world))["number"]
        phones = [f"1350000{n:04d}" for n in range(250)]
        for n, phone in enumerate(phones):
            await _support(world, number, f"10.0.{n // 200}.{n % 200}", phone=phone)
        await world.answered(number)
        at_once = [row for row in world.gateway.arrivals.since(0) if row["recipient"] in phones]
        assert len(at_once) == 100

        for minute in range(1, 4):
            await world.until(f"2026-03-02T10:0{minute}")

        assert [len(_arrived(world, phone)) for phone in phones] == [1] * len(phones)
