"""When the timer rings: at its very instant, each time as another one; and what lies before the beginning or after the stop."""

from dataclasses import replace

from contracts.posts import PostWithdrawn
from services.deadline.core.clock import clock
from tests.services.deadline.desk import Desk, given, names
from tests.services.deadline.facts import PROFILE, asked, assigned, at, published, received


def test_a_timer_that_rings_at_its_very_instant_brings_its_word() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    due = desk.armed
    assert due == at("2026-03-04T18:00")

    assert names(desk.ring(due, due)) == ["CaseEscalated:remind"]


def test_each_ring_of_a_case_is_another_one() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    assert desk.case.rung == 0, "the first timer"

    desk.until("2026-03-05T18:00")

    assert desk.case.rung == 3, "reminded, near and missed: what one ring says has its number in its ids"


def test_a_step_of_the_ladder_that_lies_before_the_beginning_is_not_said() -> None:
    early = replace(PROFILE, policy=PROFILE.policy.changed({"ladder": {"remind": -4}}))
    desk = Desk(city=early)
    desk.hear(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    assert names(desk.until("2026-03-05T18:00")) == ["DeadlineNear", "DeadlineMissed", "CaseEscalated:leader"]


def test_a_question_asked_while_another_is_open_freezes_nothing_once_the_answer_has_come() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.hear(asked("2026-03-02T14:00"), asked("2026-03-03T10:00", "q2"), published("2026-03-03T11:00"))

    made = clock(desk.case, PROFILE)
    assert made is not None
    assert [pause.question for pause in made.pauses] == ["q1"]


def test_the_first_of_two_ends_stops_the_clock_whichever_is_heard_first() -> None:
    for facts in (
        (published("2026-03-04T14:00"), PostWithdrawn(at=at("2026-03-04T11:00"))),
        (PostWithdrawn(at=at("2026-03-04T11:00")), published("2026-03-04T14:00")),
    ):
        desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
        desk.hear(*facts)

        made = clock(desk.case, PROFILE)
        assert made is not None
        assert made.stop == at("2026-03-04T11:00")
