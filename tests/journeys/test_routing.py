"""A post finds its unit: models that change under way, disputes, and matters many people ask about."""

import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from contracts.posts import PostReceived
from services.router.core.assigning.routing import Routing
from tests.journeys.world import World
from tests.places import STREETS
from tests.services.intake.door import PROFILE
from wenzheng.training import Row, fit

SEEDS = range(12)
MATTERS = {
    "transport": "{}路公交车停运,路口红绿灯坏了,没有车坐",
    "housing": "{}花园物业不修电梯,业主维修基金被挪用",
    "education": "{}小学老师有偿补课,学区划分不合理",
}


def model(*swapped: str) -> bytes:
    """A model of three units; with two names given, one that takes each for the other."""
    labels = dict(zip(swapped, reversed(swapped)))
    return fit(
        [
            Row("", text.format(street), labels.get(unit, unit))
            for unit, text in MATTERS.items()
            for street in STREETS
        ],
        seed=1,
    )


async def activate(world: World, data: bytes) -> None:
    """As `wenzheng model activate` does: stored by router, said by intake."""
    body: dict[str, Any] = {"version": "", "checksum": "", "threshold": 0.5}
    if data:
        kept = await world.models.keep(data, "operator-1")
        body = {"version": kept.version, "checksum": sha256(data).hexdigest(), "threshold": kept.threshold}
    response = await world.intake.staff("operator", "supervision", "city/model", body)
    assert response.status_code == 202, response.text


@pytest.mark.medium
@pytest.mark.parametrize("seed", SEEDS)
async def test_every_decision_can_be_made_again_across_changes_of_the_model(
    seed: int, tmp_path: Path
) -> None:
    pytest.importorskip("sklearn")
    lots = random.Random(seed)
    first, second = model(), model("transport", "housing")
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        for data in (first, second, b"", first):
            for _ in range(4):
                text = lots.choice(list(MATTERS.values())).format(lots.choice(STREETS))
                assert (await world.intake.post(title="问", text=text)).status_code == 202
            if lots.random() < 0.5:
                await world.settle()
            await activate(world, data)
        await world.settle()

        posts = {
            event.subject: event.fact
            for event in world.bus.log.events("posts")
            if isinstance(event.fact, PostReceived)
        }
        models = {world.models.loaded[key].version: key for key in world.models.loaded} | {"": ""}
        decided = {}
        for event in world.bus.log.events("assignments"):
            fact: Any = event.fact
            routing = Routing(PROFILE, world.models.loaded, models[fact.model_version])
            again = routing.choose(posts[event.subject])
            assert routing.rule_version == fact.rule_version
            assert again.department == getattr(fact, "department", "")
            assert again.candidates == getattr(fact, "candidates", again.candidates)
            decided[event.subject] = fact.model_version
        assert set(decided) == set(posts)
        assert not world.assignments.waiting


async def test_a_model_that_was_never_stored_is_parked_and_the_old_one_goes_on(tmp_path: Path) -> None:
    async with World(3, "2026-03-02T10:00", tmp_path).open() as world:
        body = {"version": "none", "checksum": "0" * 64, "threshold": 0.5}
        assert (await world.intake.staff("operator", "supervision", "city/model", body)).status_code == 202
        await world.settle()
        assert (await world.intake.post(text="公交车停运,没有车坐")).status_code == 202
        await world.settle()

        assert {row.topic for row in world.assignments.waiting.values() if row.parked} == {"city"}
        assert len(world.said("assignments")) == 1


@pytest.mark.parametrize("seed", SEEDS)
async def test_units_that_disagree_end_with_a_meeting_and_its_parts(seed: int, tmp_path: Path) -> None:
    duty = {duty.department: duty.code for duty in PROFILE.duties}
    lots = random.Random(seed)
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipt = (await world.intake.post()).json()
        number = receipt["number"]
        await world.settle()
        guessed = (await world.intake.own(receipt))["department"]
        units = {"housing", "transport", "water", "education"} - {guessed}
        first, second, third = lots.sample(sorted(units), 3)
        await world.assigned_to(number, first)
        body = {"duty_item": duty[second], "reason": "职责清单另有单位"}
        await world.act("clerk", number, "returns", body, unit=first)
        body["duty_item"] = duty[lots.choice((first, third))]
        await world.act("clerk", number, "returns", body, unit=second)

        assert world.names("assignments").count("MeetingCalled") == 1
        late = await world.intake.staff("clerk", second, f"cases/{number}/returns", body)
        assert late.status_code == 409
        ruling = {
            "lead": third,
            "assisting": [first],
            "reason": "会议明确",
            "parts": {first: "现场配合,电话13812345678"},
        }
        await world.act("supervisor", number, "ruling", ruling, unit="supervision")

        seen = (await world.intake.staff_get("clerk", first, f"cases/{number}")).json()
        assert (seen["department"], seen["assisting"]) == (third, [first])
        assert seen["parts"] == {first: "现场配合,电话***********"}
        hops = [f.cause for f in world.said("assignments") if type(f).__name__ == "PostReassigned"]  # type: ignore[attr-defined]
        assert hops.count("return") <= 1
        await world.act("clerk", number, "acceptance", unit=third)
        await world.answered_by(third, number)
        assert (await world.intake.own(receipt))["status"] == "replied"


