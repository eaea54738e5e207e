"""What is heard late, and rules that change meanwhile: what was said in ignorance is put right, and only that."""

from typing import Any

from contracts.assignments import MeetingCalled
from contracts.deadlines import ClockStopped, DeadlineNear
from contracts.replies import ReplyDrafted
from services.deadline.core.clock import clock
from tests.services.deadline.desk import given, names
from tests.services.deadline.facts import (
    answered,
    asked,
    assigned,
    at,
    day_off,
    extended,
    grouped,
    moved,
    policy,
    published,
    received,
    reopened,
    ungrouped,
)


def test_a_member_answered_before_its_miss_and_then_ungrouped_is_missed_again_and_climbs_the_ladder() -> None:
    desk = given(
        received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), grouped("2026-03-02T11:00", "g1", "lead")
    )
    desk.until("2026-03-05T18:00")
    withdrawn = desk.hear(published("2026-03-05T17:00", lead="lead"))

    assert names(withdrawn) == ["MissWithdrawn", "ClockStopped"]

    desk.hear(ungrouped("2026-03-06T09:00", "g1"))

    assert names(desk.until("2026-03-06T18:00")) == [
        "DeadlineMissed",
        "CaseEscalated:leader",
        "CaseEscalated:supervisor",
    ]


def test_a_late_reply_that_is_heard_before_the_timer_rings_does_not_hide_the_miss() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    said: Any = desk.hear(published("2026-03-09T10:00"))

    assert names(said) == [
        "DeadlineMissed",
        "CaseEscalated:leader",
        "CaseEscalated:supervisor",
        "ClockStopped",
    ]
    assert [fact.at for fact in said[:3]] == [
        at("2026-03-05T18:00"),
        at("2026-03-05T18:00"),
        at("2026-03-06T18:00"),
    ]
    assert [fact.late for fact in said[1:3]] == [True, True]
    assert desk.until("2026-04-01T00:00") == []


def test_a_step_said_before_a_late_reply_of_earlier_was_heard_is_taken_back_and_the_miss_is_said_anew() -> (
    None
):
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-06T18:00")

    said: Any = desk.hear(published("2026-03-06T17:59"))

    assert names(said) == ["MissWithdrawn", "DeadlineMissed", "CaseEscalated:leader", "ClockStopped"]
    assert [fact.at for fact in said[1:3]] == 2 * [at("2026-03-05T18:00")]
    assert (said[3].at, said[3].in_time) == (at("2026-03-06T17:59"), False)
    assert desk.hear(published("2026-03-06T17:59")) == desk.until("2026-04-01T00:00") == []


def test_a_step_at_the_instant_of_the_reply_is_none_and_one_before_it_stands() -> None:
    for reply, steps in (("2026-03-06T18:00", 1), ("2026-03-06T18:01", 2)):
        desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
        desk.until("2026-03-06T18:00")
        said = desk.hear(published(reply))

        assert ("MissWithdrawn" in names(said)) == (steps == 1)
        assert len(desk.case.said.escalated) == 1 + steps, "the first reminds before the day"


def test_waiting_for_the_citizen_that_ended_before_a_late_reply_is_said_though_the_reply_is_heard_first() -> (
    None
):
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), asked("2026-03-03T10:00"))

    said: Any = desk.hear(published("2026-03-12T10:00"))

    assert names(said) == ["ClockResumed", "ClockStopped"]
    assert (said[0].at, said[0].due) == (at("2026-03-10T18:00"), at("2026-03-13T18:00"))


def test_a_miss_is_said_though_the_late_reply_and_the_reopening_are_heard_before_its_timer_rings() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))

    said: Any = desk.hear(published("2026-03-06T17:00"), reopened("2026-03-06T17:30"))

    assert names(said) == ["DeadlineMissed", "CaseEscalated:leader", "ClockStopped", "DeadlineSet"]
    assert [(one.at, one.clock) for one in said[:2]] == [
        (at("2026-03-05T18:00"), "reply"),
        (at("2026-03-05T18:00"), "reply"),
    ]
    after: Any = desk.until("2026-03-13T18:00")
    assert {one.clock for one in after} == {"second"}


def test_a_promise_called_broken_is_withdrawn_when_a_reply_given_before_it_is_heard() -> None:
    desk = given(
        received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), extended("2026-03-04T10:00", "2026-03-09")
    )
    assert "PromiseBroken" in names(desk.until("2026-03-09T18:00"))

    said: Any = desk.hear(published("2026-03-09T17:00"))

    assert names(said) == ["MissWithdrawn", "MissWithdrawn", "ClockStopped"]
    assert [(one.clock, one.due) for one in said[:2]] == [
        ("reply", at("2026-03-09T18:00")),
        ("promise", at("2026-03-09T18:00")),
    ]
    assert desk.case.said.broken == ()


def test_an_earlier_promise_stays_broken_though_a_later_one_is_kept() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        extended("2026-03-04T10:00", "2026-03-09", "e1"),
        extended("2026-03-09T10:00", "2026-03-11", "e2"),
    )
    desk.until("2026-03-09T18:00")
    desk.hear(published("2026-03-11T17:00"))

    assert desk.case.said.broken == ("e1",)


def test_a_timer_that_rings_before_the_sweep_has_come_is_judged_by_the_rules_in_force() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-05T17:59")
    desk.learn(day_off("2026-03-05T17:59", "2026-03-05"))

    said: Any = desk.until("2026-03-05T18:00")

    assert names(said) == ["DeadlineRedated"]
    assert (said[0].previous, said[0].due) == (at("2026-03-05T18:00"), at("2026-03-06T18:00"))
    assert desk.case.said.missed is None
    assert names(desk.until("2026-03-06T18:00"))[-2:] == ["DeadlineMissed", "CaseEscalated:leader"]


