"""A letter to a city leader walks: routed to a unit, on the leader's desk, signed, and answered in that name."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import World
from tests.services.intake.door import PROFILE

SEEDS = range(8)
MAYOR = PROFILE.leaders[0]


def _told(world: World, text: str) -> list[str]:
    return [row["text"] for row in world.gateway.arrivals.since(0) if text in row["text"]]


async def _sign(world: World, number: str, reply: str, path: str, body: dict[str, Any] | None = None) -> None:
    await world.act("mayor", number, f"replies/{reply}/{path}", body, unit="government-office")


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_letter_is_answered_in_the_leader_s_name_after_unit_and_leader_approved(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        letter = {"kind": "mailbox", "addressee": MAYOR.code, "contact": {"phone": "13812345678"}}
        receipt = (await world.intake.post(**letter)).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        instruction = {"text": "请本周办结。", "published": True}
        await world.act("mayor", number, "instructions", instruction, unit="government-office")
        draft = await world.act("clerk", number, "replies", {"text": "尽快。"})
        await world.act("leader", number, f"replies/{draft['reply_id']}/approval")
        assert "ReplyPublished" not in world.names("replies"), "nobody has signed it"
        await _sign(world, number, draft["reply_id"], "signature-return", {"remark": "写明日期。"})
        again = await world.act("clerk", number, "replies", {"text": "3月6日完工。"})
        await world.act("leader", number, f"replies/{again['reply_id']}/approval")
        await world.until("2026-03-04T10:00")
        await _sign(world, number, again["reply_id"], "signature")

        [published] = [fact for fact in world.said("replies") if type(fact).__name__ == "ReplyPublished"]
        assert (published.in_name_of, published.department) == (MAYOR.code, "housing")  # type: ignore[attr-defined]
        own = await world.intake.own(receipt)
        assert (own["status"], own["replies"][0]["in_name_of"]) == ("replied", MAYOR.name)
        assert [one["text"] for one in own["instructions"]] == ["请本周办结。"]
        assert len(_told(world, "领导信箱来信")) == 1
        assert len(_told(world, "回复待签发")) == 2
        assert len(_told(world, "有领导批示:请本周办结。")) == 1
        assert len(_told(world, "写明日期。")) == 1, "the clerk reads why"
        city = (await world.league("2026-03"))["city"]
        assert (city["replied"], city["on_time"]) == (1, 1)
        stopped = [fact for fact in world.said("deadlines") if type(fact).__name__ == "ClockStopped"]
        held = {one.holder for fact in stopped for one in fact.held}  # type: ignore[attr-defined]
        assert "housing" in held, "while it waits for the signature the unit holds it"


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_one_matter_with_a_letter_is_answered_when_the_letter_is_signed(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        letter = (await world.intake.post(kind="mailbox", addressee=MAYOR.code)).json()["number"]
        other = (await world.intake.post()).json()["number"]
        for number in (letter, other):
            await world.assigned_to(number, "housing")
        grouped = {"numbers": [letter, other], "lead": letter}
        await world.intake.staff("supervisor", "supervision", "groups", grouped)
        await world.act("clerk", letter, "acceptance")
        draft = await world.act("clerk", letter, "replies", {"text": "已修复。"})
        await world.act("leader", letter, f"replies/{draft['reply_id']}/approval")
        assert "ReplyPublished" not in world.names("replies")
        await _sign(world, letter, draft["reply_id"], "signature")

        published = [fact for fact in world.said("replies") if type(fact).__name__ == "ReplyPublished"]
        assert sorted(fact.in_name_of for fact in published) == ["", MAYOR.code]  # type: ignore[attr-defined]
        city = (await world.league("2026-03"))["city"]
        assert (city["replied"], city["open"]) == (2, 0)
