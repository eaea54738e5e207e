"""The clock of a case: given facts, when another comes, then this is said."""

from typing import Any

import pytest

from contracts.assignments import LeadNamed, MeetingCalled
from contracts.posts import PostWithdrawn
from contracts.replies import PostReopened, ReplyDrafted
from services.deadline.core.clock import clock
from tests.services.deadline.desk import Desk, given, names
from tests.services.deadline.facts import (
    PROFILE,
    answered,
    asked,
    assigned,
    at,
    day_off,
    extended,
    grouped,
    moved,
    published,
    received,
    ungrouped,
)


def test_a_received_post_is_due_at_the_close_of_the_third_working_day() -> None:
    desk = Desk()

    said = desk.hear(received("2026-02-13T16:00"))

    assert names(said) == ["DeadlineSet"]
    assert said[0].due == at("2026-02-25T18:00")  # type: ignore[attr-defined]  # 春节 between, Saturday 14 worked
    assert desk.armed == at("2026-02-24T18:00")  # the reminder, the first of six words


def test_a_debate_carries_no_clock() -> None:
    desk = Desk()

    assert desk.hear(received("2026-03-02T10:00", "debate"), published("2026-03-02T11:00")) == []
    assert desk.armed is None


def test_an_answer_in_time_stops_the_clock_and_every_timer() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    said = desk.hear(published("2026-03-04T11:00"))

    assert names(said) == ["ClockStopped"]
    stopped: Any = said[0]
    assert (stopped.in_time, stopped.late_minutes, stopped.department) == (True, 0, "water")
    assert sum(held.minutes for held in stopped.held) == PROFILE.working_time.minutes_between(
        at("2026-03-02T10:00"), at("2026-03-04T11:00")
    )
    assert desk.armed is None
    assert desk.until("2026-04-01T00:00") == []


def test_a_forgotten_case_climbs_the_ladder_step_by_step() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    assert names(desk.until("2026-03-04T18:00")) == ["CaseEscalated:remind"]
    assert names(desk.until("2026-03-05T17:59")) == ["DeadlineNear"]
    assert names(desk.until("2026-03-05T18:00")) == ["DeadlineMissed", "CaseEscalated:leader"]
    assert names(desk.until("2026-03-06T18:00")) == ["CaseEscalated:supervisor"]
    assert names(desk.until("2026-03-12T18:00")) == ["CaseEscalated:bulletin"]
    late: Any = desk.hear(published("2026-03-13T09:30"))[0]
    assert (late.in_time, late.late_minutes) == (False, 5 * 420 + 30)


def test_an_answer_before_the_miss_that_was_heard_after_it_withdraws_it() -> None:
    desk = given(received("2026-02-13T16:00"), assigned("2026-02-13T16:00"))
    desk.until("2026-02-25T18:00")

    said = desk.hear(published("2026-02-25T17:59"))

    assert names(said) == ["MissWithdrawn", "ClockStopped"]
    assert said[1].in_time  # type: ignore[attr-defined]


def test_a_question_pauses_the_clock_and_the_answer_resumes_it() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    paused = desk.hear(asked("2026-03-03T10:00"))
    resumed = desk.hear(answered("2026-03-06T10:00"))

    assert names(paused) == ["ClockPaused"]
    assert names(resumed) == ["ClockResumed"]
    assert resumed[0].due == at("2026-03-10T18:00")  # type: ignore[attr-defined]
    assert desk.case.said.missed is None


def test_an_unanswered_question_pauses_for_five_working_days_at_most() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), asked("2026-03-03T10:00"))

    said = desk.until("2026-03-10T18:00")

    assert names(said) == ["ClockResumed"]
    assert said[0].due == at("2026-03-13T18:00")  # type: ignore[attr-defined]


