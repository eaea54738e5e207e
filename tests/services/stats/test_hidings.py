"""Which hiding ended what a reply promised: one is undone, and the next may begin in the same instant."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.deadlines import ReplyPromiseEnded, ReplyPromiseSet
from contracts.facts import Fact
from contracts.replies import PostReopened
from services.stats.core.case import Case
from tests.services.stats.test_core import (
    HIDDEN,
    PROFILE,
    RESTORED,
    WHEN,
    assigned,
    met,
    received,
    replied,
    told,
)

HOUR = timedelta(hours=1)
ABOUT: dict[str, Any] = {"reply": "r1", "day": WHEN.date(), "due": WHEN, "department": "water"}
PROMISED = ReplyPromiseSet(at=WHEN, **ABOUT)
AGAIN = replace(HIDDEN, at=WHEN + HOUR)
"""It is hidden again in the instant of its restoration."""
BACK = replace(RESTORED, at=WHEN + HOUR)


def ended(hiding: int, hours: float = 0) -> ReplyPromiseEnded:
    """By which hiding the promise ended; 0: as it was said before hidings had numbers."""
    return ReplyPromiseEnded(at=WHEN + hours * HOUR, outcome="hidden", hiding=hiding, **ABOUT)


def orders(*topics: tuple[Fact, ...]) -> Iterator[tuple[Fact, ...]]:
    """Every way in which topics may be read, each in its order."""
    if not any(topics):
        yield ()
    for n, topic in enumerate(topics):
        if topic:
            for after in orders(*topics[:n], topic[1:], *topics[n + 1 :]):
                yield (topic[0], *after)


def promise(*facts: Fact) -> str:
    """How the promise stands after these facts."""
    [(_, how)] = told([received(WHEN), assigned(WHEN, "water"), replied(WHEN), *facts])[0].promises
    return how


@pytest.mark.parametrize("back", [BACK, replace(BACK, at=WHEN - HOUR)], ids=["at once", "a clock set back"])
def test_what_the_second_hiding_ended_stays_ended_though_it_began_when_the_first_was_undone(
    back: Fact,
) -> None:
    posts, deadlines = (HIDDEN, back, AGAIN), (PROMISED, ended(1), ended(2, 1))

    assert {promise(*facts) for facts in orders(posts, deadlines)} == {"hidden"}


@pytest.mark.parametrize("back", [BACK, replace(BACK, at=WHEN - HOUR)], ids=["at once", "a clock set back"])
def test_what_the_first_hiding_ended_is_waited_for_again_once_that_was_undone(back: Fact) -> None:
    assert {promise(*facts) for facts in orders((HIDDEN, back), (PROMISED, ended(1)))} == {""}


def test_once_the_second_hiding_is_undone_too_it_is_waited_for_again() -> None:
    posts, deadlines = (HIDDEN, BACK, AGAIN, BACK), (PROMISED, ended(1), ended(2, 1))

    assert {promise(*facts) for facts in orders(posts, deadlines)} == {""}


def test_what_was_reported_after_the_restoration_is_kept_whatever_ended_it_before() -> None:
    kept = replace(ended(0, 2), outcome="kept")

    assert {promise(*facts) for facts in orders((HIDDEN, BACK), (PROMISED, ended(1), kept))} == {"kept"}


def test_a_fact_of_before_hidings_had_numbers_goes_by_its_instant() -> None:
    assert promise(PROMISED, HIDDEN, BACK, ended(0)) == ""
    assert promise(PROMISED, HIDDEN, BACK, ended(0, 2)) == "hidden"


def test_a_state_of_before_restorations_were_counted_goes_by_instants_for_ever() -> None:
    """It does not know how many there were, so that a number says nothing to it."""
    post: Case = told([received(WHEN), replied(WHEN), PROMISED, HIDDEN, BACK])[0]
    before = replace(post, restorations=0)

    again = replace(HIDDEN, at=WHEN + 2 * HOUR), replace(BACK, at=WHEN + 3 * HOUR)
    later = met(before, again, PROFILE)[0]

    assert later.restorations == 0
    assert met(later, [ended(2, 2)], PROFILE)[0].promises == (("r1", ""),)
    assert met(later, [ended(3, 4)], PROFILE)[0].promises == (("r1", "hidden"),)


def test_a_miss_of_a_second_handling_without_its_due_instant_is_an_earlier_ones_once_it_is_reopened() -> None:
    reopened = PostReopened(at=WHEN + HOUR, reason="没修好", reply="r1", department="water")

    def after(due: datetime | None, missed: bool) -> bool:
        return met(Case(number="SQ1", second_missed=missed, second_due=due), [reopened], PROFILE)[
            0
        ].second_missed

    assert (after(None, True), after(WHEN, True), after(WHEN, False)) == (False, True, False)
