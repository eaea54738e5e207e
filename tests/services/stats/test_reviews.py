"""What citizens say of units in a review: counted when the result is published, judged where enough have spoken; on both stores."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.service import Incoming
from chassis.store import Store
from city.periodic import Assessment
from contracts.codec import Event, encode
from contracts.decision import Context
from contracts.facts import Fact
from contracts.identity import PARTITIONS, derived, partition_of
from contracts.surveys import Figure, Question, Questionnaire, ResultPublished, SurveyPublished
from services.stats import store
from services.stats.app import build
from services.stats.bulletins import store as bulletin_store
from services.stats.bulletins.store import Bulletins
from services.stats.core.assessment import REVIEW, score
from services.stats.core.case import Case
from services.stats.core.cells import cells
from services.stats.core.periods import Period
from services.stats.core.review import ANSWERED, CONTENT, asked, graded, published
from tests.postgres import migrated
from tests.services.stats.test_assessment import FIGURES
from tests.services.stats.test_core import PROFILE, WHEN

RULES: Final = Assessment()
HERE: Final = Context("s-1", "e", WHEN, PROFILE)
ASKED: Final = SurveyPublished(
    at=WHEN,
    questionnaire=Questionnaire(
        "2026 年政行风评议",
        "",
        "invited",
        WHEN,
        (
            Question("q1", "scale", "总体如何?"),
            Question("u1", "scale", "住房局?", required=False, unit="housing"),
            Question("u2", "scale", "水利局?", required=False, unit="water"),
        ),
        2026,
    ),
    public_key="",
    by="s",
)
RESULT: Final = ResultPublished(
    at=WHEN,
    answers=30,
    tokens=30,
    figures=(
        Figure("q1", 30, 30, (0, 0, 0, 0, 30)),
        Figure("u1", 30, 20, (1, 0, 1, 6, 12)),
        Figure("u2", 30, 4, (4, 0, 0, 0, 0)),
    ),
    by="s",
)
HOUSING: Final = {ANSWERED: 20, CONTENT: 18}
WATER: Final = {ANSWERED: 4, CONTENT: 0}


def heard(*facts: SurveyPublished | ResultPublished) -> Case:
    case = Case()
    for fact in facts:
        case = (asked if isinstance(fact, SurveyPublished) else published)(case, fact, HERE).state  # type: ignore[operator]
    return case


def test_the_two_best_steps_are_content_and_nothing_counts_before_the_result() -> None:
    case = heard(ASKED, RESULT)

    assert graded([case], 2026) == {"housing": HOUSING, "water": WATER}
    assert graded([heard(ASKED)], 2026) == graded([case], 2025) == {}
    assert (heard(ASKED).reviewed_year(), case.reviewed_year()) == (None, 2026)
    assert cells(case) == {}, "it is no figure of posts"
    assert (REVIEW.part, REVIEW.whole) == ((CONTENT,), (ANSWERED,))


def test_a_result_that_leaves_a_unit_out_grades_the_others() -> None:
    partly = replace(RESULT, figures=RESULT.figures[:2])

    assert graded([heard(ASKED, partly)], 2026) == {"housing": HOUSING}


def test_what_several_reviews_of_a_year_say_of_a_unit_is_added_up() -> None:
    case = heard(ASKED, RESULT)

    assert graded([case, case], 2026)["housing"] == {ANSWERED: 40, CONTENT: 36}


def test_a_survey_that_is_no_review_is_passed_over() -> None:
    form = replace(ASKED.questionnaire, review_of=0)

    assert heard(replace(ASKED, questionnaire=form), RESULT) == Case()


def of_review(measures: dict[str, int], rules: Assessment = RULES) -> Any:
    found = score(FIGURES | measures, {}, rules)
    return found.score, next(part for part in found.parts if part.code == "review")


def test_the_part_says_how_many_answered_and_within_which_interval() -> None:
    _, part = of_review(HOUSING)

    assert (part.points, part.got) == (10.0, 9.0)
    assert part.working == "18 / 20 × 10,95% 区间 69.9%–97.2%"


@pytest.mark.parametrize(
    ("measures", "working"),
    [({}, "没有评议,不计"), ({ANSWERED: 19, CONTENT: 19}, "19 份,不足 20 份,不计")],
)
def test_without_a_review_or_with_too_few_answers_every_score_is_what_it_was(
    measures: dict[str, int], working: str
) -> None:
    found, part = of_review(measures)

    assert (part.got, part.working) == (None, working)
    assert found == of_review({}, replace(RULES, review=0.0))[0]
    assert found == round(100 * (27 + 15 + 10.5 + 13.5 + 0 + 0 + 4 + 10) / 100, 2)


def test_a_review_counts_among_the_others_by_its_points() -> None:
    found, _ = of_review(HOUSING)

    assert found == round(100 * (80 + 9) / 110, 2)


# -- stores ---------------------------------------------------------------------------------------


class World:
    """Stats on one store, told of surveys."""

    def __init__(self, kept: Store, figures: store.Figures, bulletins: Bulletins) -> None:
        self.figures, self.bulletins = figures, bulletins
        self._kept = kept

    async def hear(self, survey: str, *facts: Fact) -> None:
        """The facts of a survey, from its first."""
        clock = HandClock(WHEN)
        listener = Listener(build(PROFILE), self._kept, Publisher(self._kept, Quiet()), clock, "one")
        starts = await listener.take_over(range(PARTITIONS))
        partition, batch = partition_of(survey), []
        for n, fact in enumerate(facts):
            event = Event(derived(survey, str(n)), "surveys", survey, n + 1, fact, "test")
            record = encode(event)
            offset = starts.get(("surveys", partition), 0) + n
            batch.append(Incoming("surveys", partition, offset, record.key, record.value, record.headers))
        await listener.hear(batch)


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        cases, cells_ = store.memory()
        bulletins = bulletin_store.MemoryBulletins(bulletin_store.memory(), cases, cells_)
        yield World(cases, store.MemoryFigures(cases, cells_), bulletins)
        return
    async with migrated(request.getfixturevalue("dsn"), "stats") as (_, pool):
        found = bulletin_store.PostgresBulletins(pool)
        yield World(store.postgres(pool), store.PostgresFigures(pool), found)


async def test_the_reviews_of_a_year_are_found_and_stand_in_its_bulletins_count_alone(world: World) -> None:
    await world.hear("s-1", ASKED, RESULT)
    await world.hear("s-2", ASKED)
    of_before = replace(ASKED, questionnaire=replace(ASKED.questionnaire, review_of=2025))
    await world.hear("s-3", of_before, RESULT)
    await world.hear("s-4", ASKED, RESULT)

    twice = {"housing": {ANSWERED: 40, CONTENT: 36}, "water": {ANSWERED: 8, CONTENT: 0}}
    assert await world.figures.reviews(2026) == twice
    assert await world.figures.reviews(2025) == {"housing": HOUSING, "water": WATER}
    assert await world.figures.reviews(2024) == {}
    year = await world.bulletins.counted(Period.read("2026"), PROFILE)
    month = await world.bulletins.counted(Period.read("2026-12"), PROFILE)
    assert (year.by_unit, month.by_unit) == (twice, {})
    assert sum(topics.get("surveys", 0) for topics in year.offsets.values()) > 0, "where it was read up to"
