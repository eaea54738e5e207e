"""The time for dispatch: a post that waits for a person to choose its unit is told of once half a working day is over."""

from datetime import datetime

import pytest

from contracts.assignments import AssignmentHeld
from contracts.deadlines import DispatchLate
from contracts.facts import Fact
from contracts.posts import PostWithdrawn
from tests.services.deadline.desk import Desk
from tests.services.deadline.facts import assigned, at, policy, published, received, reopened


def held(when: str) -> AssignmentHeld:
    return AssignmentHeld(at=at(when), number="SQ1", candidates=(), rule_version="r")


def heard(*facts: Fact) -> Desk:
    desk = Desk()
    desk.hear(*facts)
    return desk


def late(facts: list[Fact]) -> list[datetime]:
    return [fact.at for fact in facts if isinstance(fact, DispatchLate)]


@pytest.mark.parametrize(
    ("receipt", "over"),
    [
        ("2026-03-02T09:00", "2026-03-02T14:30"),
        ("2026-03-02T16:00", "2026-03-03T10:30"),
        ("2026-03-06T20:00", "2026-03-09T14:30"),
    ],
)
def test_a_held_post_is_told_of_when_half_a_working_day_is_over_and_once(receipt: str, over: str) -> None:
    desk = heard(received(receipt), held(receipt))

    assert late(desk.until("2026-03-31T18:00")) == [at(over)]


def test_a_post_that_got_its_unit_in_time_is_not_told_of() -> None:
    desk = heard(received("2026-03-02T09:00"), held("2026-03-02T09:00"), assigned("2026-03-02T14:29"))

    assert late(desk.until("2026-03-31T18:00")) == []


def test_one_that_got_it_too_late_is_told_of_whichever_is_heard_first() -> None:
    desk = heard(received("2026-03-02T09:00"), held("2026-03-02T09:00"), assigned("2026-03-02T15:00"))

    assert late(desk.until("2026-03-31T18:00")) == [at("2026-03-02T14:30")]


def test_nobody_is_told_of_a_post_that_was_never_held_or_was_withdrawn_before() -> None:
    gone = PostWithdrawn(at=at("2026-03-02T11:00"))
    for facts in ((), (held("2026-03-02T09:00"), gone)):
        assert late(heard(received("2026-03-02T09:00"), *facts).until("2026-03-31T18:00")) == []


def test_a_post_that_a_lead_answered_before_any_unit_had_it_is_not_late_when_it_is_reopened() -> None:
    answer, again = published("2026-03-02T11:00", lead="other"), reopened("2026-03-02T12:00")
    desk = heard(received("2026-03-02T09:00"), held("2026-03-02T09:00"), answer, again)

    assert late(desk.until("2026-03-31T18:00")) == []


def test_the_order_of_hearing_does_not_matter() -> None:
    desk = heard(held("2026-03-02T09:00"), received("2026-03-02T09:00"))

    assert late(desk.until("2026-03-31T18:00")) == [at("2026-03-02T14:30")]


def test_the_share_of_a_day_is_the_policys() -> None:
    desk = heard(
        policy("2026-03-02T08:00", dispatch={"working_days": 1.0}),
        received("2026-03-02T09:00"),
        held("2026-03-02T09:00"),
    )

    assert late(desk.until("2026-03-31T18:00")) == [at("2026-03-02T18:00")]
