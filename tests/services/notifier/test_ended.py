"""How a notice ended is said whole: which it was, by which channel, after how many attempts, and why."""

from typing import Any, Final

import pytest

from contracts.decision import Context, Say
from contracts.notices import NoticeFailed, NoticeSent, NoticeSuppressed
from services.notifier.app import RULES
from services.notifier.core.case import Case, Notice, Outcome, Settle
from tests.services.deadline.facts import PROFILE, at

NOW: Final = at("2026-03-03T10:00")
NOTICE: Final = Notice("n1", "cause", "assigned", "clerk", "robot", "water", "新交办")
ABOUT: Final[dict[str, Any]] = {
    "at": NOW,
    "notice": "n1",
    "cause": "cause",
    "kind": "assigned",
    "audience": "clerk",
    "channel": "robot",
    "department": "water",
}


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(NOTICE, "sent", 3, repeated=True), NoticeSent(**ABOUT, attempts=3, repeated=True)),
        (Outcome(NOTICE, "failed", 4, reason="空号"), NoticeFailed(**ABOUT, attempts=4, reason="空号")),
        (Outcome(NOTICE, "suppressed", 1, reason="erased"), NoticeSuppressed(**ABOUT, reason="erased")),
    ],
    ids=["sent", "failed", "suppressed"],
)
def test_a_notice_that_ended_is_said_with_all_that_is_known_of_it(outcome: Outcome, said: Any) -> None:
    effects = RULES[Outcome](Case(), outcome, Context("post", "c", NOW, PROFILE)).effects

    assert [effect.fact for effect in effects if isinstance(effect, Say)] == [said]


def test_what_the_provider_calls_a_message_and_how_it_charges_it_is_kept() -> None:
    outcome = Outcome(NOTICE, "sent", 2, True, "", "m-1", 3)

    effects = RULES[Outcome](Case(), outcome, Context("post", "c", NOW, PROFILE)).effects

    assert Settle("n1", "sent", 2, "", True, "m-1", 3) in effects