def test_that_a_question_was_waited_for_long_enough_is_said_once() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), asked("2026-03-03T10:00"))
    desk.until("2026-03-10T18:00")

    assert names(desk.until("2026-03-13T18:00")) == [
        "CaseEscalated:remind",
        "DeadlineNear",
        "DeadlineMissed",
        "CaseEscalated:leader",
    ]
    assert names(desk.hear(published("2026-03-16T10:00"))) == ["ClockStopped"]


def test_an_answer_that_moves_a_date_into_a_year_without_a_calendar_says_so_once() -> None:
    desk = given(received("2026-12-28T10:00"), assigned("2026-12-28T10:00"), asked("2026-12-29T10:00"))

    said: list[Any] = desk.hear(answered("2027-01-04T10:00"))

    assert [(name, fact.provisional) for name, fact in zip(names(said), said, strict=True)] == [
        ("ClockResumed", True)
    ]


def test_an_extension_moves_the_due_date_and_is_a_promise() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    said = desk.hear(extended("2026-03-04T10:00", "2026-03-09"))
    broken = desk.until("2026-03-09T18:00")

    assert names(said) == ["DeadlineExtended"]
    assert said[0].due == at("2026-03-09T18:00")  # type: ignore[attr-defined]
    assert "PromiseBroken" in names(broken)
    assert "DeadlineMissed" in names(broken)


def test_an_extension_approved_after_the_miss_withdraws_it() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-05T18:00")

    said = desk.hear(extended("2026-03-06T09:30", "2026-03-10"))

    assert names(said) == ["DeadlineExtended", "MissWithdrawn"]
    assert set(names(desk.until("2026-03-10T18:00"))) >= {"DeadlineMissed", "PromiseBroken"}


def test_a_transfer_changes_the_holder_and_not_the_due_date() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    assert desk.hear(moved("2026-03-03T11:00", "transport")) == []
    stopped: Any = desk.hear(published("2026-03-03T15:00"))[0]

    assert {held.holder: held.minutes for held in stopped.held} == {"water": 420 + 60, "transport": 120}


def test_the_leaders_desk_and_the_meeting_hold_their_own_minutes() -> None:
    desk = given(
        received("2026-03-02T09:00"),
        assigned("2026-03-02T10:00"),
        ReplyDrafted(at=at("2026-03-02T11:00"), reply="r1", text="", department="water", by="c"),
        MeetingCalled(at=at("2026-03-02T14:00"), departments=(), reason="", until=at("2026-03-03T18:00")),
        LeadNamed(at=at("2026-03-02T15:00"), lead="water", assisting=(), reason=""),
    )

    stopped: Any = desk.hear(published("2026-03-02T16:00"))[0]

    assert {held.holder: held.minutes for held in stopped.held} == {
        "router": 60,
        "water": 60,
        "leader:water": 60 + 60,
        "meeting": 60,
    }


def test_a_reopened_case_has_a_clock_of_its_own() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), published("2026-03-03T10:00"))

    said: Any = desk.hear(
        PostReopened(at=at("2026-03-06T10:00"), reason="没修好", reply="r1", department="water")
    )

    assert names(said) == ["DeadlineSet"]
    assert (said[0].clock, said[0].due) == ("second", at("2026-03-13T18:00"))
    again: Any = desk.hear(published("2026-03-12T10:00", handling=2))
    assert (again[0].clock, again[0].in_time) == ("second", True)


def test_a_withdrawn_post_ends_its_clock() -> None:
    desk = given(received("2026-03-02T10:00"))

    said: Any = desk.hear(PostWithdrawn(at=at("2026-03-02T11:00")))

    assert (names(said), said[0].cause) == (["ClockStopped"], "withdrawn")
    assert desk.armed is None


def test_an_ungrouped_member_goes_on_as_if_it_had_never_been_grouped() -> None:
    alone = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    member = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00"),
        published("2026-03-03T10:00", lead="other"),
        ungrouped("2026-03-03T11:00"),
    )

    assert clock(member.case, PROFILE) == clock(alone.case, PROFILE)
    assert member.armed == alone.armed
    assert member.case.said.stopped is None


