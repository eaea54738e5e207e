"""The audit hears what the clock says of a day that moves and moves back: each word once, however often the day moves."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, cast

import pytest

from contracts.city_facts import CalendarDay, CalendarPublished
from contracts.codec import Event
from contracts.deadlines import (
    DispatchLate,
    DispatchLateWithdrawn,
    InstructionNear,
    InstructionOverdue,
    InstructionOverdueWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseNear,
)
from contracts.examples import EXAMPLES
from contracts.facts import Fact
from tests.services.deadline.desk import Desk
from tests.services.deadline.facts import at, day_off
from tests.services.deadline.test_instructions import instructed
from tests.services.deadline.test_promises import AFTER, heard, promised
from wenzheng.audit.snapshot import Snapshot
from wenzheng.audit.timed import Timed

FRIDAY: Final = "2026-03-13"
KINDS: Final[dict[type, str]] = {
    ReplyPromiseNear: "near",
    InstructionNear: "near",
    ReplyPromiseBroken: "over",
    InstructionOverdue: "over",
    ReplyPromiseBreakWithdrawn: "withdrawn",
    InstructionOverdueWithdrawn: "withdrawn",
}


def told(said: list[Fact]) -> list[str]:
    """What the audit complains of."""
    audit = Timed(cast(Snapshot, None))
    audit._once([Event(f"e-{n}", "deadlines", "p", n + 1, fact, "deadline") for n, fact in enumerate(said)])
    return audit.row.examples


def of_a_promise() -> Desk:
    """Due on Friday the 13th of March."""
    return heard(promised())


def of_an_instruction() -> Desk:
    """The same day, of a report on an instruction."""
    return heard(instructed(day=FRIDAY))


@pytest.mark.parametrize(
    ("owed", "hours", "words"),
    [
        (of_an_instruction, (9, 10, 11), ["near A", "near B", "near A", "over A"]),
        (of_an_instruction, (19, 20, 21), ["near A", "over A", "withdrawn A", "near B", "near A", "over A"]),
        (of_a_promise, (9, 18, 19), ["near A", "near B", "near A", "over A"]),
    ],
)
def test_a_day_that_moves_and_moves_back_is_spoken_of_each_time_and_the_audit_bears_it(
    owed: Callable[[], Desk], hours: tuple[int, int, int], words: list[str]
) -> None:
    desk = owed()
    quiet, moves, back = (f"{FRIDAY}T{hour:02}:00" for hour in hours)
    desk.until(quiet)
    desk.hear(day_off(moves, FRIDAY))
    desk.until(moves)
    desk.hear(worked(back, FRIDAY))
    desk.until(AFTER)
    said = [fact for fact in desk.said if type(fact) in KINDS]

    assert [_word(fact) for fact in said] == words
    assert told(said) == []
    for n, fact in enumerate(said):
        if KINDS[type(fact)] != "withdrawn":
            assert len(told([*said[: n + 1], fact, *said[n + 1 :]])) == 1, "a word that is said twice is told"


def test_the_audit_bears_each_warning_of_a_promise_whose_day_moves_and_moves_back() -> None:
    first, second = at(f"{FRIDAY}T18:00"), at("2026-03-16T18:00")
    near = [
        ReplyPromiseNear(at=due, reply=reply, day=first.date(), due=due)
        for reply, due in (("r1", first), ("r2", second), ("r1", second), ("r1", first))
    ]

    assert told([*near]) == []
    assert len(told([*near, near[-1]])) == 1
    assert len(told([*near, near[1]])) == 1, "another reply's day has not moved"


@pytest.mark.parametrize("late", [(DispatchLate, DispatchLateWithdrawn), (MeetingLate, MeetingLateWithdrawn)])
def test_a_late_dispatch_or_meeting_stands_once_and_again_after_it_was_taken_back(
    late: tuple[type, type],
) -> None:
    said, taken_back = (next(fact for fact in EXAMPLES if type(fact) is kind) for kind in late)

    assert told([said, taken_back, said]) == []
    assert len(told([said, said])) == len(told([said, taken_back, said, said])) == 1


def worked(when: str, day: str) -> CalendarPublished:
    """The day is worked after all."""
    first = date.fromisoformat(day)
    return CalendarPublished(at=at(when), year=first.year, days=(CalendarDay(first, "照常上班", False),))


def _word(fact: Any) -> str:
    return f"{KINDS[type(fact)]} {'A' if fact.due.date().isoformat() == FRIDAY else 'B'}"
