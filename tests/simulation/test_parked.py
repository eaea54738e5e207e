"""What the simulation asks of what a rule raised at."""

from collections import Counter
from typing import Any

import pytest

from chassis.memory.store import MemoryStore
from contracts.assignments import PostAssigned
from contracts.posts import PostHidden
from tests.simulation.parked import OF_TIME, Spoils, parked


def _wrong(kind: type, found: set[str]) -> list[str]:
    """What does not hold where a rule raised at one cause, none has handled it since, and nothing waits."""
    spoils = Spoils()
    spoils.raised["cause"] = kind
    store = MemoryStore(dict[str, Any])
    return list(parked({"deadline": store}, {"deadline": spoils}, Counter(), lambda name: set(), found))


@pytest.mark.parametrize("kind", [PostAssigned, PostHidden])
def test_a_fact_that_a_rule_raised_at_must_be_handled_since_it_comes_again(kind: type) -> None:
    assert len(_wrong(kind, found=set())) == 1


@pytest.mark.parametrize("kind", OF_TIME)
def test_what_comes_of_time_and_an_operator_found_parked_must_be_handled(kind: type) -> None:
    assert len(_wrong(kind, found={"cause"})) == 1


@pytest.mark.parametrize("kind", OF_TIME)
def test_what_comes_of_time_in_a_batch_that_was_lost_may_be_needless_meanwhile(kind: type) -> None:
    assert _wrong(kind, found=set()) == []
