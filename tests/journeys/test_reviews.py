"""Citizens grade units in a review (政行风评议): it counts in the year's score when its result is published, and is frozen with it."""

import itertools
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx2
import pytest

from contracts.city_facts import PolicyChanged
from services.stats.core.bulletin.freezing import differences
from tests.journeys.test_bulletins import issue, log_of
from tests.journeys.test_frozen_scores import Year
from tests.journeys.world import World
from tests.services.intake.door import PROFILE
from tests.services.stats.test_core import WHEN
from tests.services.survey.door import Person
from wenzheng.recompute import export, from_folder, issued, recomputed

pytestmark = pytest.mark.medium

FEW: Final = PROFILE.amended(
    PolicyChanged(
        at=WHEN, part={"assessment": {"least_received": 3, "least_answers": 3, "least_review_answers": 4}}
    )
)
REVIEW: Final[dict[str, Any]] = {
    "title": "2026 年政行风评议",
    "audience": "invited",
    "invitations": 5,
    "ends": "2027-01-31T18:00:00+08:00",
    "review_of": 2026,
    "questions": [
        {"id": "q1", "kind": "text", "title": "还有什么建议?", "required": False},
        *(
            {
                "id": f"u{n}",
                "kind": "scale",
                "title": f"您对{unit}的政风行风满意吗?",
                "required": False,
                "unit": unit,
            }
            for n, unit in enumerate(("housing", PROFILE.department_name("water")), 1)
        ),
    ],
}


class Reviewed(Year):
    """A year about which citizens are asked."""

    def __init__(self, world: World, http: httpx2.AsyncClient) -> None:
        super().__init__(world, http)
        world.score_city = FEW
        self._seeds = itertools.count(1)

    async def asked(self, *grades: int, **fields: Any) -> str:
        """A review that is open; each grade is what one invited person gives to housing, and nothing to the other unit."""
        survey = await self.world.surveying.published(**(REVIEW | fields))
        codes = (await self.world.surveying.staff_get(f"/{survey}/invitations")).text.split()[1:]
        for code, grade in zip(codes, grades, strict=False):
            seed = Random(next(self._seeds)).randbytes(32)
            person = Person(code, seed, [{"question": "u1", "value": grade}])
            await self.world.surveying.answered(survey, person)
        await self.world.settle()
        return survey

    async def part(self, query: str = "?period=2026") -> tuple[float, float | None, str]:
        """Housing's score, and what it got of the review and how."""
        unit = await self.first(query)
        part = next(one for one in unit["parts"] if one["code"] == "review")
        return unit["score"], part["got"], part["working"]


@pytest.mark.parametrize("seed", range(2))
async def test_a_review_counts_in_its_year_when_its_result_is_published(seed: int, tmp_path: Path) -> None:
    async with World(seed, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Reviewed(world, http)
        await year.lived()
        survey = await year.asked(5, 4, 2, 5)
        sealed = await year.part()
        await world.surveying.counted(survey)
        await world.settle()
        counted = await year.part()
        quarter = await year.part("?period=2026-Q4")
        others = (await year.scores())[1]["departments"]

    assert sealed == (92.0, None, "没有评议,不计")
    assert counted == (round(100 * (92 + 7.5) / 110, 2), 7.5, "3 / 4 × 10,95% 区间 30.1%–95.4%")
    assert quarter == sealed, "it is about a year, and about nothing shorter"
    water = next(unit for unit in others if unit["code"] == "water")
    assert water["parts"][-1]["working"] == "没有评议,不计", "who did not deal with a unit need not grade it"


async def test_too_few_answers_count_as_none(tmp_path: Path) -> None:
    async with World(1, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Reviewed(world, http)
        await year.lived()
        await world.surveying.counted(await year.asked(1, 1, 1))
        await world.settle()
        few = await year.part()

    assert few == (92.0, None, "3 份,不足 4 份,不计")


async def test_a_review_is_frozen_with_the_year_and_the_log_gives_it_again(tmp_path: Path) -> None:
    async with World(2, "2026-12-31T10:00", tmp_path).open() as world, world.stats_office() as http:
        year = Reviewed(world, http)
        await year.lived()
        await world.surveying.counted(await year.asked(5, 4, 2, 5))
        await world.settle()
        told = await issue(world, year.office, "2026")
        before = await year.part()
        later = await year.asked(1, 1, 1, 1)
        await world.surveying.counted(later)
        await world.settle()
        after = await year.part()
        tried = await year.part("?period=2026&weights=review:20")
        second = await issue(world, year.office, "2026", told["number"])
        corrected = await year.part()
        await export(log_of(world), tmp_path / "log")

    assert (before[1], after) == (7.5, before), "what was published later does not change it"
    assert tried[1] == 15.0
    assert corrected[2].startswith("3 / 8 × 10")
    read = from_folder(tmp_path / "log")
    for number in (told["number"], second["number"]):
        bulletin = await issued(read, number)
        again, scores = await recomputed(read, FEW, bulletin)
        assert differences(bulletin.figures, again) == []
        assert bulletin.scores == scores
        assert not any("review" in name for unit in bulletin.figures.units for name in unit.measures)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"audience": "phone"}, "凭邀请码"),
        ({"review_of": 0}, "写明评议哪一年"),
        ({"review_of": 2027}, "还没有到的年度"),
        ({"questions": REVIEW["questions"][:1]}, "至少评议一个单位"),
        ({"questions": [*REVIEW["questions"], REVIEW["questions"][1] | {"id": "u9"}]}, "只评一次"),
        ({"questions": [REVIEW["questions"][1] | {"required": True}]}, "可以不答"),
        ({"questions": [REVIEW["questions"][1] | {"steps": 10}]}, "5 级量表"),
        ({"questions": [REVIEW["questions"][1] | {"unit": "没有的局"}]}, "没有这个单位"),
    ],
)
async def test_a_review_that_would_not_be_fair_is_not_drafted(
    wrong: dict[str, Any], told: str, tmp_path: Path
) -> None:
    async with World(1, "2026-12-31T10:00", tmp_path).open() as world:
        answer = await world.surveying.staff("", REVIEW | wrong)

    assert answer.status_code == 422
    assert told in answer.text
