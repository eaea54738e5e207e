"""What a unit comes to: reckoned by hand, ranked, tried with other weights, and shown to whom it concerns."""

from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from city.periodic import Assessment
from contracts.city_facts import PolicyChanged
from contracts.replies import ReplySentBack
from services.stats.accountability import store
from services.stats.core.accountability.record import Finding, Record, Ruling
from services.stats.core.assessment import NAMES, Score, ranks, score
from services.stats.core.figures import row
from tests.journeys.staff import bearer
from tests.journeys.test_accountability import Room
from tests.journeys.world import World
from tests.services.stats.test_cases import ANSWERED, HOUR, of_unit
from tests.services.stats.test_core import PROFILE, WHEN, at

RULES: Final = Assessment()
FIGURES: Final = {
    "received": 40,
    "replied": 40,
    "on_time": 36,
    "rated": 20,
    "satisfied": 18,
    "solved_told": 10,
    "solved": 7,
    "broken": 2,
    "reopened": 4,
    "quality:sent_back": 2,
}


def got(found: Score) -> dict[str, float | None]:
    return {part.code: part.got for part in found.parts}


def test_every_part_is_reckoned_as_one_would_by_hand() -> None:
    found = score(FIGURES, {"talk": 1, "reminder": 2}, RULES)

    assert got(found) == {
        "on_time": 27.0,  # 36 / 40 × 30
        "reply": 15.0,
        "solved": 10.5,  # 7 / 10 × 15
        "satisfaction": 13.5,  # 18 / 20 × 15
        "promises": 0.0,  # 5 in a hundred, one point each: none of the five are left
        "reopened": 0.0,  # 10 in a hundred, half a point each
        "sent_back": 4.0,  # 5 in a hundred, a fifth of a point each
        "accountability": 5.0,  # 10 - 3 - 2
        "review": None,  # nobody was asked
    }
    assert found.score == 75.0
    workings = {part.code: part.working for part in found.parts}
    assert workings["on_time"] == "36 / 40 × 30"
    assert workings["promises"] == "5 - 2 / 40 × 100 × 1,扣完为止"
    assert workings["accountability"] == "10 - 口头提醒 2 × 1 - 约谈 1 × 3"


def test_a_date_that_a_reply_named_and_nobody_kept_costs_what_a_date_of_an_extension_costs() -> None:
    of_replies = FIGURES | {"received": 100, "broken": 1, "promises_broken": 2}

    found = score(of_replies, {}, RULES)

    assert got(found)["promises"] == 2.0
    assert {part.code: part.working for part in found.parts}["promises"] == "5 - 3 / 100 × 100 × 1"


def test_a_finding_without_a_measure_costs_nothing_and_is_not_named() -> None:
    [part] = [part for part in score(FIGURES, {"": 3}, RULES).parts if part.code == "accountability"]

    assert (part.got, part.working) == (10.0, "10")


def test_what_too_few_have_said_counts_in_no_sum() -> None:
    few = FIGURES | {"rated": 4, "satisfied": 0, "solved_told": 0, "solved": 0}

    found = score(few, {}, RULES)

    assert (got(found)["satisfaction"], got(found)["solved"]) == (None, None)
    assert found.score == round(100 * (27 + 15 + 0 + 0 + 4 + 10) / 70, 2)
    assert "不足 5 件,不计" in {part.code: part.working for part in found.parts}["satisfaction"]


def test_a_unit_of_which_nothing_is_known_has_no_score() -> None:
    assert score({}, {"talk": 1}, RULES).score is None


def test_the_best_without_a_fault_has_a_hundred_and_nobody_has_less_than_nothing() -> None:
    best = dict.fromkeys(
        ("received", "replied", "on_time", "rated", "satisfied", "solved_told", "solved"), 10
    )
    worst = {"received": 10, "overdue": 10, "broken": 30, "rated": 10, "solved_told": 10}

    assert score(best, {}, RULES).score == 100.0
    assert score(worst, {"referral": 5}, RULES).score == 0.0


def test_equal_scores_share_a_place_and_units_with_few_posts_have_none() -> None:
    units = [
        ("a", 20, 90.0),
        ("b", 20, 95.0),
        ("c", 9, 100.0),
        ("d", 20, 90.0),
        ("e", 20, 80.0),
        ("f", 20, None),
    ]

    assert ranks(units, 10) == {"b": 1, "a": 2, "d": 2, "e": 4}


def test_a_draft_that_was_sent_back_counts_for_its_unit_and_in_no_bulletin() -> None:
    back = ReplySentBack(at=WHEN + HOUR, reply="r1", remark="重写", department="water", by="leader-1")

    counted = of_unit("water", *ANSWERED, back)

    assert counted["quality:sent_back"] == 1
    assert row(counted)["sent_back"] == 1


