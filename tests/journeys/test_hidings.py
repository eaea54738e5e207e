"""A post that was hidden by mistake: its author reads why, appeals, and everything about it goes on; under many seeds of the bus."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import World
from tests.services.intake.door import Intake

SEEDS = range(6)
PHONE, NEIGHBOUR = "13812345678", "13912345678"
TEXT = "泗阳县李口镇到县城的6路公交车从上个月底停了,老人去县医院看病要走四里路才能坐上别的车。"


def _read(world: World, who: str) -> list[str]:
    """What somebody has read by now, without links: a telephone number, or a unit."""
    texts = [row["text"] for row in world.gateway.arrivals.since(0) if row["recipient"] == who]
    return [(json.loads(text)["text"] if text.startswith("{") else text).split(" http")[0] for text in texts]


async def _moderate(world: World, number: str, action: str, reason: str) -> None:
    await world.act(
        "supervisor", number, "moderation", {"action": action, "reason": reason}, unit="supervision"
    )
    await world.settle()


async def _follows(intake: Intake, number: str) -> None:
    async with intake.from_address("203.0.113.9") as neighbour:
        path = f"/v1/posts/{number}/supports"
        await neighbour.post(path, json={"phone": NEIGHBOUR}, headers=intake.key())


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_restored_post_is_answered_within_the_time_that_was_left_and_counts_as_any_other(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt: dict[str, Any] = (
            await world.intake.post(title="公交停运", text=TEXT, contact={"phone": PHONE})
        ).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        await _follows(world.intake, number)
        await world.until("2026-03-03T10:00")
        await _moderate(world, number, "hide", "疑似广告")
        assert world.posts.alike(TEXT, 5) == []

        await world.until("2026-03-10T10:00")
        assert (
            await world.intake.citizen(receipt, "appeal", {"reason": "说的是公交,不是广告"})
        ).status_code == 202
        await _moderate(world, number, "restore", "误判")

        own = await world.intake.own(receipt)
        assert (own["status"], own["due"][:10]) == ("accepted", "2026-03-12"), (
            "the twenty hours that were left"
        )
        await world.answered(number)
        await world.until("2026-03-13T10:00")
        assert (await world.intake.own(receipt))["status"] == "replied"
        author = _read(world, PHONE)
        for words in ("未予公开:疑似广告", "已恢复办理:误判", "期限调整为3月12日", "请评价"):
            assert sum(words in text for text in author) == 1, words
        told = _read(world, NEIGHBOUR)
        assert [text.removeprefix(f"您关注的帖子{number}") for text in told][:2] == [
            "不再公开,也不再办理",
            "恢复公开和办理",
        ]
        assert sum("已由" in text for text in told) == 1
        assert any("请复核" in text and number in text for text in _read(world, "supervision"))
        assert any("帖子恢复办理" in text for text in _read(world, "housing"))
        assert not any("超期" in text for text in _read(world, "housing")), "nobody worked on it meanwhile"
        assert [row.number for _, row in world.posts.alike(TEXT, 5)] == [number]
        city = (await world.league("2026-03"))["city"]
        assert (city["received"], city["replied"], city["on_time_rate"]) == (1, 1, 1.0)


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_author_whose_appeal_is_not_granted_is_told_why(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post(contact={"phone": PHONE})).json()
        number = receipt["number"]
        await _moderate(world, number, "hide", "广告")
        await world.intake.citizen(receipt, "appeal", {"reason": "请再看"})
        await _moderate(world, number, "uphold", "文中有商家电话")
        await world.until("2026-03-02T12:00")

        assert any("维持原处理:文中有商家电话" in text for text in _read(world, PHONE))
        assert (await world.intake.own(receipt))["status"] == "hidden"


async def test_the_days_in_which_an_answered_post_was_hidden_are_not_its_author_s_days_to_grade_and_reopen(
    tmp_path: Path,
) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        hidden, graded, plain = [
            (await world.intake.post(title=f"电梯坏了 {n}", contact={"phone": PHONE})).json()
            for n in range(3)
        ]
        for receipt in (hidden, graded, plain):
            await world.assigned_to(receipt["number"], "housing")
            await world.act("clerk", receipt["number"], "acceptance")
            await world.answered(receipt["number"])
        await world.until("2026-03-04T10:00")
        for receipt in (hidden, graded):
            await _moderate(world, receipt["number"], "hide", "疑似广告")
        await world.until("2026-03-24T10:00")
        for receipt in (hidden, graded):
            await _moderate(world, receipt["number"], "restore", "误判")

        await world.until("2026-04-04T10:00")
        reason = {"reason": "还是坏的"}
        assert (await world.intake.citizen(plain, "reopenings", reason)).status_code == 409
        assert (await world.intake.citizen(graded, "ratings", {"grade": 2})).status_code == 202
        await world.until("2026-04-06T09:00")
        assert (await world.intake.citizen(graded, "reopenings", reason)).status_code == 202
        assert (await world.intake.citizen(hidden, "ratings", {"grade": 2})).status_code == 409, (
            "14 days and 20"
        )
        await world.until("2026-04-06T11:00")
        assert (await world.intake.citizen(hidden, "reopenings", reason)).status_code == 409, "15 days and 20"
