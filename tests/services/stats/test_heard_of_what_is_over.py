"""What is heard late of a handling that is over counts in its own columns, and leaves those of the newest as they are."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from contracts.deadlines import CaseEscalated, ClockStopped, DeadlineMissed, Held, MissWithdrawn
from tests.services.stats.test_cases import ANSWERED, DUE, HOUR, counts, of_unit, reopened, second_reply
from tests.services.stats.test_core import WHEN, told


def of(handling: int, fact: Any) -> Any:
    """The same about the clock of this handling."""
    return replace(fact, handling=handling, clock="second" if handling > 1 else "reply")


def stopped(in_time: bool, minutes: int) -> ClockStopped:
    return ClockStopped(at=DUE, in_time=in_time, due=DUE, held=(Held("water", minutes),))


def test_what_is_heard_late_of_the_first_handling_counts_in_its_columns_and_not_in_those_of_the_second() -> (
    None
):
    before = [
        *ANSWERED,
        of(1, stopped(True, 60)),
        reopened(DUE),
        second_reply(DUE + HOUR),
        of(2, stopped(True, 7)),
    ]
    late = (
        of(1, DeadlineMissed(at=WHEN, due=WHEN)),
        of(1, CaseEscalated(at=WHEN, level="bulletin", due=WHEN, department="water", late=True)),
        of(1, stopped(False, 90)),
    )

    case, _ = told((*before, *late))

    assert (counts(*before)["on_time"], counts(*before)["second_on_time"]) == (1, 1)
    assert (counts(*before, *late).get("on_time", 0), counts(*before, *late)["second_on_time"]) == (0, 1)
    assert of_unit("water", *before, *late)["held_minutes"] == 97
    assert (case.named_at, [fault.rule for fault in case.faults]) == (WHEN, ["reopened", "overdue"])
    taken_back = of(1, MissWithdrawn(at=DUE, due=WHEN))
    assert counts(*before, *late, taken_back, of(1, stopped(True, 60))) == counts(*before)


def test_how_an_earlier_second_handling_ended_when_heard_late_is_not_how_the_newest_did() -> None:
    before = [
        *ANSWERED,
        reopened(DUE),
        second_reply(DUE + HOUR),
        of(2, stopped(True, 5)),
        reopened(DUE + 2 * HOUR),
        second_reply(DUE + 3 * HOUR),
        of(3, stopped(True, 7)),
    ]

    assert counts(*before, of(2, stopped(False, 50))) == counts(*before)
    assert counts(*before, of(3, stopped(False, 50))).get("second_on_time", 0) == 0
    assert counts(*before, replace(of(2, stopped(False, 50)), handling=0)).get("second_on_time", 0) == 0, (
        "of before"
    )


def test_what_an_earlier_second_handling_missed_when_heard_or_taken_back_late_leaves_the_newest_missed() -> (
    None
):
    sooner, later = DUE + timedelta(days=7), DUE + timedelta(days=14)
    earlier = of(2, DeadlineMissed(at=sooner, due=sooner))
    facts = [
        *ANSWERED,
        reopened(DUE),
        second_reply(sooner + HOUR),
        reopened(sooner + 2 * HOUR),
        of(3, DeadlineMissed(at=later, due=later)),
    ]

    assert counts(*facts, earlier)["second_overdue"] == 1
    assert counts(*facts, of(2, MissWithdrawn(at=later, due=sooner)))["second_overdue"] == 1
    assert "second_overdue" not in counts(*facts, earlier, of(3, MissWithdrawn(at=later, due=later)))