def test_a_measure_counts_in_the_period_of_its_finding_as_it_stands_after_the_appeal() -> None:
    found_at = at("2026-03-02T10:00")
    finding = Finding(True, "属实", found_at, "s", "talk")
    stands = Record("a", "found", department="water", finding=finding)
    lighter = replace(
        stands, id="b", ruling=Ruling("lightened", "减轻", at("2027-01-05T10:00"), "s2", "reminder")
    )
    revoked = replace(stands, id="c", ruling=Ruling("revoked", "撤销", at("2026-04-05T10:00"), "s2"))
    later = replace(stands, id="d", finding=replace(finding, at=at("2027-01-01T00:00")))

    year = at("2026-01-01T00:00"), at("2027-01-01T00:00")
    records = [stands, lighter, revoked, later]
    counted = store.counted(records, *year, at("2027-01-05T10:00"))
    before_the_ruling = store.counted(records, *year, at("2027-01-04T10:00"))

    assert counted == {"water": {"talk": 1, "reminder": 1}}
    assert before_the_ruling == {"water": {"talk": 2}}


def test_weights_are_amended_like_any_rule_and_cannot_all_be_nothing() -> None:
    amended = PROFILE.amended(PolicyChanged(at=WHEN, part={"assessment": {"on_time": 40}}))
    nothing = {"on_time": 0, "reply": 0, "solved": 0, "satisfaction": 0}
    refused = PROFILE.amended(PolicyChanged(at=WHEN, part={"assessment": nothing}))

    assert amended.policy.assessment.on_time == 40
    assert amended.policy.version != PROFILE.policy.version
    assert refused.policy == PROFILE.policy


async def answered(world: World, posts: int = 3) -> None:
    """Posts that housing answers in time and whose authors are content but for one, who says that nothing is solved."""
    for n in range(posts):
        receipt = (await world.intake.post(title=f"电梯坏了 {n}")).json()
        await world.assigned_to(receipt["number"], "housing")
        await world.act("clerk", receipt["number"], "acceptance")
        await world.answered(receipt["number"])
        body = {"grade": 5, "solved": "no" if n == 0 else "yes"}
        assert (await world.intake.citizen(receipt, "ratings", body)).status_code == 202
    await world.settle()


async def test_the_office_sees_all_tries_other_weights_and_a_unit_sees_its_own(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        few = {"assessment": {"least_received": 3, "least_answers": 3}}
        world.score_city = PROFILE.amended(PolicyChanged(at=WHEN, part=few))
        async with world.stats_office() as http:
            await answered(world)
            room = Room(http)
            opening = {"department": "housing", "cases": ["SQ260302-000001"], "text": "敷衍。"}
            opened = await room.does("supervisor", "supervision", "", opening)
            await room.does("leader", "housing", f"/{opened['id']}/statement", {"text": "已改正。"})
            finding = {"responsible": True, "text": "属实。", "measure": "talk"}
            await room.does("supervisor", "supervision", f"/{opened['id']}/finding", finding)

            async def read(role: str, unit: str = "housing", query: str = "") -> tuple[int, Any]:
                headers = bearer(role, unit, role) if role else {}
                answer = await http.get(f"/v1/assessment{query}", headers=headers)
                return answer.status_code, answer.json()

            table = (await read("supervisor", "supervision"))[1]
            assert (table["period"], table["ranked"], len(table["departments"])) == (
                "2026",
                1,
                len(PROFILE.departments),
            )
            first = table["departments"][0]
            assert (first["code"], first["rank"], first["before"]) == ("housing", 1, None)
            parts = {part["code"]: part["got"] for part in first["parts"]}
            assert (parts["solved"], parts["satisfaction"], parts["accountability"]) == (10.0, 15.0, 7.0)
            assert [part["code"] for part in first["parts"]] == list(NAMES)
            assert first["score"] == 92.0

            query = "?period=2026-03&weights=solved:0,talk:0"
            tried = (await read("supervisor", "supervision", query))[1]["departments"][0]
            assert (tried["score"], tried["before"]) == (100.0, {"score": 92.0, "rank": 1})
            assert (await read("supervisor", "supervision"))[1]["departments"][0] == first, "nothing is kept"

            for role in ("clerk", "leader"):
                own = (await read(role))[1]["departments"]
                assert [unit["code"] for unit in own] == ["housing"]
                assert [unit["code"] for unit in (await read(role, "water"))[1]["departments"]] == ["water"]
                assert (await read(role, query=query))[0] == 403
            for role, status in (("", 401), ("mayor", 403), ("operator", 403), ("auditor", 403)):
                assert (await read(role))[0] == status
            earlier = (await read("supervisor", "supervision", "?period=2025"))[1]
            assert all(unit["score"] is None for unit in earlier["departments"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=2026-13", "period"),
        ("weights=on_time", "weights"),
        ("weights=on_time:101", "weights"),
        ("weights=luck:3", "weights"),
        ("weights=least_received:2.5", "weights"),
        ("weights=on_time:0,reply:0,solved:0,satisfaction:0", "weights"),
    ],
)
async def test_a_wrong_question_is_told_which_part_is_wrong(query: str, field: str, tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world, world.stats_office() as http:
        answer = await http.get(f"/v1/assessment?{query}", headers=bearer("supervisor", "supervision", "s"))

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