@pytest.mark.parametrize("seed", range(4))
async def test_a_matter_many_ask_about_is_told_to_the_supervisor_once(seed: int, tmp_path: Path) -> None:
    lots = random.Random(seed)
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        texts = [f"桑墟镇12路公交车停运了,第{n}个邻居来问,什么时候恢复12路公交?" for n in range(7)]
        texts += [f"{street}路的路灯坏了,晚上很黑。" for street in STREETS[:5]]
        lots.shuffle(texts)
        for text in texts:
            assert (await world.intake.post(title="问", text=text)).status_code == 202
        await world.settle()
        await world.settle()

        found = world.said("groups")
        assert [type(fact).__name__ for fact in found].count("TopicFound") >= 1
        bus = [fact for fact in found if "桑墟" in fact.why]  # type: ignore[attr-defined]
        assert len(bus) == 1
        told = [row["text"] for row in world.gateway.arrivals.since(0) if "热点" in row["text"]]
        assert sum("桑墟" in text for text in told) == 1


@pytest.mark.parametrize("seed", range(6))
async def test_grouping_keeps_the_people(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        receipts = [
            (await world.intake.post(title=f"第{n}户", contact={"phone": f"1381234567{n}"})).json()
            for n in range(3)
        ]
        numbers = [receipt["number"] for receipt in receipts]
        for number in numbers:
            await world.assigned_to(number, "housing")
        group = await world.intake.staff(
            "supervisor", "supervision", "groups", {"numbers": numbers, "lead": numbers[0]}
        )
        await world.settle()
        await world.act("clerk", numbers[0], "acceptance")
        await world.answered(numbers[0])

        told = [fact for fact in world.said("notices") if fact.audience == "citizen"]  # type: ignore[attr-defined]
        assert sum(fact.kind == "grouped" for fact in told) == 3  # type: ignore[attr-defined]
        assert sum(fact.kind == "replied" for fact in told) == 3  # type: ignore[attr-defined]
        assert (await world.intake.citizen(receipts[1], "reopenings", {"reason": "没好"})).status_code == 202
        await world.settle()
        assert [(await world.intake.own(receipt))["status"] for receipt in receipts] == [
            "replied",
            "reopened",
            "replied",
        ]
        headers = (await world.intake.staff_get("supervisor", "supervision", "cases")).request.headers
        left = await world.intake.http.delete(
            f"/v1/groups/{group.json()['group']}/members/{numbers[2]}",
            headers={"Authorization": headers["authorization"]},
        )
        assert left.status_code == 202
        await world.settle()
        assert (await world.intake.own(receipts[2]))["replies"] == []
        assert any(fact.kind == "ungrouped" for fact in world.said("notices"))  # type: ignore[attr-defined]


async def test_who_went_over_to_another_group_is_not_answered_by_the_old_lead(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        receipts = [(await world.intake.post(title=f"第{n}户")).json() for n in range(4)]
        first, second, gone, other = (receipt["number"] for receipt in receipts)
        for number in (first, second, gone, other):
            await world.assigned_to(number, "housing")
        groups = []
        for lead, members in ((first, [first, second, gone]), (other, [other, gone])):
            if groups:
                token = (await world.intake.staff_get("supervisor", "supervision", "cases")).request.headers
                left = await world.intake.http.delete(
                    f"/v1/groups/{groups[0]}/members/{gone}",
                    headers={"Authorization": token["authorization"]},
                )
                assert left.status_code == 202
            body = {"numbers": members, "lead": lead}
            joined = await world.intake.staff("supervisor", "supervision", "groups", body)
            assert joined.status_code == 202, joined.text
            groups.append(joined.json()["group"])
            await world.settle()
        await world.act("clerk", first, "acceptance")
        await world.answered(first)

        statuses = [(await world.intake.own(receipt))["status"] for receipt in receipts]
        assert statuses[:2] == ["replied", "replied"]
        assert "replied" not in statuses[2:]
