"""Who was told of a miss is told when it is taken back."""

from typing import Any

from msgspec.structs import replace

from contracts.deadlines import CaseEscalated, DeadlineMissed, DeadlineRedated, MissWithdrawn
from contracts.decision import Context
from services.notifier.app import RULES
from services.notifier.core.case import Case
from tests.services.deadline.facts import PROFILE, at, received

DUE = at("2026-03-05T18:00")


def told(*facts: Any) -> list[tuple[str, str]]:
    """(audience, kind) of everything told."""
    case, found = Case(), []
    for fact in (replace(received("2026-03-02T10:00"), channels=("sms",)), *facts):
        decision = RULES[type(fact)](case, fact, Context("post", f"cause-{len(found)}", fact.at, PROFILE))
        case = decision.state
        notices = [getattr(effect, "notice", None) for effect in decision.effects]
        found += [(notice.audience, notice.kind) for notice in notices if notice is not None]
    return found


MISSED = DeadlineMissed(at=DUE, due=DUE, department="water")
WITHDRAWN = MissWithdrawn(at=DUE, due=DUE, department="water")


def test_the_leader_who_was_told_of_a_miss_is_told_that_there_was_none() -> None:
    assert set(told(MISSED, WITHDRAWN)) == {("leader", "missed"), ("leader", "miss-withdrawn")}


def test_a_leader_who_has_to_see_to_the_case_when_it_is_missed_is_told_once() -> None:
    step = CaseEscalated(at=DUE, level="leader", due=DUE, department="water")

    assert told(MISSED, step) == [("leader", "missed")]


def test_a_leader_who_has_to_see_to_it_at_another_time_is_told_then() -> None:
    step = CaseEscalated(at=at("2026-03-06T18:00"), level="leader", due=DUE, department="water")

    assert told(MISSED, step) == [("leader", "missed"), ("leader", "escalated")]


def test_a_leader_who_was_not_told_of_the_miss_is_told_to_see_to_the_case_at_the_very_instant() -> None:
    assert told(CaseEscalated(at=DUE, level="leader", due=DUE, department="water")) == [
        ("leader", "escalated")
    ]


def test_that_a_promise_was_kept_after_all_takes_back_no_miss() -> None:
    step = CaseEscalated(at=DUE, level="supervisor", due=DUE, department="water")
    kept = replace(WITHDRAWN, clock="promise")

    before = told(MISSED, step)

    heard = told(MISSED, step, kept)

    assert heard[: len(before)] == before
    assert heard[len(before) :] == [("supervisor", "miss-withdrawn")], (
        "in words of its own; no leader hears of it"
    )


def test_the_supervisor_who_was_told_as_well_is_told_as_well() -> None:
    step = CaseEscalated(at=DUE, level="supervisor", due=DUE, department="water")

    found = told(MISSED, step, WITHDRAWN)

    assert {("leader", "miss-withdrawn"), ("supervisor", "miss-withdrawn")} <= set(found)
    assert told(MISSED, step, WITHDRAWN, WITHDRAWN) == found


def test_who_was_told_nothing_is_told_nothing() -> None:
    assert told(WITHDRAWN) == []


def test_the_citizen_hears_of_a_calendar_only_when_the_date_has_moved() -> None:
    def redated(previous: str) -> DeadlineRedated:
        return DeadlineRedated(at=DUE, previous=at(previous), due=DUE, reason="放假安排已公布")

    assert told(redated("2026-03-05T18:00")) == []
    assert ("citizen", "redated") in told(redated("2026-03-06T18:00"))
