"""Figures from facts: what a post contributes, and what the sums say."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from city.profile import Profile
from contracts.assignments import PostAssigned
from contracts.deadlines import (
    ClockStopped,
    DeadlineMissed,
    Held,
    MissWithdrawn,
    ReplyPromiseEnded,
    ReplyPromiseSet,
)
from contracts.decision import Context
from contracts.facts import Fact
from contracts.posts import PostHidden, PostReceived, PostRestored, PostWithdrawn
from contracts.replies import PostRated, ReplyPublished
from services.stats.app import RULES
from services.stats.core.case import Case, Cell, Count
from services.stats.core.cells import cells
from services.stats.core.course import HOUR_BUCKETS, bucket
from services.stats.core.figures import areas, fewest, quantile, wilson
from services.stats.core.periods import Period
from services.stats.league import league
from services.stats.store import MemoryFigures, memory

PROFILE = Profile.load(Path(__file__).resolve().parents[3] / "cities" / "suqian")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PROFILE.zone)


def received(when: datetime, kind: str = "complaint") -> PostReceived:
    return PostReceived(at=when, number="n", kind=kind, title="t", text="x", citizen="c")  # type: ignore[arg-type]


def assigned(when: datetime, department: str) -> PostAssigned:
    return PostAssigned(
        at=when, number="n", department=department, duty_item="", reasons=(), confidence=1, rule_version="r"
    )


def replied(when: datetime, department: str = "water") -> ReplyPublished:
    return ReplyPublished(at=when, reply="r1", text="x", department=department, by="c")


def stopped(when: datetime, in_time: bool = True) -> ClockStopped:
    return ClockStopped(at=when, in_time=in_time, due=when, held=(Held("water", 60),))


def rated(when: datetime, grade: int) -> PostRated:
    return PostRated(at=when, reply="r1", grade=grade, department="water")


def told(facts: Sequence[Fact]) -> tuple[Case, dict[Cell, int]]:
    """The state after the facts, and the cells the differences add up to."""
    return met(Case(), facts, PROFILE)


def met(post: Case, facts: Sequence[Fact], city: Profile) -> tuple[Case, dict[Cell, int]]:
    """As `told`, from a state and under the rules of a city."""
    total: dict[Cell, int] = {}
    for fact in facts:
        decision = RULES[type(fact)](post, fact, Context("p", "c", fact.at, city))
        post = decision.state
        for effect in decision.effects:
            if isinstance(effect, Count):
                for cell, by in effect.changes:
                    total[cell] = total.get(cell, 0) + by
    return post, {cell: count for cell, count in total.items() if count}


WHEN = at("2026-03-02T10:00")
HISTORY = (
    received(WHEN),
    assigned(WHEN, "water"),
    replied(WHEN + timedelta(hours=5)),
    stopped(WHEN + timedelta(hours=5)),
    rated(WHEN + timedelta(hours=9), 5),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_every_order_of_topics_leads_to_the_same_cells(order: tuple[int, ...]) -> None:
    topics = [HISTORY[:1], HISTORY[1:2], (HISTORY[2], HISTORY[4]), HISTORY[3:4]]
    facts = [fact for index in order for fact in topics[index]]

    post, total = told(facts)

    assert total == cells(post) == told(HISTORY)[1]


def test_differences_add_up_to_the_cells_of_the_state_at_every_step() -> None:
    for length in range(len(HISTORY) + 1):
        post, total = told(HISTORY[:length])
        assert total == cells(post)


def test_a_withdrawn_post_is_no_longer_counted_but_was_a_thread() -> None:
    _, total = told([received(WHEN), assigned(WHEN, "water"), PostWithdrawn(at=WHEN)])

    measures = {cell[3] for cell in total}
    assert measures == {"threads", "messages", "left"}


HIDDEN = PostHidden(at=WHEN, reason="广告", by="m")
RESTORED = PostRestored(at=WHEN, reason="误判", by="m")


@pytest.mark.parametrize("heard", range(3))
def test_a_restored_post_counts_as_if_it_had_never_been_hidden(heard: int) -> None:
    """Whatever was heard of it between."""
    facts = [received(WHEN), assigned(WHEN, "water"), replied(WHEN)]
    between = [*facts[: 1 + heard], HIDDEN, RESTORED, *facts[1 + heard :]]

    assert told(between)[1] == told(facts)[1]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_promise_that_ended_by_a_hiding_which_was_undone_is_waited_for_again(
    order: tuple[int, ...],
) -> None:
    """Posts, replies and deadlines are read in any order."""
    about: dict[str, Any] = {"reply": "r1", "day": WHEN.date(), "due": WHEN, "department": "water"}
    topics: list[tuple[Fact, ...]] = [
        (received(WHEN), HIDDEN, RESTORED),
        (assigned(WHEN, "water"), replied(WHEN)),
        (ReplyPromiseSet(at=WHEN, **about), ReplyPromiseEnded(at=WHEN, outcome="hidden", **about)),
    ]

    post, total = told([fact for index in order for fact in topics[index]])

    assert post.promises == (("r1", ""),)
    assert total == cells(post)


def test_a_withdrawn_post_is_not_brought_back() -> None:
    gone = [received(WHEN), PostWithdrawn(at=WHEN)]

    assert told([*gone, RESTORED])[1] == told(gone)[1]


def test_a_miss_that_is_withdrawn_leaves_no_trace() -> None:
    plain = told([received(WHEN), assigned(WHEN, "water")])[1]
    undone = told(
        [
            received(WHEN),
            assigned(WHEN, "water"),
            DeadlineMissed(at=WHEN, due=WHEN),
            MissWithdrawn(at=WHEN, due=WHEN),
        ]
    )[1]

    assert undone == plain


def test_the_unit_is_the_one_that_replied_else_the_one_that_holds() -> None:
    _, moved = told(
        [received(WHEN), assigned(WHEN, "water"), assigned(WHEN + timedelta(hours=1), "transport")]
    )
    _, answered = told(
        [
            received(WHEN),
            assigned(WHEN, "water"),
            replied(WHEN + timedelta(hours=1)),
            assigned(WHEN + timedelta(days=1), "transport"),
        ]
    )

    assert {cell[1] for cell in moved} == {"transport"}
    assert {cell[1] for cell in answered} == {"water"}


def test_wilson_and_quantiles_are_honest_with_small_numbers() -> None:
    assert wilson(0, 0) is None
    assert wilson(0, 4) == (0.0, 0.4899), "z² / (n + z²): none of four does not mean never"
    low, high = wilson(3, 3) or (0.0, 0.0)
    assert (low < 0.5, high) == (True, 1.0)
    assert quantile([(0, 1), (9, 1)], 0.5) == 0.5
    assert bucket(10_000) == len(HOUR_BUCKETS) - 1


async def test_a_june_like_the_reports_shows_the_reports_figures() -> None:
    cases, sums = memory()
    start = at("2011-06-01T09:00")
    units = [unit.code for unit in PROFILE.departments]
    for n in range(1373):
        when = start + timedelta(minutes=30 * n)
        unit = units[n % 78]
        facts: list[Fact] = [received(when), assigned(when, unit)]
        if n < 1352:
            reply = when + timedelta(hours=20)
            facts += [replied(reply, unit), stopped(reply)]
        if n < 1000:
            facts.append(rated(when + timedelta(days=1), 5 if n < 958 else 2))
        for cell, by in told(facts)[1].items():
            sums.cells[cell] = sums.cells.get(cell, 0) + by

    found = await league(MemoryFigures(cases, sums), PROFILE, Period.read("2011-06"), start)

    city: dict[str, Any] = found["city"]
    assert (city["received"], city["replied"], city["rated"], city["satisfied"]) == (1373, 1352, 1000, 958)
    assert (round(city["report"]["reply_rate"], 3), round(city["report"]["satisfaction"], 3)) == (
        0.985,
        0.958,
    )
    assert city["reply_rate"] == round(1352 / 1373, 4)
    assert len(found["departments"]) == 78
    assert sum(unit["received"] for unit in found["departments"]) == 1373


def test_a_reply_is_counted_on_the_day_it_was_given_and_the_post_in_the_area_that_was_chosen() -> None:
    when = at("2026-03-02T17:50")
    post = replace(received(when), area="321302")
    _, total = told([post, assigned(when, "water"), replied(when + timedelta(days=1))])

    assert total[("2026-03-03", "water", "complaint", "replies_given")] == 1
    assert areas({cell[3]: count for cell, count in total.items()}) == {
        "321302": {"received": 1, "replied": 1, "overdue": 0}
    }


def test_a_post_is_overdue_since_the_instant_it_missed_until_it_is_answered() -> None:
    due = WHEN + timedelta(days=3)
    open_facts = [received(WHEN), assigned(WHEN, "water"), DeadlineMissed(at=due, due=due)]

    assert told(open_facts)[0].overdue_since() == due
    assert told([*open_facts, replied(due + timedelta(hours=1))])[0].overdue_since() is None
    assert told([*open_facts, PostWithdrawn(at=due)])[0].overdue_since() is None
    assert told([*open_facts, MissWithdrawn(at=due, due=due)])[0].overdue_since() is None


def test_replies_to_posts_of_another_month_make_no_month_one_of_few_posts() -> None:
    march, april = {date(2026, 3, 2): {"threads": 7}}, {date(2026, 4, 1): {"replies_given": 2}}

    assert fewest(march | {date(2026, 3, 9): {"replies_given": 1}} | april) == 7
    assert fewest(march | {date(2026, 4, 2): {"threads": 2}, date(2026, 4, 3): {"threads": 1}}) == 3
    assert fewest(april) == fewest({}) == 0
