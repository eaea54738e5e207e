"""What is heard late of a handling that is over, for the citizen has reopened the case: its record is put right, the clock at hand is not touched."""

from typing import Any

from contracts.assignments import AssignmentHeld, LeadNamed, MeetingCalled
from contracts.posts import PostHidden, PostRestored
from contracts.replies import ReplyDrafted
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
    policy,
    published,
    received,
    reopened,
    ungrouped,
)

DUE = at("2026-03-05T18:00")
HELD = AssignmentHeld(at=at("2026-03-02T10:00"), number="SQ1", candidates=(), rule_version="r")
HIDDEN = PostHidden(at=at("2026-03-03T10:00"), reason="", by="s")
RESTORED = PostRestored(at=at("2026-03-04T10:00"), reason="", by="s")


def meeting(when: str, until: str) -> MeetingCalled:
    return MeetingCalled(at=at(when), departments=(), reason="", until=at(until))


def ruled(when: str) -> LeadNamed:
    return LeadNamed(at=at(when), lead="water", assisting=(), reason="")


def member(*meanwhile: Any, reply: str = "2026-03-09T10:00", again: str = "2026-03-09T11:00") -> Desk:
    """It left the group after the lead's reply, was answered by its own unit and reopened; of the leaving nothing was heard yet."""
    return given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00"),
        published("2026-03-03T10:00", lead="other", group="g1"),
        *meanwhile,
        published(reply),
        reopened(again),
    )


def test_the_miss_of_a_member_that_left_its_group_is_said_though_the_leaving_is_heard_after_the_reopening() -> (
    None
):
    desk = member()
    due, armed = desk.case.said.due, desk.armed

    said: Any = desk.hear(ungrouped("2026-03-03T11:00"))

    assert names(said) == [
        "DeadlineMissed",
        "CaseEscalated:leader",
        "CaseEscalated:supervisor",
        "ClockStopped",
    ]
    assert {(one.handling, one.clock, one.due) for one in said} == {(1, "reply", DUE)}
    assert all(one.late for one in said[1:3]), "whoever reads of it knows that it is long ago"
    assert (said[3].at, said[3].in_time) == (at("2026-03-09T10:00"), False)
    assert (desk.case.said.handling, desk.case.said.due, desk.armed) == (2, due, armed)
    assert desk.hear(ungrouped("2026-03-03T11:00")) == [], "it is said once"


def test_the_second_handling_goes_on_as_if_nothing_had_been_heard_of_the_first() -> None:
    heard, not_heard = member(), member()
    heard.hear(ungrouped("2026-03-03T11:00"))

    assert heard.until("2026-04-01T00:00") == not_heard.until("2026-04-01T00:00") != []


def test_a_member_whose_own_unit_answered_in_time_has_missed_nothing() -> None:
    desk = member(reply="2026-03-05T18:00", again="2026-03-05T19:00")

    said: Any = desk.hear(ungrouped("2026-03-03T11:00"))

    assert names(said) == ["ClockStopped"]
    assert (said[0].handling, said[0].at, said[0].in_time) == (1, DUE, True)


def test_what_was_asked_and_granted_after_the_leaving_moves_the_clock_of_the_first_handling() -> None:
    desk = member(
        asked("2026-03-03T14:00"),
        answered("2026-03-04T14:00"),
        extended("2026-03-05T10:00", "2026-03-10"),
        reply="2026-03-11T10:00",
        again="2026-03-11T11:00",
    )
    due = desk.case.said.due

    said: Any = desk.hear(ungrouped("2026-03-03T11:00"))

    assert names(said) == [
        "ClockPaused",
        "ClockResumed",
        "DeadlineExtended",
        "DeadlineMissed",
        "PromiseBroken",
        "CaseEscalated:leader",
        "ClockStopped",
    ]
    assert {one.handling for one in said} == {1}
    assert [one.due for one in said if hasattr(one, "due")] == [
        at("2026-03-06T18:00"),
        *[at("2026-03-10T18:00")] * 4,
    ]
    assert desk.case.said.due == due


def test_waiting_for_the_citizen_that_was_over_before_the_answer_is_said_of_the_first_handling() -> None:
    desk = member(asked("2026-03-03T14:00"), reply="2026-03-16T10:00", again="2026-03-16T11:00")

    said: Any = desk.hear(ungrouped("2026-03-03T11:00"))

    assert names(said)[:2] == ["ClockPaused", "ClockResumed"]
    assert {one.handling for one in said} == {1}


def test_who_leaves_after_the_reopening_was_answered_by_the_lead() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00"),
        published("2026-03-03T10:00", lead="other", group="g1"),
        reopened("2026-03-04T10:00"),
    )

    assert desk.hear(ungrouped("2026-03-04T11:00")) == []
    assert names(desk.hear(published("2026-03-06T10:00", handling=2))) == ["ClockStopped"]
    assert [one.said.stopped for one in desk.case.over] == [at("2026-03-03T10:00")]