def test_a_member_that_joins_another_group_is_not_answered_by_the_lead_it_left() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00", "g1", "first"),
        published("2026-03-03T10:00", lead="first"),
        ungrouped("2026-03-03T11:00", "g1"),
        grouped("2026-03-03T12:00", "g2", "second"),
    )

    assert desk.case.said.stopped is None

    desk.hear(published("2026-03-04T10:00", lead="second"))

    assert desk.case.said.stopped == at("2026-03-04T10:00")


def test_a_member_that_joins_its_former_lead_once_more_is_not_answered_by_what_that_said_before() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00", "g1", "first"),
        published("2026-03-03T10:00", lead="first", group="g1"),
        ungrouped("2026-03-03T11:00", "g1"),
        grouped("2026-03-03T12:00", "g2", "first"),
    )

    assert desk.case.said.stopped is None

    desk.hear(published("2026-03-04T10:00", lead="first", group="g2"))

    assert desk.case.said.stopped == at("2026-03-04T10:00")


def test_a_new_calendar_dates_open_cases_again() -> None:
    desk = given(received("2026-12-30T10:00"))

    said: Any = desk.hear(day_off("2026-12-31T09:00", "2027-01-04"))

    assert names(said) == ["DeadlineRedated"]
    assert (said[0].previous, said[0].due) == (at("2027-01-04T18:00"), at("2027-01-05T18:00"))
    assert desk.case.amendments == 1


def test_a_cancelled_timer_that_rings_all_the_same_says_nothing() -> None:
    desk = given(received("2026-03-02T10:00"))
    armed = desk.armed
    assert armed is not None
    desk.hear(published("2026-03-03T10:00"))

    assert desk.ring(armed, at("2026-03-30T18:00")) == []


def test_a_timer_that_rings_twice_or_early_says_nothing_twice_and_nothing_early() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-05T18:00")
    due, said = at("2026-03-05T18:00"), len(desk.said)

    assert desk.ring(due, at("2026-03-05T18:00:02")) == []
    assert desk.ring(due, at("2026-03-06T17:59:59")) == []
    assert desk.armed == at("2026-03-06T18:00")
    assert names(desk.until("2026-03-31T18:00")) == ["CaseEscalated:supervisor", "CaseEscalated:bulletin"]
    assert len(desk.said) == said + 2


def test_a_timer_that_an_operator_dropped_is_armed_again_by_the_next_fact() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.armed = None  # it rang, the rule raised, and the parked input was dropped

    desk.hear(asked("2026-03-10T10:00"), answered("2026-03-10T11:00"))

    assert names(desk.until("2026-03-10T18:00"))[-2:] == ["CaseEscalated:leader", "CaseEscalated:supervisor"]


@pytest.mark.parametrize("level", ["remind", "leader", "supervisor", "bulletin"])
def test_several_steps_due_at_once_are_said_in_order_and_marked_late(level: str) -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    assert desk.armed is not None

    desk.ring(desk.armed, at("2026-03-20T09:00"))

    steps: list[Any] = [fact for fact in desk.said if hasattr(fact, "level")]
    assert [step.level for step in steps] == ["remind", "leader", "supervisor", "bulletin"]
    step = next(step for step in steps if step.level == level)
    assert step.late
    assert step.at < at("2026-03-20T09:00")
    assert desk.armed is None


def test_a_step_said_within_an_hour_of_its_instant_is_not_late() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-04T18:00")

    said: list[Any] = desk.ring(at("2026-03-05T17:00"), at("2026-03-05T19:00"))

    assert [(one.level, one.late) for one in said if hasattr(one, "level")] == [("leader", False)]
    later: list[Any] = desk.ring(at("2026-03-06T18:00"), at("2026-03-06T19:00:01"))
    assert [(one.level, one.late) for one in later] == [("supervisor", True)]
