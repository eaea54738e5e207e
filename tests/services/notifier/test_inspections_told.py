"""Who is told of a round of 督查: the unit's leader where something is to be put right, and how it ended; no other unit."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.decision import Context
from contracts.inspections import CaseInspected, CorrectionJudged, CorrectionReported
from services.notifier.app import RULES
from services.notifier.core.case import Case, Claim
from tests.services.deadline.facts import PROFILE, at

NOW = at("2026-03-03T10:00")
UNTIL = at("2026-03-10T18:00")
FOUND = CaseInspected(
    at=NOW, round="r1", case="SQ1", department="water", faults=("late",), text="逾期", until=UNTIL, by="s"
)


def told(fact: Any) -> list[tuple[str, str, str]]:
    """(audience, unit, text) of everything that one fact of a round makes known."""
    decision = RULES[type(fact)](Case(), fact, Context("inspection:r1", "c", fact.at, PROFILE))
    notices = [effect.notice for effect in decision.effects if isinstance(effect, Claim)]
    return [(notice.audience, notice.department, notice.text) for notice in notices]


def judged(outcome: Any) -> CorrectionJudged:
    until = UNTIL if outcome == "returned" else None
    return CorrectionJudged(
        at=NOW, round="r1", case="SQ1", department="water", outcome=outcome, until=until, by="s"
    )


def test_a_case_with_faults_is_put_to_the_units_leader_with_the_day() -> None:
    assert told(FOUND) == [("leader", "water", "督查发现问题 SQ1,请在3月10日18:00前反馈整改")]


def test_of_a_case_that_is_as_it_should_be_nobody_is_told() -> None:
    assert told(replace(FOUND, faults=(), text="", until=None)) == []


def test_the_centre_is_told_which_unit_says_that_it_has_put_a_finding_right() -> None:
    reported = CorrectionReported(at=NOW, round="r1", case="SQ1", department="water", text="已整改", by="c")

    [(audience, unit, text)] = told(reported)

    assert (audience, unit) == ("supervisor", "supervision")
    assert text == f"{PROFILE.department_name('water')}已反馈整改 SQ1"


def test_a_correction_that_is_returned_comes_back_with_its_new_day() -> None:
    assert told(judged("returned")) == [("leader", "water", "整改被退回 SQ1,请在3月10日18:00前再反馈")]


@pytest.mark.parametrize("outcome", ["accepted", "failed"])
def test_a_correction_that_is_accepted_or_never_came_has_ended(outcome: str) -> None:
    assert told(judged(outcome)) == [("leader", "water", "督查整改已有结论 SQ1")]
