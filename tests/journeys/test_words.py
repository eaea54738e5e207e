"""Every word arrives: what somebody says reaches the one it is meant for, under many seeds of the bus."""

import re
from pathlib import Path

import pytest

from tests.journeys.world import World
from tests.services.intake.door import PROFILE

SEEDS = range(6)


def _read(world: World, who: str) -> list[str]:
    """What somebody has read by now: a phone number, or a unit."""
    lines: list[str] = []
    for row in world.gateway.arrivals.since(0):
        if row["recipient"] == who:
            lines += row["text"].splitlines()
    return lines


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_author_hears_of_hold_and_release_and_the_unit_of_follow_up_and_withdrawal(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (
            await world.intake.post(
                title="邻居天天吵",
                text="楼上装修天天吵到半夜,再不管我就跳楼。",
                contact={"phone": "13812345678"},
            )
        ).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        body = {"action": "release", "reason": "已电话联系本人"}
        await world.act("supervisor", number, "moderation", body, unit="supervision")
        assert (
            await world.intake.citizen(receipt, "follow-ups", {"text": "昨晚又吵了。"})
        ).status_code == 202
        await world.settle()
        assert (await world.intake.citizen(receipt, "withdrawal")).status_code == 202
        await world.settle()

        author, unit = _read(world, "13812345678"), _read(world, "housing")
        assert any("暂不公开" in text and number in text for text in author)
        assert any("已通过审核" in text for text in author)
        assert any("待审核" in text for text in _read(world, "supervision"))
        assert [text.split()[0] for text in unit if "网民" in text] == ["网民追问", "网民已撤回,停止办理"]
        assert set(world.gateway.arrivals.counts.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_clerk_hears_how_an_extension_was_decided_and_when_a_pause_is_over(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post(contact={"phone": "13812345678"})).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        wanted = {"reason": "等备件", "new_date": "2026-03-09", "progress": "已勘察"}
        first = await world.act("clerk", number, "extensions", wanted)
        await world.act(
            "leader", number, f"extensions/{first['extension_id']}/refusal", {"remark": "理由不足"}
        )
        second = await world.act("clerk", number, "extensions", wanted)
        await world.act("leader", number, f"extensions/{second['extension_id']}/approval")
        await world.act("clerk", number, "questions", {"text": "哪一侧的路灯?"})
        await world.until("2026-03-12T18:30")

        unit = _read(world, "housing")
        assert any("延期未获批准" in text and "理由不足" in text for text in unit)
        assert any("延期已批准" in text and "3月9日" in text for text in unit)
        assert any("等待补充结束" in text for text in unit)
        assert any("恢复计时" in text and number in text for text in _read(world, "13812345678"))


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_unit_in_dispute_is_called_to_the_meeting(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        number = (await world.intake.post()).json()["number"]
        await world.assigned_to(number, "housing")
        duty = {item.department: item.code for item in PROFILE.duties}
        await world.act("clerk", number, "returns", {"duty_item": duty["transport"], "reason": "属公路"})
        back = {"duty_item": duty["housing"], "reason": "属小区"}
        await world.act("clerk", number, "returns", back, unit="transport")

        for unit in ("housing", "transport"):
            assert any("请参加交办会" in text and number in text for text in _read(world, unit))
        assert any("请召开交办会" in text for text in _read(world, "supervision"))
        assert any("已转" in text and number in text for text in _read(world, "housing")), "the way it went"
        await world.until("2026-03-02T18:00")
        assert not any("逾期未裁定" in text for text in _read(world, "supervision"))

        await world.until("2026-03-04T09:00")

        assert sum("交办会逾期未裁定" in text for text in _read(world, "supervision")) == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_author_is_told_when_and_as_they_chose_until_they_follow_the_link_that_ends_it(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        quiet, wakeful = [
            (await world.intake.post(contact={"phone": phone})).json()
            for phone in ("13812345678", "13912345678")
        ]
        wanted = {"channel": "sms", "at_night": True}
        assert (await world.intake.citizen(wakeful, "preference", wanted)).status_code == 202
        for receipt in (quiet, wakeful):
            await world.assigned_to(receipt["number"], "housing")
        await world.until("2026-03-02T23:00")
        for receipt in (quiet, wakeful):
            await world.act("clerk", receipt["number"], "acceptance")
            await world.act("clerk", receipt["number"], "questions", {"text": "哪一侧?"})

        def asked(phone: str) -> list[str]:
            return [text for text in _read(world, phone) if "需要补充" in text]

        assert (len(asked("13812345678")), len(asked("13912345678"))) == (0, 1)
        link = re.search(r"/stop/([A-Z0-9-]+)/([0-9A-Z]{16})\b", asked("13912345678")[0])
        assert link is not None
        body = {"number": link[1], "token": link[2]}
        # By two clicks; and the other author gives up while the notice waits for the morning.
        for _ in range(2):
            assert (await world.intake.http.post("/v1/unsubscriptions", json=body)).status_code == 202
        await world.intake.citizen(quiet, "preference", {"channel": "none"})
        await world.until("2026-03-03T09:00")
        for receipt in (quiet, wakeful):
            await world.intake.citizen(receipt, "answers", {"text": "北侧。"})
            await world.settle()
            await world.answered(receipt["number"])

        assert (len(asked("13812345678")), len(asked("13912345678"))) == (0, 1)
        for phone in ("13812345678", "13912345678"):
            assert not any("已经回复" in text for text in _read(world, phone))
        suppressed = [fact for fact in world.said("notices") if getattr(fact, "reason", "") == "unsubscribed"]
        assert {fact.kind for fact in suppressed} >= {"asked", "resumed", "replied"}  # type: ignore[attr-defined]
        assert set(world.gateway.arrivals.counts.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
async def test_who_chooses_the_night_while_a_question_waits_for_the_morning_is_asked_at_once(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        contact = {"phone": "13812345678"}
        receipts = [(await world.intake.post(contact=contact)).json() for _ in range(2)]
        for receipt in receipts:
            await world.assigned_to(receipt["number"], "housing")
        await world.until("2026-03-02T23:00")
        for receipt in receipts:
            await world.act("clerk", receipt["number"], "acceptance")
            await world.act("clerk", receipt["number"], "questions", {"text": "哪一侧?"})
        wakeful, quiet = (receipt["number"] for receipt in receipts)

        def asked(number: str) -> int:
            return sum("需要补充" in text and number in text for text in _read(world, "13812345678"))

        assert (asked(wakeful), asked(quiet)) == (0, 0)
        wanted = {"channel": "sms", "at_night": True}
        assert (await world.intake.citizen(receipts[0], "preference", wanted)).status_code == 202
        await world.until("2026-03-02T23:30")
        assert (asked(wakeful), asked(quiet)) == (1, 0)

        await world.until("2026-03-03T09:00")

        assert (asked(wakeful), asked(quiet)) == (1, 1)
