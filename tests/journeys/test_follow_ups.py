"""Follow-ups walk: the unit is told, answers by itself or with its reply; the author is told once, and it is measured."""

from pathlib import Path

import pytest

from contracts.replies import FollowUpAnswered
from tests.journeys.world import World

SEEDS = range(8)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_follow_up_is_answered_told_and_measured(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post(contact={"phone": "13812345678"})).json()
        number = receipt["number"]
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        await world.intake.citizen(receipt, "follow-ups", {"text": "昨晚又吵了。"})
        await world.until("2026-03-02T11:00")
        await world.answered(number, "已要求停工。")
        await world.intake.citizen(receipt, "follow-ups", {"text": "今晚还在施工。"})
        await world.until("2026-03-02T14:00")
        second = (await world.intake.own(receipt))["follow_ups"][1]
        await world.act("clerk", number, f"follow-ups/{second['id']}/answer", {"text": "今晚现场查处。"})
        await world.settle()

        said = [fact for fact in world.said("replies") if isinstance(fact, FollowUpAnswered)]
        assert [(bool(fact.reply), fact.text) for fact in said] == [(True, ""), (False, "今晚现场查处。")]
        arrived = [row["text"] for row in world.gateway.arrivals.since(0) if number in row["text"]]
        assert sum("追问" in text and "今晚现场查处。" in text for text in arrived) == 1
        told = [fact for fact in world.said("notices") if fact.kind == "followed-up"]  # type: ignore[attr-defined]
        assert {(fact.audience, fact.department) for fact in told} == {("clerk", "housing")}  # type: ignore[attr-defined]
        city = (await world.league("2026-03"))["city"]
        assert (city["follow_ups"], city["follow_ups_answered"]) == (2, 2)
        assert 0.5 <= city["follow_up_hours"] <= 3.5
