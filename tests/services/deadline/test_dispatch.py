"""The time for dispatch: a post that waits for a person to choose its unit is told of once half a working day is over."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from contracts.assignments import AssignmentHeld
from contracts.deadlines import DeadlineMissed, DispatchLate, DispatchLateWithdrawn, MissWithdrawn
from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored, PostWithdrawn
from tests.services.deadline.desk import Desk
from tests.services.deadline.facts import (
    assigned,
    at,
    day_off,
    extended,
    grouped,
    policy,
    published,
    received,
    reopened,
    ungrouped,
)


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


OVER = at("2026-03-02T14:30")
"""When the time for dispatch of a post of Monday at nine is over."""


def called_late() -> Desk:
    """A post of Monday at nine that was held, and called late by a clock that had heard of nothing else."""
    desk = heard(received("2026-03-02T09:00"), held("2026-03-02T09:00"))
    assert late(desk.until("2026-03-02T17:00")) == [OVER]
    return desk


def withdrawn(facts: list[Fact]) -> list[datetime]:
    """Of which instants a late dispatch was taken back."""
    return [fact.due for fact in facts if isinstance(fact, DispatchLateWithdrawn)]


@pytest.mark.parametrize(
    "end",
    [
        assigned("2026-03-02T14:30"),
        published("2026-03-02T14:30", lead="other"),
        PostWithdrawn(at=at("2026-03-02T11:00")),
    ],
    ids=["a unit had it", "it was answered", "it was withdrawn"],
)
def test_a_dispatch_called_late_is_taken_back_once_it_is_heard_that_it_was_in_time(end: Fact) -> None:
    desk = called_late()

    said = desk.hear(end)

    assert withdrawn(said) == [OVER]
    assert late(desk.until("2026-03-31T18:00")) == withdrawn(desk.hear(assigned("2026-03-02T14:30"))) == []


def test_one_that_was_late_stays_late_whatever_is_heard_of_it() -> None:
    desk = called_late()

    desk.hear(assigned("2026-03-02T14:31"), published("2026-03-02T16:00"), reopened("2026-03-02T17:00"))

    desk.until("2026-03-31T18:00")
    assert (late(desk.said), withdrawn(desk.said)) == ([OVER], [])


def test_one_that_had_longer_since_the_post_was_hidden_meanwhile_is_taken_back_and_late_later() -> None:
    desk = called_late()
    hidden = PostHidden(at=at("2026-03-02T11:00"), reason="广告", by="m")
    restored = PostRestored(at=at("2026-03-03T11:00"), reason="误判", by="m")

    assert withdrawn(desk.hear(hidden)) == [OVER]
    assert withdrawn(desk.hear(restored)) == []
    assert late(desk.until("2026-03-31T18:00")) == [at("2026-03-03T18:00")]
    assert withdrawn(desk.hear(assigned("2026-03-03T15:00"))) == [at("2026-03-03T18:00")]


def test_what_a_leads_reply_took_back_is_late_again_once_it_is_heard_that_the_post_had_left_its_group() -> (
    None
):
    desk = called_late()
    desk.hear(grouped("2026-03-02T10:00"), published("2026-03-02T11:00", lead="other", group="g1"))

    desk.hear(ungrouped("2026-03-02T10:30"))
    desk.until("2026-03-31T18:00")

    assert (late(desk.said), withdrawn(desk.said)) == ([OVER, OVER], [OVER])


def test_of_a_handling_that_is_over_a_late_dispatch_is_taken_back_too() -> None:
    desk = called_late()
    desk.hear(published("2026-03-02T17:30"), reopened("2026-03-03T10:00"))

    assert withdrawn(desk.hear(assigned("2026-03-02T10:00"))) == [OVER]


def test_of_a_handling_that_is_over_a_dispatch_that_had_longer_is_said_to_be_late_at_that_instant() -> None:
    desk = called_late()
    desk.hear(assigned("2026-03-04T10:00"), published("2026-03-05T10:00"), reopened("2026-03-05T11:00"))

    desk.hear(PostHidden(at=at("2026-03-02T11:00"), reason="广告", by="m"))
    said = desk.hear(PostRestored(at=at("2026-03-03T11:00"), reason="误判", by="m"))

    assert (withdrawn(said), late(said)) == ([OVER], [at("2026-03-03T18:00")])


def test_a_policy_of_later_takes_no_late_dispatch_back() -> None:
    desk = called_late()

    said = desk.hear(policy("2026-03-03T09:00", dispatch={"working_days": 2.0}), assigned("2026-03-03T10:00"))

    assert withdrawn(said) == []


def test_what_was_called_late_before_its_instant_was_kept_is_never_taken_back() -> None:
    desk = called_late()
    desk.case = replace(desk.case, said=replace(desk.case.said, dispatch_over=None))

    assert withdrawn(desk.hear(assigned("2026-03-02T10:00"), published("2026-03-02T16:00"))) == []
    assert late(desk.until("2026-03-31T18:00")) == []


def test_a_choice_that_is_heard_after_the_case_was_over_and_the_calendar_changed_is_judged_by_the_days_of_before() -> (
    None
):
    desk = heard(received("2026-03-02T09:00"), PostWithdrawn(at=at("2026-03-02T15:00")))
    desk.hear(day_off("2026-03-05T09:00", "2026-03-02"))
    assert late(desk.until("2026-03-31T18:00")) == []

    desk.hear(held("2026-03-02T09:00"))

    assert late(desk.said) == [at("2026-03-02T14:30")]


@pytest.mark.parametrize("reopens", [False, True])
def test_more_time_that_is_heard_after_the_case_was_over_and_the_calendar_changed_still_takes_a_miss_back(
    reopens: bool,
) -> None:
    desk = heard(received("2026-03-02T09:00"), assigned("2026-03-02T09:30"))
    desk.until("2026-03-06T17:00")
    desk.hear(published("2026-03-06T17:00"))
    if reopens:
        desk.hear(reopened("2026-03-09T09:00"))
    desk.hear(day_off("2026-03-09T10:00", "2026-03-20"))
    missed = [fact.due for fact in desk.said if isinstance(fact, DeadlineMissed)]

    desk.hear(extended("2026-03-04T10:00", "2026-03-11"))

    assert missed == [at("2026-03-05T18:00")]
    assert [type(fact) for fact in desk.said].count(MissWithdrawn) == 1
