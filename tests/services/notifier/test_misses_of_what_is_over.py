"""Nobody is told to hurry with a handling that is over; who believes that it had missed its day is told when it had not."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.deadlines import (
    CaseEscalated,
    ClockResumed,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineRedated,
    DeadlineSet,
    InstructionOverdue,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.decision import Context
from services.notifier.app import RULES
from services.notifier.core.case import Case
from tests.services.deadline.facts import PROFILE, at, published, received

DUE, LATER, AGAIN = at("2026-03-05T18:00"), at("2026-03-06T18:00"), at("2026-03-13T18:00")


def lived(*facts: Any) -> tuple[Case, list[tuple[str, str, str]]]:
    """The case, and of everything told (audience, kind, text)."""
    case, found = Case(), []
    for n, fact in enumerate((replace(received("2026-03-02T10:00"), channels=("sms",)), *facts)):
        decision = RULES[type(fact)](case, fact, Context("post", f"cause-{n}", fact.at, PROFILE))
        case = decision.state
        notices = [getattr(effect, "notice", None) for effect in decision.effects]
        found += [(one.audience, one.kind, one.text) for one in notices if one is not None]
    return case, found


def told_last(*facts: Any) -> list[tuple[str, str, str]]:
    """What is told of the last of these facts."""
    return lived(*facts)[1][len(lived(*facts[:-1])[1]) :]


def clock(handling: int, due: Any) -> DeadlineSet:
    return DeadlineSet(at=due, due=due, clock="second" if handling > 1 else "reply", handling=handling)


def missed(handling: int, due: Any = DUE) -> DeadlineMissed:
    return DeadlineMissed(at=due, due=due, department="water", handling=handling)


def step(handling: int, level: Any, due: Any = DUE) -> CaseEscalated:
    return CaseEscalated(at=LATER, level=level, due=due, department="water", late=True, handling=handling)


def withdrawn(handling: int, due: Any = DUE, clock: Any = "reply") -> MissWithdrawn:
    return MissWithdrawn(at=LATER, due=due, department="water", handling=handling, clock=clock)


SECOND = (clock(1, DUE), clock(2, AGAIN))
OF_THE_FIRST: tuple[Any, ...] = (
    missed(1),
    step(1, "leader"),
    step(1, "supervisor"),
    step(1, "bulletin"),
    PromiseBroken(at=DUE, extension="e1", promised=DUE, department="water", handling=1),
    DeadlineExtended(
        at=DUE, extension="e1", reason="", progress="", due=LATER, department="water", handling=1
    ),
    ClockResumed(at=DUE, question="q1", due=LATER, handling=1),
    DeadlineRedated(at=DUE, previous=DUE, due=LATER, reason="", handling=1),
)


@pytest.mark.parametrize("fact", OF_THE_FIRST, ids=lambda fact: type(fact).__name__)
def test_of_a_handling_that_is_over_nobody_is_told_and_no_date_is_remembered(fact: Any) -> None:
    assert told_last(*SECOND, fact) == []
    assert lived(*SECOND, fact)[0] == lived(*SECOND)[0]
    assert told_last(clock(1, DUE), fact) != [], "while it is at hand they are"
    assert told_last(*SECOND, replace(fact, handling=0)) != [], "as of facts that name no handling"


def test_whoever_was_told_of_the_miss_of_the_first_handling_hears_that_there_was_none_though_it_is_over() -> (
    None
):
    facts = (clock(1, DUE), missed(1), step(1, "supervisor"), clock(2, AGAIN), withdrawn(1))

    words = "超期更正 SQ1,第1次办理并未超期 路灯"
    assert told_last(*facts) == [
        ("leader", "miss-withdrawn", words),
        ("supervisor", "miss-withdrawn", words),
    ]
    assert told_last(*facts, withdrawn(1)) == []


def test_a_reply_of_the_first_handling_that_is_heard_after_the_second_clock_was_set_is_told() -> None:
    assert ("citizen", "replied") in [told[:2] for told in told_last(*SECOND, published("2026-03-05T10:00"))]


def test_whoever_was_told_nothing_of_the_first_handling_hears_of_no_correction() -> None:
    assert told_last(*SECOND, missed(1), withdrawn(1)) == []
    assert told_last(*SECOND, missed(2, AGAIN), step(2, "supervisor", AGAIN), withdrawn(1)) == []


def test_a_correction_of_the_second_handling_is_for_those_who_were_told_of_its_own_miss() -> None:
    first = (clock(1, DUE), missed(1), step(1, "supervisor"), clock(2, AGAIN))

    assert told_last(*first, withdrawn(2, AGAIN)) == []
    assert [told[:2] for told in told_last(*first, missed(2, AGAIN), withdrawn(1), withdrawn(2, AGAIN))] == [
        ("leader", "miss-withdrawn")
    ]


def test_that_a_date_was_kept_is_told_of_a_handling_that_is_over_and_takes_back_no_miss() -> None:
    facts = (clock(1, DUE), missed(1), clock(2, AGAIN), withdrawn(1, clock="promise"))

    assert [told[:2] for told in told_last(*facts)] == [("supervisor", "miss-withdrawn")]
    assert [told[:2] for told in told_last(*facts, withdrawn(1))] == [("leader", "miss-withdrawn")]


def test_what_is_no_clocks_of_a_handling_is_told_in_the_second_as_in_the_first() -> None:
    overdue = InstructionOverdue(at=LATER, instruction="i1", due_day=DUE.date(), due=DUE, department="water")

    assert told_last(SECOND[0], overdue) == told_last(*SECOND, overdue) != []
