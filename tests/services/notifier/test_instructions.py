"""Who is told of a city leader's instruction: the unit when it is given, sent back or done; the leader of the report; both, once, when it is overdue."""

from datetime import date
from typing import Any

from contracts.deadlines import InstructionNear, InstructionOverdue, InstructionOverdueWithdrawn
from contracts.replies import (
    InstructionAccepted,
    InstructionGiven,
    InstructionReported,
    InstructionSentBack,
)
from tests.services.deadline.facts import assigned, at
from tests.services.notifier.telling import NUMBER, Told, told

NOW = at("2026-03-03T10:00")
DUE = at("2026-03-06T18:00")
GIVEN = InstructionGiven(at=NOW, text="查明原因", by="m", instruction="i1", due_day=DUE.date())
OVERDUE = InstructionOverdue(at=DUE, instruction="i1", due_day=DUE.date(), due=DUE, department="water")


def heard(*facts: Any) -> Told:
    return told(assigned("2026-03-02T10:00"), *facts)


def test_the_unit_reads_by_which_day_it_is_to_report() -> None:
    assert heard(GIVEN).to("leader", "water") == [f"领导批示 {NUMBER},3月6日前反馈:查明原因 路灯不亮"]
    assert heard(GIVEN).to("citizen") == heard().to("citizen"), "it is not published"


def test_the_leader_reads_what_was_reported_and_the_unit_what_became_of_it() -> None:
    reported = InstructionReported(at=NOW, instruction="i1", text="已查明", department="water", by="c")
    back = InstructionSentBack(
        at=NOW, instruction="i1", remark="写明责任", due_day=date(2026, 3, 10), department="water", by="m"
    )
    done = InstructionAccepted(at=NOW, instruction="i1", department="water", by="m")

    assert "已查明" in heard(reported).to("mayor", "government-office")[0]
    assert heard(back).to("leader", "water") == [f"批示反馈被退回 {NUMBER},3月10日前再反馈:写明责任 路灯不亮"]
    assert heard(done).to("leader", "water") == [f"批示办结 {NUMBER},反馈已获认可 路灯不亮"]


def test_clerk_and_leader_of_the_unit_are_warned_with_the_instant() -> None:
    near = InstructionNear(
        at=at("2026-03-05T18:00"), instruction="i1", due_day=DUE.date(), due=DUE, department="water"
    )

    for role in ("clerk", "leader"):
        assert f"批示即将到期 {NUMBER},3月6日18:00前请反馈 路灯不亮" in heard(GIVEN, near).to(role, "water")


def test_an_overdue_one_is_told_once_to_unit_and_leader_and_so_is_its_correction() -> None:
    gone = InstructionOverdueWithdrawn(
        at=DUE, instruction="i1", due_day=DUE.date(), due=DUE, department="water"
    )

    found = [kind for kind in heard(GIVEN, OVERDUE, gone).kinds() if "overdue" in kind[2]]

    assert found == [
        ("leader", "water", "instruction-overdue"),
        ("leader", "water", "instruction-overdue-withdrawn"),
        ("mayor", "government-office", "instruction-overdue"),
        ("mayor", "government-office", "instruction-overdue-withdrawn"),
    ]
