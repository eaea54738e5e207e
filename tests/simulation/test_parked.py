"""What the simulation asks of what a rule raised at."""

from collections import Counter
from typing import Any

import pytest

from chassis.memory.store import MemoryStore
from tests.simulation.parked import Spoils, parked


def _wrong(kind: str, brought: set[str]) -> list[str]:
    """What does not hold where a rule raised at one cause, none has handled it since, and nothing waits."""
    spoils = Spoils()
    spoils.raised["cause"] = kind
    store = MemoryStore(dict[str, Any])
    return list(parked({"deadline": store}, {"deadline": spoils}, Counter(), lambda name: set(), brought))


@pytest.mark.parametrize("kind", ["PostAssigned", "CaseReplied"])
def test_a_fact_that_a_rule_raised_at_must_be_handled_since_it_comes_again(kind: str) -> None:
    assert len(_wrong(kind, brought=set())) == 1


@pytest.mark.parametrize("kind", ["TimerDue", "Redate"])
def test_what_time_brought_and_an_operator_found_parked_must_be_handled(kind: str) -> None:
    assert len(_wrong(kind, brought={"cause"})) == 1


@pytest.mark.parametrize("kind", ["TimerDue", "Redate"])
def test_what_time_brought_in_a_batch_that_was_not_committed_may_be_needless_meanwhile(kind: str) -> None:
    assert _wrong(kind, brought=set()) == []
