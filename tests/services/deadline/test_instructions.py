"""The clock of a city leader's instruction: beside the case's own, in the one timer, told once."""

from datetime import date, datetime
from itertools import permutations

import pytest

from contracts.deadlines import (
    DeadlineMissed,
    InstructionNear,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
)
from contracts.facts import Fact
from contracts.posts import PostWithdrawn
from contracts.replies import InstructionGiven, InstructionReported, InstructionSentBack
from tests.services.deadline.desk import Desk, given
from tests.services.deadline.facts import (
    answered,
    asked,
    assigned,
    at,
    day_off,
    half_day,
    moved,
    policy,
    published,
    received,
    reopened,
)

MONDAY = "2026-03-02T09:00"
THURSDAY, FRIDAY = at("2026-03-05T18:00"), at("2026-03-06T18:00")
AFTER = "2026-04-30T18:00"


def instructed(when: str = MONDAY, day: str = "2026-03-06", instruction: str = "i1") -> InstructionGiven:
    return InstructionGiven(
        at=at(when), text="请办结", by="m", instruction=instruction, due_day=date.fromisoformat(day)
    )


def reported(when: str, instruction: str = "i1") -> InstructionReported:
    return InstructionReported(at=at(when), instruction=instruction, text="已办", department="water", by="c")


def sent_back(when: str, day: str) -> InstructionSentBack:
    return InstructionSentBack(
        at=at(when),
        instruction="i1",
        remark="再报",
        due_day=date.fromisoformat(day),
        department="water",
        by="m",
    )


def overdue(facts: list[Fact]) -> list[tuple[str, datetime]]:
    """Which instructions were called overdue, and of which instant."""
    said = [fact for fact in facts if isinstance(fact, InstructionOverdue)]
    assert all(fact.at == fact.due for fact in said)
    return [(fact.instruction, fact.due) for fact in said]


def warned(facts: list[Fact]) -> list[tuple[datetime, datetime]]:
    """The instants of the warnings, and of what they warn of."""
    return [(fact.at, fact.due) for fact in facts if isinstance(fact, InstructionNear)]


def withdrawn(facts: list[Fact]) -> int:
    return sum(isinstance(fact, InstructionOverdueWithdrawn) for fact in facts)


def heard(*facts: Fact) -> Desk:
    return given(received(MONDAY), assigned(MONDAY), *facts)


def test_nothing_reported_by_the_closing_time_of_the_day_is_said_once_with_the_unit_that_holds_the_case() -> (
    None
):
    desk = heard(instructed())

    said = desk.until(AFTER)

    assert overdue(said) == [("i1", FRIDAY)]
    assert [fact.department for fact in said if isinstance(fact, InstructionOverdue)] == ["water"]
    assert overdue(desk.hear(reported("2026-03-09T09:00"))) == []


@pytest.mark.parametrize(
    "facts",
    [
        [published("2026-03-03T10:00")],
        [asked("2026-03-03T10:00"), answered("2026-03-05T10:00")],
        [asked("2026-03-03T10:00")],
        [published("2026-03-03T10:00"), reopened("2026-03-04T10:00")],
    ],
    ids=["an answer", "a pause", "a pause without end", "a second handling"],
)
def test_neither_an_answer_nor_a_pause_stops_it(facts: list[Fact]) -> None:
    assert overdue(heard(instructed(), *facts).until(AFTER)) == [("i1", FRIDAY)]


def test_a_post_whose_kind_has_no_clock_has_one_for_its_instructions() -> None:
    desk = given(received(MONDAY, "debate"), assigned(MONDAY), instructed())

    assert overdue(desk.until(AFTER)) == [("i1", FRIDAY)]
    assert desk.armed is None


def test_a_report_in_time_ends_it_and_lets_the_timer_go() -> None:
    desk = heard(published("2026-03-02T10:00"), instructed())
    assert desk.armed == THURSDAY

    desk.hear(reported("2026-03-06T17:59"))

    assert desk.armed is None
    assert overdue(desk.until(AFTER)) == []
    assert desk.case.instructions == (), "what waits for nobody is not remembered"


def test_the_unit_is_warned_once_the_working_day_before_unless_it_has_reported() -> None:
    waiting, done = heard(instructed()), heard(instructed())
    done.hear(reported("2026-03-05T17:59"))

    assert warned(waiting.until(AFTER)) == [(THURSDAY, FRIDAY)]
    assert warned(done.until(AFTER)) == []


def test_there_is_no_warning_where_it_would_come_before_the_instruction_or_the_policy_wants_none() -> None:
    short, none = heard(instructed("2026-03-05T18:30")), heard()
    none.learn(policy(MONDAY, instruction={"warning_working_days": 0}))
    none.hear(instructed())

    for desk in (short, none):
        assert warned(desk.until(AFTER)) == []
        assert overdue(desk.said) == [("i1", FRIDAY)]


