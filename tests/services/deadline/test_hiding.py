"""A hidden post that is restored: its clock goes on with the working time that was left, and nobody held it meanwhile."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace

from contracts.assignments import AssignmentHeld
from contracts.deadlines import (
    CaseEscalated,
    ClockStopped,
    DeadlineMissed,
    DeadlineRedated,
    DispatchLate,
    Held,
    InstructionOverdue,
    PromiseBroken,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseSet,
)
from contracts.facts import Fact
from contracts.posts import PostHeld, PostHidden, PostRestored, PostWithdrawn
from contracts.replies import InstructionGiven
from tests.services.deadline.desk import Desk
from tests.services.deadline.facts import (
    answered,
    asked,
    assigned,
    at,
    day_off,
    extended,
    published,
    received,
    reopened,
)

MONDAY = "2026-03-02T10:00"


def hidden(when: str) -> PostHidden:
    return PostHidden(at=at(when), reason="广告", by="m")


def restored(when: str) -> PostRestored:
    return PostRestored(at=at(when), reason="误判", by="m")


def heard(*facts: Fact) -> tuple[Desk, list[Fact]]:
    desk = Desk()
    return desk, desk.hear(received(MONDAY), assigned(MONDAY), *facts)


def dates(facts: list[Fact]) -> list[tuple[datetime, str]]:
    return [(fact.due, fact.reason) for fact in facts if isinstance(fact, DeadlineRedated)]


def last_due(said: list[Fact]) -> datetime:
    """The due date that was said last."""
    dues: list[datetime] = [fact.due for fact in said if hasattr(fact, "due")]
    return dues[-1]


@pytest.mark.parametrize(
    ("back", "due"),
    [
        # Hidden on Tuesday at ten: three days less an hour are left.
        ("2026-03-03T17:00", "2026-03-06T18:00"),
        ("2026-03-13T10:00", "2026-03-17T18:00"),
    ],
)
def test_the_clock_goes_on_with_what_was_left_and_says_why_the_date_is_another(back: str, due: str) -> None:
    desk, said = heard(hidden("2026-03-03T10:00"), restored(back))

    assert dates(said) == [(at(due), "帖子恢复办理,屏蔽期间不计时")]
    missed = [fact.due for fact in desk.until("2026-03-31T18:00") if isinstance(fact, DeadlineMissed)]
    assert missed == [at(due)]


def test_a_day_off_after_the_restoration_is_told_for_what_it_is() -> None:
    desk, _ = heard(hidden("2026-03-03T10:00"), restored("2026-03-13T10:00"))

    assert dates(desk.hear(day_off("2026-03-13T11:00", "2026-03-16"))) == [
        (at("2026-03-18T18:00"), "放假安排或规则有变,重新计算")
    ]


def test_a_post_that_was_back_at_once_keeps_its_date() -> None:
    _, said = heard(hidden("2026-03-03T10:00"), restored("2026-03-03T10:00"))

    assert dates(said) == []


def test_while_it_is_hidden_nothing_is_said_and_one_that_was_late_before_stays_late() -> None:
    desk, _ = heard(hidden("2026-03-03T10:00"))
    assert desk.until("2026-03-20T18:00") == []

    desk, _ = heard()
    desk.until("2026-03-06T10:00")
    assert dates(desk.hear(hidden("2026-03-06T10:00"), restored("2026-03-16T10:00"))) == []


def test_the_time_in_which_it_was_hidden_is_nobody_s() -> None:
    _, said = heard(hidden("2026-03-02T11:00"), restored("2026-03-02T16:00"), published("2026-03-02T17:00"))

    [_, stop] = [fact for fact in said if isinstance(fact, ClockStopped)]
    assert (stop.cause, stop.in_time) == ("replied", True)
    assert set(stop.held) == {Held("water", 120), Held("moderation", 180)}


def test_what_a_question_froze_is_not_frozen_twice() -> None:
    question = (asked("2026-03-03T10:00"), answered("2026-03-04T10:00"))
    _, plain = heard(*question)
    _, both = heard(question[0], hidden("2026-03-03T11:00"), restored("2026-03-03T17:00"), question[1])

    assert last_due(both) == last_due(plain)


def test_a_reply_that_was_given_before_the_hiding_stands_and_a_second_handling_begins_anew() -> None:
    desk, said = heard(
        published("2026-03-03T10:00"), hidden("2026-03-03T11:00"), restored("2026-03-09T10:00")
    )
    assert dates(said) == []

    again = desk.hear(reopened("2026-03-09T11:00"))
    assert [fact.due for fact in again if type(fact).__name__ == "DeadlineSet"] == [at("2026-03-16T18:00")]


def test_a_withdrawn_post_is_not_brought_back() -> None:
    desk, _ = heard(PostWithdrawn(at=at("2026-03-03T10:00")))

    assert desk.hear(restored("2026-03-03T11:00")) == []
    assert desk.until("2026-03-31T18:00") == []


def test_a_post_that_was_held_before_it_was_hidden_is_shown_once_it_is_restored() -> None:
    held = PostHeld(at=at(MONDAY), reason="待看")
    desk, _ = heard(held, hidden("2026-03-03T10:00"))
    assert not desk.case.shown

    desk.hear(restored("2026-03-03T11:00"))
    assert desk.case.withheld is False


def test_who_was_late_before_the_hiding_is_not_a_day_later_by_it() -> None:
    desk, _ = heard()
    desk.until("2026-03-06T10:00")
    desk.hear(hidden("2026-03-06T10:00"), restored("2026-03-27T10:00"))

    said = desk.until("2026-04-30T18:00")

    # Due on the fifth; one of the working days after it was begun, and five were not over, when it was hidden.
    steps = [(fact.level, fact.at, fact.late) for fact in said if isinstance(fact, CaseEscalated)]
    assert steps == [
        ("supervisor", at("2026-03-27T18:00"), False),
        ("bulletin", at("2026-04-02T18:00"), False),
    ]


def test_the_steps_after_a_date_that_a_hiding_moved_come_no_later_by_it() -> None:
    desk, _ = heard(hidden("2026-03-03T10:00"), restored("2026-03-03T17:00"))

    steps = [
        (fact.level, fact.at) for fact in desk.until("2026-04-30T18:00") if isinstance(fact, CaseEscalated)
    ]

    assert steps[1:] == [
        ("leader", at("2026-03-06T18:00")),
        ("supervisor", at("2026-03-09T18:00")),
        ("bulletin", at("2026-03-13T18:00")),
    ]


@pytest.mark.parametrize(
    ("reply", "due"), [("2026-03-03T17:00", "2026-03-06T18:00"), ("2026-03-03T16:59", "2026-03-05T18:00")]
)
def test_a_reply_at_the_instant_of_the_restoration_stops_a_clock_that_runs_again(
    reply: str, due: str
) -> None:
    desk, _ = heard(hidden("2026-03-03T10:00"), restored("2026-03-03T17:00"), published(reply))

    stops = [fact for fact in desk.said if isinstance(fact, ClockStopped)]

    assert stops[-1].due == at(due)


def test_a_promise_of_a_post_that_is_hidden_again_ends_again_and_its_new_day_is_said() -> None:
    promise = replace(published("2026-03-03T10:00"), promised_day=date(2026, 3, 10))
    desk, said = heard(promise, hidden("2026-03-10T17:30"), restored("2026-03-16T17:00"))
    said += desk.hear(hidden("2026-03-16T17:10"))

    ends = [(fact.outcome, fact.at) for fact in said if isinstance(fact, ReplyPromiseEnded)]
    assert ends == [("hidden", at("2026-03-10T17:30")), ("hidden", at("2026-03-16T17:10"))]
    days = [fact.due for fact in said if isinstance(fact, ReplyPromiseSet)]
    assert days == [at("2026-03-10T18:00"), at("2026-03-16T18:00")]


def test_a_step_of_before_the_hiding_stands() -> None:
    desk, _ = heard()
    desk.until("2026-03-13T10:00")
    desk.hear(hidden("2026-03-13T10:00"), restored("2026-03-27T10:00"))

    assert desk.until("2026-04-30T18:00") == []
    assert [fact.level for fact in desk.said if isinstance(fact, CaseEscalated)] == [
        "remind",
        "leader",
        "supervisor",
        "bulletin",
    ]


def test_a_date_that_passed_while_the_post_was_hidden_is_kept_by_an_answer_in_the_time_that_was_left() -> (
    None
):
    desk, _ = heard(extended("2026-03-05T10:00", "2026-03-10"))
    desk.until("2026-03-09T10:00")
    desk.hear(hidden("2026-03-09T10:00"), restored("2026-03-16T10:00"))
    answered_in_time = [*desk.until("2026-03-17T09:00"), *desk.hear(published("2026-03-17T10:00"))]
    assert [fact for fact in answered_in_time if isinstance(fact, PromiseBroken)] == []

    desk, _ = heard(extended("2026-03-05T10:00", "2026-03-10"))
    desk.until("2026-03-09T10:00")
    desk.hear(hidden("2026-03-09T10:00"), restored("2026-03-16T10:00"))
    [broken] = [fact for fact in desk.until("2026-04-30T18:00") if isinstance(fact, PromiseBroken)]
    assert (broken.at, broken.promised) == (at("2026-03-17T18:00"), at("2026-03-10T18:00"))


def test_a_person_who_is_to_choose_the_unit_has_the_rest_of_the_half_day() -> None:
    held = AssignmentHeld(at=at(MONDAY), number="SQ1", candidates=(), rule_version="r")
    desk = Desk()
    desk.hear(received(MONDAY), held, hidden("2026-03-02T11:00"))
    desk.until("2026-03-09T10:00")
    desk.hear(restored("2026-03-09T10:00"))

    [late] = [fact for fact in desk.until("2026-03-20T18:00") if isinstance(fact, DispatchLate)]
    assert late.at == at("2026-03-09T18:00")


def test_what_is_owed_by_a_day_at_whose_very_end_the_post_came_back_is_owed_the_day_after() -> None:
    promise = replace(published("2026-03-03T10:00"), promised_day=date(2026, 3, 10))
    desk, _ = heard(promise, hidden("2026-03-10T17:30"), restored("2026-03-10T18:00"))
    desk.until("2026-04-30T18:00")

    assert [fact.at for fact in desk.said if isinstance(fact, ReplyPromiseBroken)] == [at("2026-03-11T18:00")]


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-03-10", "2026-03-16T18:00"),
        ("2026-03-17", "2026-03-17T18:00"),
        ("2026-03-06", "2026-03-06T18:00"),
    ],
)
def test_what_was_owed_by_a_day_of_the_hiding_is_owed_after_it(day: str, due: str) -> None:
    """Nobody can report on a hidden post; a day before or after the hiding stays what people named."""
    when = date.fromisoformat(day)
    promise = replace(published("2026-03-03T10:00"), promised_day=when)
    instruction = InstructionGiven(
        at=at("2026-03-03T11:00"), text="速办", by="m", instruction="i1", due_day=when
    )
    desk, _ = heard(promise, instruction)
    desk.until("2026-03-10T17:30")
    desk.hear(hidden("2026-03-10T17:30"), restored("2026-03-16T17:00"))
    desk.until("2026-04-30T18:00")

    assert [fact.at for fact in desk.said if isinstance(fact, ReplyPromiseBroken)] == [at(due)]
    assert [fact.at for fact in desk.said if isinstance(fact, InstructionOverdue)] == [at(due)]
