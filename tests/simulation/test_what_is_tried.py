"""That the simulation tries what it is said to try: each fault bites, each act is taken and refused, blows fall in the midst of work."""

from collections import Counter

import pytest

from services.intake.core.acts import ACT
from tests.simulation.plan import Fault, Plan, Visit, drawn
from tests.simulation.run import simulate

BITES = {
    *("acknowledgement lost", "batches lost", "the broker is away", "record heard again"),
    *("clock set back", "clock set forward", "out of breath", "member out for its silence", "rebalance"),
    *("the database is away", "disk full", "statement failed", "waited for a row"),
    *("connection lost before a statement", "connection lost after a statement"),
    *("commit done, its answer lost", "ended inside a transaction", "ended for its silence"),
    *("kill", "kill inside a transaction", "stop", "freeze", "freeze inside a transaction"),
    *("raise", "a rule raised", "a replay", "garbage", "a drop"),
    *("cut", "cut inside a transaction", "slow", "stall", "flaky", "unkind", "away", "full", "broker"),
}
"""What goes wrong, by the name under which it is counted where it happens."""
NEVER_REFUSED = {"erasure", "preference"}
CHANGES = ("city:calendar", "city:policy", "city:model")
SAID = {
    *("CaseEscalated bulletin", "CaseEscalated supervisor", "DeadlineMissed", "DispatchLate", "MeetingLate"),
    *(
        "DeadlineRedated",
        "ReplyPromiseBroken",
        "InstructionOverdue",
        "PostRestored",
        "ReturnRefused",
        "ReplyToSign",
    ),
}
"""Words that need a long life, or many hands."""


@pytest.mark.slow
def test_each_fault_bites_and_each_act_is_taken_and_refused_within_a_few_seeds() -> None:
    hits, answers, said = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    missing: set[object] = {"nothing was tried yet"}
    for seed in range(24):
        report = simulate(drawn(seed, posts=60, faults=60))
        assert report.violations == []
        hits += report.hits
        answers += report.answers
        said += report.said
        taken = {act for act in (*ACT, *CHANGES) if not answers[act, "taken"]}
        refused = {f"{act} refused" for act in ACT.keys() - NEVER_REFUSED if not answers[act, "refused"]}
        missing = (BITES - hits.keys()) | (SAID - said.keys()) | taken | refused
        if not missing:
            break

    assert missing == set()


@pytest.mark.slow
@pytest.mark.parametrize("part", ["web-1", "intake-1", "router-2", "deadline-1", "notifier-1", "stats-2"])
@pytest.mark.parametrize(("kind", "seconds"), [("kill", 0.0), ("cut", 0.0), ("freeze", 4.0)])
def test_a_blow_at_any_step_of_a_process_loses_nothing_and_does_nothing_twice(
    part: str, kind: str, seconds: float
) -> None:
    inside = 0
    for steps in range(1, 90, 4):
        report = simulate(Plan(5, (Visit(0, 0.0, 9, 0.2),), (Fault(0.02, kind, part, seconds, steps),)))

        assert report.violations == [], f"{kind} of {part} after {steps} steps"
        inside += report.hits[f"{kind} inside a transaction"]

    assert inside > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(100, 112), *range(113, 121)])  # 112 is in test_simulation.py
def test_two_thousand_posts_under_twenty_seeds(seed: int) -> None:
    report = simulate(drawn(seed, posts=100, faults=30))

    assert report.violations == []
    assert report.posts >= 100