def test_a_miss_said_since_a_leaving_was_heard_before_the_reopening_that_it_followed_is_taken_back() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00"),
        published("2026-03-03T10:00", lead="other", group="g1"),
        ungrouped("2026-03-04T11:00"),
    )
    assert "DeadlineMissed" in names(desk.until("2026-03-05T18:00"))

    said: Any = desk.hear(reopened("2026-03-04T10:00"))

    assert names(said) == ["MissWithdrawn", "ClockStopped", "DeadlineSet"]
    assert [one.handling for one in said] == [1, 1, 2]
    assert (said[1].at, said[1].in_time) == (at("2026-03-03T10:00"), True)


def test_a_hiding_of_the_first_handling_heard_after_its_reopening_takes_back_a_miss_that_was_none() -> None:
    desk = given(received("2026-03-02T10:00"), assigned("2026-03-02T10:00"))
    desk.until("2026-03-05T18:00")
    desk.hear(published("2026-03-06T10:00"), reopened("2026-03-06T11:00"))

    desk.hear(HIDDEN)
    said: Any = [one for one in desk.hear(RESTORED) if getattr(one, "handling", 0) == 1]

    assert names(said) == ["MissWithdrawn", "ClockStopped"]
    assert (said[0].due, said[1].due, said[1].in_time) == (DUE, at("2026-03-06T18:00"), True)
    assert ("moderation", 420) in [(one.holder, one.minutes) for one in said[1].held]
    assert desk.case.said.due == at("2026-03-13T18:00")


def test_a_ledger_of_the_first_handling_is_put_right_when_its_assignment_is_heard_after_the_reopening() -> (
    None
):
    desk = given(received("2026-03-02T09:00"), published("2026-03-02T12:00"), reopened("2026-03-02T14:00"))

    said: Any = desk.hear(assigned("2026-03-02T10:00"))

    assert names(said) == ["ClockStopped"]
    assert said[0].handling == 1
    assert {one.holder: one.minutes for one in said[0].held} == {"router": 60, "water": 120}
    drafted = ReplyDrafted(at=at("2026-03-02T15:00"), reply="r", text="", department="water", by="c")
    assert desk.hear(drafted, moved("2026-03-02T15:00", "transport")) == []


def test_a_late_dispatch_is_said_when_the_assignment_is_heard_after_the_reopening() -> None:
    desk = given(received("2026-03-02T10:00"), published("2026-03-05T10:00"), reopened("2026-03-05T11:00"))

    assert desk.hear(HELD) == [], "the unit that answered may have had it in time"
    said = desk.hear(assigned("2026-03-04T10:00"))

    assert names(said) == ["DispatchLate", "ClockStopped"]
    assert desk.hear(moved("2026-03-05T10:00", "transport")) == []


def test_a_dispatch_in_time_is_not_called_late_when_it_is_heard_after_the_reopening() -> None:
    desk = given(received("2026-03-02T10:00"), published("2026-03-05T10:00"), reopened("2026-03-05T11:00"))

    assert names(desk.hear(HELD, assigned("2026-03-02T10:30"))) == ["ClockStopped"]


def test_a_meeting_of_the_first_handling_is_called_late_once_its_late_end_is_heard() -> None:
    for end, late in (("2026-03-04T10:00", True), ("2026-03-03T18:00", False)):
        desk = given(
            received("2026-03-02T10:00"),
            assigned("2026-03-02T10:00"),
            published("2026-03-05T10:00"),
            reopened("2026-03-05T11:00"),
        )
        called = desk.hear(meeting("2026-03-02T14:00", "2026-03-03T18:00"))
        said = desk.hear(ruled(end))

        assert "MeetingLate" not in names(called), "it may have ruled in time"
        assert ("MeetingLate" in names(said)) == late
        assert desk.hear(ruled("2026-03-06T10:00")) == []


def test_what_is_heard_late_of_the_second_handling_names_it_while_the_third_is_at_hand() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        published("2026-03-02T12:00"),
        reopened("2026-03-02T14:00"),
        grouped("2026-03-02T15:00"),
        published("2026-03-03T10:00", handling=2, lead="other", group="g1"),
        published("2026-03-10T10:00", handling=2),
        reopened("2026-03-10T11:00"),
    )

    said: Any = desk.hear(ungrouped("2026-03-03T11:00"))

    assert names(said) == ["DeadlineMissed", "CaseEscalated:leader", "ClockStopped"]
    assert {(one.handling, one.clock) for one in said} == {(2, "second")}
    assert [one.said.missed for one in desk.case.over] == [None, at("2026-03-09T18:00")]
    assert desk.case.said.handling == 3


def test_rules_that_have_changed_since_judge_no_handling_that_is_over_anew() -> None:
    desk = given(
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        published("2026-03-04T10:00"),
        reopened("2026-03-04T11:00"),
    )
    shorter: Any = {"kinds.complaint": {"reply_days": 1}}
    desk.hear(policy("2026-03-04T12:00", **shorter), day_off("2026-03-04T12:00", "2026-03-03"))

    assert desk.hear(moved("2026-03-04T14:00", "transport")) == []
    assert [one for one in desk.said if getattr(one, "handling", 0) == 1] == desk.said[:2]
    assert desk.case.over[0].said.missed is None


def test_of_a_handling_that_was_over_before_any_was_remembered_nothing_is_said() -> None:
    desk = member()
    desk.case = type(desk.case)(
        **{**{n: getattr(desk.case, n) for n in desk.case.__struct_fields__}, "over": ()}
    )

    assert desk.hear(ungrouped("2026-03-03T11:00")) == []
