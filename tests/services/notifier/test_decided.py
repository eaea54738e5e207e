"""Of a suggestion its author is told in words of the decision, and the unit whether there is anything to follow through."""

import pytest

from contracts.replies import SuggestionDecided
from tests.services.deadline.facts import PROFILE, at
from tests.services.notifier.telling import NUMBER, told

WATER = PROFILE.department_name("water")


@pytest.mark.parametrize(
    ("outcome", "words", "to_do"), [("adopted", "已获", 1), ("partly", "已获", 1), ("declined", "未获", 0)]
)
def test_each_decision_is_told_once_in_its_own_words(outcome: str, words: str, to_do: int) -> None:
    decided = SuggestionDecided(
        at=at("2026-03-04T10:00"),
        outcome=outcome,  # type: ignore[arg-type]  # one of them
        reason="已列入计划",
        department="water",
        by="l1",
    )
    partly = "部分" if outcome == "partly" else ""

    heard = told(decided)

    assert heard.to("citizen") == [f"您的建议{NUMBER}{words}{WATER}{partly}采纳:已列入计划"]
    assert len(heard.to("clerk", "water")) == to_do
