"""A suggestion walks: answered, adopted, followed through; told to its author, counted, and read by everybody."""

from pathlib import Path

import pytest

from tests.journeys.world import World

SEEDS = range(8)


@pytest.mark.medium
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_suggestion_is_adopted_in_part_and_then_followed_through(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipts = [
            (await world.intake.post(kind="suggestion", contact={"phone": f"1381234567{n}"})).json()
            for n in range(3)
        ]
        for receipt in receipts:
            await world.assigned_to(receipt["number"], "housing")
            await world.act("clerk", receipt["number"], "acceptance")
            await world.answered(receipt["number"], "已列入研究。")
        first, second, third = (receipt["number"] for receipt in receipts)
        declined = {"outcome": "declined", "reason": "没有相应的资金。"}
        await world.act("leader", first, "adoption", declined)
        await world.act("leader", first, "adoption", {"outcome": "partly", "reason": "先改一条路。"})
        await world.act("leader", second, "adoption", declined)
        await world.until("2026-03-20T10:00")
        for text in ("路面已铺好。", "路灯已全部点亮。"):
            await world.act("clerk", first, "follow-throughs", {"text": text, "done_on": "2026-03-19"})

        city = (await world.league("2026-03"))["city"]
        assert [city[name] for name in ("adopted", "partly_adopted", "not_adopted")] == [0, 1, 1]
        assert (city["followed_through"], city["replied"], city["received"]) == (1, 3, 3)
        arrived = [row["text"] for row in world.gateway.arrivals.since(0) if "建议" in row["text"]]
        assert sum("部分采纳:先改一条路。" in text for text in arrived) == 1
        assert sum("未获" in text and "没有相应的资金。" in text for text in arrived) == 2
        assert sum("3月19日" in text and "路灯已全部点亮" in text for text in arrived) == 1
        told = [fact for fact in world.said("notices") if fact.kind == "to-follow-through"]  # type: ignore[attr-defined]
        assert {(fact.audience, fact.department) for fact in told} == {("clerk", "housing")}  # type: ignore[attr-defined]
        listed = (await world.intake.http.get("/v1/posts?kind=suggestion")).json()["posts"]
        fate = {post["number"]: post["adoption"] for post in listed}
        assert [done["text"] for done in fate[first]["follow_throughs"]] == [
            "路面已铺好。",
            "路灯已全部点亮。",
        ]
        assert fate[third] is None
        readers = (world.assignments, world.timers, world.figures, world.notifications)
        assert not any(store.waiting for store in readers), "who does not mind passes on"
