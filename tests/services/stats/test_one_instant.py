"""What router says in one instant it says in an order: the unit and the duty are those that came last, a meeting ends by what came after it."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.assignments import LeadNamed
from contracts.facts import Fact
from services.stats.core.case import new
from services.stats.core.cells import cells
from services.stats.core.course import duty_of
from tests.services.stats.test_core import PROFILE, WHEN, met, received
from tests.services.stats.test_course import HOUR, assigned, called, moved, told_of


@pytest.mark.parametrize("units", [("water", "transport"), ("transport", "water")])
def test_of_two_units_that_got_the_post_in_one_instant_the_last_one_has_it(units: tuple[str, str]) -> None:
    """A return that moves it and a supervisor's word about it, committed together."""
    post, _ = met(
        new("p"), [received(WHEN), assigned(1, "housing"), *(moved(2, unit) for unit in units)], PROFILE
    )

    assert post.unit() == post.holder_at(WHEN + 2 * HOUR) == units[1]
    assert {cell[1] for cell in cells(post)} == {units[1]}
    assert post.holder_at(WHEN + HOUR) == "housing"


@pytest.mark.parametrize("duties", [("a", "b"), ("b", "a")])
def test_of_two_duties_named_in_one_instant_the_last_one_counts(duties: tuple[str, str]) -> None:
    post, _ = met(new("p"), [received(WHEN), *(assigned(1, duty=duty) for duty in duties)], PROFILE)

    assert duty_of(post) == duties[1]


NAMED = LeadNamed(at=WHEN + 2 * HOUR, lead="water", assisting=(), reason="r")


@pytest.mark.parametrize("end", [NAMED, moved(2, "transport")])
def test_what_happens_in_the_instant_of_the_call_ends_the_meeting_only_if_it_came_after_it(end: Fact) -> None:
    call = called(2, 26)

    assert told_of("meetings_in_time", assigned(1), call, end) == 1
    assert told_of("meetings_in_time", assigned(1), end, call) == 0


def test_a_meeting_of_before_the_order_was_kept_goes_by_instants() -> None:
    def in_time(post: Any) -> int:
        return sum(
            by for cell, by in cells(replace(post, meetings_after=())).items() if cell[3] == "meeting:in_time"
        )

    whole = [received(WHEN), assigned(1), called(2, 26)]

    assert in_time(met(new("p"), [*whole, NAMED], PROFILE)[0]) == 0
    assert in_time(met(new("p"), [*whole, moved(3, "transport")], PROFILE)[0]) == 1
