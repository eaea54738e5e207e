"""Digests through the whole walk: what is urgent goes at once, a lost answer is repeated under its id, a refusal loses nothing."""

from pathlib import Path
from typing import Any

from services.notifier.core.inboxes import Choice, Inbox
from tests.journeys.world import World

CLERKS = Inbox("housing", "clerk")


async def _hourly(world: World, channel: Any = "robot") -> None:
    await world.notices.inboxes.choose(CLERKS, Choice(channel, True), "zhang")


def _to_robot(world: World, unit: str) -> list[str]:
    rows = world.gateway.arrivals.since(0)
    return [row["text"] for row in rows if row["channel"] == "robot" and row["recipient"] == unit]


async def test_a_unit_reads_its_hour_in_one_message_and_what_is_urgent_at_once(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:05", tmp_path).open() as world:
        await _hourly(world)
        numbers = [(await world.intake.post(title=f"路灯不亮 {n}")).json()["number"] for n in range(3)]
        for number in numbers:
            await world.assigned_to(number, "housing")
        await world.act("clerk", numbers[0], "acceptance")
        draft = await world.act("clerk", numbers[0], "replies", {"text": "已修复。"})
        before = len(_to_robot(world, "housing"))
        await world.act("leader", numbers[0], f"replies/{draft['reply_id']}/return", {"remark": "写明日期"})

        at_once = _to_robot(world, "housing")
        assert "回复被退回修改" in at_once[-1], "it does not wait"
        assert len(at_once) == before + 1
        assert not any("新交办" in text or "转办" in text for text in at_once)
        await world.until("2026-03-02T11:01")

        [digest] = _to_robot(world, "housing")[before + 1 :]
        assert digest.startswith("11:00 汇总:共 3 件 ")
        assert all(digest.count(number) == 2 for number in numbers), "once as number and once in its link"
        of_staff = [row for row in world.notices.rows.values() if row.notice.department == "housing"]
        assert {row.state for row in of_staff} == {"sent"}
        assert set(world.gateway.arrivals.counts.values()) == {1}
        assert world.names("notices").count("NoticeSent") == len(
            [row for row in world.notices.rows.values() if row.state == "sent"]
        )


async def test_a_digest_whose_answer_was_lost_is_repeated_under_its_id_and_every_notice_knows(
    tmp_path: Path,
) -> None:
    async with World(2, "2026-03-02T10:05", tmp_path).open() as world:
        await _hourly(world)
        number = (await world.intake.post(title="路灯不亮")).json()["number"]
        await world.assigned_to(number, "housing")
        world.gateway.script.add("robot", 1, {"lose": True})
        await world.until("2026-03-02T11:01")
        assert "claimed" in {kept.state for kept in world.digests.digests.values()}
        world.digests.let_leases_run_out()

        await world.settle()

        [digest] = world.digests.digests
        assert world.gateway.arrivals.counts[digest] == 2
        members = [row for row in world.notices.rows.values() if row.digest == digest]
        assert members
        assert {(row.state, row.repeated) for row in members} == {("sent", True)}


async def test_a_channel_that_refuses_for_good_loses_nothing_the_units_robot_tells(tmp_path: Path) -> None:
    async with World(3, "2026-03-02T10:05", tmp_path).open() as world:
        await _hourly(world, "sms")  # whose address does not open any more
        number = (await world.intake.post(title="路灯不亮")).json()["number"]
        await world.assigned_to(number, "housing")
        await world.until("2026-03-02T11:01")

        [told] = [text for text in _to_robot(world, "housing") if number in text]
        assert told.startswith(("新交办", "转办"))
        of_staff = [row for row in world.notices.rows.values() if row.notice.audience == "clerk"]
        states = {
            (row.notice.channel, row.state, row.reason)
            for row in of_staff
            if row.notice.department == "housing"
        }
        assert states == {("sms", "failed", "no address"), ("robot", "sent", "")}
