"""Instructions of city leaders (批示): how many want a report, and how many had it in time."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from msgspec.structs import replace

from contracts.deadlines import InstructionOverdue, InstructionOverdueWithdrawn
from contracts.facts import Fact
from contracts.posts import PostWithdrawn
from contracts.replies import InstructionGiven, InstructionReported
from services.stats.core.bulletin.freezing import Counted, frozen, row_of
from services.stats.core.case import new
from services.stats.core.cells import cells
from services.stats.core.figures import row
from services.stats.core.periods import Period
from tests.services.stats.test_core import PROFILE, WHEN, assigned, met, received

DAY = timedelta(days=1)
POST = (received(WHEN), assigned(WHEN, "water"))


def given(name: str = "i1") -> InstructionGiven:
    return InstructionGiven(at=WHEN + DAY, text="请办理", by="m", instruction=name, due_day=date(2026, 3, 6))


def reported(days: float, name: str = "i1") -> InstructionReported:
    return InstructionReported(
        at=WHEN + days * DAY, instruction=name, text="已办", department="water", by="c"
    )


def overdue(days: float = 4, name: str = "i1") -> InstructionOverdue:
    due = WHEN + days * DAY
    return InstructionOverdue(at=due, instruction=name, due_day=due.date(), due=due, department="water")


def withdrawn(days: float = 4, name: str = "i1") -> InstructionOverdueWithdrawn:
    due = WHEN + days * DAY
    return InstructionOverdueWithdrawn(
        at=due, instruction=name, due_day=due.date(), due=due, department="water"
    )


def of(*facts: Fact) -> tuple[object, ...]:
    """Given, reported in time, overdue, and the share."""
    measures = {cell[3]: count for cell, count in met(new("p"), (*POST, *facts), PROFILE)[1].items()}
    found = row(measures)
    names = ("instructions", "instructions_in_time", "instructions_late", "instruction_rate")
    return tuple(found[name] for name in names)


def test_an_instruction_is_waited_for_then_reported_in_time_or_overdue() -> None:
    assert of() == (0, 0, 0, None)
    assert of(given()) == (1, 0, 0, None), "as long as it may be reported in time it is in no share"
    assert of(given(), reported(2)) == (1, 1, 0, 1.0)
    assert of(given(), overdue()) == (1, 0, 1, 0.0)
    assert of(given(), given("i2"), reported(2), overdue(4, "i2")) == (2, 1, 1, 0.5)


def test_a_late_report_leaves_it_overdue_and_one_that_was_only_heard_late_does_not() -> None:
    assert of(given(), overdue(), reported(5)) == (1, 0, 1, 0.0)
    assert of(given(), overdue(), reported(3), withdrawn()) == (1, 1, 0, 1.0)


def test_a_report_that_was_sent_back_and_not_given_again_in_time_makes_it_overdue_once() -> None:
    assert of(given(), reported(2), overdue(6)) == (1, 0, 1, 0.0)
    assert of(given(), overdue(), reported(5), overdue(9)) == (1, 0, 1, 0.0)
    assert of(given(), overdue(), reported(5), overdue(9), withdrawn(9)) == (1, 0, 1, 0.0), "it was once"


def test_an_instruction_of_before_they_were_followed_asks_for_no_report() -> None:
    assert of(replace(given(), instruction="", due_day=None)) == (0, 0, 0, None)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_every_order_of_topics_leads_to_the_same_cells(order: tuple[int, ...]) -> None:
    topics: list[tuple[Fact, ...]] = [POST, (given(), reported(3)), (overdue(), withdrawn())]

    post, total = met(new("p"), [fact for index in order for fact in topics[index]], PROFILE)

    assert total == cells(post) == met(new("p"), [fact for topic in topics for fact in topic], PROFILE)[1]
    assert total[(WHEN.date().isoformat(), "water", "complaint", "instruction:in_time")] == 1


def test_of_a_post_that_left_and_of_one_of_before_nothing_is_told() -> None:
    before = replace(met(new("p"), (*POST, given()), PROFILE)[0], whole_instructions=False)

    assert of(given(), PostWithdrawn(at=WHEN + 2 * DAY)) == (0, 0, 0, None)
    assert not [cell for cell in cells(before) if cell[3].startswith("instruction")]


def test_bulletins_do_not_freeze_them() -> None:
    measures = {cell[3]: count for cell, count in met(new("p"), (*POST, given()), PROFILE)[1].items()}

    figures = frozen(Counted({"water": measures}, {}, {}, (), {}), PROFILE, Period.read("2026-03"), WHEN, "c")

    assert not [name for name in figures.city.measures if "instruction" in name]
    assert "instruction" not in str(row_of(figures.city, figures.derivation))
