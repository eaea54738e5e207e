"""How soon a citizen hears something: by a first word or by the reply, of the unit for which the post counts."""

from datetime import timedelta
from importlib import import_module

import pytest
from msgspec.structs import replace

from chassis.store import Outcome, Remembered
from contracts.bulletins import Frozen
from contracts.facts import Fact
from contracts.identity import derived, partition_of
from contracts.posts import PostsGrouped, PostUngrouped, PostWithdrawn
from contracts.replies import FirstWordGiven, PostReopened
from services.stats import store
from services.stats.core.bulletin.freezing import Counted, frozen, row_of
from services.stats.core.case import Case, Replied, new
from services.stats.core.cells import cells
from services.stats.core.figures import row
from services.stats.core.periods import Period
from tests.postgres import migrated
from tests.services.stats.test_core import PROFILE, WHEN, assigned, met, received, replied, told

HOUR = timedelta(hours=1)
ASSIGNED = (received(WHEN), assigned(WHEN, "water"))


def word(hours: int, unit: str = "water", handling: int = 1) -> FirstWordGiven:
    return FirstWordGiven(
        at=WHEN + hours * HOUR, text="已派人到现场", handling=handling, department=unit, by="c"
    )


def _row(*facts: Fact) -> dict[str, object]:
    """The figures of the city after these facts."""
    measures: dict[str, int] = {}
    for (_, _, _, measure), count in told(facts)[1].items():
        measures[measure] = measures.get(measure, 0) + count
    return row(measures)


def _heard(*facts: Fact) -> tuple[object, object]:
    """First words, and the median hours to them."""
    found = _row(*facts)
    return found["first_words"], found["first_word_hours"]


def test_whichever_came_first_counts_once() -> None:
    assert _heard(*ASSIGNED) == (0, None)
    assert _heard(*ASSIGNED, word(2)) == (1, 2.0)
    assert _heard(*ASSIGNED, replied(WHEN + 5 * HOUR)) == (1, 5.0)
    assert _heard(*ASSIGNED, word(2), replied(WHEN + 5 * HOUR)) == (1, 2.0)


@pytest.mark.parametrize("first", [word(2), replied(WHEN + 2 * HOUR)], ids=["a word", "a reply"])
def test_what_is_heard_before_the_post_itself_counts_once_the_post_is_heard(first: Fact) -> None:
    post, deadline = ASSIGNED

    assert _heard(deadline, first) == (0, None)
    assert _heard(deadline, first, post) == (1, 2.0)


def test_it_answers_nothing() -> None:
    found = _row(*ASSIGNED, word(2))

    assert (found["replied"], found["open"], found["first_words"]) == (0, 1, 1)
    assert (found["first_word_rate"], found["reply_rate"], found["median_hours"]) == (1.0, 0.0, None)


def test_of_a_post_that_moved_the_word_of_the_unit_it_counts_for_counts() -> None:
    moved = (*ASSIGNED, word(1), assigned(WHEN + 2 * HOUR, "transport"))

    assert _heard(*moved) == (0, None)
    assert _heard(*moved, word(3, "transport")) == (1, 3.0)
    assert _heard(*moved, word(3, "transport"), replied(WHEN + 9 * HOUR, "transport")) == (1, 3.0)
    assert _heard(*moved, replied(WHEN + 9 * HOUR, "transport")) == (1, 9.0)


def test_a_word_of_a_second_handling_and_of_a_post_that_left_are_not_counted() -> None:
    reopened = PostReopened(at=WHEN + 6 * HOUR, reason="没修好", reply="r1", department="water")
    by_another = (*ASSIGNED, replied(WHEN + 5 * HOUR, "transport"), reopened)

    assert _heard(*by_another, word(7, handling=2)) == (1, 5.0)
    assert told([*by_another, word(1, handling=2)])[0].first_words == ()
    assert _heard(*ASSIGNED, word(2), PostWithdrawn(at=WHEN + 3 * HOUR)) == (0, None)


def test_a_lead_s_reply_that_answers_no_more_is_no_first_word_either() -> None:
    grouped = PostsGrouped(at=WHEN, group="g", lead="other", lead_number="n2", members=("p", "other"), by="s")
    facts = (*ASSIGNED, grouped, replace(replied(WHEN + HOUR), lead="other"))

    assert _heard(*facts) == (1, 1.0)
    assert _heard(*facts, PostUngrouped(at=WHEN + 2 * HOUR, group="g", by="s")) == (0, None)


def test_a_bulletin_freezes_how_many_people_heard_and_how_soon() -> None:
    def issued(*facts: Fact) -> Frozen:
        measures = {
            cell[3]: count for cell, count in met(new("p"), facts, PROFILE)[1].items() if cell[1] == "water"
        }
        counted = Counted({"water": measures}, {}, {}, (), {})
        return frozen(counted, PROFILE, Period.read("2026-03"), WHEN, "code")

    with_word, without = issued(*ASSIGNED, word(2)), issued(*ASSIGNED)

    assert (with_word.city.measures["first_word:given"], with_word.city.first_word_hours) == (1, 2.0)
    assert "first_word:given" not in without.city.measures
    assert without.city.first_word_hours is None
    assert row_of(without.city, without.derivation)["first_word_rate"] == 0.0


def _case(n: int) -> Case:
    """A case of before: answered, open, withdrawn, without a clock, or answered for a group that it left."""
    replies = (Replied(WHEN + n * HOUR, "water", 1, "SQ1" if n % 5 == 4 else ""),) if n % 5 else ()
    return Case(
        received_at=WHEN,
        number=f"SQ260302-{n:06d}",
        kind="complaint",
        clock=n % 7 != 0,
        left="withdrawn" if n % 11 == 0 else "",
        holders=((WHEN, "water"),),
        replies=replies,
        ungrouped=n % 2 == 0,
    )


@pytest.mark.real
async def test_cases_of_before_are_counted_after_the_migration_as_if_they_were_read_again(dsn: str) -> None:
    cases = [_case(n) for n in range(1, 120)]
    implied: dict[tuple[str, ...], int] = {}
    for case in cases:
        for cell, count in cells(case).items():
            implied[cell] = implied.get(cell, 0) + count
    query = "select day::text, unit, kind, measure, sum(count)::bigint as count from cell group by 1, 2, 3, 4"
    async with migrated(dsn, "stats") as (_, pool):
        async with store.postgres(pool).transaction() as transaction:
            rows = [Remembered(s := derived("case", case.number), partition_of(s), case) for case in cases]
            await transaction.save(Outcome(changed=rows))
        before = [(*cell, count) for cell, count in implied.items() if "first_word" not in cell[3]]
        await pool.executemany("insert into cell values ($1::text::date, $2, $3, $4, 0, $5)", before)
        await pool.execute(import_module("services.stats.schema.versions.0011_first_words").COUNTED)
        found = {tuple(row)[:4]: row["count"] for row in await pool.fetch(query)}

    assert found == implied
    assert any("first_word_hours" in cell[3] for cell in implied)
