"""The clock at its edges: instants that coincide, facts that come when another has ended what they concern."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from contracts.assignments import LeadNamed
from contracts.deadlines import DeadlineNear
from contracts.posts import PostHidden, PostWithdrawn
from services.deadline.core.clock import Clock, clock
from tests.services.deadline.desk import Desk, given, names
from tests.services.deadline.facts import (
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
    reopened,
    ungrouped,
)

MONDAY = (received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
"""Due on Thursday 5 March at 18:00."""


def folded(desk: Desk) -> Clock:
    made = clock(desk.case, desk.city)
    assert made is not None
    return made


def nears(facts: Sequence[Any]) -> list[tuple[datetime, datetime]]:
    """When the warnings were said, and for which due instants."""
    return [(fact.at, fact.due) for fact in facts if isinstance(fact, DeadlineNear)]


# -- the stop -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "in_time", "late"),
    [("2026-03-05T17:59:59", True, 0), ("2026-03-05T18:00", True, 0), ("2026-03-05T18:00:01", False, 0)],
)
def test_a_reply_exactly_at_the_closing_instant_is_in_time_and_a_second_later_it_is_not(
    when: str, in_time: bool, late: int
) -> None:
    stopped: Any = given(*MONDAY).hear(published(when))[-1]

    assert (stopped.in_time, stopped.late_minutes) == (in_time, late)


def test_a_reply_at_the_closing_instant_that_is_heard_after_the_miss_withdraws_it() -> None:
    desk = given(*MONDAY)
    desk.until("2026-03-05T18:00")

    assert names(desk.hear(published("2026-03-05T18:00"))) == ["MissWithdrawn", "ClockStopped"]


def test_a_reply_at_the_closing_instant_of_a_promise_keeps_it() -> None:
    desk = given(*MONDAY, extended("2026-03-04T10:00", "2026-03-09"))
    desk.hear(published("2026-03-09T18:00"))

    assert names(desk.until("2026-04-01T00:00")) == []
    assert desk.case.said.broken == ()


@pytest.mark.parametrize("when", ["2026-03-04T10:00", "2026-03-04T11:00"])
def test_an_extension_approved_with_the_reply_or_after_it_moves_nothing(when: str) -> None:
    desk = given(*MONDAY)
    stopped: Any = desk.hear(published("2026-03-04T10:00"))[-1]

    assert desk.hear(extended(when, "2026-03-09")) == []
    assert (folded(desk).due, stopped.due) == (at("2026-03-05T18:00"), at("2026-03-05T18:00"))
    assert folded(desk).extensions == ()
    assert desk.until("2026-04-01T00:00") == []


def test_a_question_asked_with_the_reply_or_after_it_pauses_nothing() -> None:
    desk = given(*MONDAY, published("2026-03-04T10:00"))

    assert desk.hear(asked("2026-03-04T10:00")) == []
    assert folded(desk).pauses == ()


def test_a_reply_of_the_first_handling_that_is_stamped_after_the_reopening_does_not_stop_the_second() -> None:
    desk = given(*MONDAY, published("2026-03-03T10:00"), reopened("2026-03-06T10:00"))

    desk.hear(published("2026-03-06T10:05", handling=1))

    assert desk.case.said.stopped is None
    assert names(desk.hear(published("2026-03-09T10:00", handling=2))) == ["ClockStopped"]


def test_a_reply_of_the_second_handling_stops_it_though_its_stamp_equals_that_of_the_reopening() -> None:
    desk = given(*MONDAY, published("2026-03-03T10:00"), reopened("2026-03-06T10:00"))

    assert names(desk.hear(published("2026-03-06T10:00", handling=2))) == ["ClockStopped"]


def test_a_reply_stamped_before_the_receipt_since_a_clock_was_set_back_stops_the_clock_and_nothing_is_missed() -> (
    None
):
    desk = given(*MONDAY)

    stopped: Any = desk.hear(published("2026-03-02T09:30"))[-1]

    assert (names([stopped]), stopped.at, stopped.in_time) == (["ClockStopped"], at("2026-03-02T10:00"), True)
    assert desk.case.next_at is None
    assert desk.until("2026-03-09T09:00") == []


def test_what_belongs_to_the_first_handling_moves_nothing_in_the_second() -> None:
    desk = given(
        *MONDAY,
        asked("2026-03-03T10:00", "old"),
        extended("2026-03-03T10:30", "2026-03-20", "old"),
        published("2026-03-03T11:00"),
        reopened("2026-03-06T10:00"),
    )
    desk.hear(answered("2026-03-06T11:00", "old"))

    assert folded(desk).due == at("2026-03-13T18:00")
    assert (folded(desk).pauses, folded(desk).extensions) == ((), ())


# -- a pause --------------------------------------------------------------------------------------


def test_an_extension_to_an_earlier_date_approved_inside_a_pause_does_not_shorten_it() -> None:
    desk = given(*MONDAY, asked("2026-03-03T10:00"))
    waiting = folded(desk).due
    assert waiting == at("2026-03-13T18:00")

    extension: Any = desk.hear(extended("2026-03-04T10:00", "2026-03-09"))[0]

    assert (folded(desk).due, extension.due) == (waiting, waiting)
    resumed: Any = desk.hear(answered("2026-03-04T11:00"))[0]
    # Three days less an hour were left on Tuesday at 10:00; the promise of Monday 9 March is later.
    assert (folded(desk).due, resumed.due) == (at("2026-03-09T18:00"), at("2026-03-09T18:00"))


def test_an_extension_to_a_later_date_approved_inside_a_pause_is_the_date_that_the_resumption_tells() -> None:
    desk = given(*MONDAY, asked("2026-03-03T10:00"), extended("2026-03-04T10:00", "2026-03-20"))

    resumed: Any = desk.hear(answered("2026-03-04T11:00"))[0]

    assert (resumed.due, folded(desk).due) == (at("2026-03-20T18:00"), at("2026-03-20T18:00"))


def test_two_questions_that_overlap_freeze_the_shared_minutes_once() -> None:
    both = given(
        *MONDAY,
        asked("2026-03-03T10:00", "q1"),
        asked("2026-03-03T14:00", "q2"),
        answered("2026-03-04T10:00", "q1"),
        answered("2026-03-04T16:00", "q2"),
    )
    single = given(*MONDAY, asked("2026-03-03T10:00"), answered("2026-03-04T16:00"))

    assert folded(both).due == folded(single).due == at("2026-03-09T18:00")
    spans = [(pause.start, pause.end) for pause in folded(both).pauses]
    assert spans == [
        (at("2026-03-03T10:00"), at("2026-03-04T10:00")),
        (at("2026-03-04T10:00"), at("2026-03-04T16:00")),
    ]


def test_a_question_inside_another_freezes_nothing_of_its_own() -> None:
    desk = given(
        *MONDAY,
        asked("2026-03-03T10:00", "q1"),
        asked("2026-03-03T14:00", "q2"),
        answered("2026-03-03T16:00", "q2"),
        answered("2026-03-04T16:00", "q1"),
    )

    assert [pause.question for pause in folded(desk).pauses] == ["q1"]
    assert folded(desk).due == at("2026-03-09T18:00")


def test_an_answer_exactly_when_the_waiting_ends_is_an_answer_and_a_second_later_it_is_none() -> None:
    in_time = given(*MONDAY, asked("2026-03-03T10:00"), answered("2026-03-10T18:00"))
    late = given(*MONDAY, asked("2026-03-03T10:00"), answered("2026-03-10T18:00:01"))

    assert [(p.answered, p.end) for p in folded(in_time).pauses] == [(True, at("2026-03-10T18:00"))]
    assert [(p.answered, p.end) for p in folded(late).pauses] == [(False, at("2026-03-10T18:00"))]


def test_a_question_asked_when_nothing_is_left_moves_nothing() -> None:
    desk = given(*MONDAY, asked("2026-03-05T18:00"), answered("2026-03-06T18:00"))

    assert folded(desk).due == at("2026-03-05T18:00")
    assert [pause.minutes_left for pause in folded(desk).pauses] == [0]


def test_a_question_asked_after_the_warning_rang_is_followed_by_another_warning_for_the_new_due_date() -> (
    None
):
    desk = given(*MONDAY)
    desk.until("2026-03-05T12:00")
    assert "DeadlineNear" in names(desk.said)

    desk.hear(asked("2026-03-05T15:00"))

    assert "DeadlineNear" not in names(desk.until("2026-03-12T18:00"))
    # 1440 minutes are gone, 420 are left of Friday 13 March: 80 % of 1860 are 1488, the 48th minute of that day.
    assert nears(desk.until("2026-03-31T18:00")) == [(at("2026-03-13T09:48"), at("2026-03-13T18:00"))]


def test_when_the_share_was_gone_before_the_question_the_other_warning_comes_as_the_wait_ends() -> None:
    desk = given(*MONDAY, extended("2026-03-04T10:00", "2026-03-10"))
    desk.until("2026-03-10T12:00")
    assert nears(desk.said)[-1][1] == at("2026-03-10T18:00")

    desk.hear(asked("2026-03-10T15:00"))

    # 2700 of 3120 minutes were gone; five working days of waiting end on Tuesday 17 March.
    assert nears(desk.until("2026-03-31T18:00")) == [(at("2026-03-17T18:00"), at("2026-03-18T18:00"))]


# -- a pause ends with the case -------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        published("2026-03-03T15:07"),
        PostWithdrawn(at=at("2026-03-03T15:07")),
        PostHidden(at=at("2026-03-03T15:07"), reason="", by="s"),
    ],
    ids=["replied", "withdrawn", "hidden"],
)
def test_a_case_that_ends_while_the_citizen_is_asked_keeps_its_due_date_and_its_pause_ends_with_it(
    end: Any,
) -> None:
    desk = given(*MONDAY, asked("2026-03-03T15:00"))

    said: Any = desk.hear(end)

    assert names(said) == ["ClockStopped"]
    assert (said[0].due, said[0].in_time) == (at("2026-03-05T18:00"), True)
    assert folded(desk).due == at("2026-03-05T18:00")
    assert [(pause.start, pause.end, pause.answered) for pause in folded(desk).pauses] == [
        (at("2026-03-03T15:00"), at("2026-03-03T15:07"), False)
    ]
    assert {held.holder: held.minutes for held in said[0].held} == {"water": 360 + 240, "citizen": 7}
    assert desk.until("2026-04-01T00:00") == []


def test_a_case_answered_while_paused_is_in_time_though_its_former_due_date_has_passed() -> None:
    desk = given(*MONDAY, asked("2026-03-05T15:00"))

    stopped: Any = desk.hear(published("2026-03-10T10:00"))[-1]

    # Three hours were left, frozen since Thursday.
    assert stopped.in_time
    assert stopped.due == at("2026-03-10T18:00")
    assert desk.until("2026-04-01T00:00") == []


def test_a_case_that_was_overdue_when_the_citizen_was_asked_stays_late() -> None:
    desk = given(*MONDAY)
    desk.until("2026-03-06T10:00")
    desk.hear(asked("2026-03-06T10:00"))

    stopped: Any = desk.hear(published("2026-03-06T15:00"))[-1]

    assert (stopped.in_time, stopped.due) == (False, at("2026-03-05T18:00"))


def test_the_wait_goes_on_when_the_lead_that_answered_the_case_is_left() -> None:
    desk = given(
        *MONDAY,
        asked("2026-03-03T10:00"),
        grouped("2026-03-03T11:00"),
        published("2026-03-03T12:00", lead="other"),
    )
    assert folded(desk).due == at("2026-03-05T18:00")

    desk.hear(ungrouped("2026-03-04T10:00"))

    assert folded(desk).due == at("2026-03-13T18:00")
    assert names(desk.until("2026-03-10T18:00")) == ["ClockResumed"]


# -- extensions and days --------------------------------------------------------------------------


def test_an_extension_to_a_day_that_became_a_holiday_is_due_on_the_next_working_day() -> None:
    desk = given(*MONDAY, extended("2026-03-04T10:00", "2026-03-09"))

    said: Any = desk.hear(day_off("2026-03-06T10:00", "2026-03-09"))

    assert names(said) == ["DeadlineRedated"]
    assert (said[0].previous, said[0].due) == (at("2026-03-09T18:00"), at("2026-03-10T18:00"))
    assert not {"DeadlineMissed", "PromiseBroken"} & set(names(desk.until("2026-03-10T17:59")))
    assert {"DeadlineMissed", "PromiseBroken"} < set(names(desk.until("2026-03-10T18:00")))


def test_an_extension_to_a_sunday_is_due_on_monday() -> None:
    # 10 October 2026 is a Saturday that is worked, 11 October a Sunday that is not.
    desk = given(received("2026-09-30T10:00"), assigned("2026-09-30T10:00"))
    assert folded(desk).due == at("2026-10-10T18:00")

    said: Any = desk.hear(extended("2026-10-09T10:00", "2026-10-11"))

    assert said[0].due == folded(desk).due == at("2026-10-12T18:00")


def test_an_extension_to_a_make_up_workday_is_due_on_that_saturday() -> None:
    desk = given(received("2026-09-29T10:00"), assigned("2026-09-29T10:00"))

    said: Any = desk.hear(extended("2026-10-08T10:00", "2026-10-10"))

    assert said[0].due == at("2026-10-10T18:00")


# -- beyond the calendar --------------------------------------------------------------------------


def test_a_pause_that_carries_the_due_date_past_the_calendar_makes_it_provisional() -> None:
    desk = given(received("2026-12-24T10:00"), assigned("2026-12-24T10:00"))
    assert not folded(desk).provisional

    desk.hear(asked("2026-12-25T10:00"))
    resumed: Any = desk.hear(answered("2026-12-31T10:00"))[0]

    assert folded(desk).provisional
    assert (resumed.due > at("2026-12-31T18:00"), resumed.provisional) == (True, True)


@pytest.mark.parametrize(
    ("facts", "provisional"),
    [
        ((extended("2026-12-28T10:00", "2026-12-31"),), False),
        ((extended("2026-12-28T10:00", "2027-01-05"),), True),
        ((published("2026-12-25T10:00"), reopened("2026-12-25T11:00")), True),
        ((published("2026-12-24T11:00"), reopened("2026-12-24T12:00")), False),
    ],
    ids=["extended within", "extended beyond", "reopened beyond", "reopened within"],
)
def test_whatever_carries_the_due_date_past_the_calendar_makes_it_provisional(
    facts: tuple[Any, ...], provisional: bool
) -> None:
    desk = given(received("2026-12-24T10:00"), assigned("2026-12-24T10:00"), *facts)

    last: Any = desk.said[-1]
    assert folded(desk).provisional is provisional
    assert last.provisional is provisional


# -- holders --------------------------------------------------------------------------------------


def test_two_holders_at_the_same_instant_leave_the_later_one_with_the_case() -> None:
    desk = given(*MONDAY, moved("2026-03-02T11:00", "transport"), moved("2026-03-02T11:00", "housing"))

    stopped: Any = desk.hear(published("2026-03-02T12:00"))[-1]

    assert {held.holder: held.minutes for held in stopped.held} == {"water": 60, "housing": 60}


def test_a_lead_named_without_a_meeting_changes_nothing_of_the_ledger() -> None:
    desk = given(*MONDAY, LeadNamed(at=at("2026-03-02T11:00"), lead="water", assisting=(), reason=""))

    stopped: Any = desk.hear(published("2026-03-02T12:00"))[-1]

    assert {held.holder: held.minutes for held in stopped.held} == {"water": 120}
