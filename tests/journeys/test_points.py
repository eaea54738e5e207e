"""Where exactly it is goes from its author to the unit that holds the post, and to nobody else: not to topics, notices, figures or any memory."""

from pathlib import Path

import pytest

from tests.journeys.world import World

SEEDS = range(6)
HOME = {"longitude": 118.275162, "latitude": 33.963008, "datum": "wgs84", "street_address": "十二号院三栋"}
SIGNS = ("118.275", "33.963", "十二号院三栋", "longitude", "street_address")


def _remembered(world: World) -> bytes:
    """All that any service keeps, and all that was said and sent."""
    memories = (
        world.intake.store,
        world.assignments,
        world.talk,
        world.timers,
        world.figures,
        world.notifications,
    )
    states = [row[2] for memory in memories for row in memory.subject.values()]
    records = [record.value or b"" for part in world.bus.log.records.values() for record in part]
    arrived = repr(world.gateway.arrivals.since(0)).encode()
    return b"\n".join([*states, *records, arrived, repr(list(world.notices.rows.values())).encode()])


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_unit_that_holds_a_post_finds_the_place_and_nobody_else_learns_of_it(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        text = "幸福路的路灯坏了一周,晚上漆黑一片,接孩子很不安全。"
        posted = {"text": text, "place": "幸福路", "contact": {"phone": "13812345678"}, "point": HOME}
        receipts = [(await world.intake.post(**posted)).json() for _ in range(6)]
        first = receipts[0]
        number = first["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        await world.answered(number)

        assert world.names("groups"), "a topic was made of them"
        clerk = (await world.intake.staff_get("clerk", "housing", f"cases/{number}")).json()
        assert clerk["point"] == HOME == (await world.intake.own(first))["point"]
        assert [role for _, _, role, _ in world.intake.read_log.reads] == ["clerk", "author"]
        for path in (f"posts/{number}", "posts", "posts?q=十二号院三栋"):
            public = await world.intake.http.get(f"/v1/{path}")
            assert not [sign for sign in SIGNS if sign in public.text]

        async with world.stats_office() as http:
            opened = await http.get("/open/cases-2026.csv")
        assert opened.status_code == 200
        told = _remembered(world) + opened.content
        assert not [sign for sign in SIGNS if sign.encode() in told]

        await world.intake.citizen(first, "erasure")
        await world.settle()
        clerk = (await world.intake.staff_get("clerk", "housing", f"cases/{number}")).json()
        assert clerk["point"] is None