def test_a_provisional_date_is_said_to_be_certain_when_its_year_is_loaded_even_where_it_stays() -> None:
    desk = given(received("2026-12-30T10:00"))
    assert desk.said[0].provisional  # type: ignore[attr-defined]

    said: Any = desk.hear(day_off("2026-12-31T09:00", "2027-10-01"))

    assert names(said) == ["DeadlineRedated"]
    assert (said[0].previous, said[0].due, said[0].provisional) == (
        at("2027-01-04T18:00"),
        at("2027-01-04T18:00"),
        False,
    )


def test_waiting_for_the_citizen_ends_later_when_a_day_of_it_becomes_a_holiday() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), asked("2026-03-03T10:00"))
    desk.hear(day_off("2026-03-04T10:00", "2026-03-06"))

    assert desk.until("2026-03-10T18:00") == []
    said: Any = desk.until("2026-03-11T18:00")

    assert names(said) == ["ClockResumed"]
    assert (said[0].at, said[0].due) == (at("2026-03-11T18:00"), at("2026-03-16T18:00"))


def test_a_closed_case_keeps_the_clock_it_was_judged_by_when_the_rules_change() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"), published("2026-03-05T17:00"))
    desk.hear(policy("2026-03-06T09:00", **{"kinds.complaint": {"reply_days": 1}}))

    assert desk.hear(moved("2026-03-06T10:00", "transport")) == []
    assert desk.case.amendments == 0


def test_nobody_is_warned_while_the_citizen_is_waited_for() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-05T16:59")
    desk.hear(asked("2026-03-05T17:00"))

    assert [name for name in names(desk.until("2026-03-12T18:00")) if name != "CaseEscalated:remind"] == [
        "ClockResumed"
    ]
    # 17:00 to 18:00 is left of the third day, rounded up to the close of the first working day after the wait.
    assert desk.case.said.due == at("2026-03-13T18:00")
    assert "DeadlineNear" in names(desk.until("2026-03-13T17:59"))


def test_what_a_question_froze_does_not_count_as_time_gone() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        asked("2026-03-03T10:00"),
        answered("2026-03-09T10:00"),
    )
    made = clock(desk.case, desk.city)
    assert made is not None
    time = desk.city.working_time
    frozen = time.minutes_between(at("2026-03-03T10:00"), at("2026-03-09T10:00"))
    counted = time.minutes_between(made.start, made.due) - frozen

    near = next(fact for fact in desk.until("2026-03-31T18:00") if isinstance(fact, DeadlineNear))

    assert time.minutes_between(made.start, near.at) - frozen == round(counted * 0.8)


def test_a_transfer_takes_the_draft_off_the_former_leaders_desk() -> None:
    desk = given(
        received("2026-03-02T09:00"),
        assigned("2026-03-02T09:00"),
        ReplyDrafted(at=at("2026-03-02T10:00"), reply="r", text="", department="water", by="c"),
        moved("2026-03-02T11:00", "transport"),
    )

    stopped: Any = desk.hear(published("2026-03-02T12:00"))[0]

    assert {one.holder: one.minutes for one in stopped.held} == {
        "water": 60,
        "leader:water": 60,
        "transport": 60,
    }


def test_an_assignment_over_the_meetings_head_ends_the_meetings_minutes() -> None:
    desk = given(
        received("2026-03-02T09:00"),
        assigned("2026-03-02T09:00"),
        MeetingCalled(at=at("2026-03-02T10:00"), departments=(), reason="", until=at("2026-03-03T18:00")),
        moved("2026-03-02T11:00", "transport"),
    )

    stopped: Any = desk.hear(published("2026-03-02T12:00"))[0]

    assert {one.holder: one.minutes for one in stopped.held} == {"water": 60, "meeting": 60, "transport": 60}


def test_a_ledger_said_before_the_assignment_was_heard_is_said_again_put_right() -> None:
    desk = given(received("2026-03-02T09:00"), published("2026-03-02T12:00"))
    assert [one.holder for one in desk.said[-1].held] == ["router"]  # type: ignore[attr-defined]

    said: Any = desk.hear(assigned("2026-03-02T10:00"))

    assert names(said) == ["ClockStopped"]
    assert {one.holder: one.minutes for one in said[0].held} == {"router": 60, "water": 120}


def test_a_unit_that_answered_in_time_is_said_to_have_though_the_post_is_heard_after_its_reopening() -> None:
    desk = given(assigned("2026-03-02T10:00"), published("2026-03-03T10:00"), reopened("2026-03-04T10:00"))

    said: Any = desk.hear(received("2026-03-02T10:00"))

    assert names(said) == ["DeadlineSet", "ClockStopped", "DeadlineSet"]
    assert [fact.clock for fact in said] == ["reply", "reply", "second"]
    assert (said[1].in_time, said[1].at) == (True, at("2026-03-03T10:00"))
    assert desk.armed is not None


def test_every_handling_before_the_post_was_heard_is_judged_by_its_own_answer() -> None:
    desk = given(
        assigned("2026-03-02T10:00"),
        published("2026-03-06T10:00"),
        reopened("2026-03-06T11:00"),
        published("2026-03-09T10:00", handling=2),
        reopened("2026-03-10T10:00"),
    )

    said: Any = desk.hear(received("2026-03-02T10:00"))

    assert [(fact.clock, fact.in_time) for fact in said if type(fact) is ClockStopped] == [
        ("reply", False),
        ("second", True),
    ]
    assert names(said).count("DeadlineSet") == 3
