"""What the facts of deadline about a handling that is over change in a case that was reopened: its history, and nothing of what is shown now."""

from typing import Any

import pytest

from contracts.deadlines import (
    CaseEscalated,
    ClockResumed,
    DeadlineExtended,
    DeadlineMissed,
    DeadlineRedated,
    DeadlineSet,
    MissWithdrawn,
)
from contracts.facts import Fact
from tests.services.intake.hearing import BEFORE, DUE, LATER, NOW, QUESTION, Heard

AGAIN: dict[str, Any] = {"reopened": (NOW,), "due": DUE, "missed": False, "level": ""}
LATE_AGAIN: dict[str, Any] = AGAIN | {"missed": True, "level": "supervisor"}
ASKED: dict[str, Any] = AGAIN | {"step": "asked", "paused": True, "questions": QUESTION}

OVER = {
    "its clock was set": Heard(
        DeadlineSet(at=BEFORE, due=LATER, provisional=True, handling=1),
        {},
        ("due", "第1次办理:办结期限 2026年3月6日 10:00", True),
        AGAIN,
    ),
    "it was extended": Heard(
        DeadlineExtended(
            at=BEFORE,
            extension="e1",
            reason="等备件",
            progress="已勘察",
            due=LATER,
            provisional=True,
            handling=1,
        ),
        {},
        None,
        AGAIN,
    ),
    "the calendar moved it": Heard(
        DeadlineRedated(at=BEFORE, previous=DUE, due=LATER, provisional=True, reason="调休", handling=1),
        {},
        ("redated", "第1次办理:办结期限调整为 2026年3月6日 10:00", True),
        AGAIN,
    ),
    "its clock resumed": Heard(
        ClockResumed(at=BEFORE, question="q2", due=LATER, provisional=True, handling=1), {}, None, ASKED
    ),
    "it was late": Heard(
        DeadlineMissed(at=BEFORE, due=BEFORE, handling=1), {}, ("missed", "第1次办理:已超期", True), AGAIN
    ),
    "it was not late after all": Heard(
        MissWithdrawn(at=BEFORE, due=BEFORE, handling=1),
        {},
        ("miss-withdrawn", "第1次办理:超期已更正", True),
        LATE_AGAIN,
    ),
    "a step of its ladder": Heard(
        CaseEscalated(at=BEFORE, level="bulletin", due=BEFORE, handling=1),
        {},
        ("escalated", "第1次办理:列入通报", False),
        AGAIN,
    ),
    "the second was late while the third is at hand": Heard(
        DeadlineMissed(at=BEFORE, due=BEFORE, clock="second", handling=2),
        {},
        ("missed", "第2次办理:已超期", True),
        AGAIN | {"reopened": (BEFORE, NOW)},
    ),
}


@pytest.mark.parametrize("row", OVER.values(), ids=OVER.keys())
def test_what_is_said_of_a_handling_that_is_over_is_read_in_the_history_alone(row: Heard) -> None:
    row.is_true()


def at_hand(handling: int) -> dict[str, Heard]:
    """The same of the handling at hand; 0: as it was said before it named one."""
    missed: Fact = DeadlineMissed(at=NOW, due=DUE, clock="second", handling=handling)
    step: Fact = CaseEscalated(at=NOW, level="leader", due=DUE, clock="second", handling=handling)
    withdrawn: Fact = MissWithdrawn(at=NOW, due=DUE, clock="second", handling=handling)
    resumed: Fact = ClockResumed(at=NOW, question="q2", due=LATER, handling=handling)
    return {
        "it is late": Heard(missed, {"missed": True}, ("missed", "已超期", True), AGAIN),
        "a step": Heard(step, {"level": "leader"}, ("escalated", "提醒分管领导", False), AGAIN),
        "it was not late": Heard(
            withdrawn, {"missed": False, "level": ""}, ("miss-withdrawn", "超期已更正", True), LATE_AGAIN
        ),
        "its clock resumes": Heard(resumed, {"due": LATER, "step": "accepted", "paused": False}, None, ASKED),
        "it is extended": Heard(
            DeadlineExtended(
                at=NOW, extension="e1", reason="等备件", progress="已勘察", due=LATER, handling=handling
            ),
            {"due": LATER},
            None,
            AGAIN,
        ),
    }


@pytest.mark.parametrize("handling", [0, 2])
@pytest.mark.parametrize("name", at_hand(0))
def test_what_is_said_of_the_handling_at_hand_is_shown_whether_it_names_it_or_is_older(
    name: str, handling: int
) -> None:
    at_hand(handling)[name].is_true()