def test_what_is_sent_back_is_warned_of_anew_and_so_is_a_day_that_moves() -> None:
    back, moves = heard(instructed()), heard(instructed())
    back.until("2026-03-05T18:30")
    back.hear(reported("2026-03-06T09:00"), sent_back("2026-03-06T10:00", "2026-03-11"))
    moves.until("2026-03-05T18:30")
    moves.hear(day_off("2026-03-06T09:00", "2026-03-06"))

    back.until(AFTER)
    moves.until(AFTER)

    assert warned(back.said) == [(THURSDAY, FRIDAY), (at("2026-03-10T18:00"), at("2026-03-11T18:00"))]
    assert [due for _, due in warned(moves.said)] == [FRIDAY, at("2026-03-09T18:00")]


def test_the_one_timer_is_armed_for_whichever_word_comes_first() -> None:
    desk = heard(instructed(day="2026-03-03"))
    assert desk.armed == at("2026-03-02T18:00")

    desk.hear(reported("2026-03-03T09:00"))

    assert desk.armed is not None
    assert desk.armed > at("2026-03-03T18:00"), "the case's own warning is next"
    assert any(isinstance(fact, DeadlineMissed) for fact in desk.until(AFTER))


def test_a_late_report_that_is_heard_before_the_timer_rings_owes_the_word() -> None:
    desk = heard(instructed())

    said = desk.hear(reported("2026-03-06T18:01"))

    assert overdue(said) == [("i1", FRIDAY)]
    assert overdue(desk.until(AFTER)) == []


def test_a_report_in_time_that_is_heard_after_the_word_takes_it_back() -> None:
    desk = heard(instructed())
    desk.until("2026-03-06T18:00")

    said = desk.hear(reported("2026-03-06T18:00"))

    assert (withdrawn(said), overdue(said)) == (1, [])


def test_what_is_sent_back_has_a_day_of_its_own() -> None:
    desk = heard(instructed(), reported("2026-03-05T10:00"), sent_back("2026-03-05T11:00", "2026-03-10"))

    assert overdue(desk.until(AFTER)) == [("i1", at("2026-03-10T18:00"))]
    assert overdue(desk.hear(sent_back("2026-03-11T09:00", "2026-03-12"))) == []
    assert overdue(desk.until(AFTER)) == [("i1", at("2026-03-12T18:00"))]


def test_one_that_is_heard_twice_is_overdue_once() -> None:
    desk = heard(instructed(), instructed())

    assert overdue(desk.until(AFTER)) == [("i1", FRIDAY)]


def test_each_of_several_has_its_own() -> None:
    desk = heard(instructed(), instructed(day="2026-03-04", instruction="i2"))

    assert overdue(desk.until(AFTER)) == [("i2", at("2026-03-04T18:00")), ("i1", FRIDAY)]


@pytest.mark.parametrize(("gone", "words"), [("2026-03-05T10:00", 0), ("2026-03-09T10:00", 1)])
def test_nothing_is_awaited_of_a_post_that_left(gone: str, words: int) -> None:
    for facts in permutations((received(MONDAY), assigned(MONDAY), instructed(), PostWithdrawn(at=at(gone)))):
        desk = given(*facts)
        desk.until(AFTER)
        assert len(overdue(desk.said)) == words


def test_the_word_names_the_unit_that_held_the_case_then() -> None:
    desk = heard(instructed(), moved("2026-03-05T10:00", "housing"))

    said = desk.until(AFTER)

    assert [fact.department for fact in said if isinstance(fact, InstructionOverdue)] == ["housing"]


def test_one_from_before_they_were_followed_is_nobodys_clock() -> None:
    desk = heard(InstructionGiven(at=at(MONDAY), text="请办结", by="m"))

    assert overdue(desk.until(AFTER)) == []


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (day_off("2026-03-03T09:00", "2026-03-06"), "2026-03-09T18:00"),
        (half_day("2026-03-03T09:00", "2026-03-06"), "2026-03-06T12:00"),
    ],
)
def test_the_day_closes_as_the_calendar_says_by_then(change: Fact, due: str) -> None:
    assert overdue(heard(instructed(), change).until(AFTER)) == [("i1", at(due))]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_topics_does_not_matter(order: tuple[int, ...]) -> None:
    facts = (received(MONDAY), assigned(MONDAY), instructed(), moved("2026-03-03T09:00", "housing"))
    desk = given(*(facts[n] for n in order))

    assert overdue(desk.until(AFTER)) == [("i1", FRIDAY)]
