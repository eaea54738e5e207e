"""What the steps of the ladder say to the clerk and to the supervisor."""

from contracts.deadlines import CaseEscalated
from tests.services.deadline.facts import at
from tests.services.notifier.telling import NUMBER, told

DUE = at("2026-03-05T18:00")


def test_the_reminder_names_the_day_for_the_next_working_day_need_not_be_tomorrow() -> None:
    eve, due = at("2026-09-30T18:00"), at("2026-10-08T18:00")
    found = told(CaseEscalated(at=eve, level="remind", due=due, department="water"))

    assert found.to("clerk", "water")[-1].startswith(f"10月8日18:00到期,请办理 {NUMBER}")


def test_the_supervisor_reads_which_step_it_is() -> None:
    steps = [
        CaseEscalated(at=DUE, level="supervisor", due=DUE, department="water"),
        CaseEscalated(at=DUE, level="bulletin", due=DUE, department="water"),
    ]
    first, second = told(*steps).to("supervisor")

    assert "超期未复 " in first
    assert "超期未复,将在通报中点名 " in second
